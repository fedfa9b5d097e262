//! Cognito authorizers.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{Api, ECHO};
use crate::testing::Reply;

/// An API with a protected route, a route that requires a scope, and a user's tokens.
struct Protected {
    api: Api,
    id_token: String,
    access_token: String,
}

impl Protected {
    async fn new() -> Self {
        let api = Api::new().await;
        let cognito = |operation: &'static str, body: Value| {
            let target = format!("AWSCognitoIdentityProviderService.{operation}");
            let test = api.test.clone();
            async move { test.json_call(&target, &body).await }
        };
        let pool = cognito("CreateUserPool", json!({ "PoolName": "people" })).await["UserPool"].clone();
        let flows = json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
        let client = json!({ "UserPoolId": pool["Id"], "ClientName": "web", "ExplicitAuthFlows": flows });
        let client = cognito("CreateUserPoolClient", client).await["UserPoolClient"]["ClientId"].clone();
        let user = json!({ "UserPoolId": pool["Id"], "Username": "ann", "MessageAction": "SUPPRESS" });
        cognito("AdminCreateUser", user).await;
        let password =
            json!({ "UserPoolId": pool["Id"], "Username": "ann", "Password": "Secret-1", "Permanent": true });
        cognito("AdminSetUserPassword", password).await;
        let sign_in = json!({
            "UserPoolId": pool["Id"],
            "ClientId": client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "ann", "PASSWORD": "Secret-1" },
        });
        let tokens = cognito("AdminInitiateAuth", sign_in).await["AuthenticationResult"].clone();
        let authorizer = json!({
            "name": "people",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": [pool["Arn"]],
            "identitySource": "method.request.header.Authorization",
        });
        let authorizer = api.edit(Method::POST, "/authorizers", &authorizer).await["id"].clone();
        let mut members = json!({ "authorizationType": "COGNITO_USER_POOLS", "authorizerId": authorizer });
        api.function("GET /mine", "echo", ECHO, &members).await;
        members["authorizationScopes"] = json!(["shop/read", "aws.cognito.signin.user.admin"]);
        api.method("GET /scoped", &members, &super::proxy("echo")).await;
        members["authorizationScopes"] = json!(["shop/read"]);
        api.method("GET /foreign", &members, &super::proxy("echo")).await;
        api.deploy().await;
        let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { id_token: token("IdToken"), access_token: token("AccessToken"), api }
    }

    async fn get(&self, path: &str, authorization: &str) -> Reply {
        self.api.send(Request::get("/").header("authorization", authorization), path, "").await
    }
}

#[track_caller]
fn unauthorized(reply: &Reply) {
    assert_eq!((reply.status, reply.text.as_str()), (401, r#"{"message":"Unauthorized"}"#));
    assert_eq!(reply.header("x-amzn-errortype"), "UnauthorizedException");
}

#[tokio::test]
async fn a_route_without_scopes_accepts_an_id_token_and_passes_its_claims() {
    let protected = Protected::new().await;
    let event = protected.get("/mine", &protected.id_token).await.done();
    let claims = event["requestContext"]["authorizer"]["claims"].as_object().unwrap();
    assert!(claims.values().all(Value::is_string), "{claims:?}");
    assert_eq!((&claims["token_use"], &claims["cognito:username"]), (&json!("id"), &json!("ann")));
    let expires = claims["exp"].as_str().unwrap();
    assert!(expires.contains(" UTC 20") && expires.len() == "Tue Apr 10 14:00:13 UTC 2018".len(), "{expires}");
    assert!(claims["auth_time"].as_str().unwrap().parse::<u64>().is_ok());
    assert_eq!(protected.get("/mine", &format!("Bearer {}", protected.id_token)).await.status, 200);
}

#[tokio::test]
async fn scopes_require_an_access_token_with_one_of_them() {
    let protected = Protected::new().await;
    assert_eq!(protected.get("/scoped", &protected.access_token).await.status, 200);
    unauthorized(&protected.get("/scoped", &protected.id_token).await);
    unauthorized(&protected.get("/foreign", &protected.access_token).await);
    unauthorized(&protected.get("/mine", &protected.access_token).await);
}

#[tokio::test]
async fn missing_malformed_and_forged_tokens_are_unauthorized() {
    let protected = Protected::new().await;
    unauthorized(&protected.api.get("/mine").await);
    for token in ["", "Bearer ", "abc", "a.b.c"] {
        unauthorized(&protected.get("/mine", token).await);
    }
    let (signed, signature) = protected.id_token.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    unauthorized(&protected.get("/mine", &format!("{signed}.{flipped}{}", &signature[1..])).await);
    let other = Protected::new().await;
    unauthorized(&protected.get("/mine", &other.id_token).await);
}

#[tokio::test]
async fn an_expired_token_is_reported_as_expired() {
    let protected = Protected::new().await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_mins(61)).await;
    let reply = protected.get("/mine", &protected.id_token).await;
    assert_eq!((reply.status, reply.text.as_str()), (401, r#"{"message":"The incoming token has expired"}"#));
}
