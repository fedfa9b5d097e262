// Runs the handler of a Node.js function through the Lambda Runtime API, as Lambda's own runtime does.

import { existsSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const prefix = "/2018-06-01/runtime";
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId = "";

class Fault extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
  }
}

function call(method, where, body, kind) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    if (body !== undefined) headers["Content-Length"] = Buffer.byteLength(body);
    if (kind) headers["Lambda-Runtime-Function-Error-Type"] = kind;
    const request = http.request({ host, port, method, path: prefix + where, headers, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function patchConsole() {
  const levels = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => writeLog(level, format(...values));
  }
}

// Writes one log event. A carriage return is a line break within it.
function writeLog(level, message) {
  const line = `${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${message}`;
  process.stdout.write(line.replace(/\r?\n/g, "\r") + "\n");
}

async function load(file) {
  const require = createRequire(file);
  if (existsSync(`${file}.js`) || existsSync(`${file}.cjs`)) {
    const found = existsSync(`${file}.js`) ? `${file}.js` : `${file}.cjs`;
    try {
      return require(found);
    } catch (error) {
      if (error.code !== "ERR_REQUIRE_ESM" && !(error instanceof SyntaxError)) throw error;
      return import(pathToFileURL(found).href);
    }
  }
  if (existsSync(`${file}.mjs`)) return import(pathToFileURL(`${file}.mjs`).href);
  return require(file);
}

async function findHandler(name) {
  const folder = path.dirname(name);
  const [module, ...steps] = path.basename(name).split(".");
  if (steps.length === 0 || name.includes("..")) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  let found;
  try {
    found = await load(path.resolve(process.env.LAMBDA_TASK_ROOT, folder, module));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", String(error));
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") {
      throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`);
    }
    throw error;
  }
  const follow = (start) => steps.reduce((value, step) => value?.[step], start);
  const handler = follow(found) ?? follow(found?.default);
  if (handler === undefined) throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const clientContext = headers["lambda-runtime-client-context"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

// A handler returns a promise, or calls its callback.
function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    context.succeed = resolve;
    context.fail = (error) => reject(error);
    context.done = callback;
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
    else if (handler.length < 3 && returned !== undefined) resolve(returned);
  });
}

function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function marshal(result) {
  try {
    return JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    throw new Fault("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`);
  }
}

// Standard output is a pipe, which Node.js writes synchronously on POSIX systems, so nothing must be flushed.
async function serve(handler) {
  for (;;) {
    const next = await call("GET", "/invocation/next");
    const context = makeContext(next.headers);
    requestId = context.awsRequestId;
    process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
    let outcome;
    try {
      outcome = ["response", marshal(await invoke(handler, JSON.parse(next.body), context)), undefined];
    } catch (error) {
      const described = describe(error);
      writeLog("ERROR", `Invoke Error \t${JSON.stringify({ ...described, stack: described.trace })}`);
      outcome = ["error", JSON.stringify(described), described.errorType];
    }
    await call("POST", `/invocation/${requestId}/${outcome[0]}`, outcome[1], outcome[2]);
  }
}

async function fail(kind, reason) {
  const described = describe(reason);
  const error = { ...described, errorType: kind, errorMessage: `${described.errorType}: ${described.errorMessage}` };
  writeLog("ERROR", `${kind === "Runtime.UnhandledPromiseRejection" ? "Unhandled Promise Rejection" : "Uncaught Exception"} \t${JSON.stringify(error)}`);
  try {
    const where = requestId ? `/invocation/${requestId}/error` : "/init/error";
    await call("POST", where, JSON.stringify(error), kind);
  } finally {
    process.exit(128);
  }
}

patchConsole();
process.on("uncaughtException", (error) => {
  const described = describe(error);
  writeLog("ERROR", `Uncaught Exception \t${JSON.stringify(described)}`);
  const where = requestId ? `/invocation/${requestId}/error` : "/init/error";
  call("POST", where, JSON.stringify(described), described.errorType).finally(() => process.exit(129));
});
process.on("unhandledRejection", (reason) => fail("Runtime.UnhandledPromiseRejection", reason));

let handler;
try {
  handler = await findHandler(process.env._HANDLER);
} catch (error) {
  const described = describe(error);
  writeLog("ERROR", `Uncaught Exception \t${JSON.stringify(described)}`);
  await call("POST", "/init/error", JSON.stringify(described), described.errorType);
  process.exit(1);
}
await serve(handler);
