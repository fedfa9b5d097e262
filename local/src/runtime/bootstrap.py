"""Runs the handler of a Python function through the Lambda Runtime API, as Lambda's own runtime does."""

import decimal
import http.client
import importlib
import json
import logging
import os
import re
import sys
import time
import traceback

API, _, SECRET = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
PREFIX = f"{'/' if SECRET else ''}{SECRET}/2018-06-01/runtime"
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
RUNTIME = os.environ["AWS_EXECUTION_ENV"].rpartition("_")[2]

# What a function replaces later (a frozen clock, another JSON encoder, its own HTTP client) must not reach this file.
now = time.time
loads, ENCODER = json.loads, json.JSONEncoder(ensure_ascii=RUNTIME in ("python3.9", "python3.10", "python3.11"))
OWN = ("__dict__", "__weakref__")
Connection = type("Connection", (), {k: v for k, v in vars(http.client.HTTPConnection).items() if k not in OWN})
NUMBER = f"number-{os.urandom(8).hex()}:"
STDOUT = sys.stdout


class Fault(Exception):
    """The handler could not be found, or its result could not be sent."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = list(trace)


class Context:
    """The context of an invocation."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        self.client_context = client_context(headers.get("Lambda-Runtime-Client-Context"))
        self.tenant_id = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(now() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    def __init__(self, content):
        self.custom = content.get("custom")
        self.env = content.get("env")
        self.client = content.get("client")


def client_context(header):
    return ClientContext(loads(header)) if header else None


class LogFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = LogFilter.request_id
        return True


class LogHandler(logging.Handler):
    def emit(self, record):
        write_event(self.format(record))


def set_up_logging():
    handler = LogHandler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(LogFilter())
    logging.getLogger().addHandler(handler)


def find_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from error
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}{missing_sdk(error)}"
        raise Fault("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Fault(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", trace
        ) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", message) from error


def missing_sdk(error):
    """What to do about an SDK that Lambda includes and this machine does not have."""
    if error.name not in ("boto3", "botocore", "s3transfer", "jmespath"):
        return ""
    return f"; Lambda includes boto3, the Python of this machine does not: {sys.executable} -m pip install boto3"


def plain(value):
    """The value in JSON's types, as Lambda's encoder sees them: numbers of any precision, text in bytes."""
    if isinstance(value, decimal.Decimal):
        return float("nan") if value.is_nan() else NUMBER + str(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key.decode() if isinstance(key, bytes) else key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def marshal(result):
    if isinstance(result, bytes):
        return result
    try:
        text = ENCODER.encode(plain(result))
        return (re.sub(f'"{NUMBER}([^"]*)"', r"\1", text) if NUMBER in text else text).encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def own_frames(error):
    """The stack trace from the handler on, without this file."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename == __file__:
        frames.pop(0)
    return traceback.format_list(frames)


def describe(error, request_id=None):
    if isinstance(error, Fault):
        message, kind, trace = error.message, error.kind, error.trace
    else:
        message, kind, trace = str(error), type(error).__name__, own_frames(error)
    described = {"errorMessage": message, "errorType": kind, "requestId": request_id or "", "stackTrace": trace}
    text = f"[ERROR] {kind}: {message}\n"
    if trace:
        text += "Traceback (most recent call last):\n" + "".join(trace)
    # Lambda keeps the indentation with spaces that do not break.
    lines = [line.lstrip(" ").rjust(len(line), "\N{NO-BREAK SPACE}") for line in text.rstrip("\n").split("\n")]
    write_event("\n".join(lines), "\0\0\n")
    return described


def write_event(text, end="\n"):
    """Writes one log event. A line break after a NUL does not end it; after two it ends it without a line break."""
    STDOUT.write(text.replace("\n", "\0\n") + end)
    STDOUT.flush()


def invoke(handler, payload, context):
    try:
        event = loads(payload)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
    return marshal(handler(event, context))


class Client:
    """One connection to the Runtime API, reopened when it breaks."""

    def __init__(self):
        self.connection = Connection(API)

    def call(self, method, path, body=None, kind=None):
        headers = {"Content-Type": "application/json"}
        if kind:
            headers["Lambda-Runtime-Function-Error-Type"] = kind
        self.connection.request(method, PREFIX + path, body, headers)
        response = self.connection.getresponse()
        return response.headers, response.read()


def serve(client, handler):
    while True:
        headers, payload = client.call("GET", "/invocation/next")
        context = Context(headers)
        request_id = LogFilter.request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        try:
            kind, path, body = None, "response", invoke(handler, payload, context)
        except Exception as error:
            described = describe(error, request_id)
            kind, path, body = described["errorType"], "error", ENCODER.encode(described).encode()
        sys.stdout.flush()
        sys.stderr.flush()
        client.call("POST", f"/invocation/{request_id}/{path}", body, kind)


def main():
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", line_buffering=True)
    sys.path[0] = TASK_ROOT
    set_up_logging()
    client = Client()
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:
        described = describe(error)
        client.call("POST", "/init/error", ENCODER.encode(described).encode(), described["errorType"])
        sys.exit(1)
    serve(client, handler)


main()
