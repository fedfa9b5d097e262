//! Writes that fail soon: to a server that does not store them, and to a deleted API that is reported as busy.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use stackctl::{
    engine::Resource as _,
    resources::{
        api_routes::{Route, Spec, Way},
        authorizer::{self, Authorizer},
        rest_api::{self, RestApi},
    },
};
use stackctl_local::Settings;
use tokio::time::Instant;

use super::Api;
use crate::harness::{claim, edited::Edited};

/// An API on a server that changes every integration in its responses.
async fn api_with(change: fn(&mut serde_json::Map<String, Value>)) -> (Api, Edited) {
    let local = stackctl_local::Emulator::new(Settings::default());
    let server = Edited::new(&local);
    let api = Api::by(local, server.client()).await;
    server.edit(move |_, body| {
        let Ok(mut value) = serde_json::from_str(body) else { return body.to_owned() };
        integrations(&mut value, change);
        value.to_string()
    });
    (api, server)
}

fn integrations(value: &mut Value, change: fn(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            if members.contains_key("timeoutInMillis") {
                change(members);
            }
            members.values_mut().for_each(|member| integrations(member, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| integrations(item, change)),
        _ => {}
    }
}

fn three_hundred() -> Vec<String> {
    (0..300).map(|number| format!("GET /r{number}")).collect()
}

fn impatient(mut spec: Spec) -> Spec {
    spec.routes.values_mut().for_each(|route: &mut Route| route.timeout_millis = 5_000);
    spec
}

#[tokio::test(start_paused = true)]
async fn three_hundred_routes_on_a_server_that_spells_enums_in_another_case_are_one_import() {
    let lower = |members: &mut serde_json::Map<String, Value>| {
        for name in ["type", "httpMethod", "passthroughBehavior"] {
            if let Some(Value::String(text)) = members.get_mut(name) {
                *text = text.to_lowercase();
            }
        }
        members.remove("timeoutInMillis");
    };
    let (api, _server) = api_with(lower).await;
    let routes = three_hundred();
    let spec = api.spec(&routes.iter().map(String::as_str).collect::<Vec<_>>());
    let (written, calls) = api.counted(api.write_in(&spec, Way::Import)).await;
    assert_eq!(written, Ok(()));
    assert_eq!((calls["PutRestApi"], calls.get("PutMethod"), calls.get("DeleteMethod")), (1, None, None));
    assert_eq!(api.read().await, spec);
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_a_server_does_not_store_is_reported_after_one_method_in_either_way() {
    let (api, _server) = api_with(|members| drop(members.remove("timeoutInMillis"))).await;
    let routes = three_hundred();
    let spec = impatient(api.spec(&routes.iter().map(String::as_str).collect::<Vec<_>>()));
    for way in [Way::Import, Way::Single] {
        let (written, calls) = api.counted(api.write_in(&spec, way)).await;
        let error = written.unwrap_err();
        let id = &api.id;
        assert_eq!(
            error.to_string(),
            format!(
                "`GET /r0` of REST API `{id}` does not have the value that was written: `routes.GET /r0.timeout_millis` is `29000` \
                 instead of `5000`"
            )
        );
        assert!(calls["PutIntegration"] == 1 && calls.get("PutRestApi").is_none_or(|count| *count == 1), "{calls:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error.hints.join("\n"), @"another process changes it at the same time, or this server does not support the setting: run the command again; if it fails again, set the value that the server returns");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_reads_back_differently_is_not_repaired_method_by_method() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let server = Edited::new(&local);
    let api = Api::by(local, server.client()).await;
    server.edit(|operation, body| {
        if operation.ends_with("/resources") {
            body.replace("\"timeoutInMillis\":5000", "\"timeoutInMillis\":6000")
        } else {
            body.into()
        }
    });
    let routes = three_hundred();
    let spec = impatient(api.spec(&routes.iter().map(String::as_str).collect::<Vec<_>>()));
    let (written, calls) = api.counted(api.write_in(&spec, Way::Import)).await;
    let message = written.unwrap_err().to_string();
    assert!(message.ends_with("`routes.GET /r0.timeout_millis` is `6000` instead of `5000`"), "{message}");
    assert_eq!((calls["PutIntegration"], calls["GetResources"]), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn an_authorizer_for_a_deleted_api_is_rejected_at_once() {
    let api = Api::new().await;
    let spec = authorizer::Spec {
        rest_api_id: api.id.clone().into(),
        name: "others".into(),
        provider_arns: vec!["arn:aws:cognito-idp:us-west-2:000000000000:userpool/us-west-2_a".into()],
        identity_source: "method.request.header.Authorization".into(),
        ttl_seconds: 60,
    };
    let busy = stackctl_local::Effect::Refuse {
        status: 409,
        code: "ConflictException".into(),
        message: "Unable to complete operation due to concurrent modification. Please try again later.".into(),
    };
    api.trouble(Some("apigateway:CreateAuthorizer"), 0, 3, busy);
    let key = claim("ours", &api.key);
    Authorizer::create(&api.context(), &spec, &key).await.expect("a busy API is retried");
    api.cloud.apigateway.delete_rest_api().rest_api_id(&api.id).send().await.unwrap();
    let began = Instant::now();
    let error = Authorizer::create(&api.context(), &spec, &key).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(error.to_string(), format!("REST API `{}` not found", api.id));
    assert_eq!(error.hints, ["it was deleted during this run: run the command again to create it"]);
}

#[tokio::test(start_paused = true)]
async fn a_description_that_is_cleared_is_removed() {
    let api = Api::new().await;
    let outputs = rest_api::Outputs {
        id: api.id.clone(),
        root_resource_id: String::new(),
        arn: format!("arn:aws:apigateway:us-west-2::/restapis/{}", api.id),
    };
    let found = RestApi::read(&api.context(), &outputs, &claim("ours", &api.key)).await.unwrap();
    let live = found.ours().unwrap().spec.clone();
    let want = rest_api::Spec { description: String::new(), tags: BTreeMap::new(), ..live.clone() };
    RestApi::update(&api.context(), &outputs, &live, &want).await.unwrap();
    let described = api.cloud.apigateway.get_rest_api().rest_api_id(&api.id).send().await.unwrap();
    assert_eq!(described.description, None);
}
