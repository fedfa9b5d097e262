//! Tests of sign-in: flows, errors, challenges, sessions.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::{Aws, DAY, MINUTE, Ready, id, over};
use crate::services::cognito::secret_hash;

const WRONG: &str = "NotAuthorizedException: Incorrect username or password.";

#[tokio::test]
async fn both_names_of_the_admin_flow_and_the_user_flow_sign_in() {
    let ready = Ready::new().await;
    let password = ready.password("ann", "Passw0rd!");
    ready.aws.call("AdminInitiateAuth", over(password.clone(), json!({ "AuthFlow": "ADMIN_NO_SRP_AUTH" }))).await;
    let own = over(password, json!({ "AuthFlow": "USER_PASSWORD_AUTH" }));
    // The request is not signed, so its Region is unknown. `UserPoolId` is ignored.
    let answer = ready.aws.try_call("us-east-1", "InitiateAuth", own).await.unwrap();
    let result = &answer["AuthenticationResult"];
    assert_eq!((&result["TokenType"], &result["ExpiresIn"]), (&json!("Bearer"), &json!(3600)));
    for token in ["IdToken", "AccessToken", "RefreshToken"] {
        assert!(result[token].is_string(), "{token}");
    }
    assert_eq!(answer["ChallengeParameters"], json!({}));
}

#[tokio::test]
async fn a_flow_must_be_enabled_and_known() {
    let ready = Ready::with(json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    let flow = |flow: &str| {
        let parameters = json!({ "USERNAME": "ann", "PASSWORD": "Passw0rd!", "REFRESH_TOKEN": "x" });
        json!({ "UserPoolId": ready.pool, "ClientId": ready.client, "AuthFlow": flow, "AuthParameters": parameters })
    };
    let disabled = "InvalidParameterException: Auth flow not enabled for this client";
    assert_eq!(ready.aws.refused("AdminInitiateAuth", flow("ADMIN_USER_PASSWORD_AUTH")).await, disabled);
    assert_eq!(ready.aws.refused("AdminInitiateAuth", flow("REFRESH_TOKEN_AUTH")).await, disabled);
    assert_eq!(
        ready.aws.refused("InitiateAuth", flow("USER_PASSWORD_AUTH")).await,
        "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"
    );
    assert_eq!(
        ready.aws.refused("InitiateAuth", flow("ADMIN_USER_PASSWORD_AUTH")).await,
        "InvalidParameterException: Initiate Auth method not supported."
    );
    assert_eq!(
        ready.aws.refused("InitiateAuth", flow("CUSTOM_AUTH")).await,
        "InvalidParameterException: CUSTOM_AUTH is not enabled for the client."
    );
}

#[tokio::test]
async fn an_unknown_client_or_pool_or_a_missing_parameter_is_rejected() {
    let ready = Ready::new().await;
    let password = ready.password("ann", "Passw0rd!");
    let client = over(password.clone(), json!({ "ClientId": "nobody" }));
    let unknown = "ResourceNotFoundException: User pool client nobody does not exist.";
    assert_eq!(ready.aws.refused("AdminInitiateAuth", client.clone()).await, unknown);
    assert_eq!(ready.aws.refused("InitiateAuth", client).await, unknown);
    let pool = over(password.clone(), json!({ "UserPoolId": "us-west-2_nobody123" }));
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", pool).await,
        "ResourceNotFoundException: User pool us-west-2_nobody123 does not exist."
    );
    let other = ready.aws.pool(json!({})).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", over(password.clone(), json!({ "UserPoolId": other }))).await,
        format!("ResourceNotFoundException: User pool client {} does not exist.", ready.client)
    );
    for (parameters, missing) in [(json!({ "PASSWORD": "x" }), "USERNAME"), (json!({ "USERNAME": "ann" }), "PASSWORD")]
    {
        let input = over(password.clone(), json!({ "AuthParameters": parameters }));
        assert_eq!(
            ready.aws.refused("AdminInitiateAuth", input).await,
            format!("InvalidParameterException: Missing required parameter {missing}")
        );
    }
}

