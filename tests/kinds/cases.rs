//! Two specs for every kind, which differ in every field that can be changed in place.

use serde_json::{Value, json};
use stackctl::{
    aws::Clients,
    engine::{Key, Kind},
    resources::lambda_function::ALIAS,
};

use super::subject::Subject;
use crate::harness::python;

/// A resource as it is created, and its desired spec afterwards.
pub(super) struct Case {
    pub(super) key: Key,
    pub(super) first: Value,
    pub(super) second: Value,
    /// Whether its name in one of our resources stands for the claim.
    pub(super) claimed_by_name: bool,
}

pub(super) fn key(kind: &'static str) -> Key {
    Key::new(Kind::new(kind), "x")
}

/// Creates what the others need, and returns its outputs.
pub(super) async fn make(cloud: &Clients, kind: &'static str, spec: &Value) -> Value {
    Subject::needed(cloud, kind).create(spec).await.expect("what is needed can be created")
}

pub(super) fn user_pool(name: &str) -> Value {
    json!({
        "name": name, "username_attributes": ["email"], "case_sensitive": false, "mfa": "OFF",
        "password_policy": {
            "minimum_length": 6, "require_uppercase": true, "require_lowercase": false, "require_numbers": true,
            "require_symbols": false, "temporary_password_validity_days": 7,
        },
        "auto_verified_attributes": [], "deletion_protection": false, "self_sign_up": false,
        "account_recovery": ["verified_email", "verified_phone_number"], "tags": { "kept": "1", "gone": "1" },
    })
}

pub(super) fn role(name: &str) -> Value {
    let allow = |action: &str, resource: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": [action], "Resource": [resource] } ] })
    };
    json!({
        "name": name, "path": "/stackctl/ours/", "description": "for a test",
        "assume_role_policy": trust("lambda.amazonaws.com"),
        "inline_policies": { "kept": allow("s3:GetObject", "*"), "gone": allow("s3:PutObject", "*") },
        "managed_policy_arns": [], "tags": { "kept": "1", "gone": "1" },
    })
}

fn trust(service: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": [service] }, "Action": ["sts:AssumeRole"] } ] })
}

pub(super) fn function(name: &str, role: &Value, source: &str) -> Value {
    json!({
        "name": name, "role_arn": role["arn"], "runtime": "python3.13", "handler": "app.first", "timeout": 3,
        "memory": 128, "architecture": "x86_64", "environment": { "KEPT": "1", "GONE": "1" }, "description": "one",
        "log_group": format!("/aws/lambda/{name}"), "source_hash": source, "tags": { "kept": "1", "gone": "1" },
        "alias": "new version",
    })
}

/// `spec` with other values in these fields.
pub(super) fn with(spec: &Value, changes: Value) -> Value {
    let mut spec = spec.clone();
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    spec.as_object_mut().expect("specs are objects").extend(changes);
    spec
}

pub(super) async fn cases(cloud: &mut Clients) -> Vec<Case> {
    let (one, two) = (python("def first(e, c): pass"), python("def second(e, c): pass"));
    let sources = (one.0.clone(), two.0.clone());
    cloud.packages.extend([one, two]);
    let mut cases = vec![
        permission_case(cloud, &sources.0).await,
        // First, while its roles are new.
        function_case(cloud, &sources).await,
        pool_case(),
        client_case(cloud).await,
        role_case(),
        log_group_case(),
    ];
    cases.extend(super::api_cases::api_cases(cloud).await);
    cases
}

fn pool_case() -> Case {
    let first = user_pool("people");
    let second = with(
        &first,
        json!({
            "name": "persons", "mfa": "OPTIONAL",
            "password_policy": {
                "minimum_length": 10, "require_uppercase": false, "require_lowercase": true, "require_numbers": false,
                "require_symbols": true, "temporary_password_validity_days": 3,
            },
            "auto_verified_attributes": ["email"], "deletion_protection": true, "self_sign_up": true,
            "account_recovery": ["admin_only"], "tags": { "kept": "2", "new": "1" },
        }),
    );
    Case { key: key("user_pool"), first, second, claimed_by_name: false }
}

async fn client_case(cloud: &Clients) -> Case {
    let pool = make(cloud, "user_pool", &user_pool("clients")).await;
    let first = json!({
        "user_pool_id": pool["id"], "name": "web", "generate_secret": true,
        "explicit_auth_flows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "access_token_validity_minutes": 60, "id_token_validity_minutes": 60, "refresh_token_validity_days": 30,
        "prevent_user_existence_errors": true,
    });
    let second = with(
        &first,
        json!({
            "name": "site", "explicit_auth_flows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            "access_token_validity_minutes": 5, "id_token_validity_minutes": 90, "refresh_token_validity_days": 1,
            "prevent_user_existence_errors": false,
        }),
    );
    Case { key: key("user_pool_client"), first, second, claimed_by_name: true }
}

fn role_case() -> Case {
    let first = role("ours-dev-x-us-west-2");
    let mut inline = first["inline_policies"].clone();
    inline["kept"]["Statement"][0]["Action"] = json!(["s3:GetObject", "s3:ListBucket"]);
    inline["new"] = inline["gone"].clone();
    inline.as_object_mut().expect("an object").remove("gone");
    let second = with(
        &first,
        json!({
            "description": "for another", "assume_role_policy": trust("edgelambda.amazonaws.com"),
            "inline_policies": inline, "tags": { "kept": "2", "new": "1" },
            "managed_policy_arns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        }),
    );
    Case { key: key("iam_role"), first, second, claimed_by_name: false }
}

fn log_group_case() -> Case {
    let first = json!({ "name": "/aws/lambda/x", "retention_days": 30, "tags": { "kept": "1", "gone": "1" } });
    let second = with(&first, json!({ "retention_days": 7, "tags": { "kept": "2", "new": "1" } }));
    Case { key: key("log_group"), first, second, claimed_by_name: false }
}

async fn function_case(cloud: &Clients, sources: &(String, String)) -> Case {
    let roles = [make(cloud, "iam_role", &role("one")).await, make(cloud, "iam_role", &role("two")).await];
    let first = function("ours-dev-x", &roles[0], &sources.0);
    let second = with(
        &first,
        json!({
            "role_arn": roles[1]["arn"], "runtime": "python3.12", "handler": "app.second", "timeout": 29, "memory": 256,
            "architecture": "arm64", "environment": {}, "description": "", "log_group": "/elsewhere",
            "source_hash": sources.1, "tags": { "kept": "2", "new": "1" },
        }),
    );
    Case { key: key("lambda_function"), first, second, claimed_by_name: false }
}

async fn permission_case(cloud: &Clients, source: &str) -> Case {
    let role = make(cloud, "iam_role", &role("three")).await;
    make(cloud, "lambda_function", &function("called", &role, source)).await;
    let api = cloud.apigateway.create_rest_api().name("api").send().await.expect("an API");
    let first = json!({ "function_name": "called", "qualifier": ALIAS, "rest_api_id": api.id });
    Case { key: key("lambda_permission"), second: first.clone(), first, claimed_by_name: true }
}
