//! Tests of tokens: claims, verification, refresh and revocation.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::advance;

use super::{DAY, Ready, over};
use crate::services::cognito::{TokenProblem, verify_token, well_known};

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

async fn arn(ready: &Ready) -> String {
    ready.aws.describe(&ready.pool).await["Arn"].as_str().unwrap().to_owned()
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

#[tokio::test]
async fn tokens_have_the_claims_of_cognito() {
    let schema = json!([{ "Name": "level", "AttributeDataType": "Number" }]);
    let client = json!({ "IdTokenValidity": 5, "TokenValidityUnits": { "IdToken": "minutes" } });
    let ready = Ready::with(json!({ "Schema": schema }), client).await;
    let attributes = json!([
        { "Name": "email", "Value": "ann@a.example" },
        { "Name": "email_verified", "Value": "true" },
        { "Name": "custom:level", "Value": "3" },
    ]);
    ready.aws.call("AdminUpdateUserAttributes", ready.ann(json!({ "UserAttributes": attributes }))).await;
    let role = "arn:aws:iam::000000000000:role/admin";
    for (group, more) in [("last", json!({})), ("first", json!({ "Precedence": 0, "RoleArn": role }))] {
        let named = json!({ "UserPoolId": ready.pool, "GroupName": group });
        ready.aws.call("CreateGroup", over(named, more)).await;
        ready.aws.call("AdminAddUserToGroup", ready.ann(json!({ "GroupName": group }))).await;
    }
    let before = now();
    let tokens = ready.sign_in().await;
    let (mut id, mut access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 300);
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 3600);
    assert!((before..=now()).contains(&id["auth_time"].as_i64().unwrap()));
    assert_eq!(
        (&id["sub"], &id["event_id"], &id["origin_jti"]),
        (&access["sub"], &access["event_id"], &access["origin_jti"])
    );
    assert_ne!(id["jti"], access["jti"]);
    for varying in ["exp", "iat", "auth_time", "jti", "origin_jti", "event_id", "sub"] {
        id.as_object_mut().unwrap().remove(varying).unwrap();
        access.as_object_mut().unwrap().remove(varying).unwrap();
    }
    let issuer = format!("https://cognito-idp.us-west-2.amazonaws.com/{}", ready.pool);
    assert_eq!(
        id,
        json!({
            "iss": issuer,
            "aud": ready.client,
            "token_use": "id",
            "cognito:username": "ann",
            "cognito:groups": ["first", "last"],
            "cognito:roles": [role],
            "cognito:preferred_role": role,
            "email": "ann@a.example",
            "email_verified": true,
            "custom:level": "3",
        })
    );
    assert_eq!(
        access,
        json!({
            "iss": issuer,
            "client_id": ready.client,
            "token_use": "access",
            "username": "ann",
            "cognito:groups": ["first", "last"],
            "scope": "aws.cognito.signin.user.admin",
        })
    );
}

