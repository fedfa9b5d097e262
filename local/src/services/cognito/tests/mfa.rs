//! Tests of MFA: the pool's configuration and a user's authenticator app.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Aws, Ready, over};
use crate::services::cognito::totp;

fn app(mode: &str) -> Value {
    json!({ "MfaConfiguration": mode, "SoftwareTokenMfaConfiguration": { "Enabled": true } })
}

/// The code that the app shows `steps` steps from now.
fn code(secret: &Value, steps: i64) -> String {
    totp::code(secret.as_str().unwrap(), Timestamp::now().as_second() + steps * 30)
}

#[tokio::test]
async fn setting_the_mfa_configuration_replaces_all_of_it() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let named = json!({ "UserPoolId": pool });
    let set = aws.call("SetUserPoolMfaConfig", over(named.clone(), app("ON"))).await;
    assert_eq!(set, app("ON"));
    assert_eq!(aws.call("GetUserPoolMfaConfig", named.clone()).await, set);
    assert_eq!(aws.describe(&pool).await["MfaConfiguration"], "ON");
    assert_eq!(aws.call("SetUserPoolMfaConfig", named.clone()).await, json!({ "MfaConfiguration": "OFF" }));
    assert_eq!(aws.call("GetUserPoolMfaConfig", named).await, json!({ "MfaConfiguration": "OFF" }));
}

#[tokio::test]
async fn contradictory_mfa_configurations_are_rejected() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let one_time = aws
        .pool(json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } }))
        .await;
    let together = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";
    let cases = [
        (&pool, json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true } }), together),
        (&pool, app("OFF"), together),
        (
            &pool,
            json!({ "MfaConfiguration": "ON" }),
            "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
        ),
        (
            &pool,
            json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": false } }),
            "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
        ),
        (
            &pool,
            json!({ "MfaConfiguration": "ON", "EmailMfaConfiguration": {} }),
            "Email MFA cannot be enabled when the EmailSendingAccount is COGNITO_DEFAULT",
        ),
        (&one_time, app("ON"), "EMAIL_OTP and SMS_OTP cannot be first factors when MFA is required"),
    ];
    for (pool, members, message) in cases {
        let refusal = aws.refused("SetUserPoolMfaConfig", over(json!({ "UserPoolId": pool }), members)).await;
        assert_eq!(refusal, format!("InvalidParameterException: {message}"));
    }
}

#[tokio::test]
async fn an_update_cannot_require_a_factor_that_the_pool_does_not_have() {
    let aws = Aws::new();
    let named = json!({ "UserPoolId": aws.pool(json!({})).await });
    let demand = over(named.clone(), json!({ "MfaConfiguration": "OPTIONAL" }));
    assert_eq!(
        aws.refused("UpdateUserPool", demand.clone()).await,
        "InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is \
         required/optional"
    );
    aws.call("SetUserPoolMfaConfig", over(named, app("ON"))).await;
    aws.call("UpdateUserPool", demand).await;
}

/// Signs `ann` in to a pool that requires an authenticator app, and sets up the app.
async fn set_up(ready: &Ready) -> (Value, Value) {
    ready.aws.call("SetUserPoolMfaConfig", over(json!({ "UserPoolId": ready.pool }), app("ON"))).await;
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await;
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(
        challenge["ChallengeParameters"],
        json!({ "USER_ID_FOR_SRP": "ann", "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" })
    );
    let associated = ready.aws.call("AssociateSoftwareToken", json!({ "Session": challenge["Session"] })).await;
    let session = json!({ "Session": associated["Session"] });
    let wrong = over(session.clone(), json!({ "UserCode": "000000" }));
    assert_eq!(ready.aws.refused("VerifySoftwareToken", wrong).await, "EnableSoftwareTokenMFAException: Code mismatch");
    let right = over(session, json!({ "UserCode": code(&associated["SecretCode"], -1) }));
    let verified = ready.aws.call("VerifySoftwareToken", right).await;
    assert_eq!(verified["Status"], "SUCCESS");
    let challenge = over(challenge, json!({ "Session": verified["Session"] }));
    let response = ready.response(&challenge, &json!({ "USERNAME": "ann" }));
    let answer = ready.aws.call("AdminRespondToAuthChallenge", response).await;
    assert!(answer["AuthenticationResult"]["IdToken"].is_string());
    (associated["SecretCode"].clone(), answer["AuthenticationResult"].clone())
}

#[tokio::test]
async fn a_required_app_is_set_up_during_sign_in_and_required_afterwards() {
    let ready = Ready::new().await;
    let (secret, _) = set_up(&ready).await;
    let user = ready.aws.call("AdminGetUser", ready.ann(json!({}))).await;
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await;
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let respond =
        |code: String| ready.response(&challenge, &json!({ "USERNAME": "ann", "SOFTWARE_TOKEN_MFA_CODE": code }));
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", respond("abcdef".into())).await,
        "CodeMismatchException: Invalid code received for user"
    );
    let answer = ready.aws.call("AdminRespondToAuthChallenge", respond(code(&secret, 1))).await;
    assert!(answer["AuthenticationResult"]["IdToken"].is_string());
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await;
    let again = json!({ "USERNAME": "ann", "SOFTWARE_TOKEN_MFA_CODE": code(&secret, 1) });
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", ready.response(&challenge, &again)).await,
        "ExpiredCodeException: Your software token has already been used once."
    );
}

#[tokio::test]
async fn an_optional_app_is_required_once_the_user_enables_it() {
    let ready = Ready::new().await;
    let token = ready.sign_in().await["AccessToken"].clone();
    let bearer = json!({ "AccessToken": token });
    assert_eq!(
        ready.aws.refused("AssociateSoftwareToken", bearer.clone()).await,
        "SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool."
    );
    ready.aws.call("SetUserPoolMfaConfig", over(json!({ "UserPoolId": ready.pool }), app("OPTIONAL"))).await;
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    assert_eq!(
        ready.aws.refused("SetUserMFAPreference", over(bearer.clone(), on.clone())).await,
        "InvalidParameterException: User has not verified software token mfa"
    );
    assert_eq!(
        ready.aws.refused("AdminSetUserMFAPreference", ready.ann(on.clone())).await,
        "InvalidParameterException: User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"
    );
    let secret = ready.aws.call("AssociateSoftwareToken", bearer.clone()).await["SecretCode"].clone();
    ready.aws.call("VerifySoftwareToken", over(bearer.clone(), json!({ "UserCode": code(&secret, 0) }))).await;
    assert!(ready.sign_in().await["IdToken"].is_string());
    ready.aws.call("SetUserMFAPreference", over(bearer.clone(), on)).await;
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await;
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let off = json!({ "SoftwareTokenMfaSettings": { "Enabled": false } });
    ready.aws.call("AdminSetUserMFAPreference", ready.ann(off)).await;
    assert!(ready.sign_in().await["IdToken"].is_string());
}

#[tokio::test]
async fn factors_that_send_a_message_are_rejected() {
    let ready = Ready::new().await;
    let sms = json!({ "SMSMfaSettings": { "Enabled": true } });
    assert_eq!(
        ready.aws.refused("AdminSetUserMFAPreference", ready.ann(sms)).await,
        "the local emulator does not imitate second factors other than an authenticator app"
    );
}