#[tokio::test]
async fn only_legacy_clients_reveal_whether_a_user_exists() {
    let ready = Ready::new().await;
    let (wrong, nobody) = (ready.password("ann", "wrong"), ready.password("nobody", "wrong"));
    assert_eq!(ready.aws.refused("AdminInitiateAuth", wrong.clone()).await, WRONG);
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", nobody.clone()).await,
        "UserNotFoundException: User does not exist."
    );
    let quiet = json!({
        "UserPoolId": ready.pool, "ClientId": ready.client, "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    });
    ready.aws.call("UpdateUserPoolClient", quiet).await;
    assert_eq!(ready.aws.refused("AdminInitiateAuth", wrong).await, WRONG);
    assert_eq!(ready.aws.refused("AdminInitiateAuth", nobody).await, WRONG);
}

#[tokio::test]
async fn a_disabled_user_cannot_sign_in_until_enabled() {
    let ready = Ready::new().await;
    let tokens = ready.sign_in().await;
    ready.aws.call("AdminDisableUser", ready.ann(json!({}))).await;
    let disabled = "NotAuthorizedException: User is disabled.";
    assert_eq!(ready.aws.refused("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await, disabled);
    assert_eq!(ready.aws.refused("AdminInitiateAuth", ready.refresh(&tokens["RefreshToken"])).await, disabled);
    assert_eq!(ready.aws.refused("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await, disabled);
    ready.aws.call("AdminEnableUser", ready.ann(json!({}))).await;
    ready.sign_in().await;
}

#[tokio::test(start_paused = true)]
async fn each_further_wrong_password_doubles_the_lockout() {
    let ready = Ready::new().await;
    let (wrong, right) = (ready.password("ann", "wrong"), ready.password("ann", "Passw0rd!"));
    let exceeded = "NotAuthorizedException: Password attempts exceeded";
    for _ in 0..5 {
        assert_eq!(ready.aws.refused("AdminInitiateAuth", wrong.clone()).await, WRONG);
    }
    assert_eq!(ready.aws.refused("AdminInitiateAuth", right.clone()).await, exceeded);
    advance(Duration::from_secs(1)).await;
    assert_eq!(ready.aws.refused("AdminInitiateAuth", wrong).await, WRONG);
    advance(Duration::from_millis(1900)).await;
    assert_eq!(ready.aws.refused("AdminInitiateAuth", right.clone()).await, exceeded);
    advance(Duration::from_millis(100)).await;
    ready.aws.call("AdminInitiateAuth", right).await;
}

#[tokio::test]
async fn a_client_with_a_secret_requires_the_secret_hash() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "UsernameAttributes": ["email"] })).await;
    let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = aws.client(&pool, json!({ "GenerateSecret": true, "ExplicitAuthFlows": flows })).await;
    aws.user(&pool, "ann@a.example", "Passw0rd!").await;
    let (client_id, secret) = (id(&client["ClientId"]), id(&client["ClientSecret"]));
    let user = aws.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann@a.example" })).await;
    let hash = |name: &str| secret_hash::compute(&secret, name, &client_id);
    let initiate = |flow: &str, parameters: Value| json!({ "UserPoolId": pool, "ClientId": client_id, "AuthFlow": flow, "AuthParameters": parameters });
    let password = |hash: Value| {
        let parameters = json!({ "USERNAME": "ann@a.example", "PASSWORD": "Passw0rd!", "SECRET_HASH": hash });
        initiate("ADMIN_USER_PASSWORD_AUTH", parameters)
    };
    assert_eq!(
        aws.refused("AdminInitiateAuth", password(json!(null))).await,
        format!(
            "NotAuthorizedException: Client {client_id} is configured with secret but SECRET_HASH was not received"
        )
    );
    let unverified = format!("NotAuthorizedException: Unable to verify secret hash for client {client_id}");
    assert_eq!(aws.refused("AdminInitiateAuth", password(json!("x"))).await, unverified);
    let result = aws.call("AdminInitiateAuth", password(json!(hash("ann@a.example")))).await;
    let refresh = |hash: String| {
        let token = &result["AuthenticationResult"]["RefreshToken"];
        initiate("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token, "SECRET_HASH": hash }))
    };
    // A refresh requires the hash of the real username, not of the email address.
    assert_eq!(aws.refused("AdminInitiateAuth", refresh(hash("ann@a.example"))).await, unverified);
    aws.call("AdminInitiateAuth", refresh(hash(user["Username"].as_str().unwrap()))).await;
}

#[tokio::test]
async fn a_secret_hash_for_a_client_without_a_secret_is_rejected() {
    let ready = Ready::new().await;
    let mut password = ready.password("ann", "Passw0rd!");
    password["AuthParameters"]["SECRET_HASH"] = json!("x");
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", password).await,
        format!("NotAuthorizedException: Unable to verify secret hash for client {}", ready.client)
    );
}

/// A pool that requires `name`, and a user `bob` who has no name and must change the password.
async fn newcomer() -> Ready {
    let schema = ["email", "name"].map(|name| json!({ "Name": name, "AttributeDataType": "String", "Required": true }));
    let ready = Ready::with(json!({ "Schema": schema }), json!({})).await;
    let bob = json!({
        "UserPoolId": ready.pool,
        "Username": "bob",
        "TemporaryPassword": "Temp0rary!",
        "UserAttributes": [{ "Name": "email", "Value": "bob@b.example" }],
    });
    ready.aws.call("AdminCreateUser", bob).await;
    ready
}

#[tokio::test]
async fn a_new_password_is_set_together_with_the_missing_attributes() {
    let ready = newcomer().await;
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("bob", "Temp0rary!")).await;
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(
        challenge["ChallengeParameters"],
        json!({
            "USER_ID_FOR_SRP": "bob",
            "requiredAttributes": "[\"userAttributes.name\"]",
            "userAttributes": "{\"email\":\"bob@b.example\"}",
        })
    );
    let respond = |responses: Value| ready.response(&challenge, &over(json!({ "USERNAME": "bob" }), responses));
    let cases = [
        (json!({}), "InvalidParameterException: Missing required parameter NEW_PASSWORD"),
        (
            json!({ "NEW_PASSWORD": "short" }),
            "InvalidPasswordException: Password did not conform with policy: Password not long enough",
        ),
        (
            json!({ "NEW_PASSWORD": "Passw0rd!" }),
            "InvalidParameterException: Invalid attributes given, name is missing",
        ),
        (
            json!({ "NEW_PASSWORD": "Passw0rd!", "userAttributes.email": "bob@b.example" }),
            "NotAuthorizedException: Cannot modify an already provided email",
        ),
        (
            json!({ "NEW_PASSWORD": "Passw0rd!", "USERNAME": "ann" }),
            "NotAuthorizedException: Invalid session for the user.",
        ),
    ];
    for (responses, refusal) in cases {
        assert_eq!(ready.aws.refused("AdminRespondToAuthChallenge", respond(responses)).await, refusal);
    }
    let good = respond(json!({ "NEW_PASSWORD": "Passw0rd!", "userAttributes.name": "Bob" }));
    let answer = ready.aws.call("AdminRespondToAuthChallenge", good.clone()).await;
    assert!(answer["AuthenticationResult"]["IdToken"].is_string());
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", good).await,
        "NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
    let user = ready.aws.call("AdminGetUser", json!({ "UserPoolId": ready.pool, "Username": "bob" })).await;
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert!(user["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": "name", "Value": "Bob" })));
    ready.aws.call("AdminInitiateAuth", ready.password("bob", "Passw0rd!")).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_expires_after_the_validity_set_on_the_client() {
    let ready = newcomer().await;
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("bob", "Temp0rary!")).await;
    let responses = json!({ "USERNAME": "bob", "NEW_PASSWORD": "Passw0rd!", "userAttributes.name": "Bob" });
    let response = ready.response(&challenge, &responses);
    let text = response["Session"].as_str().unwrap();
    assert!(text.starts_with("AYABe") && (20..=2048).contains(&text.len()), "{text}");
    advance(3 * MINUTE).await;
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", response.clone()).await,
        "NotAuthorizedException: Invalid session for the user, session is expired."
    );
    let of_another_run = format!("AYABe{}", "x".repeat(160));
    for (session, end) in [("x".repeat(20), "."), (of_another_run, ", session is expired.")] {
        let made_up = over(response.clone(), json!({ "Session": session }));
        assert_eq!(
            ready.aws.refused("AdminRespondToAuthChallenge", made_up).await,
            format!("NotAuthorizedException: Invalid session for the user{end}")
        );
    }
    let without = over(response, json!({ "Session": null }));
    assert_eq!(
        ready.aws.refused("AdminRespondToAuthChallenge", without).await,
        "InvalidParameterException: Missing required parameter Session"
    );
}

#[tokio::test(start_paused = true)]
async fn a_temporary_password_expires_and_a_resent_invitation_renews_it() {
    let ready = newcomer().await;
    let password = ready.password("bob", "Temp0rary!");
    advance(7 * DAY).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", password.clone()).await,
        "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
    );
    let resend = json!({ "UserPoolId": ready.pool, "Username": "bob", "MessageAction": "RESEND" });
    ready.aws.call("AdminCreateUser", resend).await;
    let password = ready.password("bob", ready.aws.mail().last().unwrap()["code"].as_str().unwrap());
    assert_eq!(ready.aws.call("AdminInitiateAuth", password).await["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}