#[tokio::test]
async fn tokens_omit_attributes_that_the_client_may_not_read() {
    let ready = Ready::with(json!({}), json!({ "ReadAttributes": ["name"], "EnableTokenRevocation": false })).await;
    let attributes = json!([{ "Name": "email", "Value": "ann@a.example" }, { "Name": "name", "Value": "Ann" }]);
    ready.aws.call("AdminUpdateUserAttributes", ready.ann(json!({ "UserAttributes": attributes }))).await;
    let tokens = ready.sign_in().await;
    let id = claims(&tokens["IdToken"]);
    assert_eq!((id.get("email"), &id["name"], id.get("origin_jti")), (None, &json!("Ann"), None));
    let user = ready.aws.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await;
    let names = user["UserAttributes"].as_array().unwrap().iter().map(|attribute| attribute["Name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["sub", "name"]);
}

#[tokio::test]
async fn tokens_are_valid_for_their_pool_until_they_expire() {
    let ready = Ready::new().await;
    let tokens = ready.sign_in().await;
    let arns = [arn(&ready).await];
    let other = ready.aws.pool(json!({})).await;
    let others = [ready.aws.describe(&other).await["Arn"].as_str().unwrap().to_owned()];
    let world = ready.aws.0.world();
    for token in ["IdToken", "AccessToken"] {
        let text = tokens[token].as_str().unwrap();
        let checked = verify_token(&world, &arns, text, now()).unwrap();
        assert_eq!(Value::Object(checked), claims(&tokens[token]));
        assert_eq!(verify_token(&world, &arns, text, now() + 3601), Err(TokenProblem::Expired));
        assert_eq!(verify_token(&world, &others, text, now()), Err(TokenProblem::WrongIssuer));
        assert_eq!(verify_token(&world, &[], text, now()), Err(TokenProblem::WrongIssuer));
    }
    let (id, access) = (tokens["IdToken"].as_str().unwrap(), tokens["AccessToken"].as_str().unwrap());
    let forged = format!("{}.{}", id.rsplit_once('.').unwrap().0, access.rsplit_once('.').unwrap().1);
    assert_eq!(verify_token(&world, &arns, &forged, now()), Err(TokenProblem::BadSignature));
    let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"), id.split('.').nth(1).unwrap());
    for malformed in ["", "a.b", "a.b.c", tokens["RefreshToken"].as_str().unwrap(), &unsigned] {
        assert_eq!(verify_token(&world, &arns, malformed, now()), Err(TokenProblem::Malformed), "{malformed}");
    }
}

#[tokio::test]
async fn a_token_with_the_key_id_of_another_pool_is_rejected() {
    let ready = Ready::new().await;
    let tokens = ready.sign_in().await;
    let other = ready.aws.pool(json!({})).await;
    let mut parts = tokens["IdToken"].as_str().unwrap().split('.').map(str::to_owned).collect::<Vec<_>>();
    let key = &well_known(&ready.aws.0, &format!("/{other}/.well-known/jwks.json"), "").unwrap()["keys"][0];
    parts[0] = URL_SAFE_NO_PAD.encode(json!({ "alg": "RS256", "kid": key["kid"] }).to_string());
    let arns = [arn(&ready).await];
    let checked = verify_token(&ready.aws.0.world(), &arns, &parts.join("."), now());
    assert_eq!(checked, Err(TokenProblem::BadSignature));
}

#[tokio::test]
async fn the_published_keys_verify_the_tokens() {
    let ready = Ready::new().await;
    let tokens = ready.sign_in().await;
    let keys = well_known(&ready.aws.0, &format!("/{}/.well-known/jwks.json", ready.pool), "http://x").unwrap();
    let [id, access] = keys["keys"].as_array().unwrap().as_slice() else { panic!("a pool has two keys") };
    assert_eq!(header(&tokens["IdToken"]), json!({ "kid": id["kid"], "alg": "RS256" }));
    assert_eq!(header(&tokens["AccessToken"]), json!({ "kid": access["kid"], "alg": "RS256" }));
    let part = |name: &str| URL_SAFE_NO_PAD.decode(id[name].as_str().unwrap()).unwrap();
    let public = aws_lc_rs::rsa::PublicKeyComponents { n: part("n"), e: part("e") };
    let (message, signature) = tokens["IdToken"].as_str().unwrap().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).unwrap();
    let discovery = format!("/{}/.well-known/openid-configuration", ready.pool);
    let discovery = well_known(&ready.aws.0, &discovery, "http://127.0.0.1:9").unwrap();
    assert_eq!(discovery["issuer"], claims(&tokens["IdToken"])["iss"]);
    assert_eq!(discovery["jwks_uri"], format!("http://127.0.0.1:9/{}/.well-known/jwks.json", ready.pool));
    assert_eq!(well_known(&ready.aws.0, "/us-west-2_nobody123/.well-known/jwks.json", "http://x"), None);
}

#[tokio::test]
async fn a_refresh_returns_new_tokens_of_the_same_sign_in() {
    let ready = Ready::new().await;
    let first = ready.sign_in().await;
    let again = ready.aws.call("AdminInitiateAuth", ready.refresh(&first["RefreshToken"])).await;
    let again = &again["AuthenticationResult"];
    assert!(again.get("RefreshToken").is_none());
    let (before, after) = (claims(&first["IdToken"]), claims(&again["IdToken"]));
    assert_eq!((&before["origin_jti"], &before["auth_time"]), (&after["origin_jti"], &after["auth_time"]));
    assert_ne!(before["jti"], after["jti"]);
    let old_name = over(ready.refresh(&first["RefreshToken"]), json!({ "AuthFlow": "REFRESH_TOKEN" }));
    ready.aws.call("InitiateAuth", old_name).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.refresh(&json!("x"))).await,
        "NotAuthorizedException: Invalid Refresh Token"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_expires_after_the_validity_set_on_the_client() {
    let ready = Ready::with(json!({}), json!({ "RefreshTokenValidity": 2 })).await;
    let token = ready.sign_in().await["RefreshToken"].clone();
    let second = Duration::from_secs(1);
    advance(DAY + DAY.saturating_sub(second)).await;
    ready.aws.call("AdminInitiateAuth", ready.refresh(&token)).await;
    advance(second).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.refresh(&token)).await,
        "NotAuthorizedException: Refresh Token has expired"
    );
}

