//! The cost of writing routes, changes by hand, and interrupted writes.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_apigateway::types::{GatewayResponseType, IntegrationType, Op, PatchOperation};
use serde_json::json;
use stackctl::{
    engine::Resource as _,
    resources::{
        api_routes::{Preflight, Spec, Way},
        authorizer::{self, Authorizer},
    },
};
use stackctl_local::{Effect, Settings, Weather};

use super::{Api, counts};
use crate::harness::claim;

fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("GET /r{number}")).collect()
}

fn names(routes: &[String]) -> Vec<&str> {
    routes.iter().map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn three_hundred_routes_are_written_in_one_request_and_read_in_one() {
    let weather = Weather { quotas: true, ..Weather::default() };
    let api = Api::on(Settings { weather, ..Settings::default() }).await;
    let spec = api.spec(&names(&many(300)));
    let (written, cost) = api.counted(api.write(&spec)).await;
    written.unwrap();
    // The routes are read before the import for the diff, and after it, because AWS does not document what it creates.
    assert_eq!(cost, counts(&[("GetResources", 2), ("GetGatewayResponses", 1), ("GetRestApi", 1), ("PutRestApi", 1)]));
    let (read, cost) = api.counted(api.read()).await;
    assert_eq!(read, spec);
    assert_eq!(cost, counts(&[("GetResources", 1), ("GetGatewayResponses", 1)]));
}

#[tokio::test(start_paused = true)]
async fn one_more_route_costs_three_requests_however_many_there_are() {
    let api = Api::new().await;
    let mut routes = many(200);
    api.write(&api.spec(&names(&routes))).await.unwrap();
    routes.push("GET /new".into());
    let (written, cost) = api.counted(api.write(&api.spec(&names(&routes)))).await;
    written.unwrap();
    let reads = [("GetResources", 1), ("GetGatewayResponses", 1)];
    let writes = [("CreateResource", 1), ("PutMethod", 1), ("PutIntegration", 1)];
    assert_eq!(cost, counts(&[reads.as_slice(), writes.as_slice()].concat()));
}

#[tokio::test(start_paused = true)]
async fn small_pages_are_read_to_the_end() {
    let api = Api::on(Settings { page_size: Some(2), ..Settings::default() }).await;
    let spec = api.spec(&["GET /a!", "GET /b/c", "POST /b/c", "GET /d"]);
    api.write(&spec).await.unwrap();
    assert_eq!(api.read().await, spec);
}

#[tokio::test(start_paused = true)]
async fn unmanaged_routes_and_settings_are_seen_and_removed() {
    let api = Api::new().await;
    let spec = api.spec(&["GET /a!", "GET /b"]);
    api.write(&spec).await.unwrap();
    let client = &api.cloud.apigateway;
    let ids = resource_ids(&api).await;
    let put = |id: &str, verb: &str| client.put_method().rest_api_id(&api.id).resource_id(id).http_method(verb);
    put(&ids["/a"], "PUT").authorization_type("NONE").send().await.unwrap();
    put(&ids["/"], "GET").authorization_type("AWS_IAM").api_key_required(true).send().await.unwrap();
    for part in ["empty", "left"] {
        client.create_resource().rest_api_id(&api.id).parent_id(&ids["/"]).path_part(part).send().await.unwrap();
    }
    let request = client.put_gateway_response().rest_api_id(&api.id).response_type(GatewayResponseType::Unauthorized);
    request.status_code("418").send().await.unwrap();

    let live = api.read().await;
    assert_eq!(live.unrouted, BTreeSet::from(["/empty".to_owned(), "/left".to_owned()]));
    assert_eq!(live.routes["PUT /a"].unmanaged, BTreeMap::from([("integration".to_owned(), json!("none"))]));
    assert_eq!(live.routes["GET /"].unmanaged["authorization_type"], "AWS_IAM");
    assert_eq!(live.gateway_responses.keys().collect::<Vec<_>>(), ["UNAUTHORIZED"]);
    api.write(&spec).await.unwrap();
    assert_eq!(api.read().await, spec);
}

#[tokio::test(start_paused = true)]
async fn drift_of_our_routes_is_seen_and_repaired() {
    let api = Api::new().await;
    let mut spec = api.spec(&["GET /a!", "GET /b"]);
    spec.preflights.insert("/a".into(), preflight(&["https://a.example", "https://b.example"]));
    api.write(&spec).await.unwrap();
    let ids = resource_ids(&api).await;
    for drift in 0..5 {
        drifted(&api, &ids, drift).await;
        assert_ne!(api.read().await, spec, "drift {drift} is not seen");
        api.write(&spec).await.unwrap();
        assert_eq!(api.read().await, spec, "drift {drift} is not repaired");
    }
}

async fn drifted(api: &Api, ids: &BTreeMap<String, String>, drift: usize) {
    let client = &api.cloud.apigateway;
    let patch = |path: &str, value: &str| PatchOperation::builder().op(Op::Replace).path(path).value(value).build();
    let integration =
        |id: &str, verb: &str| client.update_integration().rest_api_id(&api.id).resource_id(id).http_method(verb);
    let method = |id: &str, verb: &str| client.update_method().rest_api_id(&api.id).resource_id(id).http_method(verb);
    match drift {
        0 => drop(
            integration(&ids["/b"], "GET").patch_operations(patch("/timeoutInMillis", "1000")).send().await.unwrap(),
        ),
        1 => {
            let request = method(&ids["/a"], "GET").patch_operations(patch("/authorizationType", "NONE"));
            request.send().await.unwrap();
        }
        2 => drop(method(&ids["/b"], "GET").patch_operations(patch("/apiKeyRequired", "true")).send().await.unwrap()),
        3 => {
            let request = client.put_integration().rest_api_id(&api.id).resource_id(&ids["/b"]).http_method("GET");
            let request = request.r#type(IntegrationType::HttpProxy).integration_http_method("GET");
            request.uri("https://elsewhere.example").send().await.unwrap();
        }
        _ => {
            let request = client.put_integration_response().rest_api_id(&api.id).resource_id(&ids["/a"]);
            let request = request.http_method("OPTIONS").status_code("200");
            request
                .response_parameters("method.response.header.Access-Control-Allow-Origin", "'*'")
                .send()
                .await
                .unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_authorizer_with_a_new_id_is_found_by_its_name_and_the_routes_follow() {
    let mut api = Api::new().await;
    api.write(&api.spec(&["GET /a!", "GET /b!"])).await.unwrap();
    let outputs = authorizer::Outputs {
        id: "a recorded id that is missing".into(),
        rest_api_id: api.id.clone(),
        name: "people".into(),
    };
    let found = Authorizer::read(&api.context(), &outputs, &claim("ours", &api.key)).await.unwrap();
    let live = found.ours().unwrap();
    assert_eq!(live.outputs.id, api.authorizer_id);

    let client = &api.cloud.apigateway;
    let request = client.create_authorizer().rest_api_id(&api.id).name("second");
    let request = request.r#type(aws_sdk_apigateway::types::AuthorizerType::CognitoUserPools);
    let request = request.identity_source("method.request.header.Authorization");
    let arn = live.spec.provider_arns[0].known().clone();
    api.authorizer_id = request.provider_arns(arn).send().await.unwrap().id.unwrap();
    let moved = api.spec(&["GET /a!", "GET /b!"]);
    assert_ne!(api.read().await, moved);
    api.write(&moved).await.unwrap();
    assert_eq!(api.read().await, moved);
}

#[tokio::test(start_paused = true)]
async fn a_write_cut_at_any_request_is_finished_by_the_next_one() {
    for way in [Way::Single, Way::Import] {
        for effect in [Effect::LoseRequest, Effect::LoseAnswer] {
            let whole = Box::pin(cut(way, &effect, usize::MAX)).await;
            assert!(whole > 5, "{way:?}: {whole} requests are too few for this test");
            for call in 0..whole {
                Box::pin(cut(way, &effect, call)).await;
            }
        }
    }
}

/// Cuts a change of the routes at a request and finishes it; returns how many requests the uncut change takes.
async fn cut(way: Way, effect: &Effect, call: usize) -> usize {
    let api = Api::new().await;
    let (first, second) = trees(&api);
    api.write_in(&first, way).await.unwrap();
    if call < usize::MAX {
        // Three times, so that the SDK's own retries do not hide it.
        api.trouble(None, call, 3, effect.clone());
    }
    let (cut, cost) = api.counted(api.write_in(&second, way)).await;
    assert_eq!(cut.is_err(), call < usize::MAX, "{way:?} {effect:?} at request {call}");
    api.write_in(&second, way).await.unwrap();
    assert_eq!(api.read().await, second, "{way:?} {effect:?} at request {call}");
    cost.values().sum()
}

fn trees(api: &Api) -> (Spec, Spec) {
    let mut first = api.spec(&["GET /a/{id}!", "GET /b"]);
    first.preflights.insert("/b".into(), preflight(&["*"]));
    let mut second = api.spec(&["GET /a/{name}!", "POST /b", "GET /c/d"]);
    second.preflights.insert("/c/d".into(), preflight(&["https://a.example"]));
    (first, second)
}

#[tokio::test(start_paused = true)]
async fn a_response_lost_once_is_retried() {
    for operation in ["CreateResource", "PutMethod", "PutIntegration", "DeleteMethod", "DeleteResource", "PutRestApi"] {
        let api = Api::new().await;
        let (first, second) = trees(&api);
        let way = if operation == "PutRestApi" { Way::Import } else { Way::Single };
        api.write_in(&first, way).await.unwrap();
        api.trouble(Some(&format!("apigateway:{operation}")), 0, 1, Effect::LoseAnswer);
        api.write_in(&second, way).await.unwrap_or_else(|error| panic!("{operation}: {error}"));
        assert_eq!(api.read().await, second, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_write_is_waited_for() {
    let message = "Unable to complete operation due to concurrent modification. Please try again later.";
    let refuse = Effect::Refuse { status: 409, code: "ConflictException".into(), message: message.into() };
    for operation in ["CreateResource", "PutMethod", "PutIntegration", "PutRestApi", "DeleteResource"] {
        let api = Api::new().await;
        let (first, second) = trees(&api);
        let way = if operation == "PutRestApi" { Way::Import } else { Way::Single };
        api.write_in(&first, way).await.unwrap();
        api.trouble(Some(&format!("apigateway:{operation}")), 0, 5, refuse.clone());
        api.write_in(&second, way).await.unwrap_or_else(|error| panic!("{operation}: {error}"));
        assert_eq!(api.read().await, second, "{operation}");
    }
}

async fn resource_ids(api: &Api) -> BTreeMap<String, String> {
    let resources = api.cloud.apigateway.get_resources().rest_api_id(&api.id).limit(500).send().await.unwrap();
    resources.items.unwrap().into_iter().map(|one| (one.path.unwrap(), one.id.unwrap())).collect()
}

fn preflight(origins: &[&str]) -> Preflight {
    Preflight {
        origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        headers: BTreeSet::from(["Authorization".into()]),
        methods: BTreeSet::from(["GET".into()]),
        credentials: false,
        max_age_seconds: 600,
    }
}
