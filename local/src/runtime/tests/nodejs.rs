//! The Node.js runtime.

use http::Method;
use serde_json::{Value, json};

use super::{answered, failed};
use crate::{
    runtime::interpreter_for,
    testing::{TestEmulator, function},
};

/// `None` if Node.js is missing: one interpreter is enough to work on this project.
async fn test() -> Option<TestEmulator> {
    match interpreter_for("nodejs20.x") {
        Ok(_) => Some(TestEmulator::with_worker().await),
        Err(missing) => {
            eprintln!("ignored: {missing}");
            None
        }
    }
}

async fn make(test: &TestEmulator, name: &str, handler: &str, files: &[(&str, &str)]) {
    make_on(test, "nodejs22.x", name, handler, files).await;
}

async fn make_on(test: &TestEmulator, runtime: &str, name: &str, handler: &str, files: &[(&str, &str)]) {
    let mut members = function(name, files);
    members["Runtime"] = json!(runtime);
    members["Handler"] = json!(handler);
    test.call(Method::POST, "/2015-03-31/functions", &members).await.done();
}

#[tokio::test]
async fn handlers_return_by_promise_or_callback_from_scripts_or_modules() {
    let Some(test) = test().await else { return };
    let asynchronous = "exports.handler = async (event, context) => ({ event, name: context.functionName });";
    make(&test, "async", "index.handler", &[("index.js", asynchronous)]).await;
    let wanted = json!({ "event": { "a": 1 }, "name": "async" });
    assert_eq!(answered(test.invoke("async", &json!({ "a": 1 })).await), wanted);
    let callback = "exports.handler = (event, context, done) => setTimeout(() => done(null, 'called back'), 5);";
    make(&test, "callback", "index.handler", &[("index.js", callback)]).await;
    assert_eq!(answered(test.invoke("callback", &json!({})).await), "called back");
    let module = "export const handler = async () => undefined;";
    make(&test, "module", "api/v1/index.handler", &[("api/v1/index.mjs", module)]).await;
    assert_eq!(answered(test.invoke("module", &json!({})).await), Value::Null);
    let package = ("package.json", r#"{ "type": "module" }"#);
    make(&test, "typed", "index.api.run", &[("index.js", "export const api = { run: async () => 7 };"), package]).await;
    assert_eq!(answered(test.invoke("typed", &json!({})).await), 7);
}

#[tokio::test]
async fn errors_have_a_type_a_message_and_a_trace() {
    let Some(test) = test().await else { return };
    let throwing = "exports.handler = async () => { throw new TypeError('no luck'); };";
    make(&test, "throwing", "index.handler", &[("index.js", throwing)]).await;
    let error = failed(&test.invoke("throwing", &json!({})).await);
    assert_eq!((&error["errorType"], &error["errorMessage"]), (&json!("TypeError"), &json!("no luck")));
    assert!(error["trace"][1].as_str().unwrap().contains("index.js"), "{error}");
    let failing = "exports.handler = (event, context, done) => done(new Error('called back'));";
    make(&test, "failing", "index.handler", &[("index.js", failing)]).await;
    assert_eq!(failed(&test.invoke("failing", &json!({})).await)["errorMessage"], "called back");
    make(&test, "missing", "index.handler", &[("index.js", "require('nothing-of-this-name');")]).await;
    let error = failed(&test.invoke("missing", &json!({})).await);
    assert_eq!(error["errorType"], "Runtime.ImportModuleError");
    make(&test, "nameless", "index.other", &[("index.js", "exports.handler = 1;")]).await;
    let error = failed(&test.invoke("nameless", &json!({})).await);
    assert_eq!(error["errorMessage"], "index.other is undefined or not exported");
    let uncaught = "exports.handler = () => { setTimeout(() => { throw new Error('late'); }, 1); };";
    make(&test, "uncaught", "index.handler", &[("index.js", uncaught)]).await;
    for _ in 0..2 {
        assert_eq!(failed(&test.invoke("uncaught", &json!({})).await)["errorMessage"], "late");
    }
    let circular = "exports.handler = async () => { const a = {}; a.a = a; return a; };";
    make(&test, "circular", "index.handler", &[("index.js", circular)]).await;
    assert_eq!(failed(&test.invoke("circular", &json!({})).await)["errorType"], "Runtime.MarshalError");
}

#[tokio::test]
async fn console_output_has_the_columns_of_lambda() {
    let Some(test) = test().await else { return };
    test.make_log_group("/aws/lambda/talker").await;
    let source =
        "exports.handler = async () => { console.log('count %d', 3); console.error(new Error('x').message); };";
    make(&test, "talker", "index.handler", &[("index.js", source)]).await;
    let reply = test.invoke("talker", &json!({})).await;
    let request_id = reply.header("x-amzn-requestid").to_owned();
    answered(reply);
    let logged = test.logged("/aws/lambda/talker").await;
    for wanted in [format!("\t{request_id}\tINFO\tcount 3"), format!("\t{request_id}\tERROR\tx")] {
        assert!(logged.iter().any(|message| message.ends_with(&wanted)), "{wanted}: {logged:?}");
    }
}

#[tokio::test]
async fn each_runtime_version_accepts_the_handlers_that_it_accepts_on_lambda() {
    let Some(test) = test().await else { return };
    let called = "exports.handler = (event, context, done) => { setTimeout(() => done(null, 'late'), 5); };";
    let waits = "exports.handler = (event, context, done) => { let n = 0; setTimeout(() => n++, 20); done(null, { get n() { return n } }); };";
    let returns = "exports.handler = () => 'returned';";
    let module = "export const handler = async () => 'module';";
    let patched = "
        const http = require('http');
        for (const name of ['request', 'get', 'Agent']) http[name] = () => { throw new Error('patched'); };
        JSON.stringify = JSON.parse = () => { throw new Error('patched'); };
        globalThis.Date = class { static now() { throw new Error('patched'); } };
        process.exit = process.stdout.write = () => { throw new Error('patched'); };
        exports.handler = async (event, context) => 0 < context.getRemainingTimeInMillis();";
    let removed = "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. \
                   You need to modify this function to use a supported handler signature to use Node.js 24 or later. \
                   For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";
    let rejected = json!(["Runtime.CallbackHandlerDeprecated", removed]);
    let syntax = json!(["Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token 'export'"]);
    for (at, (runtime, source, wanted)) in [
        ("nodejs22.x", called, json!("late")),
        ("nodejs24.x", called, rejected),
        ("nodejs22.x", waits, json!({ "n": 1 })),
        ("nodejs22.x", returns, Value::Null),
        ("nodejs24.x", returns, json!("returned")),
        ("nodejs22.x", module, syntax),
        ("nodejs22.x", patched, json!(true)),
        ("nodejs24.x", patched, json!(true)),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("f{at}");
        make_on(&test, runtime, &name, "index.handler", &[("index.js", source)]).await;
        let got = test.invoke(&name, &json!({})).await.json();
        let got = if got["errorType"].is_null() { got } else { json!([got["errorType"], got["errorMessage"]]) };
        assert_eq!(got, wanted, "{runtime}: {source}");
    }
}
