//! What a function can see of the machine.

use std::collections::BTreeMap;

use http::Method;
use serde_json::json;

use super::{answered, failed, test};
use crate::{
    runtime::{Interpreter, MissingInterpreter, interpreter_for, sandbox},
    testing::{REGION, function},
};

#[tokio::test]
async fn the_environment_has_only_lambdas_and_the_functions_own_variables() {
    let test = test().await;
    test.emulator.served_at("http://127.0.0.1:4566".into());
    let source = "import os\ndef handler(e, c): return dict(os.environ)";
    let more = json!({ "Environment": { "Variables": { "MINE": "yes" } }, "MemorySize": 256 });
    test.make_function("hello", ("main.py", source), more).await;
    let mut variables: BTreeMap<String, String> =
        serde_json::from_value(answered(test.invoke("hello", &json!({})).await)).unwrap();
    for volatile in [
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "_X_AMZN_TRACE_ID",
    ] {
        assert!(variables.remove(volatile).is_some_and(|value| !value.is_empty()), "{volatile} is missing");
    }
    let key = variables.remove("AWS_ACCESS_KEY_ID").unwrap();
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    // Python adds the first one itself if the locale is missing, the shell adds the others.
    for own in ["LC_CTYPE", "OLDPWD", "SHLVL", "_"] {
        variables.remove(own);
    }
    if !sandbox::works() {
        let folders =
            ["HOME", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR"];
        assert!(folders.iter().all(|name| variables.contains_key(*name)), "{variables:?}");
        return;
    }
    let wanted = [
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "hello"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
        ("AWS_REGION", REGION),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LANG", "en_US.UTF-8"),
        (
            "LD_LIBRARY_PATH",
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        ),
        ("MINE", "yes"),
        ("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("PWD", "/var/task"),
        ("PYTHONPATH", "/var/runtime"),
        ("TZ", ":UTC"),
        ("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1"),
        ("_AWS_XRAY_DAEMON_PORT", "2000"),
        ("_HANDLER", "main.handler"),
    ];
    assert_eq!(variables, wanted.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
}

/// Reports what it can do, beyond the code's folder only where the machine has the means for it.
const PROBE: &str = "
import getpass, os, subprocess

def attempt(act):
    try:
        return act()
    except OSError as error:
        return error.strerror

def write(path):
    with open(path, 'ab') as file:
        return file.write(b'x' * 9)

def handler(event, context):
    return {
        'code': attempt(lambda: write('/var/task/x')),
        'root': attempt(lambda: write('/x')),
        'home': attempt(lambda: os.listdir(os.path.expanduser('~'))),
        'found': attempt(lambda: os.listdir('/tmp')),
        'tmp': attempt(lambda: write('/tmp/x')),
        'size': os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize // 1024 // 1024,
        'user': getpass.getuser(),
        'place': __file__,
        'processes': sum(name.isdigit() for name in os.listdir('/proc')),
        'python': os.path.basename(subprocess.run(['python3', '-c', 'print(1)'], capture_output=True).stdout.decode()),
    }
";

#[tokio::test]
async fn a_function_has_lambdas_folders_and_an_environment_of_its_own() {
    if !sandbox::works() {
        return eprintln!("ignored: this machine has no namespaces for ordinary users");
    }
    let test = test().await;
    for name in ["one", "other"] {
        let more = json!({ "EphemeralStorage": { "Size": 600 } });
        test.make_function(name, ("main.py", PROBE), more).await;
        let mut found = answered(test.invoke(name, &json!({})).await);
        let processes = found["processes"].take();
        let wanted = json!({
            "code": "Read-only file system", "root": "Read-only file system", "home": "No such file or directory",
            "found": [], "tmp": 9, "size": 600, "user": "sbx_user1051", "place": "/var/task/main.py",
            "processes": null, "python": "1\n",
        });
        assert_eq!(found, wanted);
        assert!(processes.as_u64().unwrap() <= 3, "{processes}");
    }
    assert_eq!(crate::not_enforced(), [""; 0]);
}

#[tokio::test]
async fn a_function_that_uses_more_memory_than_it_has_is_killed() {
    let test = test().await;
    test.make_log_group("/aws/lambda/hello").await;
    let source = "
import subprocess, sys
def handler(event, context):
    fill = f'import time; x = bytearray({event}) ; x[::4096] = bytes(len(x[::4096]))'
    subprocess.run([sys.executable, '-c', f'{fill}; time.sleep(10)']) if event < 0 else exec(fill)
    return len(str(event))
";
    let source = source.replace("event < 0", "event % 2");
    test.make_function("hello", ("main.py", &source), json!({ "Timeout": 20 })).await;
    assert_eq!(answered(test.invoke("hello", &json!(20_000_000)).await), 8);
    // By the function's process for a moment, and by one that it starts.
    for bytes in [400_000_000, 400_000_001] {
        let reply = test.invoke("hello", &json!(bytes)).await;
        let request_id = reply.header("x-amzn-requestid");
        let message = format!("RequestId: {request_id} Error: Runtime exited with error: signal: killed");
        assert_eq!(failed(&reply), json!({ "errorType": "Runtime.OutOfMemory", "errorMessage": message }));
        let logged = test.logged("/aws/lambda/hello").await;
        let report = logged.last().unwrap();
        let wanted = "Memory Size: 128 MB\tMax Memory Used: 128 MB\t";
        assert!(
            report.contains(wanted) && report.ends_with("Status: error\tError Type: Runtime.OutOfMemory"),
            "{report}"
        );
    }
}

#[tokio::test]
async fn a_wrapper_starts_the_runtime() {
    let test = test().await;
    let code = "import os\ndef handler(e, c): return os.nice(0) >= 10";
    for (name, path, wanted) in [
        ("wrapped", "/usr/bin/nice", json!(true)),
        ("missing", "/opt/wrap", json!({ "errorType": "Runtime.ExitError", "errorMessage": "exit status 127" })),
    ] {
        let mut members = function(name, &[("main.py", code)]);
        members["Environment"] = json!({ "Variables": { "AWS_LAMBDA_EXEC_WRAPPER": path } });
        test.call(Method::POST, "/2015-03-31/functions", &members).await.done();
        let mut got = test.invoke(name, &json!({})).await.json();
        if let Some(message) = got["errorMessage"].as_str() {
            got["errorMessage"] = message.rsplit("error: ").next().into();
        }
        assert_eq!(got, wanted);
    }
}

#[test]
fn an_interpreter_is_found_or_reported_as_missing() {
    assert_eq!(interpreter_for("provided.al2023"), Ok(Interpreter::Bootstrap));
    let python = interpreter_for("python3.1").unwrap();
    assert!(python.note().unwrap().starts_with("python3.1 not found, using Python 3."));
    let missing = interpreter_for("dotnet10").unwrap_err();
    assert_eq!(missing, MissingInterpreter::NotImitated { runtime: "dotnet10".into() });
    let absent =
        MissingInterpreter::NotInstalled { runtime: "python3.13".into(), program: "python3", product: "Python 3" };
    assert_eq!(
        absent.to_string(),
        "the runtime python3.13 needs `python3`, which is not on the PATH; install Python 3 to run its \
         functions locally"
    );
}
