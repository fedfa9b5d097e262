//! The effects of CORS on the routes.

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
fn every_path_responds_to_preflights_with_its_methods() {
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
fn a_function_with_its_own_options_route_gets_no_preflight() {
    let routes = routes(
        json!({ "GET /a": { "function": "hello" }, "OPTIONS /a": { "function": "hello", "auth": "none" } }),
        json!({ "allowedOrigins": ["*"] }),
    );
    assert_eq!(routes["preflights"], json!({}));
    assert_eq!(routes["routes"]["OPTIONS /a"]["auth"], "none");
}

#[test]
fn configured_methods_headers_and_max_age_apply_to_every_path() {
    let cors = json!({ "allowedOrigins": ["*"], "allowedMethods": ["GET"], "allowedHeaders": ["X-Trace"], "maxAgeSeconds": 5 });
    let routes = routes(json!({ "POST /a": { "function": "hello" } }), cors);
    assert_eq!(
        routes["preflights"]["/a"],
        json!({ "origins": ["*"], "headers": ["X-Trace"], "methods": ["GET"], "max_age_seconds": 5 })
    );
}

#[test]
fn credentials_are_allowed_by_every_preflight() {
    let cors = json!({ "allowedOrigins": ["https://*.shop.example"], "allowCredentials": true });
    let routes = routes(json!({ "GET /a": { "function": "hello" } }), cors);
    assert_eq!(routes["preflights"]["/a"]["credentials"], true);
    assert_eq!(routes["preflights"]["/a"]["origins"], json!(["https://*.shop.example"]));
}

/// The headers of API Gateway's own 4xx and 5xx responses.
fn errors(cors: Value) -> [Value; 2] {
    let routes = routes(json!({ "GET /a": { "function": "hello" } }), cors);
    ["DEFAULT_4XX", "DEFAULT_5XX"].map(|name| routes["gateway_responses"][name]["headers"].clone())
}

#[test]
fn errors_of_api_gateway_return_a_single_origin() {
    for origin in ["https://a.example", "*"] {
        let headers = json!({ "Access-Control-Allow-Origin": format!("'{origin}'") });
        assert_eq!(errors(json!({ "allowedOrigins": [origin] })), [headers.clone(), headers]);
    }
    let headers = json!({
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Allow-Origin": "'https://a.example'",
        "Access-Control-Expose-Headers": "'X-One,X-Two'",
    });
    let cors = json!({ "allowedOrigins": ["https://a.example"], "allowCredentials": true, "exposedHeaders": ["X-Two", "X-One"] });
    assert_eq!(errors(cors), [headers.clone(), headers]);
}

#[test]
fn with_several_origins_errors_return_the_origin_of_the_request() {
    let headers = json!({ "Access-Control-Allow-Origin": "method.request.header.origin", "Vary": "'Origin'" });
    for origins in [json!(["https://a.example", "https://b.example"]), json!(["https://*.shop.example"])] {
        assert_eq!(errors(json!({ "allowedOrigins": origins })), [headers.clone(), headers.clone()]);
        let mut with = headers.clone();
        with["Access-Control-Allow-Credentials"] = "'true'".into();
        let cors = json!({ "allowedOrigins": origins, "allowCredentials": true });
        assert_eq!(errors(cors), [with, headers.clone()], "a 5xx may depend on cookies");
    }
}
