//! The access log of a stage: set, read, repaired and removed. Access logs of others are not changed.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types::{Op, PatchOperation};
use stackctl::{
    engine::{Found, Resource as _},
    resources::stage::{AccessLog, Outputs, Spec, Stage, Throttle, may_log},
};
use stackctl_local::Settings;

use super::Api;
use crate::harness::claim;

const OURS: &str = "arn:aws:logs:us-west-2:000000000000:log-group:/aws/apigateway/ours-dev-access";
const THEIRS: &str = "arn:aws:logs:us-west-2:000000000000:log-group:theirs";

/// A stage in an account that has a role for CloudWatch Logs.
async fn prepared() -> (Api, Outputs) {
    let role = Some("arn:aws:iam::000000000000:role/logs".to_owned());
    let api = Api::on(Settings { cloudwatch_role_arn: role, ..Settings::default() }).await;
    deployed(api).await
}

async fn deployed(api: Api) -> (Api, Outputs) {
    api.write(&api.spec(&["GET /a"])).await.unwrap();
    let outputs = Stage::create(&api.context(), &spec(&api, None), &claim("ours", &api.key)).await.unwrap();
    (api, outputs)
}

fn spec(api: &Api, access_log: Option<AccessLog>) -> Spec {
    Spec { access_log, ..api.stage("f1") }
}

fn log(format: &str) -> AccessLog {
    AccessLog { destination_arn: OURS.into(), format: format.into() }
}

async fn seen(api: &Api, outputs: &Outputs) -> Spec {
    match Stage::read(&api.context(), outputs, &claim("ours", &api.key)).await.unwrap() {
        Found::Ours(live) => live.spec,
        other => panic!("{other:?}"),
    }
}

async fn bring(api: &Api, outputs: &Outputs, want: Option<AccessLog>) {
    let (live, want) = (seen(api, outputs).await, spec(api, want));
    Stage::update(&api.context(), outputs, &live, &want).await.unwrap();
    assert_eq!(seen(api, outputs).await, want);
}

/// The log destination of the stage, ours or not.
async fn set(api: &Api) -> Option<String> {
    let stage = api.cloud.apigateway.get_stage().rest_api_id(&api.id).stage_name("dev").send().await.unwrap();
    stage.access_log_settings().and_then(|settings| settings.destination_arn()).map(str::to_owned)
}

async fn set_by_hand(api: &Api, destination: &str) {
    let patch = |path: &str, value: &str| PatchOperation::builder().op(Op::Replace).path(path).value(value).build();
    let update = api.cloud.apigateway.update_stage().rest_api_id(&api.id).stage_name("dev");
    let update = update.patch_operations(patch("/accessLogSettings/destinationArn", destination));
    update.patch_operations(patch("/accessLogSettings/format", "$context.requestId")).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_access_log_is_set_repaired_and_removed() {
    let (api, outputs) = prepared().await;
    assert!(may_log(&api.context()).await.unwrap());
    bring(&api, &outputs, Some(log("$context.requestId $context.status"))).await;
    set_by_hand(&api, OURS).await;
    assert_eq!(seen(&api, &outputs).await.access_log, Some(log("$context.requestId")));
    bring(&api, &outputs, Some(log("$context.requestId $context.status"))).await;
    set_by_hand(&api, THEIRS).await;
    assert_eq!(seen(&api, &outputs).await.access_log, None, "the destination is not ours");
    bring(&api, &outputs, Some(log("$context.requestId"))).await;
    bring(&api, &outputs, None).await;
    assert_eq!(set(&api).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_access_log_set_by_hand_stays_when_none_is_configured() {
    let (api, outputs) = prepared().await;
    set_by_hand(&api, THEIRS).await;
    assert_eq!(seen(&api, &outputs).await, spec(&api, None));
    let live = seen(&api, &outputs).await;
    let throttle = Throttle { rate_limit: 5.0, burst_limit: 10 };
    let throttled = Spec { throttling: BTreeMap::from([("*/*".to_owned(), throttle)]), ..live.clone() };
    Stage::update(&api.context(), &outputs, &live, &throttled).await.unwrap();
    assert_eq!(set(&api).await.as_deref(), Some(THEIRS));
}

#[tokio::test(start_paused = true)]
async fn an_account_without_a_role_for_logs_is_an_error_with_a_hint() {
    let (api, outputs) = deployed(Api::new().await).await;
    assert!(!may_log(&api.context()).await.unwrap());
    let (live, want) = (seen(&api, &outputs).await, spec(&api, Some(log("$context.requestId"))));
    let error = Stage::update(&api.context(), &outputs, &live, &want).await.unwrap_err();
    assert!(error.message.contains("CloudWatch Logs role ARN must be set in account settings"), "{error}");
    assert!(error.hints[1].contains("aws apigateway update-account"), "{:?}", error.hints);
    assert_eq!(error.hints[2], "or leave out `api.accessLogs`");
}
