//! Tests of single kinds.

use serde_json::{Value, json};
use stackctl::{aws::Clients, engine::ResourceError};
use stackctl_local::{Effect, Fault, Settings};

use super::{
    cases::{function, key, make, role, user_pool, with},
    subject::Subject,
};
use crate::harness::{connect, python};

async fn fresh() -> Clients {
    connect(&stackctl_local::Emulator::new(Settings::default())).await
}

/// Updates what was created as something that others need.
async fn update(cloud: &Clients, kind: &'static str, outputs: &Value, want: &Value) -> Value {
    Subject::needed(cloud, kind).bring(outputs, want).await
}

async fn live(cloud: &Clients, kind: &'static str, outputs: &Value) -> Option<Value> {
    Subject::needed(cloud, kind).live(outputs).await
}

#[tokio::test(start_paused = true)]
async fn the_users_of_a_pool_are_counted_exactly_over_all_pages() {
    let local = stackctl_local::Emulator::new(Settings { page_size: Some(2), ..Settings::default() });
    let cloud = connect(&local).await;
    let outputs = make(&cloud, "user_pool", &user_pool("people")).await;
    for name in ["a", "b", "c", "d", "e"] {
        let request = cloud.cognito.admin_create_user().user_pool_id(outputs["id"].as_str().unwrap());
        request.username(format!("{name}@example.org")).send().await.unwrap();
    }
    let pool = Subject::needed(&cloud, "user_pool");
    assert_eq!(pool.kind().data().unwrap().count(&pool.context(), &outputs).await, Ok(5));
}

#[tokio::test(start_paused = true)]
async fn a_pool_is_case_insensitive_unless_configured_otherwise() {
    let cloud = fresh().await;
    for (asked, made) in [(json!(null), false), (json!(false), false), (json!(true), true)] {
        let outputs = make(&cloud, "user_pool", &with(&user_pool("people"), json!({ "case_sensitive": asked }))).await;
        assert_eq!(live(&cloud, "user_pool", &outputs).await.unwrap()["case_sensitive"], made, "{asked}");
    }
    // A pool created before this setting was managed.
    let pool = cloud.cognito.create_user_pool().pool_name("older").send().await.unwrap().user_pool.unwrap();
    let request = cloud.cognito.tag_resource().resource_arn(pool.arn().unwrap());
    let claim = Subject::needed(&cloud, "user_pool").claim();
    let tags = stackctl::aws::claimed(&[].into(), &claim).into_iter().collect();
    request.set_tags(Some(tags)).send().await.unwrap();
    let outputs = json!({ "id": pool.id, "arn": pool.arn, "name": "older" });
    assert_eq!(live(&cloud, "user_pool", &outputs).await.unwrap()["case_sensitive"], true);
}

#[tokio::test(start_paused = true)]
async fn policies_added_to_a_role_by_hand_are_seen_and_removed() {
    let cloud = fresh().await;
    let spec = role("ours-dev-needed-us-west-2");
    let outputs = make(&cloud, "iam_role", &spec).await;
    let document = spec["inline_policies"]["kept"].to_string();
    cloud
        .iam
        .put_role_policy()
        .role_name("ours-dev-needed-us-west-2")
        .policy_name("by-hand")
        .policy_document(document)
        .send()
        .await
        .unwrap();
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attached = cloud.iam.attach_role_policy().role_name("ours-dev-needed-us-west-2").policy_arn(arn);
    attached.send().await.unwrap();

    let seen = live(&cloud, "iam_role", &outputs).await.unwrap();
    assert!(seen["inline_policies"].get("by-hand").is_some());
    assert_eq!(seen["managed_policy_arns"], json!([arn]));
    update(&cloud, "iam_role", &outputs, &spec).await;
    assert_eq!(live(&cloud, "iam_role", &outputs).await, Some(spec));
}

#[tokio::test(start_paused = true)]
async fn code_changed_by_hand_is_seen_and_uploaded_again() {
    let mut cloud = fresh().await;
    let (ours, theirs) = (python("ours = 1"), python("theirs = 1"));
    let spec = function("x", &make(&cloud, "iam_role", &role("x")).await, &ours.0);
    cloud.packages.extend([ours]);
    let outputs = make(&cloud, "lambda_function", &spec).await;
    let blob = aws_sdk_lambda::primitives::Blob::new(theirs.1.to_vec());
    cloud.lambda.update_function_code().function_name("x").zip_file(blob).send().await.unwrap();

    let seen = live(&cloud, "lambda_function", &outputs).await.unwrap();
    assert!(seen["source_hash"].as_str().unwrap().starts_with("changed outside stackctl: "), "{seen}");
    let outputs = update(&cloud, "lambda_function", &outputs, &spec).await;
    assert_eq!(live(&cloud, "lambda_function", &outputs).await, Some(spec));
}

