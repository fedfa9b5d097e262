//! The example file, and the loaded configuration.

use stackctl::config::{RouteAuth, RouteKey};

use super::harness::Folder;

#[test]
fn the_config_in_the_repository_is_without_problems() {
    let loaded = Folder::example().load().unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.deployment.service_name, "myname1");
    assert_eq!(loaded.config.function_name("test_auth"), "myname1-dev-test_auth");
    let route = |key: &str| &loaded.config.routes[&key.parse::<RouteKey>().unwrap()];
    assert_eq!(route("GET /test").auth, RouteAuth::None);
    assert_eq!(route("GET /test_auth").auth, RouteAuth::IdToken);
}

#[test]
fn all_keys_but_deployment_functions_and_routes_have_defaults() {
    let config = Folder::with_deployment(r#""serviceName": "shop", "region": "eu-west-1""#).load().unwrap().config;
    assert_eq!(
        serde_json::to_value(config).unwrap(),
        serde_json::json!({
            "deployment": {
                "serviceName": "shop",
                "region": "eu-west-1",
                "stage": "dev",
                "userPoolName": "shop-dev",
                "clientName": "shop-dev",
                "tags": {}
            },
            "userPool": {
                "usernameAttributes": [],
                "mfa": "OFF",
                "passwordPolicy": {
                    "minimumLength": 8,
                    "requireUppercase": true,
                    "requireLowercase": true,
                    "requireNumbers": true,
                    "requireSymbols": true,
                    "temporaryPasswordValidityDays": 7
                },
                "autoVerifiedAttributes": [],
                "deletionProtection": true,
                "selfSignUp": false,
                "accountRecovery": ["verified_email", "verified_phone_number"]
            },
            "client": {
                "generateSecret": false,
                "explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                "accessTokenValidityMinutes": 60,
                "idTokenValidityMinutes": 60,
                "refreshTokenValidityDays": 30,
                "preventUserExistenceErrors": true
            },
            "functions": {
                "hello": {
                    "source": "lambdas/test",
                    "handler": "test.handler",
                    "runtime": "python3.13",
                    "timeout": 29,
                    "memory": 128,
                    "architecture": "x86_64",
                    "environment": {},
                    "description": "",
                    "logRetentionDays": 30,
                    "policy": [],
                    "managedPolicies": []
                }
            },
            "routes": { "GET /hello": { "function": "hello" } },
            "api": { "description": "", "endpointType": "REGIONAL", "binaryMediaTypes": [] },
            "state": { "path": "state" }
        })
    );
}

#[test]
fn every_key_of_the_file_is_loaded() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "live", "userPoolName": "people", "clientName": "web", "accountId": "123456789012", "tags": { "team": "a" } },
  "userPool": {
    "usernameAttributes": ["email", "phone_number"], "mfa": "OPTIONAL", "autoVerifiedAttributes": ["email"],
    "passwordPolicy": { "minimumLength": 12, "requireUppercase": false, "requireLowercase": false, "requireNumbers": false, "requireSymbols": false, "temporaryPasswordValidityDays": 1 },
    "deletionProtection": false, "selfSignUp": true, "accountRecovery": ["admin_only"]
  },
  "client": {
    "generateSecret": true, "explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
    "accessTokenValidityMinutes": 5, "idTokenValidityMinutes": 1440, "refreshTokenValidityDays": 3650, "preventUserExistenceErrors": false
  },
  "functions": {
    "hello": {
      "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13", "timeout": 3, "memory": 512, "architecture": "arm64",
      "environment": { "TABLE": "orders" }, "description": "says hello", "logRetentionDays": 7,
      "policy": [{ "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": ["*"], "Condition": { "Bool": { "aws:SecureTransport": "true" } } }],
      "managedPolicies": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
    }
  },
  "routes": {
    "GET /hello/{name}": { "function": "hello", "auth": { "scopes": ["aws.cognito.signin.user.admin"] } },
    "GET /": { "function": "hello", "auth": "none" }
  },
  "cors": { "allowedOrigins": ["https://example.com"], "allowCredentials": true, "allowedHeaders": ["X-One"], "allowedMethods": ["GET"], "exposedHeaders": ["X-Two"], "maxAgeSeconds": 5 },
  "api": { "description": "shop", "endpointType": "EDGE", "binaryMediaTypes": ["image/png"], "throttle": { "rate": 10.5, "burst": 20 } },
  "state": { "path": "elsewhere" }
}"#,
    );
    let written: serde_json::Value = serde_json::from_str(&folder.text()).unwrap();
    assert_eq!(serde_json::to_value(folder.load().unwrap().config).unwrap(), written);
}
