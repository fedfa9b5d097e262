//! Stages and their method settings.

use serde_json::{Value, json};

use super::{Client, PUSH_LOGS, ROLE, patch};

const GROUP: &str = "arn:aws:logs:us-west-2:000000000000:log-group:/access";

#[test]
fn an_invalid_stage_is_rejected() {
    let client = Client::new();
    let deployment = client.deployed();
    let name = "400 BadRequestException: Stage name only allows a-zA-Z0-9_-";
    let cases = [
        (json!({ "stageName": "dev" }), "409 ConflictException: Stage already exists"),
        (json!({ "stageName": "x", "deploymentId": "none" }), "400 BadRequestException: Deployment id does not exist"),
        (json!({ "stageName": "a b" }), name),
        (json!({ "stageName": "" }), name),
        (json!({ "stageName": "x".repeat(129) }), name),
        (
            json!({ "stageName": "x", "variables": { "a": "b c" } }),
            "400 BadRequestException: Invalid stage variable value: b c. Please use values with alphanumeric \
             characters and the symbols -._~:/?#&=,",
        ),
        (
            json!({ "stageName": "x", "variables": { "a-b": "c" } }),
            "400 BadRequestException: Invalid stage variable name: a-b. Please use alphanumeric characters and \
             underscores",
        ),
        (
            json!({ "stageName": "x", "cacheClusterEnabled": true }),
            "501 NotImplemented: the local emulator does not imitate cacheClusterEnabled of apigateway:CreateStage",
        ),
        (
            json!({ "stageName": "x", "canarySettings": {} }),
            "501 NotImplemented: the local emulator does not imitate canarySettings of apigateway:CreateStage",
        ),
    ];
    for (members, refusal) in cases {
        let mut input = json!({ "deploymentId": deployment });
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(client.refusal("CreateStage", input), refusal);
    }
    let many: Value = (0..101).map(|number| (format!("k{number}"), Value::from("v"))).collect();
    let input = json!({ "deploymentId": deployment, "stageName": "x", "variables": many });
    assert_eq!(
        client.refusal("CreateStage", input),
        "429 LimitExceededException: The number of stage variables exceeds the limit of 100"
    );
}

#[test]
fn a_method_setting_has_defaults_for_missing_fields() {
    let client = Client::new();
    client.deployed();
    let ids = json!({ "stageName": "dev" });
    let patches = json!([
        patch("replace", "/*/*/throttling/rateLimit", Some("10.5")),
        patch("replace", "/*/*/throttling/burstLimit", Some("20")),
        patch("replace", "/~1/GET/metrics/enabled", Some("true")),
        patch("replace", "/pets~1{id}/GET/caching/ttlInSeconds", Some("60")),
    ]);
    let settings = client.patch("UpdateStage", ids, patches).unwrap()["methodSettings"].clone();
    assert_eq!(
        settings["*/*"],
        json!({
            "metricsEnabled": false,
            "dataTraceEnabled": false,
            "throttlingBurstLimit": 20,
            "throttlingRateLimit": 10.5,
            "cachingEnabled": false,
            "cacheTtlInSeconds": 300,
            "cacheDataEncrypted": false,
            "requireAuthorizationForCacheControl": true,
            "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
        })
    );
    assert_eq!(settings["~1/GET"]["metricsEnabled"], true);
    assert_eq!(settings["pets~1{id}/GET"]["cacheTtlInSeconds"], 60);
}

#[test]
fn logging_requires_the_log_role_of_the_account() {
    let client = Client::new();
    client.deployed();
    let ids = json!({ "stageName": "dev" });
    let access = json!([
        patch("replace", "/accessLogSettings/destinationArn", Some(GROUP)),
        patch("replace", "/accessLogSettings/format", Some("$context.requestId")),
    ]);
    let execution = json!([patch("replace", "/*/*/logging/loglevel", Some("INFO"))]);
    for patches in [&access, &execution] {
        assert_eq!(
            client.patch("UpdateStage", ids.clone(), patches.clone()).unwrap_err(),
            "400 BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"
        );
    }
    client.role("apigateway.amazonaws.com", Some(PUSH_LOGS));
    let role = json!([patch("replace", "/cloudwatchRoleArn", Some(ROLE))]);
    client.patch("UpdateAccount", json!({}), role).unwrap();
    client.patch("UpdateStage", ids.clone(), execution).unwrap();
    let stage = client.patch("UpdateStage", ids.clone(), access).unwrap();
    assert_eq!(stage["accessLogSettings"], json!({ "destinationArn": GROUP, "format": "$context.requestId" }));
    let off = json!([patch("remove", "/accessLogSettings", None), patch("remove", "/canarySettings", None)]);
    assert!(client.patch("UpdateStage", ids, off).unwrap().get("accessLogSettings").is_none());
}

