//! Routing of requests to methods and deployments.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{Api, mock};

/// An API whose routes return different statuses.
async fn api(routes: &[(&str, u16)]) -> Api {
    let api = Api::new().await;
    for (route, status) in routes {
        answer(&api, route, *status).await;
    }
    api.deploy().await;
    api
}

/// Creates a route that returns a status.
pub(super) async fn answer(api: &Api, route: &str, status: u16) {
    let place = api.method(route, &json!({}), &mock(status)).await;
    api.edit(Method::PUT, &format!("{place}/responses/{status}"), &json!({})).await;
    api.edit(Method::PUT, &format!("{place}/integration/responses/{status}"), &json!({})).await;
}

#[tokio::test]
async fn the_most_specific_resource_and_method_match() {
    let routes = [
        ("GET /", 200),
        ("GET /pets", 201),
        ("ANY /pets", 202),
        ("GET /pets/{id}", 203),
        ("GET /pets/mine", 205),
        ("GET /pets/{id}/toys", 206),
        ("ANY /{proxy+}", 207),
    ];
    let api = api(&routes).await;
    for (path, status) in [
        ("", 200),
        ("/", 200),
        ("/pets", 201),
        ("/pets/", 201),
        ("/pets/7", 203),
        ("/pets/mine", 205),
        ("/pets/mine/toys", 206),
        ("/pets/7/toys", 206),
        ("/pets/7/toys/ball", 207),
        ("/else", 207),
        ("/else/where/", 207),
        ("/p%65ts", 201),
        ("//pets", 201),
        ("/pets//mine", 207),
        ("/pets//", 207),
    ] {
        assert_eq!(api.get(path).await.status, status, "{path}");
    }
    assert_eq!(api.send(Request::post("/"), "/pets", "").await.status, 202);
    // A resource without the method is skipped.
    assert_eq!(api.send(Request::post("/"), "/pets/7", "{}").await.status, 207);
    assert_eq!(api.send(Request::post("/"), "/", "{}").await.status, 403);
    let trace = Request::builder().method(Method::TRACE);
    assert_eq!(api.send(trace, "/pets", "").await.status, 403, "ANY does not include TRACE");
}

#[tokio::test]
async fn unknown_routes_stages_and_apis_return_api_gateways_errors() {
    let api = api(&[("GET /pets", 200)]).await;
    let unknown = api.get("/dogs").await;
    assert_eq!(unknown.text, r#"{"message":"Missing Authentication Token"}"#);
    assert_eq!((unknown.status, unknown.header("x-amzn-errortype")), (403, "MissingAuthenticationTokenException"));
    assert!(!unknown.header("x-amzn-requestid").is_empty() && !unknown.header("x-amz-apigw-id").is_empty());
    for path in [format!("/_aws/execute-api/{}/prod/pets", api.id), "/_aws/execute-api/nothing00/dev/pets".into()] {
        let request = Request::get(&path).body(bytes::Bytes::new()).unwrap();
        let reply = api.test.send(request).await;
        assert_eq!((reply.status, reply.text.as_str()), (403, r#"{"message":"Forbidden"}"#), "{path}");
    }
}

#[tokio::test]
async fn the_other_urls_reach_the_same_api() {
    let api = api(&[("GET /pets/{id}", 200), ("GET /.well-known/{which}", 201), ("GET /_stackctl/health", 202)]).await;
    let host = format!("{}.execute-api.localhost:4566", api.id);
    for (host, path, status) in [
        ("localhost", format!("/restapis/{}/dev/_user_request_/pets/7", api.id), 200),
        (&host, "/dev/pets/7".into(), 200),
        (&host, "//dev//pets/7".into(), 200),
        (&host, "/dev/.well-known/jwks.json".into(), 201),
        (&host, "/_stackctl/health".into(), 403),
        ("shop.auth.localhost", "/login".into(), 501),
        ("localhost", format!("/_aws/execute-api/{}/dev/.well-known/jwks.json", api.id), 201),
        ("localhost", format!("/_aws/execute-api/{}/dev/_stackctl/health", api.id), 202),
    ] {
        let request = Request::get(&path).header("host", host).body(bytes::Bytes::new()).unwrap();
        assert_eq!(api.test.send(request).await.status, status, "{host} {path}");
    }
}

#[tokio::test]
async fn edits_after_a_deployment_are_not_live() {
    let api = api(&[("GET /pets", 200)]).await;
    answer(&api, "GET /dogs", 201).await;
    assert_eq!(api.get("/dogs").await.status, 403);
    let deployment = api.edit(Method::POST, "/deployments", &json!({})).await;
    assert_eq!(api.get("/dogs").await.status, 403);
    let patch = json!({ "op": "replace", "path": "/deploymentId", "value": deployment["id"] });
    api.edit(Method::PATCH, "/stages/dev", &json!({ "patchOperations": [patch] })).await;
    assert_eq!(api.get("/dogs").await.status, 201);
    api.test.call(Method::DELETE, &format!("/restapis/{}", api.id), &Value::Null).await.done();
    assert_eq!(api.get("/dogs").await.text, r#"{"message":"Forbidden"}"#);
}

#[tokio::test(start_paused = true)]
async fn the_settings_of_a_stage_throttle_requests() {
    let api = api(&[("GET /pets", 200), ("GET /dogs", 200)]).await;
    let patch = |path: &str, value: &str| json!({ "op": "replace", "path": path, "value": value });
    let patches = [patch("/*/*/throttling/rateLimit", "1"), patch("/*/*/throttling/burstLimit", "2")];
    api.edit(Method::PATCH, "/stages/dev", &json!({ "patchOperations": patches })).await;
    assert_eq!(api.get("/pets").await.status, 200);
    assert_eq!(api.get("/dogs").await.status, 200);
    let refused = api.get("/pets").await;
    assert_eq!((refused.status, refused.text.as_str()), (429, r#"{"message":"Too Many Requests"}"#));
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(api.get("/pets").await.status, 200);
    assert_eq!(api.get("/pets").await.status, 429);
}
