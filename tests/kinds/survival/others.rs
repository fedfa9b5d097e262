//! Functions, roles, APIs and stages, whose updates name single settings and leave unmanaged ones alone.

use aws_sdk_apigateway::types::{Op, PatchOperation};
use aws_sdk_lambda::types::{EphemeralStorage, TracingConfig, TracingMode};
use serde_json::json;
use stackctl::aws::Clients;
use stackctl_local::Settings;

use crate::{
    harness::connect,
    kinds::{
        cases::{Case, cases},
        subject::Subject,
    },
};

/// The resource of a case, as it is created.
struct Made {
    cloud: Clients,
    case: Case,
    outputs: serde_json::Value,
}

impl Made {
    async fn new(kind: &str) -> Self {
        let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
        let mut cases = cases(&mut cloud).await.into_iter();
        let case = cases.find(|case| case.key.kind.to_string() == kind).unwrap();
        let outputs = Subject::new(&cloud, &case.key).create(&case.first).await.unwrap();
        Self { cloud, case, outputs }
    }

    /// Changes every field that can be changed in place, and changes all of them back.
    async fn change_there_and_back(&self) {
        let subject = Subject::new(&self.cloud, &self.case.key);
        let Case { first, second, .. } = &self.case;
        let outputs = subject.update(&self.outputs, first, second).await.unwrap();
        subject.update(&outputs, second, first).await.unwrap();
    }

    fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap()
    }
}

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

#[tokio::test(start_paused = true)]
async fn a_function_keeps_its_tracing_its_storage_and_its_concurrency() {
    let made = Made::new("lambda_function").await;
    let (lambda, name) = (&made.cloud.lambda, made.case.first["name"].as_str().unwrap());
    let by_hand = lambda.update_function_configuration().function_name(name);
    let by_hand = by_hand.tracing_config(TracingConfig::builder().mode(TracingMode::Active).build());
    by_hand.ephemeral_storage(EphemeralStorage::builder().size(1024).build().unwrap()).send().await.unwrap();
    lambda.put_function_concurrency().function_name(name).reserved_concurrent_executions(5).send().await.unwrap();
    made.change_there_and_back().await;
    let kept = lambda.get_function_configuration().function_name(name).send().await.unwrap();
    assert_eq!(kept.tracing_config.unwrap().mode, Some(TracingMode::Active));
    assert_eq!(kept.ephemeral_storage.unwrap().size, 1024);
    let kept = lambda.get_function_concurrency().function_name(name).send().await.unwrap();
    assert_eq!(kept.reserved_concurrent_executions, Some(5));
}

#[tokio::test(start_paused = true)]
async fn an_update_of_a_function_names_only_what_the_config_manages() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let sent = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
    let theirs = std::sync::Arc::clone(&sent);
    local.watch(move |call, _| {
        let call: serde_json::Value = serde_json::from_slice(call).unwrap_or_default();
        let members =
            call.as_object().filter(|call| call.contains_key("Handler") && !call.contains_key("FunctionName"));
        theirs.lock().unwrap().extend(members.into_iter().flatten().map(|(name, _)| name.clone()));
    });
    let mut cloud = connect(&local).await;
    let case = cases(&mut cloud).await.into_iter().find(|case| case.key.kind.to_string() == "lambda_function").unwrap();
    let subject = Subject::new(&cloud, &case.key);
    let outputs = subject.create(&case.first).await.unwrap();
    subject.update(&outputs, &case.first, &case.second).await.unwrap();
    let managed =
        ["Description", "Environment", "Handler", "LoggingConfig", "MemorySize", "Role", "Runtime", "Timeout"];
    assert_eq!(*sent.lock().unwrap(), managed.map(str::to_owned).into());
}

#[tokio::test(start_paused = true)]
async fn a_role_keeps_its_session_duration() {
    let made = Made::new("iam_role").await;
    let (iam, name) = (&made.cloud.iam, made.case.first["name"].as_str().unwrap());
    iam.update_role().role_name(name).max_session_duration(7200).send().await.unwrap();
    made.change_there_and_back().await;
    let kept = iam.get_role().role_name(name).send().await.unwrap();
    assert_eq!(kept.role.unwrap().max_session_duration, Some(7200));
}

#[tokio::test(start_paused = true)]
async fn an_api_keeps_its_policy_its_compression_and_its_switches() {
    let made = Made::new("rest_api").await;
    let (gateway, id) = (&made.cloud.apigateway, made.output("id"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*" } ] });
    let by_hand = [
        replace("/policy", &policy.to_string()),
        replace("/minimumCompressionSize", "1024"),
        replace("/apiKeySource", "AUTHORIZER"),
        replace("/disableExecuteApiEndpoint", "true"),
    ];
    let before =
        gateway.update_rest_api().rest_api_id(id).set_patch_operations(Some(by_hand.into())).send().await.unwrap();
    made.change_there_and_back().await;
    let after = gateway.get_rest_api().rest_api_id(id).send().await.unwrap();
    assert_eq!(after.minimum_compression_size, Some(1024));
    assert_eq!((after.policy, after.api_key_source), (before.policy, before.api_key_source));
    assert!(after.disable_execute_api_endpoint);
}

#[tokio::test(start_paused = true)]
async fn a_stage_keeps_its_variables_its_tracing_and_its_logging() {
    let made = Made::new("stage").await;
    let (gateway, api, name) = (&made.cloud.apigateway, made.output("rest_api_id"), made.output("name"));
    let by_hand = [
        replace("/variables/colour", "red"),
        replace("/tracingEnabled", "true"),
        replace("/*/*/metrics/enabled", "true"),
        replace("/*/*/caching/ttlInSeconds", "60"),
    ];
    let by_hand = gateway.update_stage().rest_api_id(api).stage_name(name).set_patch_operations(Some(by_hand.into()));
    by_hand.send().await.unwrap();
    made.change_there_and_back().await;
    let kept = gateway.get_stage().rest_api_id(api).stage_name(name).send().await.unwrap();
    assert_eq!(kept.variables.unwrap()["colour"], "red");
    assert!(kept.tracing_enabled);
    let settings = &kept.method_settings.unwrap()["*/*"];
    assert_eq!((settings.metrics_enabled, settings.cache_ttl_in_seconds), (true, 60));
}
