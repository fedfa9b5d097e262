//! Rejected sign-ins: each reason has its own message.

use std::time::Duration;

use serde_json::json;

use super::place::{PASSWORD, Place, told};

const ANN: &str = "ann@example.com";

/// A place with the user `ann`.
async fn with_ann(client: serde_json::Value) -> Place {
    let place = Place::with(json!({ "UsernameAttributes": ["email"] }), client).await;
    place.create(ANN).await.unwrap();
    place
}

/// The error of a sign-in as `ann` with a password.
async fn refused(place: &Place, password: &str) -> String {
    told(&place.sign_in(ANN, password).await.unwrap_err())
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_and_a_wrong_password_are_distinguished_for_every_client() {
    for existence in ["ENABLED", "LEGACY"] {
        let place = with_ann(json!({ "PreventUserExistenceErrors": existence })).await;
        let unknown = told(&place.sign_in("bob@example.com", PASSWORD).await.unwrap_err());
        let wrong = refused(&place, "Engine-1843").await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(unknown, @r"
            error: user `bob@example.com` not found
            hint: `stackctl user list` lists the users, `stackctl user create bob@example.com` creates this one
            ");
            insta::assert_snapshot!(wrong, @r"
            error: the password of `ann@example.com` is wrong
            hint: `stackctl user set-password ann@example.com` sets another one
            ");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_permission_to_read_users_the_error_names_both_causes() {
    let place = with_ann(json!({})).await;
    place.refuse("cognito-idp:AdminGetUser", "AccessDeniedException", "User: ann is not authorized to perform");
    insta::assert_snapshot!(refused(&place, "Engine-1843").await, @r"
    error: user `ann@example.com` not found, or the password is wrong
    hint: `stackctl user list` lists the users
    ");
}

#[tokio::test(start_paused = true)]
async fn each_user_status_that_prevents_a_sign_in_is_reported() {
    let mut reported = Vec::new();
    let place = with_ann(json!({})).await;
    place.call("AdminDisableUser", json!({ "Username": ANN })).await;
    reported.push(refused(&place, PASSWORD).await);
    let place = with_ann(json!({})).await;
    for _ in 0..5 {
        refused(&place, "Engine-1843").await;
    }
    reported.push(refused(&place, PASSWORD).await);
    let place = Place::new().await;
    let user = json!({ "Username": ANN, "MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary-1" });
    place.call("AdminCreateUser", user).await;
    tokio::time::advance(Duration::from_hours(24 * 8)).await;
    reported.push(refused(&place, "Temporary-1").await);
    let place = with_ann(json!({})).await;
    place.call("AdminResetUserPassword", json!({ "Username": ANN })).await;
    reported.push(refused(&place, PASSWORD).await);
    let people = place.people();
    people.set_password(ANN, &stackctl::users::Secret::new(PASSWORD), false).await.unwrap();
    place.sign_in(ANN, PASSWORD).await.unwrap();
    let place = Place::new().await;
    let user = json!({ "ClientId": place.client, "Username": ANN, "Password": PASSWORD });
    place.call("SignUp", user).await;
    reported.push(refused(&place, PASSWORD).await);
    let error = place.create(ANN).await.unwrap_err();
    assert_eq!(error.to_string(), "`ann@example.com` exists already, with the status UNCONFIRMED");
    // The hint is correct.
    place.people().set_password(ANN, &stackctl::users::Secret::new(PASSWORD), false).await.unwrap();
    place.sign_in(ANN, PASSWORD).await.unwrap();
    insta::assert_snapshot!(reported.concat(), @r"
    error: `ann@example.com` is disabled
    hint: `stackctl user enable ann@example.com` enables their sign-in
    error: there were too many attempts to sign in as `ann@example.com`
    hint: wait and try again: the pause grows with every attempt, up to a quarter of an hour
    error: the temporary password of `ann@example.com` has expired
    hint: `stackctl user create ann@example.com` starts a new one
    error: the password of `ann@example.com` has been reset, and no new one is set
    hint: `stackctl user set-password ann@example.com` sets a new one
    error: `ann@example.com` has signed up and is not confirmed
    hint: `stackctl user set-password ann@example.com` confirms them with a password of your choice; the code that they were sent confirms them with their own
    ");
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_the_client_does_not_allow_is_rejected_before_any_request() {
    let flows = json!(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    let place = Place::with(json!({}), json!({ "ExplicitAuthFlows": flows })).await;
    insta::assert_snapshot!(refused(&place, PASSWORD).await.replace(&place.client, "CLIENT"), @r"
    error: the app client `CLIENT` does not allow the flow `ADMIN_USER_PASSWORD_AUTH`
      it allows: ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH
    ");
    assert!(!place.local.call_counts().contains_key("cognito-idp:AdminInitiateAuth"));
    let old = Place::with(json!({}), json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"] })).await;
    old.create("ann").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_missing_pool_or_client_is_reported() {
    let mut place = Place::new().await;
    let pool = std::mem::replace(&mut place.pool, "us-west-2_nobody123".into());
    insta::assert_snapshot!(refused(&place, PASSWORD).await, @r"
    error: user pool `us-west-2_nobody123` not found in this account and Region
    hint: its id says that it is in us-west-2; `--region` and `--profile` choose the place
    ");
    insta::assert_snapshot!(told(&place.create(ANN).await.unwrap_err()), @r"
    error: user pool `us-west-2_nobody123` not found in this account and Region
    hint: its id says that it is in us-west-2; `--region` and `--profile` choose the place
    ");
    (place.pool, place.client) = (pool, "nobody".into());
    insta::assert_snapshot!(refused(&place, PASSWORD).await.replace(&place.pool, "POOL"), @r"
    error: app client not found in user pool `POOL`
    hint: `aws cognito-idp list-user-pool-clients` lists them
    ");
}

#[tokio::test(start_paused = true)]
async fn rejections_by_cognito_are_explained_or_quoted() {
    let mut reported = Vec::new();
    let place = with_ann(json!({})).await;
    let mut texts = String::new();
    for (code, message) in [
        ("UserLambdaValidationException", "PreAuthentication failed with error not on a Sunday."),
        ("UnexpectedLambdaException", "PreAuthentication failed due to timeout"),
        ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ] {
        place.refuse("cognito-idp:AdminInitiateAuth", code, message);
        texts += &refused(&place, PASSWORD).await;
    }
    reported.push(texts);
    place.refuse("cognito-idp:AdminCreateUser", "UserLambdaValidationException", "PreSignUp failed with error no.");
    let error = place.create("bob@example.com").await.unwrap_err();
    assert_eq!(error.to_string(), "a Lambda trigger of the user pool has rejected: PreSignUp failed with error no.");
    let place = with_ann(json!({})).await;
    let mut texts = String::new();
    for (code, message) in [
        ("AccessDeniedException", "User: ann is not authorized to perform: cognito-idp:AdminInitiateAuth"),
        ("MFAMethodNotFoundException", "No MFA method"),
        ("LimitExceededException", "Attempt limit exceeded, please try after some time."),
        ("InvalidSmsRoleAccessPolicyException", "Role does not have permission to publish with SNS"),
    ] {
        place.refuse("cognito-idp:AdminInitiateAuth", code, message);
        texts += &refused(&place, PASSWORD).await;
    }
    reported.push(texts);
    insta::assert_snapshot!(reported.concat(), @r"
    error: a Lambda trigger of the user pool has rejected: PreAuthentication failed with error not on a Sunday.
    hint: see the log of the trigger's function
    error: a Lambda trigger of the user pool has failed: PreAuthentication failed due to timeout
    hint: see the log of the trigger's function
    error: a Lambda trigger of the user pool has failed: Unrecognizable lambda output
    hint: see the log of the trigger's function
    error: ann@example.com: not signed in
      cognito-idp:AdminInitiateAuth: AccessDeniedException: User: ann is not authorized to perform: cognito-idp:AdminInitiateAuth
    hint: the caller needs `cognito-idp:AdminInitiateAuth`: see the statement `UserPools` of `stackctl policy`
    error: `ann@example.com` has no second factor that the user pool could ask for
    hint: set one up, as with `aws cognito-idp admin-set-user-mfa-preference`
    error: there were too many attempts to sign in as `ann@example.com`
    hint: wait and try again: the pause grows with every attempt, up to a quarter of an hour
    error: ann@example.com: not signed in
      cognito-idp:AdminInitiateAuth: InvalidSmsRoleAccessPolicyException: Role does not have permission to publish with SNS
    ");
}

#[tokio::test(start_paused = true)]
async fn throttled_sign_ins_are_retried_and_the_wait_is_reported() {
    let place = with_ann(json!({})).await;
    for _ in 0..4 {
        place.refuse("cognito-idp:AdminInitiateAuth", "TooManyRequestsException", "Too many requests");
    }
    place.sign_in(ANN, PASSWORD).await.unwrap();
    assert_eq!(place.events.heard(), ["waiting for AWS's request quota (at most 120 s)"]);
}

#[tokio::test(start_paused = true)]
async fn a_password_that_cognito_rejects_is_reported_with_cognitos_message() {
    let place = with_ann(json!({})).await;
    let code = "PasswordHistoryPolicyViolationException";
    place.refuse("cognito-idp:AdminSetUserPassword", code, "Password has previously been used");
    let people = place.people();
    let error = people.set_password(ANN, &stackctl::users::Secret::new(PASSWORD), false).await.unwrap_err();
    assert_eq!(told(&error), "error: Cognito rejected the password: Password has previously been used\n");
}