#[test]
fn every_other_patch_of_a_stage_takes_effect() {
    let client = Client::new();
    client.deployed();
    let ids = json!({ "stageName": "dev" });
    let patches = json!([
        patch("replace", "/description", Some("try")),
        patch("replace", "/tracingEnabled", Some("true")),
        patch("replace", "/documentationVersion", Some("1")),
        patch("replace", "/clientCertificateId", Some("cert")),
        patch("replace", "/cacheClusterEnabled", Some("false")),
        patch("replace", "/cacheClusterSize", Some("0.5")),
        patch("replace", "/variables/a", Some("b")),
        patch("replace", "/variables/c", Some("d")),
        patch("remove", "/variables/a", None),
    ]);
    client.patch("UpdateStage", ids.clone(), patches).unwrap();
    let stage = client.call("GetStage", ids);
    assert_eq!(stage["description"], "try");
    assert_eq!(stage["tracingEnabled"], true);
    assert_eq!(stage["documentationVersion"], "1");
    assert_eq!(stage["clientCertificateId"], "cert");
    assert_eq!(stage["cacheClusterSize"], "0.5");
    assert_eq!(stage["variables"], json!({ "c": "d" }));
}

#[test]
fn a_stage_rejects_patches_with_invalid_values() {
    let client = Client::new();
    client.deployed();
    let cases = [
        ("/deploymentId", "none", "Deployment id does not exist"),
        (
            "/accessLogSettings/destinationArn",
            "arn:aws:logs:us-west-2:000000000000:log-group:/access:*",
            "Access Log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', '.': '/access:*'",
        ),
        ("/accessLogSettings/destinationArn", "/access", "Invalid ARN specified in the request: /access"),
        ("/accessLogSettings/format", "$context.status", "Access Log format must contain $context.requestId"),
        (
            "/accessLogSettings/format",
            "$context.requestId\n$context.status",
            "Access Log format must be single line, new line character is allowed only at end of the format",
        ),
        (
            "/*/*/logging/loglevel",
            "DEBUG",
            "Invalid value 'DEBUG' for path '/*/*/logging/loglevel'. Must be one of: [OFF, ERROR, INFO]",
        ),
        ("/*/*/throttling/rateLimit", "fast", "Invalid number value 'fast' for path '/*/*/throttling/rateLimit'"),
    ];
    for (path, value, refusal) in cases {
        let patches = json!([patch("replace", path, Some(value))]);
        assert_eq!(
            client.patch("UpdateStage", json!({ "stageName": "dev" }), patches).unwrap_err(),
            format!("400 BadRequestException: {refusal}")
        );
    }
    let cache = json!([patch("replace", "/cacheClusterEnabled", Some("true"))]);
    assert_eq!(
        client.patch("UpdateStage", json!({ "stageName": "dev" }), cache).unwrap_err(),
        "501 NotImplemented: the local emulator does not imitate cacheClusterEnabled of apigateway:UpdateStage"
    );
}

#[test]
fn a_deleted_stage_is_not_found() {
    let client = Client::new();
    let deployment = client.deployed();
    let ids = json!({ "stageName": "dev" });
    client.call("DeleteStage", ids.clone());
    for operation in ["GetStage", "DeleteStage", "UpdateStage"] {
        assert_eq!(client.refusal(operation, ids.clone()), "404 NotFoundException: Invalid stage identifier specified");
    }
    client.call("DeleteDeployment", json!({ "deploymentId": deployment }));
}
