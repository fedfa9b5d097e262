//! The errors for rejected requests, and what the engine may conclude from them.

use serde_json::{Value, json};
use stackctl::{
    aws::Clients,
    engine::{ResourceError, Verdict},
};
use stackctl_local::{Effect, Fault, Settings, Weather};

use super::{
    cases::{function, key, make, role, user_pool},
    subject::Subject,
};
use crate::harness::{connect, python};

/// Creates a resource while one operation fails.
async fn refused(kind: &'static str, operation: &str, effect: Effect) -> (stackctl_local::Emulator, ResourceError) {
    let local = stackctl_local::Emulator::new(Settings::default());
    let cloud = connect(&local).await;
    local.add_fault(Fault { operation: Some(operation.into()), skip: 0, times: 100, effect });
    let spec = match kind {
        "user_pool" => user_pool("people"),
        "iam_role" => role("x"),
        _ => json!({ "name": "/x", "retention_days": 7, "tags": {} }),
    };
    let error = create(&cloud, kind, &spec).await.expect_err("the operation fails");
    (local, error)
}

async fn create(cloud: &Clients, kind: &'static str, spec: &Value) -> Result<Value, ResourceError> {
    Subject::new(cloud, &key(kind)).create(spec).await
}

#[tokio::test(start_paused = true)]
async fn a_denied_request_names_the_required_permissions() {
    let effect = Effect::Refuse { status: 403, code: "AccessDenied".into(), message: "not authorized".into() };
    let (_, error) = refused("iam_role", "iam:CreateRole", effect).await;
    assert_eq!(error.to_string(), "iam:CreateRole: AccessDenied: not authorized");
    assert_eq!(
        error.hints,
        ["the caller needs `iam:CreateRole` and `iam:TagRole`: see the statement `Roles` of `stackctl policy`"]
    );
    assert_eq!(error.verdict, Verdict::Refused);
    assert!(error.request_id.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_pool_whose_response_was_lost_is_not_created_a_second_time() {
    let (local, error) = refused("user_pool", "cognito-idp:CreateUserPool", Effect::LoseAnswer).await;
    assert_eq!(error.verdict, Verdict::Ambiguous);
    assert_eq!(local.call_counts()["cognito-idp:CreateUserPool"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_is_distinguished_from_other_rejections() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let cloud = connect(&local).await;
    for kind in ["iam_role", "log_group"] {
        let spec =
            if kind == "iam_role" { role("x") } else { json!({ "name": "/x", "retention_days": 7, "tags": {} }) };
        create(&cloud, kind, &spec).await.unwrap();
        assert_eq!(create(&cloud, kind, &spec).await.unwrap_err().verdict, Verdict::AlreadyExists, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_lambda_can_never_assume_fails_with_an_explanation() {
    let weather = Weather { role_propagation: std::time::Duration::from_hours(1), ..Weather::default() };
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings { weather, ..Settings::default() })).await;
    let code = python("x = 1");
    let spec = function("x", &make(&cloud, "iam_role", &role("x")).await, &code.0);
    cloud.packages.extend([code]);
    let started = tokio::time::Instant::now();
    let error = create(&cloud, "lambda_function", &spec).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::TimedOut);
    assert!(started.elapsed().as_secs() < 130);
    assert!(error.hints.iter().any(|hint| hint.contains("trust policy")), "{:?}", error.hints);
}

#[tokio::test(start_paused = true)]
async fn a_package_that_was_not_built_is_an_error_before_any_request() {
    let cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    let spec = function("x", &json!({ "arn": "arn:aws:iam::000000000000:role/x" }), "unknown");
    let error = create(&cloud, "lambda_function", &spec).await.unwrap_err();
    assert_eq!(error.to_string(), "the package of function `x` was not built");
    assert_eq!(cloud.calls().writes, 0);
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_by_operation_as_they_arrive() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let cloud = connect(&local).await;
    create(&cloud, "iam_role", &role("x")).await.unwrap();
    let arrived: std::collections::BTreeMap<_, _> =
        local.call_counts().into_iter().map(|(operation, count)| (operation, count as u64)).collect();
    assert_eq!(cloud.calls().by_operation, arrived);
}
