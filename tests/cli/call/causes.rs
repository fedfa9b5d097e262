//! Why a function failed: the cause, what it logged, and what helps.

use super::super::sandbox::Sandbox;

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

/// What is said of failures: warnings, errors, hints and what the function itself logged. The versions of Python and the
/// places of the code differ from machine to machine.
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
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
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
    error: GET /lacks without a token: the answer is 502, not 200; `lacks` cannot start: Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
      `lacks` has logged:
        [ERROR] Runtime.ImportModuleError: Unable to import module 'lacks': No module named 'yaml_of_nobody'
    hint: put `yaml_of_nobody` into the folder of `lacks`, or fix the import
    hint: what it changes has served nothing before, so there is nothing to go back to; `stackctl up --local` checks it again
    ");
}

#[test]
fn a_call_names_what_the_live_deployment_calls() {
    let sandbox = sandbox();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    sandbox.edit(r#""GET /lacks": { "function": "lacks""#, r#""GET /lacks": { "function": "fails""#);
    let ran = sandbox.run("call GET /lacks --local");
    assert!(ran.err.starts_with("warning: GET /lacks: `lacks` cannot start: "), "{}", ran.err);
}
