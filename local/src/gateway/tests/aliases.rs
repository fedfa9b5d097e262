//! Integrations that invoke an alias.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use super::{Api, proxy};
use crate::testing::{ACCOUNT, REGION, function_arn, zip};

const FUNCTION: &str = "/2015-03-31/functions/greeter";

fn code(word: &str) -> String {
    format!(
        "import os\ndef handler(event, context):\n    return {{'statusCode': 200, 'body': '{word} ' + \
         os.environ.get('NAME', 'nobody') + ' ' + context.function_version + ' ' + context.invoked_function_arn}}\n"
    )
}

/// An API whose only route invokes the alias `live` of a function.
async fn fronted() -> Api {
    let api = Api::new().await;
    api.test.make_function("greeter", ("main.py", &code("hello")), json!({ "Publish": true })).await;
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    api.test.call(Method::POST, &format!("{FUNCTION}/aliases"), &alias).await.done();
    api.method("GET /", &json!({}), &proxy("greeter:live")).await;
    api.deploy().await;
    api
}

async fn permit(api: &Api, qualifier: &str) {
    let permission = json!({
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/*", api.id),
    });
    api.test.call(Method::POST, &format!("{FUNCTION}/policy{qualifier}"), &permission).await.done();
}

#[tokio::test]
async fn an_alias_requires_its_own_permission() {
    let api = fronted().await;
    assert_eq!(api.get("/").await.status, 500);
    permit(&api, "").await;
    assert_eq!(api.get("/").await.status, 500, "a permission on the function does not apply to the alias");
    permit(&api, "?Qualifier=live").await;
    assert_eq!(api.get("/").await.status, 200);
}

#[tokio::test]
async fn an_alias_invokes_its_version_and_moves_at_once() {
    let api = fronted().await;
    permit(&api, "?Qualifier=live").await;
    let arn = format!("{}:live", function_arn("greeter"));
    let answers = async |text: &str| assert_eq!(api.get("/").await.text, format!("{text} {arn}"));
    answers("hello nobody 1").await;

    let settings = json!({ "Environment": { "Variables": { "NAME": "ada" } } });
    api.test.call(Method::PUT, &format!("{FUNCTION}/configuration"), &settings).await.done();
    api.test.read_function("greeter").await;
    let zipped = STANDARD.encode(zip(&[("main.py", &code("goodbye"))]));
    let code = json!({ "ZipFile": zipped, "Publish": true });
    api.test.call(Method::PUT, &format!("{FUNCTION}/code"), &code).await.done();
    answers("hello nobody 1").await;

    let point = async |version: &str| {
        let alias = json!({ "FunctionVersion": version });
        api.test.call(Method::PUT, &format!("{FUNCTION}/aliases/live"), &alias).await.done();
    };
    point("2").await;
    answers("goodbye ada 2").await;
    point("1").await;
    answers("hello nobody 1").await;
    api.test.call(Method::DELETE, &format!("{FUNCTION}/aliases/live"), &Value::Null).await;
    assert_eq!(api.get("/").await.status, 500);
}