/// A function that is made, and what it was to be.
async fn made_function(cloud: &mut Clients) -> (Value, Value) {
    let code = python("x = 1");
    let spec = function("x", &make(cloud, "iam_role", &role("x")).await, &code.0);
    cloud.packages.extend([code]);
    (make(cloud, "lambda_function", &spec).await, spec)
}

/// Publishes again, as after an interruption, what is believed to be as wanted.
async fn published_again(cloud: &Clients, outputs: &Value, spec: &Value) -> ResourceError {
    let behind = with(spec, json!({ "alias": "version 0" }));
    let updated = Subject::new(cloud, &key("lambda_function")).update(outputs, &behind, spec).await;
    updated.expect_err("it is not published")
}

#[tokio::test(start_paused = true)]
async fn a_change_by_hand_just_before_publishing_does_not_go_live() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let mut cloud = connect(&local).await;
    let (outputs, spec) = made_function(&mut cloud).await;
    cloud.lambda.update_function_configuration().function_name("x").timeout(9).send().await.unwrap();
    let error = published_again(&cloud, &outputs, &spec).await;
    assert_eq!(
        error.to_string(),
        "version 2 of function `x` does not have the value that was written: `timeout` is `9` instead of `3`"
    );

    let theirs = aws_sdk_lambda::primitives::Blob::new(python("theirs = 1").1.to_vec());
    cloud.lambda.update_function_code().function_name("x").zip_file(theirs).send().await.unwrap();
    let error = published_again(&cloud, &outputs, &spec).await;
    assert!(
        error.to_string().starts_with("lambda:PublishVersion: InvalidParameterValueException: CodeSHA256 ("),
        "{error}"
    );
    assert_eq!(error.hints, ["another process is changing the function: run the command again"]);

    let alias = cloud.lambda.get_alias().function_name("x").name("live").send().await.unwrap();
    assert_eq!(alias.function_version.as_deref(), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_response_to_creating_an_alias_does_not_delay_an_update() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let mut cloud = connect(&local).await;
    let (outputs, spec) = made_function(&mut cloud).await;
    cloud.lambda.delete_alias().function_name("x").name("live").send().await.unwrap();
    local.add_fault(Fault {
        operation: Some("lambda:CreateAlias".into()),
        skip: 0,
        times: 1,
        effect: Effect::LoseAnswer,
    });
    let outputs = update(&cloud, "lambda_function", &outputs, &spec).await;
    assert_eq!(live(&cloud, "lambda_function", &outputs).await, Some(spec));
}

#[tokio::test(start_paused = true)]
async fn statements_of_others_are_kept_and_a_changed_one_of_ours_is_created_again() {
    let mut cloud = fresh().await;
    let code = python("x = 1");
    let spec = function("x", &make(&cloud, "iam_role", &role("x")).await, &code.0);
    cloud.packages.extend([code]);
    make(&cloud, "lambda_function", &spec).await;
    let api = cloud.apigateway.create_rest_api().name("api").send().await.unwrap().id.unwrap();
    let add = |id: String, principal: &str| {
        let request = cloud.lambda.add_permission().function_name("x").qualifier("live").statement_id(id);
        request.action("lambda:InvokeFunction").principal(principal)
    };
    add("theirs".into(), "s3.amazonaws.com").send().await.unwrap();

    let permission = json!({ "function_name": "x", "qualifier": "live", "rest_api_id": api });
    let outputs = make(&cloud, "lambda_permission", &permission).await;
    let id = outputs["statement_id"].as_str().unwrap().to_owned();
    let remove = cloud.lambda.remove_permission().function_name("x").qualifier("live").statement_id(&id);
    remove.send().await.unwrap();
    add(id, "apigateway.amazonaws.com")
        .source_arn("arn:aws:execute-api:us-west-2:000000000000:other/*")
        .send()
        .await
        .unwrap();
    assert_ne!(live(&cloud, "lambda_permission", &outputs).await, Some(permission.clone()));

    let again = make(&cloud, "lambda_permission", &permission).await;
    assert_eq!(live(&cloud, "lambda_permission", &again).await, Some(permission));
    let policy = cloud.lambda.get_policy().function_name("x").qualifier("live").send().await.unwrap().policy.unwrap();
    assert!(policy.contains("theirs"), "{policy}");
    assert!(!policy.contains("other/*"), "{policy}");
}
