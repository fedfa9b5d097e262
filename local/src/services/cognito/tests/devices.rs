//! Tests of devices, and of the rotation of refresh tokens.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::time::advance;

use super::{Ready, id, over};
use crate::services::cognito::srp::{Identity, Verifier, client};

const TIME: &str = "Mon Nov 9 07:05:03 UTC 2026";

/// Signs in and proves the secret of a device.
async fn prove(ready: &Ready, begin: Value, identity: Identity<'_>, secret: &str) -> Result<Value, String> {
    let challenge = ready.aws.call("AdminInitiateAuth", begin).await;
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
    let (mine, key) = (client::begin(), identity.name);
    let begin = json!({ "USERNAME": "ann", "DEVICE_KEY": key, "SRP_A": mine.1 });
    let asked = ready.aws.call("AdminRespondToAuthChallenge", ready.response(&challenge, &begin)).await;
    assert_eq!(asked["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    let text = |name: &str| asked["ChallengeParameters"][name].as_str().unwrap();
    let parts = [text("SALT"), text("SRP_B"), text("SECRET_BLOCK")];
    let proof = json!({
        "USERNAME": "ann", "DEVICE_KEY": key, "TIMESTAMP": TIME, "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
        "PASSWORD_CLAIM_SIGNATURE": client::prove(&mine, identity, secret, parts, TIME),
    });
    ready.aws.try_call("us-west-2", "AdminRespondToAuthChallenge", ready.response(&asked, &proof)).await
}

#[tokio::test]
async fn a_confirmed_device_proves_itself_at_the_next_sign_in() {
    let tracked = json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
    let ready = Ready::with(json!({ "DeviceConfiguration": tracked }), json!({})).await;
    let tokens = ready.sign_in().await;
    let (key, group) =
        (id(&tokens["NewDeviceMetadata"]["DeviceKey"]), id(&tokens["NewDeviceMetadata"]["DeviceGroupKey"]));
    let own = |members: Value| over(json!({ "AccessToken": tokens["AccessToken"] }), members);
    let named = |members: Value| own(over(json!({ "DeviceKey": key }), members));
    assert_eq!(ready.aws.call("ListDevices", own(json!({}))).await["Devices"], json!([]));
    let identity = Identity { group: &group, name: &key };
    let verifier = serde_json::to_value(Verifier::new(identity, "secret")).unwrap();
    let config = json!({ "PasswordVerifier": verifier["value"], "Salt": verifier["salt"] });
    let confirm = named(json!({ "DeviceName": "phone", "DeviceSecretVerifierConfig": config }));
    assert_eq!(ready.aws.call("ConfirmDevice", confirm).await, json!({ "UserConfirmationNecessary": false }));
    let device = ready.aws.call("GetDevice", named(json!({}))).await["Device"].clone();
    assert_eq!(device["DeviceAttributes"][1], json!({ "Name": "device_name", "Value": "phone" }));
    assert_eq!(ready.aws.call("ListDevices", own(json!({}))).await["Devices"][0]["DeviceKey"], json!(key));
    // Tokens of a device are renewed only with its key.
    let refresh = |device: Value| {
        over(
            ready.refresh(&tokens["RefreshToken"]),
            json!({ "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"], "DEVICE_KEY": device } }),
        )
    };
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", refresh(Value::Null)).await,
        "NotAuthorizedException: Invalid Refresh Token"
    );
    ready.aws.call("AdminInitiateAuth", refresh(json!(key))).await;
    let on = |device: &str| {
        let mut password = ready.password("ann", "Passw0rd!");
        password["AuthParameters"]["DEVICE_KEY"] = json!(device);
        password
    };
    let unknown = "ResourceNotFoundException: Device does not exist.";
    assert_eq!(ready.aws.refused("AdminInitiateAuth", on("us-west-2_x")).await, unknown);
    let refused = prove(&ready, on(&key), identity, "wrong").await.unwrap_err();
    assert_eq!(refused, "NotAuthorizedException: Incorrect username or password.");
    let result = prove(&ready, on(&key), identity, "secret").await.unwrap()["AuthenticationResult"].clone();
    assert_eq!(result["NewDeviceMetadata"], Value::Null);
    ready.aws.call("UpdateDeviceStatus", named(json!({ "DeviceRememberedStatus": "not_remembered" }))).await;
    ready.aws.call("ForgetDevice", named(json!({}))).await;
    for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        assert_eq!(ready.aws.refused(operation, named(json!({}))).await, unknown);
    }
    let unfit =
        named(json!({ "DeviceSecretVerifierConfig": { "PasswordVerifier": STANDARD.encode("x"), "Salt": "" } }));
    assert_eq!(
        ready.aws.refused("ConfirmDevice", unfit).await,
        "InvalidParameterException: Invalid device secret verifier."
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_replaced_if_the_client_rotates_them() {
    let flows = json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 });
    let ready = Ready::with(json!({}), json!({ "ExplicitAuthFlows": flows, "RefreshTokenRotation": rotation })).await;
    let first = ready.sign_in().await["RefreshToken"].clone();
    let renew = |token: &Value| json!({ "ClientId": ready.client, "RefreshToken": token });
    let result = ready.aws.call("GetTokensFromRefreshToken", renew(&first)).await["AuthenticationResult"].clone();
    let second = result["RefreshToken"].clone();
    assert!(second.is_string() && second != first && result["IdToken"].is_string());
    advance(Duration::from_secs(9)).await;
    ready.aws.call("GetTokensFromRefreshToken", renew(&first)).await;
    advance(Duration::from_secs(1)).await;
    assert_eq!(
        ready.aws.refused("GetTokensFromRefreshToken", renew(&first)).await,
        "RefreshTokenReuseException: Refresh token has been rotated"
    );
    assert_eq!(
        ready.aws.refused("GetTokensFromRefreshToken", renew(&json!("nonsense"))).await,
        "NotAuthorizedException: Invalid Refresh Token"
    );
    let both = json!({
        "UserPoolId": ready.pool, "ClientId": ready.client, "RefreshTokenRotation": rotation,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    });
    assert_eq!(
        ready.aws.refused("UpdateUserPoolClient", both).await,
        "InvalidParameterException: Refresh token rotation cannot be used together with ALLOW_REFRESH_TOKEN_AUTH."
    );
}

#[tokio::test]
async fn a_client_without_rotation_renews_with_the_same_refresh_token() {
    let ready = Ready::new().await;
    let token = ready.sign_in().await["RefreshToken"].clone();
    let renew = |client: &str, members: Value| over(json!({ "ClientId": client, "RefreshToken": token }), members);
    let answer = ready.aws.call("GetTokensFromRefreshToken", renew(&ready.client, json!({}))).await;
    assert_eq!(answer["AuthenticationResult"]["RefreshToken"], Value::Null);
    assert_eq!(answer["AuthenticationResult"]["TokenType"], "Bearer");
    assert_eq!(
        ready
            .aws
            .refused("GetTokensFromRefreshToken", renew(&ready.client, json!({ "ClientSecret": "x".repeat(24) })))
            .await,
        format!("NotAuthorizedException: Unable to verify client secret for client {}", ready.client)
    );
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] });
    let other = id(&ready.aws.client(&ready.pool, flows).await["ClientId"]);
    assert_eq!(
        ready.aws.refused("GetTokensFromRefreshToken", renew(&other, json!({}))).await,
        "InvalidParameterException: Auth flow not enabled for this client"
    );
}
