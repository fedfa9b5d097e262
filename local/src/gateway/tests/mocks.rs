//! CORS preflights and gateway responses.

use http::{Method, Request};
use serde_json::json;

use super::{Api, mock};

async fn preflight(api: &Api) {
    let place = api.method("OPTIONS /pets", &json!({}), &mock(204)).await;
    let header = |name: &str| format!("method.response.header.Access-Control-Allow-{name}");
    let declared = json!({ "responseParameters": { header("Origin"): false, header("Methods"): false } });
    api.edit(Method::PUT, &format!("{place}/responses/204"), &declared).await;
    let mapping = json!({
        "responseParameters": { header("Origin"): "'https://example.com'", header("Methods"): "'GET,OPTIONS'" },
    });
    api.edit(Method::PUT, &format!("{place}/integration/responses/204"), &mapping).await;
}

#[tokio::test]
async fn a_mock_returns_the_mapped_headers_for_a_preflight() {
    let api = Api::new().await;
    preflight(&api).await;
    api.deploy().await;
    let reply = api.send(Request::options("/").header("origin", "https://example.com"), "/pets", "").await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(reply.header("access-control-allow-origin"), "https://example.com");
    assert_eq!(reply.header("access-control-allow-methods"), "GET,OPTIONS");
}

#[tokio::test]
async fn a_mock_without_an_integration_response_returns_500() {
    let api = Api::new().await;
    api.method("GET /pets", &json!({}), &mock(200)).await;
    api.deploy().await;
    let reply = api.get("/pets").await;
    assert_eq!((reply.status, reply.text.as_str()), (500, r#"{"message": "Internal server error"}"#));
}

#[tokio::test]
async fn gateway_responses_customize_error_responses() {
    let api = Api::new().await;
    preflight(&api).await;
    let origin = "gatewayresponse.header.Access-Control-Allow-Origin";
    let default = json!({ "responseParameters": { origin: "'*'" } });
    api.edit(Method::PUT, "/gatewayresponses/DEFAULT_4XX", &default).await;
    api.deploy().await;
    let reply = api.get("/dogs").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (403, "*"));
    assert_eq!(reply.text, r#"{"message":"Missing Authentication Token"}"#);
    let own = json!({
        "statusCode": "404",
        "responseParameters": { origin: "method.request.header.Origin" },
        "responseTemplates": { "application/json": "{\"error\":$context.error.messageString,\"at\":\"$context.path\"}" },
    });
    api.edit(Method::PUT, "/gatewayresponses/MISSING_AUTHENTICATION_TOKEN", &own).await;
    api.deploy().await;
    let reply = api.send(Request::get("/").header("origin", "https://a.example"), "/dogs", "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (404, "https://a.example"));
    assert_eq!(reply.text, r#"{"error":"Missing Authentication Token","at":"/dev/dogs"}"#);
}

#[tokio::test]
async fn a_response_template_returns_an_allowed_origin() {
    let api = Api::new().await;
    let place = api.method("OPTIONS /pets", &json!({}), &mock(200)).await;
    let header = "method.response.header.Access-Control-Allow-Origin";
    let declared = json!({ "responseParameters": { header: false } });
    api.edit(Method::PUT, &format!("{place}/responses/200"), &declared).await;
    let template = "#set($origin = $input.params().header.get(\"origin\"))\n#if($origin == \"https://b.example\")\n\
        #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end";
    let mapping = json!({
        "responseParameters": { header: "'https://a.example'" },
        "responseTemplates": { "application/json": template },
    });
    api.edit(Method::PUT, &format!("{place}/integration/responses/200"), &mapping).await;
    api.deploy().await;
    for (origin, told) in [("https://b.example", "https://b.example"), ("https://c.example", "https://a.example")] {
        let reply = api.send(Request::options("/").header("origin", origin), "/pets", "").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, told));
        assert_eq!(reply.text.trim(), "");
    }
}
