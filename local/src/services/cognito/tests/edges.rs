//! Tests of rare errors, each with its whole message.

use serde_json::{Value, json};

use super::{Aws, Ready, over};

#[tokio::test]
async fn standard_attributes_cannot_change_their_type_and_custom_ones_are_limited_to_fifty() {
    let aws = Aws::new();
    let retyped = json!({ "PoolName": "people", "Schema": [{ "Name": "email", "AttributeDataType": "Number" }] });
    assert_eq!(
        aws.refused("CreateUserPool", retyped).await,
        "InvalidParameterException: You can not change AttributeDataType or set developerOnlyAttribute for standard schema \
         attribute email"
    );
    let untyped = json!({ "PoolName": "people", "Schema": [{ "Name": "team" }] });
    assert_eq!(
        aws.refused("CreateUserPool", untyped).await,
        "InvalidParameterException: custom:team: AttributeDataType is required."
    );
    let many = (0..50).map(|number| json!({ "Name": format!("a{number}"), "AttributeDataType": "String" }));
    let pool = aws.pool(json!({ "Schema": many.collect::<Value>() })).await;
    let more = json!([{ "Name": "more", "AttributeDataType": "String" }]);
    assert_eq!(
        aws.refused("AddCustomAttributes", json!({ "UserPoolId": pool, "CustomAttributes": more })).await,
        "LimitExceededException: Exceeded the limit of custom attributes per user pool."
    );
}

#[tokio::test]
async fn invalid_tags_and_page_tokens_are_rejected() {
    let aws = Aws::new();
    let tagged = json!({ "PoolName": "people", "UserPoolTags": { "": "x" } });
    assert_eq!(
        aws.refused("CreateUserPool", tagged).await,
        "InvalidParameterException: 1 validation error detected: Value '{=x}' at 'userPoolTags' failed to satisfy \
         constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must \
         have length greater than or equal to 1]"
    );
    assert_eq!(
        aws.refused("ListUserPools", json!({ "MaxResults": 1, "NextToken": "%" })).await,
        "InvalidParameterException: Invalid pagination token"
    );
}

#[tokio::test]
async fn a_pool_has_one_prefix_domain_and_cannot_delete_another() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let domain = |name: &str| json!({ "UserPoolId": pool, "Domain": name });
    assert_eq!(
        aws.refused("CreateUserPoolDomain", domain("People")).await,
        "InvalidParameterException: 1 validation error detected: Value 'People' at 'domain' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$"
    );
    aws.call("CreateUserPoolDomain", domain("people")).await;
    assert_eq!(
        aws.refused("CreateUserPoolDomain", domain("others")).await,
        "InvalidParameterException: A user pool can have only one prefix domain."
    );
    assert_eq!(
        aws.refused("DeleteUserPoolDomain", domain("others")).await,
        "InvalidParameterException: No such domain or user pool exists."
    );
    let custom = over(
        domain("a-example"),
        json!({ "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a" } }),
    );
    assert_eq!(
        aws.refused("CreateUserPoolDomain", custom).await,
        "the local emulator does not imitate custom domains of user pools"
    );
}

#[tokio::test]
async fn a_client_can_write_only_the_attributes_it_is_allowed_to() {
    let ready = Ready::with(json!({}), json!({ "WriteAttributes": ["name", "email_verified"] })).await;
    let sign_up = |name: &str| {
        let attributes = json!([{ "Name": name, "Value": "true" }]);
        json!({ "ClientId": ready.client, "Username": "bob", "Password": "Passw0rd!", "UserAttributes": attributes })
    };
    assert_eq!(
        ready.aws.refused("SignUp", sign_up("nickname")).await,
        "NotAuthorizedException: A client attempted to write unauthorized attribute"
    );
    let ready = Ready::new().await;
    let attributes =
        json!([{ "Name": "email", "Value": "b@b.example" }, { "Name": "email_verified", "Value": "true" }]);
    let verified =
        json!({ "ClientId": ready.client, "Username": "bob", "Password": "Passw0rd!", "UserAttributes": attributes });
    assert_eq!(
        ready.aws.refused("SignUp", verified).await,
        "NotAuthorizedException: A client attempted to write unauthorized attribute email_verified"
    );
    let hashed = json!({ "ClientId": ready.client, "Username": "bob", "Password": "Passw0rd!", "SecretHash": "x" });
    assert_eq!(
        ready.aws.refused("SignUp", hashed).await,
        format!("NotAuthorizedException: Unable to verify secret hash for client {}", ready.client)
    );
}

#[tokio::test]
async fn a_username_that_differs_from_the_email_attribute_is_rejected() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "UsernameAttributes": ["email"] })).await;
    let attributes = json!([{ "Name": "email", "Value": "b@b.example" }]);
    let differing = json!({ "UserPoolId": pool, "Username": "a@a.example", "UserAttributes": attributes });
    assert_eq!(
        aws.refused("AdminCreateUser", differing).await,
        "the local emulator does not imitate a Username that differs from the attribute email"
    );
}

#[tokio::test]
async fn an_app_requires_a_session_or_a_token_and_is_verified_only_after_association() {
    let ready = Ready::new().await;
    assert_eq!(
        ready.aws.refused("AssociateSoftwareToken", json!({})).await,
        "InvalidParameterException: Either AccessToken or Session must be provided"
    );
    assert_eq!(
        ready.aws.refused("AssociateSoftwareToken", json!({ "Session": "x".repeat(20) })).await,
        "NotAuthorizedException: Invalid session for the user."
    );
    let app = json!({
        "UserPoolId": ready.pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    ready.aws.call("SetUserPoolMfaConfig", app).await;
    let token = ready.sign_in().await["AccessToken"].clone();
    assert_eq!(
        ready.aws.refused("VerifySoftwareToken", json!({ "AccessToken": token, "UserCode": "123456" })).await,
        "SoftwareTokenMFANotFoundException: Software token has not been associated"
    );
}

#[tokio::test]
async fn a_token_can_be_revoked_only_by_its_client_with_revocation_enabled() {
    let ready = Ready::new().await;
    let token = ready.sign_in().await["RefreshToken"].clone();
    let other = ready.aws.client(&ready.pool, json!({})).await["ClientId"].clone();
    assert_eq!(
        ready.aws.refused("RevokeToken", json!({ "Token": token, "ClientId": other })).await,
        "UnauthorizedException: The refresh token belongs to another client"
    );
    let without = ready.aws.client(&ready.pool, json!({ "EnableTokenRevocation": false })).await["ClientId"].clone();
    assert_eq!(
        ready.aws.refused("RevokeToken", json!({ "Token": token, "ClientId": without })).await,
        "UnsupportedOperationException: Token revocation is not enabled for this client"
    );
}

#[tokio::test]
async fn challenges_and_factors_other_than_passwords_and_apps_are_rejected() {
    let ready = Ready::new().await;
    let challenge = json!({ "ChallengeName": "SMS_MFA", "Session": "x".repeat(20) });
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", ready.response(&challenge, &json!({}))).await,
        "the local emulator does not imitate the challenge SMS_MFA"
    );
    let sms = json!({
        "UserPoolId": ready.pool,
        "MfaConfiguration": "ON",
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
    });
    ready.aws.call("SetUserPoolMfaConfig", sms).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await,
        "the local emulator does not imitate second factors other than an authenticator app"
    );
}
