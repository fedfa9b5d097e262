//! Every key of the configuration, changed one by one on a stack that is up: exactly the steps that it takes, and nothing
//! left to do after them. Each edit is laid over those before it.
//!
//! `deployment.serviceName`, `stage` and `region` are not among them: they name another stack.

use serde_json::{Value, json};

use crate::harness::{
    project::{Project, example, patched},
    stack::{Stack, steps},
};

async fn edits(edits: Vec<(&str, Value, &[&str])>) {
    let stack = Stack::new();
    let mut config = example();
    stack.up(&Project::new(&config)).await.done();
    for (name, edit, expected) in edits {
        config = patched(&config, &edit);
        let project = Project::new(&config);
        let run = stack.up(&project).await;
        assert_eq!(run.steps(), expected, "{name}");
        assert!(run.complete(), "{name}: {}", run.failures());
        assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new(), "{name}: afterwards");
    }
}

#[tokio::test(start_paused = true)]
async fn each_key_of_the_deployment_makes_its_own_change() {
    let tags = [
        "update iam_role.closed: tags.team",
        "update iam_role.open: tags.team",
        "update lambda_function.closed: tags.team",
        "update lambda_function.open: tags.team",
        "update log_group.closed: tags.team",
        "update log_group.open: tags.team",
        "update rest_api.main: tags.team",
        "update stage.main: tags.team",
        "update user_pool.main: tags.team",
    ];
    edits(vec![
        ("pool name", json!({ "deployment": { "userPoolName": "people" } }), &["update user_pool.main: name"]),
        ("client name", json!({ "deployment": { "clientName": "web" } }), &["update user_pool_client.main: name"]),
        ("account", json!({ "deployment": { "accountId": "000000000000" } }), &[]),
        ("a tag comes", json!({ "deployment": { "tags": { "team": "red" } } }), &tags),
        ("a tag changes", json!({ "deployment": { "tags": { "team": "blue" } } }), &tags),
        ("a tag goes", json!({ "deployment": { "tags": null } }), &tags),
        ("state", json!({ "state": { "path": "elsewhere" } }), &[]),
        (
            "a stage's own part",
            json!({ "stages": { "dev": { "userPool": { "selfSignUp": true } }, "prod": { "api": { "description": "x" } } } }),
            &["update user_pool.main: self_sign_up"],
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_of_the_pool_makes_its_own_change() {
    let pool = |edit: Value| json!({ "userPool": edit });
    let password = |edit: Value| json!({ "userPool": { "passwordPolicy": edit } });
    edits(vec![
        ("mfa", pool(json!({ "mfa": "OPTIONAL" })), &["update user_pool.main: mfa"]),
        ("mfa off", pool(json!({ "mfa": "OFF" })), &["update user_pool.main: mfa"]),
        (
            "length",
            password(json!({ "minimumLength": 12 })),
            &["update user_pool.main: password_policy.minimum_length"],
        ),
        (
            "uppercase",
            password(json!({ "requireUppercase": false })),
            &["update user_pool.main: password_policy.require_uppercase"],
        ),
        (
            "lowercase",
            password(json!({ "requireLowercase": false })),
            &["update user_pool.main: password_policy.require_lowercase"],
        ),
        (
            "numbers",
            password(json!({ "requireNumbers": false })),
            &["update user_pool.main: password_policy.require_numbers"],
        ),
        (
            "symbols",
            password(json!({ "requireSymbols": false })),
            &["update user_pool.main: password_policy.require_symbols"],
        ),
        (
            "temporary password",
            password(json!({ "temporaryPasswordValidityDays": 3 })),
            &["update user_pool.main: password_policy.temporary_password_validity_days"],
        ),
        (
            "verified",
            pool(json!({ "autoVerifiedAttributes": ["email"] })),
            &["update user_pool.main: auto_verified_attributes"],
        ),
        ("protection", pool(json!({ "deletionProtection": false })), &["update user_pool.main: deletion_protection"]),
        ("sign-up", pool(json!({ "selfSignUp": true })), &["update user_pool.main: self_sign_up"]),
        (
            "recovery",
            pool(json!({ "accountRecovery": ["verified_email"] })),
            &["update user_pool.main: account_recovery"],
        ),
        (
            "recovery by admins",
            pool(json!({ "accountRecovery": ["admin_only"] })),
            &["update user_pool.main: account_recovery"],
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_of_the_client_makes_its_own_change() {
    let client = |edit: Value| json!({ "client": edit });
    edits(vec![
        (
            "flows",
            client(json!({ "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })),
            &["update user_pool_client.main: explicit_auth_flows"],
        ),
        (
            "access token",
            client(json!({ "accessTokenValidityMinutes": 5 })),
            &["update user_pool_client.main: access_token_validity_minutes"],
        ),
        (
            "ID token",
            client(json!({ "idTokenValidityMinutes": 90 })),
            &["update user_pool_client.main: id_token_validity_minutes"],
        ),
        (
            "refresh token",
            client(json!({ "refreshTokenValidityDays": 7 })),
            &["update user_pool_client.main: refresh_token_validity_days"],
        ),
        (
            "existence errors",
            client(json!({ "preventUserExistenceErrors": false })),
            &["update user_pool_client.main: prevent_user_existence_errors"],
        ),
        (
            "secret",
            client(json!({ "generateSecret": true })),
            &["delete user_pool_client.main", "replace user_pool_client.main: generate_secret"],
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_of_a_function_makes_its_own_change() {
    let open = |edit: Value| json!({ "functions": { "open": edit } });
    let policy = json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::things/*" }]);
    let managed = json!(["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]);
    let third = json!({ "source": "lambdas/app", "handler": "app.handler", "runtime": "python3.13" });
    edits(vec![
        ("source", open(json!({ "source": "lambdas/other" })), &["update lambda_function.open: source_hash"]),
        ("handler", open(json!({ "handler": "app.second" })), &["update lambda_function.open: handler"]),
        ("runtime", open(json!({ "runtime": "python3.14" })), &["update lambda_function.open: runtime"]),
        ("timeout", open(json!({ "timeout": 10 })), &["update lambda_function.open: timeout"]),
        ("memory", open(json!({ "memory": 512 })), &["update lambda_function.open: memory"]),
        ("architecture", open(json!({ "architecture": "arm64" })), &["update lambda_function.open: architecture"]),
        (
            "a variable comes",
            open(json!({ "environment": { "LEVEL": "hunter2-hunter2" } })),
            &["update lambda_function.open: environment.LEVEL"],
        ),
        (
            "a variable changes",
            open(json!({ "environment": { "LEVEL": "${stage}" } })),
            &["update lambda_function.open: environment.LEVEL"],
        ),
        ("a variable goes", open(json!({ "environment": null })), &["update lambda_function.open: environment.LEVEL"]),
        ("description", open(json!({ "description": "it opens" })), &["update lambda_function.open: description"]),
        ("no description", open(json!({ "description": null })), &["update lambda_function.open: description"]),
        ("retention", open(json!({ "logRetentionDays": 7 })), &["update log_group.open: retention_days"]),
        ("policy", open(json!({ "policy": policy })), &["update iam_role.open: inline_policies.config"]),
        ("no policy", open(json!({ "policy": null })), &["update iam_role.open: inline_policies.config"]),
        ("managed", open(json!({ "managedPolicies": managed })), &["update iam_role.open: managed_policy_arns"]),
        ("none managed", open(json!({ "managedPolicies": null })), &["update iam_role.open: managed_policy_arns"]),
        (
            "a function comes",
            json!({ "functions": { "third": third } }),
            &["create iam_role.third", "create lambda_function.third", "create log_group.third"],
        ),
        (
            "a function goes",
            json!({ "functions": { "third": null } }),
            &["delete iam_role.third", "delete lambda_function.third", "delete log_group.third"],
        ),
    ])
    .await;
}

/// The stage moves to a new deployment.
const MOVED: &str = "update stage.main: fingerprint";

#[tokio::test(start_paused = true)]
async fn each_change_of_a_route_makes_its_own_change() {
    let route = |route: &str, edit: Value| json!({ "routes": { route: edit } });
    edits(vec![
        (
            "a route comes",
            route("POST /things", json!({ "function": "closed" })),
            &["update api_routes.main: routes.POST /things", MOVED],
        ),
        (
            "a route changes its function",
            route("POST /things", json!({ "function": "open" })),
            &["update api_routes.main: routes.POST /things.function", MOVED],
        ),
        (
            "scopes",
            route("GET /closed", json!({ "auth": { "scopes": ["aws.cognito.signin.user.admin"] } })),
            &["update api_routes.main: routes.GET /closed.scopes", MOVED],
        ),
        (
            "no scopes",
            route("GET /closed", json!({ "auth": null })),
            &["update api_routes.main: routes.GET /closed.scopes", MOVED],
        ),
        (
            "a route needs a token",
            route("GET /open", json!({ "auth": null })),
            &["update api_routes.main: routes.GET /open.auth", MOVED],
        ),
        (
            "a route needs none",
            route("GET /open", json!({ "auth": "none" })),
            &["update api_routes.main: routes.GET /open.auth", MOVED],
        ),
        (
            "a route goes, and with it the last call of a function",
            route("GET /closed", Value::Null),
            &["delete lambda_permission.closed", "update api_routes.main: routes.GET /closed", MOVED],
        ),
        (
            "the last protected route goes",
            route("POST /things", Value::Null),
            &["delete authorizer.main", "update api_routes.main: routes.POST /things", MOVED],
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_of_cors_makes_its_own_change() {
    let cors = |edit: Value| json!({ "cors": edit });
    let preflights = |fields: &str| {
        let fields = ["/closed", "/open"].map(|path| format!("preflights.{path}{fields}")).join(", ");
        format!("update api_routes.main: {fields}")
    };
    let gateway = "gateway_responses.DEFAULT_4XX, gateway_responses.DEFAULT_5XX";
    let on = format!("update api_routes.main: {gateway}, {}", &preflights("")["update api_routes.main: ".len()..]);
    let origin = "headers.Access-Control-Allow-Origin";
    let origins = format!(
        "update api_routes.main: gateway_responses.DEFAULT_4XX.{origin}, gateway_responses.DEFAULT_5XX.{origin}, {}",
        &preflights(".origins")["update api_routes.main: ".len()..]
    );
    let exposed = "headers.Access-Control-Expose-Headers";
    let exposed = format!(
        "update api_routes.main: gateway_responses.DEFAULT_4XX.{exposed}, gateway_responses.DEFAULT_5XX.{exposed}"
    );
    let credentials = "headers.Access-Control-Allow-Credentials";
    let credentials = format!(
        "update api_routes.main: gateway_responses.DEFAULT_4XX.{credentials}, gateway_responses.DEFAULT_5XX.{credentials}, {}",
        &preflights(".credentials")["update api_routes.main: ".len()..]
    );
    let (headers, methods, age) = (preflights(".headers"), preflights(".methods"), preflights(".max_age_seconds"));
    edits(vec![
        ("cors", cors(json!({ "allowedOrigins": ["https://a.example"] })), &[&on, MOVED]),
        ("origins", cors(json!({ "allowedOrigins": ["https://b.example"] })), &[&origins, MOVED]),
        ("headers", cors(json!({ "allowedHeaders": ["X-One"] })), &[&headers, MOVED]),
        ("exposed", cors(json!({ "exposedHeaders": ["X-Two"] })), &[&exposed, MOVED]),
        ("credentials", cors(json!({ "allowCredentials": true })), &[&credentials, MOVED]),
        ("methods", cors(json!({ "allowedMethods": ["PATCH"] })), &[&methods, MOVED]),
        ("max age", cors(json!({ "maxAgeSeconds": 60 })), &[&age, MOVED]),
        ("no cors", json!({ "cors": null }), &[&on, MOVED]),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_key_of_the_api_makes_its_own_change() {
    let api = |edit: Value| json!({ "api": edit });
    edits(vec![
        ("description", api(json!({ "description": "all things" })), &["update rest_api.main: description"]),
        ("no description", api(json!({ "description": null })), &["update rest_api.main: description"]),
        (
            "binary",
            api(json!({ "binaryMediaTypes": ["image/png"] })),
            &["update rest_api.main: binary_media_types", MOVED],
        ),
        ("throttle", api(json!({ "throttle": { "rate": 10.0, "burst": 20 } })), &["update stage.main: throttling.*/*"]),
        ("rate", api(json!({ "throttle": { "rate": 5.5 } })), &["update stage.main: throttling.*/*.rate_limit"]),
        ("burst", api(json!({ "throttle": { "burst": 30 } })), &["update stage.main: throttling.*/*.burst_limit"]),
        ("no throttle", api(json!({ "throttle": null })), &["update stage.main: throttling.*/*"]),
        ("endpoint", api(json!({ "endpointType": "EDGE" })), &["update rest_api.main: endpoint_type"]),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "user_pool.main: `username_attributes` cannot be changed")]
async fn what_people_sign_in_with_is_not_changed_under_them() {
    edits(vec![("usernames", json!({ "userPool": { "usernameAttributes": ["email"] } }), &[])]).await;
}
