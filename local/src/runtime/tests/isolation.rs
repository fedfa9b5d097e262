//! What a function can see of the machine.

use std::collections::BTreeMap;

use serde_json::json;

use super::{answered, test};
use crate::{
    runtime::{Interpreter, MissingInterpreter, interpreter_for},
    testing::REGION,
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
        "HOME",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "PATH",
        "TMPDIR",
        "_X_AMZN_TRACE_ID",
    ] {
        assert!(variables.remove(volatile).is_some_and(|value| !value.is_empty()), "{volatile} is missing");
    }
    // Python adds this one itself if the locale is missing.
    variables.remove("LC_CTYPE");
    let wanted = [
        ("AWS_ACCESS_KEY_ID", "ASIALOCALLOCALLOCAL0"),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "hello"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
        ("AWS_REGION", REGION),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("LANG", "en_US.UTF-8"),
        ("MINE", "yes"),
        ("TZ", ":UTC"),
        ("_HANDLER", "main.handler"),
    ];
    assert_eq!(variables, wanted.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
}

#[test]
fn an_interpreter_is_found_or_reported_as_missing() {
    assert_eq!(interpreter_for("provided.al2023"), Ok(Interpreter::Bootstrap));
    let Ok(Interpreter::Python { note, .. }) = interpreter_for("python3.1") else {
        panic!("Python 3 is not installed")
    };
    assert!(note.unwrap().starts_with("python3.1 not found, using Python 3."));
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
