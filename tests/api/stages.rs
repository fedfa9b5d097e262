//! When a stage gets a new deployment, and which old deployments are kept.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types::{Op, PatchOperation};
use stackctl::{
    engine::{Found, Live, Resource as _, Restore as _, Verdict},
    resources::stage::{Outputs, Spec, Stage, Throttle},
};
use stackctl_local::Effect;

use super::{Api, counts};
use crate::harness::claim;

impl Api {
    /// An API with a route, so that it can be deployed.
    async fn deployable() -> Self {
        let api = Self::new().await;
        api.write(&api.spec(&["GET /a"])).await.unwrap();
        api
    }

    async fn deploy(&self, fingerprint: &str) -> Outputs {
        let spec = self.stage(fingerprint);
        Stage::create(&self.context(), &spec, &claim("ours", &self.key)).await.unwrap()
    }

    async fn look(&self, outputs: &Outputs) -> Live<Outputs, Spec> {
        let found = Stage::read(&self.context(), outputs, &claim("ours", &self.key)).await.unwrap();
        found.ours().unwrap().clone()
    }

    /// Updates the stage to a spec from its live spec, as the engine does.
    async fn bring(&self, outputs: &Outputs, want: &Spec) -> Outputs {
        let live = self.look(outputs).await;
        Stage::update(&self.context(), &live.outputs, &live.spec, want).await.unwrap()
    }

