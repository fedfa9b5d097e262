//! What CORS adds to the routes.

use serde_json::{Value, json};

use super::{desired, spec, with_routes};

#[expect(clippy::needless_pass_by_value, reason = "tests write the JSON where it is used")]
fn routes(routes: Value, cors: Value) -> Value {
    spec(&desired(&with_routes(routes, json!({ "cors": cors }))), "api_routes.main")
}

#[test]
fn without_cors_there_are_no_preflights_and_no_headers() {
    let desired = desired(&with_routes(json!({ "GET /a": { "function": "hello" } }), json!({})));
    let routes = spec(&desired, "api_routes.main");
    assert_eq!((&routes["preflights"], &routes["gateway_responses"]), (&json!({}), &json!({})));
}

#[test]
fn every_path_answers_preflights_with_the_methods_it_has() {
    let routes = routes(
        json!({ "GET /a": { "function": "hello" }, "POST /a": { "function": "hello" }, "ANY /b/{proxy+}": { "function": "hello" } }),
        json!({ "allowedOrigins": ["https://shop.example"] }),
    );
    let preflight = |methods: Value| {
        json!({
            "origins": ["https://shop.example"],
            "headers": ["Authorization", "Content-Type"],
            "methods": methods,
            "max_age_seconds": 600,
        })
    };
    let all = json!(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
    assert_eq!(routes["preflights"], json!({ "/a": preflight(json!(["GET", "POST"])), "/b/{proxy+}": preflight(all) }));
}

#[test]
fn a_function_that_answers_preflights_itself_is_left_to_it() {
    let routes = routes(
        json!({ "GET /a": { "function": "hello" }, "OPTIONS /a": { "function": "hello", "auth": "none" } }),
        json!({ "allowedOrigins": ["*"] }),
    );
    assert_eq!(routes["preflights"], json!({}));
    assert_eq!(routes["routes"]["OPTIONS /a"]["auth"], "none");
}

#[test]
fn named_methods_headers_and_age_are_those_of_every_path() {
    let cors = json!({ "allowedOrigins": ["*"], "allowedMethods": ["GET"], "allowedHeaders": ["X-Trace"], "maxAgeSeconds": 5 });
    let routes = routes(json!({ "POST /a": { "function": "hello" } }), cors);
    assert_eq!(
        routes["preflights"]["/a"],
        json!({ "origins": ["*"], "headers": ["X-Trace"], "methods": ["GET"], "max_age_seconds": 5 })
    );
}

#[test]
fn errors_of_api_gateway_bear_the_origin_when_there_is_one_and_a_star_when_there_are_several() {
    let origin = |cors: Value| {
        let routes = routes(json!({ "GET /a": { "function": "hello" } }), cors);
        let responses = &routes["gateway_responses"];
        assert_eq!(responses["DEFAULT_4XX"], responses["DEFAULT_5XX"]);
        responses["DEFAULT_4XX"]["headers"]["Access-Control-Allow-Origin"].clone()
    };
    assert_eq!(origin(json!({ "allowedOrigins": ["https://a.example"] })), "'https://a.example'");
    assert_eq!(origin(json!({ "allowedOrigins": ["https://a.example", "https://b.example"] })), "'*'");
}
