//! Every key of the config, changed one by one, with the exact steps of the plan. Each edit is applied on top of those
//! before it. `tests/kinds` checks that each field is written and read back.
//!
//! `deployment.serviceName`, `stage` and `region` are missing: they name another stack.

use serde_json::{Value, json};

use super::fixture::Fixture;

/// The step that moves the stage to a new deployment.
const MOVED: &str = "update stage.main: fingerprint";

/// A key, its new value, and the steps.
const KEYS: &[(&str, &str, &[&str])] = &[
    ("deployment.userPoolName", r#""people""#, &["update user_pool.main: name"]),
    ("deployment.clientName", r#""web""#, &["update user_pool_client.main: name"]),
    ("deployment.accountId", r#""123456789012""#, &[]),
    ("state.path", r#""elsewhere""#, &[]),
    ("stages.dev.userPool.selfSignUp", "true", &["update user_pool.main: self_sign_up"]),
    ("stages.prod.api.description", r#""x""#, &[]),
    ("userPool.mfa", r#""OPTIONAL""#, &["update user_pool.main: mfa"]),
    ("userPool.passwordPolicy.minimumLength", "12", &["update user_pool.main: password_policy.minimum_length"]),
    (
        "userPool.passwordPolicy.requireUppercase",
        "false",
        &["update user_pool.main: password_policy.require_uppercase"],
    ),
    (
        "userPool.passwordPolicy.requireLowercase",
        "false",
        &["update user_pool.main: password_policy.require_lowercase"],
    ),
    ("userPool.passwordPolicy.requireNumbers", "false", &["update user_pool.main: password_policy.require_numbers"]),
    ("userPool.passwordPolicy.requireSymbols", "false", &["update user_pool.main: password_policy.require_symbols"]),
    (
        "userPool.passwordPolicy.temporaryPasswordValidityDays",
        "3",
        &["update user_pool.main: password_policy.temporary_password_validity_days"],
    ),
    ("userPool.autoVerifiedAttributes", r#"["email"]"#, &["update user_pool.main: auto_verified_attributes"]),
    ("userPool.deletionProtection", "false", &["update user_pool.main: deletion_protection"]),
    ("userPool.accountRecovery", r#"["admin_only"]"#, &["update user_pool.main: account_recovery"]),
    (
        "client.explicitAuthFlows",
        r#"["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]"#,
        &["update user_pool_client.main: explicit_auth_flows"],
    ),
    ("client.accessTokenValidityMinutes", "5", &["update user_pool_client.main: access_token_validity_minutes"]),
    ("client.idTokenValidityMinutes", "90", &["update user_pool_client.main: id_token_validity_minutes"]),
    ("client.refreshTokenValidityDays", "7", &["update user_pool_client.main: refresh_token_validity_days"]),
    ("client.preventUserExistenceErrors", "false", &["update user_pool_client.main: prevent_user_existence_errors"]),
    (
        "client.generateSecret",
        "true",
        &["delete user_pool_client.main", "replace user_pool_client.main: generate_secret"],
    ),
    ("functions.open.handler", r#""app.second""#, &["update lambda_function.open: handler"]),
    ("functions.open.runtime", r#""python3.14""#, &["update lambda_function.open: runtime"]),
    ("functions.open.timeout", "10", &["update lambda_function.open: timeout"]),
    ("functions.open.memory", "512", &["update lambda_function.open: memory"]),
    ("functions.open.architecture", r#""arm64""#, &["update lambda_function.open: architecture"]),
    ("functions.open.environment.LEVEL", r#""${stage}""#, &["update lambda_function.open: environment.LEVEL"]),
    ("functions.open.environment", "null", &["update lambda_function.open: environment.LEVEL"]),
    ("functions.open.description", r#""it opens""#, &["update lambda_function.open: description"]),
    ("functions.open.logRetentionDays", "7", &["update log_group.open: retention_days"]),
    (
        "functions.open.policy",
        r#"[{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::things/*" }]"#,
        &["update iam_role.open: inline_policies.config"],
    ),
    ("functions.open.policy", "null", &["update iam_role.open: inline_policies.config"]),
    (
        "functions.open.managedPolicies",
        r#"["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]"#,
        &["update iam_role.open: managed_policy_arns"],
    ),
    (
        "functions.third",
        r#"{ "source": "app", "handler": "app.handler", "runtime": "python3.13" }"#,
        &["create iam_role.third", "create lambda_function.third", "create log_group.third"],
    ),
    ("functions.third", "null", &["delete iam_role.third", "delete lambda_function.third", "delete log_group.third"]),
    ("api.description", r#""all things""#, &["update rest_api.main: description"]),
    ("api.binaryMediaTypes", r#"["image/png"]"#, &["update rest_api.main: binary_media_types", MOVED]),
    ("api.throttle", r#"{ "rate": 10.0, "burst": 20 }"#, &["update stage.main: throttling.*/*"]),
    ("api.throttle.rate", "5.5", &["update stage.main: throttling.*/*.rate_limit"]),
    ("api.throttle.burst", "30", &["update stage.main: throttling.*/*.burst_limit"]),
    ("api.throttle", "null", &["update stage.main: throttling.*/*"]),
    ("api.endpointType", r#""EDGE""#, &["update rest_api.main: endpoint_type"]),
    ("routes.POST /things", r#"{ "function": "closed" }"#, &["update api_routes.main: routes.POST /things", MOVED]),
    ("routes.POST /things.function", r#""open""#, &["update api_routes.main: routes.POST /things.function", MOVED]),
    (
        "routes.GET /closed.auth",
        r#"{ "scopes": ["aws.cognito.signin.user.admin"] }"#,
        &["update api_routes.main: routes.GET /closed.scopes", MOVED],
    ),
    ("routes.GET /open.auth", "null", &["update api_routes.main: routes.GET /open.auth", MOVED]),
    ("routes.GET /open.auth", r#""none""#, &["update api_routes.main: routes.GET /open.auth", MOVED]),
    (
        "routes.GET /closed",
        "null",
        &["delete lambda_permission.closed", "update api_routes.main: routes.GET /closed", MOVED],
    ),
    ("routes.POST /things", "null", &["delete authorizer.main", "update api_routes.main: routes.POST /things", MOVED]),
    (
        "cors",
        r#"{ "allowedOrigins": ["https://a.example"] }"#,
        &[
            "update api_routes.main: gateway_responses.DEFAULT_4XX, gateway_responses.DEFAULT_5XX, preflights./open",
            MOVED,
        ],
    ),
    (
        "cors.allowedOrigins",
        r#"["https://b.example"]"#,
        &[
            "update api_routes.main: gateway_responses.DEFAULT_4XX.headers.Access-Control-Allow-Origin, \
             gateway_responses.DEFAULT_5XX.headers.Access-Control-Allow-Origin, preflights./open.origins",
            MOVED,
        ],
    ),
    ("cors.allowedHeaders", r#"["X-One"]"#, &["update api_routes.main: preflights./open.headers", MOVED]),
    (
        "cors.exposedHeaders",
        r#"["X-Two"]"#,
        &[
            "update api_routes.main: gateway_responses.DEFAULT_4XX.headers.Access-Control-Expose-Headers, \
             gateway_responses.DEFAULT_5XX.headers.Access-Control-Expose-Headers",
            MOVED,
        ],
    ),
    (
        "cors.allowCredentials",
        "true",
        &[
            "update api_routes.main: gateway_responses.DEFAULT_4XX.headers.Access-Control-Allow-Credentials, \
             gateway_responses.DEFAULT_5XX.headers.Access-Control-Allow-Credentials, preflights./open.credentials",
            MOVED,
        ],
    ),
    ("cors.allowedMethods", r#"["PATCH"]"#, &["update api_routes.main: preflights./open.methods", MOVED]),
    ("cors.maxAgeSeconds", "60", &["update api_routes.main: preflights./open.max_age_seconds", MOVED]),
];

/// The config patch that sets a key, written with dots, to a value.
fn patch(key: &str, value: &str) -> Value {
    key.rsplit('.').fold(serde_json::from_str(value).unwrap(), |value: Value, name| json!({ name: value }))
}

#[test]
fn each_key_of_the_config_leads_to_its_own_steps() {
    let mut fixture = Fixture::up();
    for (key, value, expected) in KEYS {
        let changed = fixture.config(&patch(key, value));
        assert_eq!(changed.steps(), *expected, "{key}: {value}");
        fixture = changed.brought_up();
        assert_eq!(fixture.steps(), Vec::<String>::new(), "{key}: {value}: afterwards");
    }
}

#[test]
fn a_tag_of_the_config_is_on_everything_that_can_have_tags() {
    let changed = Fixture::up().config(&patch("deployment.tags.team", r#""red""#));
    let tagged = [
        "iam_role.closed",
        "iam_role.open",
        "lambda_function.closed",
        "lambda_function.open",
        "log_group.closed",
        "log_group.open",
        "rest_api.main",
        "stage.main",
        "user_pool.main",
    ];
    assert_eq!(changed.steps(), tagged.map(|key| format!("update {key}: tags.team")));
}
