// Runs the handler of a Node.js function through the Lambda Runtime API, as Lambda's own runtime does.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

// What a function replaces later (fake timers, patched HTTP clients, another JSON) must not reach this file.
const { Agent, request: httpRequest } = http;
const { parse, stringify } = JSON;
const Clock = Date;
const exit = process.exit.bind(process);
const write = process.stdout.write.bind(process.stdout);

const [authority, ...secret] = process.env.AWS_LAMBDA_RUNTIME_API.split("/");
const [host, port] = authority.split(":");
const prefix = ["", ...secret, "2018-06-01/runtime"].join("/");
const version = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? 22);
const taskRoot = process.env.LAMBDA_TASK_ROOT;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let requestId = "";
let whenIdle;

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
    const request = httpRequest({ host, port, method, path: prefix + where, headers, agent }, (response) => {
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

// Writes one log event. A line break after a NUL does not end it.
function writeLog(level, message) {
  const line = `${new Clock().toISOString()}\t${requestId || "undefined"}\t${level}\t${message}`;
  write(line.replace(/\n/g, "\0\n") + "\n");
}

// Whether the nearest package.json says that `.js` files are modules.
function hasModuleType(folder) {
  if (folder.endsWith("/node_modules")) return false;
  try {
    return parse(readFileSync(path.join(folder, "package.json"), "utf8")).type === "module";
  } catch {
    return folder !== "/" && !existsSync(path.join(folder, "package.json")) && hasModuleType(path.dirname(folder));
  }
}

// Files are searched in Lambda's order: without an extension, `.js`, `.mjs`, `.cjs`, then packages.
async function load(file) {
  const require = createRequire(file);
  if (existsSync(file)) return require(file);
  if (existsSync(`${file}.js`)) {
    if (hasModuleType(path.dirname(file))) return import(pathToFileURL(`${file}.js`).href);
    return require(`${file}.js`);
  }
  if (existsSync(`${file}.mjs`)) return import(pathToFileURL(`${file}.mjs`).href);
  return require(existsSync(`${file}.cjs`) ? `${file}.cjs` : file);
}

// Lambda includes the AWS SDK. This machine may not have it.
function missingSdk(message) {
  const name = /'(@(?:aws-sdk|smithy)\/[^'/]+|aws-sdk)/.exec(message)?.[1];
  const hint = `; Lambda includes the AWS SDK, the Node.js of this machine does not: npm install --global ${name}`;
  return name ? message.split("\n")[0] + hint : message;
}

async function findHandler(name) {
  const folder = path.dirname(name);
  const [module, ...steps] = path.basename(name).split(".");
  if (name.includes("..")) {
    const advice = "Use absolute paths when specifying root directories in handler names.";
    throw new Fault("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. ${advice}`);
  }
  if (steps.length === 0) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  let found;
  try {
    found = await load(path.resolve(taskRoot, folder, module));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", String(error));
    if (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") {
      throw new Fault("Runtime.ImportModuleError", `Error: ${missingSdk(error.message)}`);
    }
    throw error;
  }
  const follow = (start) => steps.reduce((value, step) => value?.[step], start);
  const handler = follow(found) ?? follow(found?.default);
  if (handler === undefined) throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
  if (version >= 24 && handler.length >= 3) {
    const removed = "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.";
    const advice = "You need to modify this function to use a supported handler signature to use Node.js 24 or later.";
    const more = "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";
    throw new Fault("Runtime.CallbackHandlerDeprecated", `ERROR: ${removed} ${advice} ${more}`);
  }
  return handler;
}

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const clientContext = headers["lambda-runtime-client-context"];
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? parse(clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(deadline - Clock.now(), 0),
  };
}

// Up to nodejs22.x, a result counts if it is a promise's or the callback's. A callback's result is sent when the event
// loop is empty, unless `callbackWaitsForEmptyEventLoop` is false. If the loop empties first, the result is null.
function invokeWithCallback(handler, event, context) {
  return new Promise((resolve, reject) => {
    whenIdle = () => resolve(null);
    const callback = (error, result) => {
      if (error !== undefined && error !== null) reject(error);
      else if (context.callbackWaitsForEmptyEventLoop) whenIdle = () => resolve(result);
      else resolve(result);
    };
    const done = (error, result) => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(error, result);
    };
    context.callbackWaitsForEmptyEventLoop = true;
    context.succeed = (result) => done(null, result);
    context.fail = (error) => done(error ?? new Error("handled"));
    context.done = done;
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  }).finally(() => (whenIdle = undefined));
}

async function invoke(handler, event, context) {
  return version >= 24 ? handler(event, context) : invokeWithCallback(handler, event, context);
}

function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function marshal(result) {
  try {
    return stringify(result === undefined ? null : result) ?? "null";
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
      outcome = ["response", marshal(await invoke(handler, parse(next.body), context)), undefined];
    } catch (error) {
      const described = describe(error);
      writeLog("ERROR", `Invoke Error \t${stringify({ ...described, stack: described.trace })}`);
      outcome = ["error", stringify(described), described.errorType];
    }
    await call("POST", `/invocation/${requestId}/${outcome[0]}`, outcome[1], outcome[2]);
  }
}

async function fail(words, described, code) {
  writeLog("ERROR", `${words} \t${stringify(described)}`);
  const where = requestId ? `/invocation/${requestId}/error` : "/init/error";
  await call("POST", where, stringify(described), described.errorType).finally(() => exit(code));
}

patchConsole();
process.on("beforeExit", () => whenIdle?.());
process.on("uncaughtException", (error) => fail("Uncaught Exception", describe(error), 129));
process.on("unhandledRejection", (reason) => {
  const described = describe(reason);
  const kind = "Runtime.UnhandledPromiseRejection";
  const message = `${described.errorType}: ${described.errorMessage}`;
  return fail("Unhandled Promise Rejection", { ...described, errorType: kind, errorMessage: message }, 128);
});
findHandler(process.env._HANDLER).then(serve, (error) => fail("Uncaught Exception", describe(error), 1));