#[tokio::test]
async fn sign_out_and_revocation_end_refresh_and_access_tokens() {
    let ready = Ready::new().await;
    let revoke = |token: &Value| json!({ "Token": token, "ClientId": ready.client });
    let tokens = ready.sign_in().await;
    ready.aws.call("RevokeToken", revoke(&tokens["RefreshToken"])).await;
    expect_revoked(&ready, &tokens).await;
    let tokens = ready.sign_in().await;
    ready.aws.call("GlobalSignOut", json!({ "AccessToken": tokens["AccessToken"] })).await;
    expect_revoked(&ready, &tokens).await;
    let tokens = ready.sign_in().await;
    ready.aws.call("AdminUserGlobalSignOut", ready.ann(json!({}))).await;
    expect_revoked(&ready, &tokens).await;
    ready.aws.call("RevokeToken", revoke(&json!("never-was"))).await;
    assert_eq!(
        ready.aws.refused("RevokeToken", revoke(&tokens["AccessToken"])).await,
        "UnsupportedTokenTypeException: Unsupported token type"
    );
    let secret = over(revoke(&tokens["RefreshToken"]), json!({ "ClientSecret": "x".repeat(24) }));
    assert_eq!(ready.aws.refused("RevokeToken", secret).await, "UnauthorizedException: Invalid client secret");
    // API Gateway does not check revocation.
    let arns = [arn(&ready).await];
    verify_token(&ready.aws.0.world(), &arns, tokens["IdToken"].as_str().unwrap(), now()).unwrap();
}

async fn expect_revoked(ready: &Ready, tokens: &Value) {
    assert_eq!(
        ready.aws.refused("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await,
        "NotAuthorizedException: Access Token has been revoked"
    );
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.refresh(&tokens["RefreshToken"])).await,
        "NotAuthorizedException: Refresh Token has been revoked"
    );
}

#[tokio::test]
async fn only_a_valid_access_token_gives_access_to_the_account() {
    let ready = Ready::new().await;
    let tokens = ready.sign_in().await;
    let invalid = "NotAuthorizedException: Invalid Access Token";
    for token in [&tokens["IdToken"], &tokens["RefreshToken"], &json!("x")] {
        assert_eq!(ready.aws.refused("GetUser", json!({ "AccessToken": token })).await, invalid);
    }
    assert_eq!(ready.aws.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await["Username"], "ann");
}

#[tokio::test]
async fn a_password_change_requires_the_old_password() {
    let ready = Ready::new().await;
    let token = ready.sign_in().await["AccessToken"].clone();
    let change =
        |old: &str, new: &str| json!({ "AccessToken": token, "PreviousPassword": old, "ProposedPassword": new });
    assert_eq!(
        ready.aws.refused("ChangePassword", change("wrong", "Passw0rd?")).await,
        "NotAuthorizedException: Incorrect username or password."
    );
    assert_eq!(
        ready.aws.refused("ChangePassword", change("Passw0rd!", "password")).await,
        "InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters"
    );
    ready.aws.call("ChangePassword", change("Passw0rd!", "Passw0rd?")).await;
    ready.aws.call("AdminInitiateAuth", ready.password("ann", "Passw0rd?")).await;
}

#[tokio::test]
async fn tokens_contain_an_updated_issuer() {
    let ready = Ready::with(json!({ "IssuerConfiguration": { "Type": "UPDATED" } }), json!({})).await;
    let issuer = claims(&ready.sign_in().await["IdToken"])["iss"].clone();
    assert_eq!(issuer, format!("https://issuer-cognito-idp.us-west-2.amazonaws.com/{}", ready.pool));
}

#[tokio::test]
async fn at_the_local_host_the_issuer_is_the_url_of_the_discovery_document() {
    let ready = Ready::new().await;
    let sign_in = async |host: &str| {
        let input = json!({
            "ClientId": ready.client,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "ann", "PASSWORD": "Passw0rd!" },
        });
        let request = http::Request::post("/").header("host", host);
        let request = request.header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");
        let response = ready.aws.0.handle(request.body(input.to_string().into()).unwrap()).await.unwrap();
        serde_json::from_slice::<serde_json::Value>(response.body()).unwrap()["AuthenticationResult"].clone()
    };
    let (host, elsewhere) = ("cognito-idp.localhost:4566", "127.0.0.1:4566");
    let tokens = sign_in(host).await;
    let issuer = format!("http://{host}/{}", ready.pool);
    assert_eq!(claims(&tokens["IdToken"])["iss"], issuer);
    let document = format!("/{}/.well-known/openid-configuration", ready.pool);
    assert_eq!(well_known(&ready.aws.0, &document, &format!("http://{host}")).unwrap()["issuer"], issuer);
    assert_ne!(claims(&sign_in(elsewhere).await["IdToken"])["iss"], issuer);
    let user = ready.aws.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await;
    assert_eq!(user["Username"], "ann");
    let arn = format!("arn:aws:cognito-idp:us-west-2:000000000000:userpool/{}", ready.pool);
    let verify = |token: &str| verify_token(&ready.aws.0.world(), std::slice::from_ref(&arn), token, 0);
    assert!(verify(tokens["IdToken"].as_str().unwrap()).is_ok());
}
