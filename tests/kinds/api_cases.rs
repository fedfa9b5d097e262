//! Two specs for each of the kinds that make up an API.

use serde_json::{Value, json};
use stackctl::aws::Clients;

use super::cases::{Case, key, make, user_pool, with};

const FUNCTION: &str = "arn:aws:lambda:us-west-2:000000000000:function:f";

pub(super) async fn api_cases(cloud: &Clients) -> Vec<Case> {
    vec![rest_api_case(), authorizer_case(cloud).await, api_routes_case(cloud).await, stage_case(cloud).await]
}

fn rest_api(name: &str) -> Value {
    json!({
        "name": name, "description": "for a test", "endpoint_type": "REGIONAL",
        "binary_media_types": ["image/png", "text/*"], "tags": { "kept": "1", "gone": "1" },
    })
}

fn rest_api_case() -> Case {
    let first = rest_api("api");
    let second = with(
        &first,
        json!({
            "name": "interface", "description": "", "endpoint_type": "EDGE",
            "binary_media_types": ["application/x~y", "text/*"], "tags": { "kept": "2", "new": "1" },
        }),
    );
    Case { key: key("rest_api"), first, second, claimed_by_name: false }
}

fn authorizer(api: &Value, pool: &Value) -> Value {
    json!({
        "rest_api_id": api["id"], "name": "people", "provider_arns": [pool["arn"]],
        "identity_source": "method.request.header.Authorization", "ttl_seconds": 300,
    })
}

async fn authorizer_case(cloud: &Clients) -> Case {
    let api = make(cloud, "rest_api", &rest_api("authorized")).await;
    let pools = [make(cloud, "user_pool", &user_pool("old")).await, make(cloud, "user_pool", &user_pool("new")).await];
    let first = authorizer(&api, &pools[0]);
    let second = with(
        &first,
        json!({
            "name": "persons", "provider_arns": [pools[1]["arn"]],
            "identity_source": "method.request.header.X-Token", "ttl_seconds": 0,
        }),
    );
    Case { key: key("authorizer"), first, second, claimed_by_name: true }
}

fn route(auth: &str, scopes: &[&str]) -> Value {
    json!({ "function": FUNCTION, "auth": auth, "scopes": scopes, "timeout_millis": 29_000, "unmanaged": {} })
}

fn preflight(origins: &[&str]) -> Value {
    json!({ "origins": origins, "headers": ["Authorization"], "methods": ["GET"], "max_age_seconds": 600 })
}

/// With credentials.
fn trusting(origins: &[&str]) -> Value {
    with(&preflight(origins), json!({ "credentials": true }))
}

async fn api_routes_case(cloud: &Clients) -> Case {
    let api = make(cloud, "rest_api", &rest_api("routed")).await;
    let pool = make(cloud, "user_pool", &user_pool("routes")).await;
    let one = make(cloud, "authorizer", &authorizer(&api, &pool)).await;
    let two = make(cloud, "authorizer", &with(&authorizer(&api, &pool), json!({ "name": "another" }))).await;
    let header = |origin: &str| json!({ "headers": { "Access-Control-Allow-Origin": origin }, "unmanaged": {} });
    let first = json!({
        "rest_api_id": api["id"], "authorizer_id": one["id"],
        "routes": { "GET /": route("none", &[]), "GET /a/{id}": route("cognito", &[]), "ANY /b/{proxy+}": route("cognito", &["s/r"]) },
        "preflights": {
            "/": preflight(&["*"]), "/gone": preflight(&["https://a.example"]), "/trusted": trusting(&["https://a.example"]),
        },
        "gateway_responses": { "DEFAULT_4XX": header("'*'"), "DEFAULT_5XX": header("'*'") },
        "unrouted": [],
    });
    let second = with(
        &first,
        json!({
            "authorizer_id": two["id"],
            "routes": { "GET /": route("cognito", &[]), "POST /a/{name}": route("none", &[]) },
            "preflights": {
                "/": preflight(&["https://a.example", "https://b.example", "https://c.example"]),
                "/trusted": trusting(&["https://*.a.example", "https://b.example"]),
            },
            "gateway_responses": { "DEFAULT_4XX": header("method.request.header.origin") },
        }),
    );
    Case { key: key("api_routes"), first, second, claimed_by_name: true }
}

async fn stage_case(cloud: &Clients) -> Case {
    let api = make(cloud, "rest_api", &rest_api("staged")).await;
    let routes = json!({
        "rest_api_id": api["id"], "authorizer_id": null, "routes": { "GET /": route("none", &[]) }, "preflights": {},
        "gateway_responses": {}, "unrouted": [],
    });
    make(cloud, "api_routes", &routes).await;
    let first = json!({
        "rest_api_id": api["id"], "name": "dev", "fingerprint": "0123", "throttling": {},
        "tags": { "kept": "1", "gone": "1" },
    });
    let second = with(
        &first,
        json!({
            "fingerprint": "4567",
            "throttling": { "*/*": { "rate_limit": 12.5, "burst_limit": 20 } }, "tags": { "kept": "2", "new": "1" },
        }),
    );
    Case { key: key("stage"), first, second, claimed_by_name: false }
}
