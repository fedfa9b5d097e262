//! Explanations of API Gateway errors and function failures; responses of functions are not explained.

use super::{call::up, emulator::ServedEmulator, sandbox::Sandbox};

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages")]
fn a_rejection_of_api_gateway_is_explained() {
    let sandbox = up();
    sandbox.edit(r#""GET /items":"#, r#""GET /news": { "function": "items", "auth": "none" }, "GET /items":"#);
    let lines = [
        "call GET /items/7 --local",
        "call GET /items/7 --local --fail",
        "call GET /items --local --quiet",
        "call GET /admin --local",
        "call POST /echo?as=nonsense --local",
        "call GET /news --local",
        "call POST /echo?as=503 --local",
        "call POST /echo?as=404 --local --fail",
    ];
    insta::assert_snapshot!(sandbox.session(&lines), @r#"
    $ call GET /items/7 --local
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items/7: API Gateway rejected it (401 Unauthorized)
      no token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one

    $ call GET /items/7 --local --fail
    exit code 1
    --- stdout
    {"message":"Unauthorized"}--- stderr
    error: GET /items/7: API Gateway rejected it (401 Unauthorized)
      no token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one

    $ call GET /items --local --quiet
    exit code 0
    --- stdout
    {"message":"Unauthorized"}

    $ call GET /admin --local
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /admin: API Gateway rejected it (401 Unauthorized)
      no token was sent, and the route asks for an access token
    hint: signing in gives `aws.cognito.signin.user.admin` only: other scopes come from the OAuth endpoints of the pool's domain

    $ call POST /echo?as=nonsense --local
    exit code 0
    --- stdout
    {"message": "Internal server error"}--- stderr
    warning: POST /echo: `items` returned an invalid response: the response is a string, not an object (502 Internal server error)
      `items` logged:
        hello from /echo
    hint: a valid response is an object with, each optional, a numeric `statusCode`, `headers` and `multiValueHeaders`, a string `body` and `isBase64Encoded`

    $ call GET /news --local
    exit code 0
    --- stdout
    {"message":"Missing Authentication Token"}--- stderr
    warning: GET /news: what is deployed has no such route (403 Missing Authentication Token)
      the config has it, so what is deployed is another version of it
    hint: `stackctl plan --local` shows what differs, `stackctl up --local` deploys it

    $ call POST /echo?as=503 --local
    exit code 0
    --- stdout
    as you like it

    $ call POST /echo?as=404 --local --fail
    exit code 1
    --- stdout
    as you like it--- stderr
    error: POST /echo: `items` returned 404 Not Found
    "#);
}

#[test]
fn too_many_requests_are_explained() {
    let sandbox = Sandbox::scripted();
    sandbox.edit(r#""routes":"#, r#""api": { "throttle": { "rate": 0.01, "burst": 1 } }, "routes":"#);
    assert_eq!(sandbox.run("up --local --no-check").code, 0, "a check would exhaust the burst");
    sandbox.done("call POST /echo --local --fail");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --fail"), @r#"
    exit code 1
    --- stdout
    {"message":"Too Many Requests"}--- stderr
    error: POST /echo: requests come faster than the API takes them (429 Too Many Requests)
      `api.throttle` allows 0.01 requests per second, with a burst of 1
    hint: send fewer, or raise `api.throttle`
    "#);
}

#[test]
fn a_missing_permission_to_call_the_function_is_explained() {
    let (aws, sandbox) = ServedEmulator::deployed();
    aws.forbid("shop-dev-hello");
    // The config has another function now; the live deployment does not.
    sandbox.edit(r#""functions": { "hello""#, r#""functions": { "hallo""#);
    sandbox.edit(r#""GET /hello": { "function": "hello""#, r#""GET /hello": { "function": "hallo""#);
    sandbox.edit(r#"/{name}": { "function": "hello""#, r#"/{name}": { "function": "hallo""#);
    insta::assert_snapshot!(sandbox.transcript("call GET /hello"), @r#"
    exit code 0
    --- stdout
    {"message": "Internal server error"}--- stderr
    warning: GET /hello: API Gateway could not call `hello` (500 Internal server error)
      the permission to invoke it is missing, the function is missing, or too many invocations run at once
    hint: `stackctl status` shows what is missing, `stackctl up` creates it again
    "#);
}

const CONFIG: &str = r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev" },
  "functions": {
    "fails": { "source": "fails", "handler": "fails.handler", "runtime": "python3.13", "timeout": 1 },
    "lacks": { "source": "fails", "handler": "lacks.handler", "runtime": "python3.13" }
  },
  "routes": {
    "GET /fails/{how}": { "function": "fails", "auth": "none" },
    "GET /lacks": { "function": "lacks", "auth": "none" }
  }
}
"#;

const FAILS: &str = r#"
import os, time

def handler(event, context):
    how = event["pathParameters"]["how"]
    print("it fails by", how)
    if how == "raise":
        return {}["id"]
    if how == "exit":
        os._exit(3)
    if how == "time":
        time.sleep(20)
    return {"statusCode": 200, "cookies": []}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("config.json", CONFIG);
    sandbox.write("fails/fails.py", FAILS);
    sandbox.write("fails/lacks.py", "import yaml_of_nobody\n\ndef handler(event, context):\n    return {}\n");
    sandbox
}

/// The report of failures: warnings, errors, hints and the function's log, without parts that differ by machine.
fn said(text: &str) -> String {
    let of_failures = |line: &&str| {
        let log = line.trim_start();
        ["warning: ", "error: ", "hint: ", "  `"].iter().any(|start| line.starts_with(start))
            || ["it fails by", "[ERROR]", "Runtime."].iter().any(|start| log.starts_with(start))
            || log.contains("Task timed out")
            || log.contains("Error: Runtime exited")
    };
    text.lines().filter(of_failures).map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn a_function_that_cannot_start_is_named_by_the_up_that_deployed_it() {
    let sandbox = sandbox();
    insta::assert_snapshot!(said(&sandbox.transcript("up --local")), @r"
    warning: `lacks` cannot start: Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
    ");
    assert_eq!(said(&sandbox.transcript("up --local")), "", "nothing was deployed, so nothing is started");
}

#[test]
fn a_call_says_why_the_function_failed() {
    let sandbox = sandbox();
    sandbox.done("up --local --quiet");
    let paths = ["fails/raise", "fails/exit", "fails/time", "fails/shape", "lacks"];
    let said = paths.map(|path| said(&sandbox.transcript(&format!("call GET /{path} --local"))));
    insta::assert_snapshot!(said.concat(), @r"
    warning: GET /fails/raise: `fails` failed: KeyError: 'id' (502 Internal server error)
      `fails` logged:
        it fails by raise
        [ERROR] KeyError: 'id'
    warning: GET /fails/exit: `fails` exited while it handled the request: exit status 3 (502 Internal server error)
      `fails` logged:
        it fails by exit
        RequestId: ID Error: Runtime exited with error: exit status 3
        Runtime.ExitError
    warning: GET /fails/time: `fails` timed out after 1.00 seconds (502 Internal server error)
      `fails` logged:
        it fails by time
        MOMENT ID Task timed out after 1.00 seconds
    hint: raise `functions.fails.timeout`, now 1 s
    warning: GET /fails/shape: `fails` returned an invalid response: `cookies` is not a member of a response; members are: statusCode, headers, multiValueHeaders, body, isBase64Encoded (502 Internal server error)
      `fails` logged:
        it fails by shape
    hint: a valid response is an object with, each optional, a numeric `statusCode`, `headers` and `multiValueHeaders`, a string `body` and `isBase64Encoded`
    warning: GET /lacks: `lacks` cannot start: Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody' (502 Internal server error)
      `lacks` logged:
        [ERROR] Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
    hint: put `yaml_of_nobody` into the folder of `lacks`, or fix the import
    ");
}

#[test]
fn a_check_says_why_the_function_failed() {
    let sandbox = sandbox();
    sandbox.edit(
        r#""GET /lacks": { "function": "lacks", "auth": "none" }"#,
        r#""GET /lacks": { "function": "lacks", "auth": "none", "check": {} }"#,
    );
    insta::assert_snapshot!(said(&sandbox.transcript("up --local --quiet")), @r"
    error: GET /lacks without a token: the response is 502, not 200; `lacks` cannot start: Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
      `lacks` has logged:
        [ERROR] Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
    hint: put `yaml_of_nobody` into the folder of `lacks`, or fix the import
    hint: there was no live version before, so there is nothing to roll back to; `stackctl up --local` checks it again
    ");
}

#[test]
fn a_call_names_what_the_live_deployment_calls() {
    let sandbox = sandbox();
    sandbox.done("up --local --quiet");
    sandbox.edit(r#""GET /lacks": { "function": "lacks""#, r#""GET /lacks": { "function": "fails""#);
    let ran = sandbox.run("call GET /lacks --local");
    assert!(ran.err.starts_with("warning: GET /lacks: `lacks` cannot start: "), "{}", ran.err);
}