    async fn deployments(&self) -> Vec<String> {
        let all = self.cloud.apigateway.get_deployments().rest_api_id(&self.id).limit(500).send().await.unwrap();
        let mut all: Vec<_> = all.items().iter().map(|one| one.description().unwrap_or("by hand").to_owned()).collect();
        all.sort_unstable();
        all
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_is_read_in_two_requests() {
    let api = Api::deployable().await;
    let outputs = api.deploy("f1").await;
    let (live, cost) = api.counted(api.look(&outputs)).await;
    assert_eq!(live.spec, api.stage("f1"));
    assert_eq!(cost, counts(&[("GetStage", 1), ("GetDeployment", 1)]));
}

#[tokio::test(start_paused = true)]
async fn the_stage_moves_when_its_fingerprint_changes_and_only_then() {
    let api = Api::deployable().await;
    let first = api.deploy("f1").await;
    let tagged = Spec { tags: BTreeMap::from([("team".to_owned(), "calm".to_owned())]), ..api.stage("f1") };
    let same = api.bring(&first, &tagged).await;
    assert_eq!(same.deployment_id, first.deployment_id);
    let second = api.bring(&same, &api.stage("f2")).await;
    assert_ne!(second.deployment_id, first.deployment_id);
    assert_eq!(api.deployments().await, ["stackctl f1", "stackctl f2"]);
}

#[tokio::test(start_paused = true)]
async fn a_config_that_is_restored_uses_its_earlier_deployment() {
    let api = Api::deployable().await;
    let first = api.deploy("f1").await;
    let second = api.bring(&first, &api.stage("f2")).await;
    let third = api.bring(&second, &api.stage("f1")).await;
    assert_eq!(third.deployment_id, first.deployment_id);
    assert_eq!(api.deployments().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_made_by_hand_is_a_diff_of_the_stage() {
    let api = Api::deployable().await;
    let outputs = api.deploy("f1").await;
    api.cloud.apigateway.create_deployment().rest_api_id(&api.id).stage_name("dev").send().await.unwrap();
    let live = api.look(&outputs).await;
    assert_eq!(live.spec.fingerprint, "".into());
    let back = Stage::update(&api.context(), &live.outputs, &live.spec, &api.stage("f1")).await.unwrap();
    assert_eq!(back, outputs);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_between_deployment_and_stage_creates_no_second_deployment() {
    let api = Api::deployable().await;
    api.trouble(Some("apigateway:CreateStage"), 0, 3, Effect::LoseRequest);
    let (spec, claim) = (api.stage("f1"), claim("ours", &api.key));
    let cut = Stage::create(&api.context(), &spec, &claim).await.unwrap_err();
    assert_eq!(cut.verdict, Verdict::Ambiguous);
    assert_eq!(Stage::find(&api.context(), &spec, &claim, &[]).await.unwrap(), Found::Nothing);
    Stage::create(&api.context(), &spec, &claim).await.unwrap();
    assert_eq!(api.deployments().await, ["stackctl f1"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_response_creates_no_second_deployment() {
    for effect in [Effect::LoseAnswer, Effect::LoseRequest, Effect::FailAfterEffect] {
        let api = Api::deployable().await;
        api.trouble(Some("apigateway:CreateDeployment"), 0, 1, effect.clone());
        api.deploy("f1").await;
        assert_eq!(api.deployments().await, ["stackctl f1"], "{effect:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_before_the_throttling_is_set_is_a_diff() {
    let api = Api::deployable().await;
    let throttle = Throttle { rate_limit: 5.0, burst_limit: 10 };
    let spec = Spec { throttling: BTreeMap::from([("*/*".to_owned(), throttle)]), ..api.stage("f1") };
    api.trouble(Some("apigateway:UpdateStage"), 0, 3, Effect::LoseRequest);
    let claim = claim("ours", &api.key);
    Stage::create(&api.context(), &spec, &claim).await.unwrap_err();
    let Found::Ours(live) = Stage::find(&api.context(), &spec, &claim, &[]).await.unwrap() else { panic!("not found") };
    assert_eq!(live.spec, Spec { throttling: BTreeMap::new(), ..spec.clone() });
    Stage::update(&api.context(), &live.outputs, &live.spec, &spec).await.unwrap();
    let live = api.look(&live.outputs).await;
    assert_eq!(live.spec, spec);
    assert_eq!(api.deployments().await.len(), 1);
}

/// API Gateway creates a method setting as a copy of `*/*`, with its throttling.
#[tokio::test(start_paused = true)]
async fn a_method_setting_made_by_hand_for_logging_is_kept_and_follows_the_throttling() {
    let api = Api::deployable().await;
    let throttled = |rate_limit: f64| {
        let throttle = Throttle { rate_limit, burst_limit: 10 };
        Spec { throttling: BTreeMap::from([("*/*".to_owned(), throttle)]), ..api.stage("f1") }
    };
    let outputs = api.bring(&api.deploy("f1").await, &throttled(5.0)).await;
    let by_hand = PatchOperation::builder().op(Op::Replace).path("/a/GET/metrics/enabled").value("true").build();
    let client = &api.cloud.apigateway;
    let request = client.update_stage().rest_api_id(&api.id).stage_name("dev").patch_operations(by_hand);
    let settings = request.send().await.unwrap().method_settings.unwrap();
    assert!((settings["a/GET"].throttling_rate_limit - 5.0).abs() < 0.1, "{settings:?}");
    assert_eq!(api.look(&outputs).await.spec, throttled(5.0));
    for want in [throttled(8.0), throttled(3.0), api.stage("f1")] {
        api.bring(&outputs, &want).await;
        assert_eq!(api.look(&outputs).await.spec, want);
        let stage = client.get_stage().rest_api_id(&api.id).stage_name("dev").send().await.unwrap();
        let settings = stage.method_settings.unwrap();
        let rate = want.throttling.get("*/*").map_or(10_000.0, |throttle| throttle.rate_limit);
        assert!(settings["a/GET"].metrics_enabled && (settings["a/GET"].throttling_rate_limit - rate).abs() < 0.1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_description_set_by_hand_on_a_stage_stays() {
    let api = Api::deployable().await;
    let outputs = api.deploy("f1").await;
    let described = PatchOperation::builder().op(Op::Replace).path("/description").value("calm").build();
    let request = api.cloud.apigateway.update_stage().rest_api_id(&api.id).stage_name("dev");
    request.patch_operations(described).send().await.unwrap();
    assert_eq!(api.look(&outputs).await.spec, api.stage("f1"));
    let former: Spec = serde_json::from_value(serde_json::json!({
        "rest_api_id": "api", "name": "dev", "description": "", "fingerprint": "0123", "throttling": {}, "tags": {},
    }))
    .unwrap();
    assert!(!serde_json::to_string(&former).unwrap().contains("description"));
}

#[tokio::test(start_paused = true)]
async fn deployments_for_a_rollback_and_those_of_others_are_kept() {
    let api = Api::deployable().await;
    let client = &api.cloud.apigateway;
    client.create_deployment().rest_api_id(&api.id).send().await.unwrap();
    let mut outputs = vec![api.deploy("f1").await];
    let request = client.create_stage().rest_api_id(&api.id).stage_name("other");
    request.deployment_id(&outputs[0].deployment_id).send().await.unwrap();
    for number in 2..=5 {
        outputs.push(api.bring(&outputs[number - 2], &api.stage(&format!("f{number}"))).await);
    }
    let kept = [&outputs[2], &outputs[4]].map(|outputs| outputs.deployment_id.clone());
    Stage::prune(&api.context(), &outputs[4], &kept.clone().into()).await.unwrap();
    assert_eq!(api.deployments().await, ["by hand", "stackctl f1", "stackctl f3", "stackctl f5"]);
    let back = Stage::restore(&api.context(), &outputs[4], &kept[0]).await.unwrap();
    assert_eq!((&back, api.look(&back).await.spec), (&outputs[2], api.stage("f3")));
}
