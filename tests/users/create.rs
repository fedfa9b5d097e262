//! Creation of users.

use serde_json::{Value, json};
use stackctl::users::{NewUser, PoolSettings};
use stackctl_local::{Effect, Emulator, Fault, Settings};

use super::{
    place::{PASSWORD, Place, told},
    script::Script,
    scripted::Scripted,
};

fn confirmed(email: &str) -> serde_json::Value {
    json!({ "status": "CONFIRMED", "attributes": { "email": email, "email_verified": "true" } })
}

#[tokio::test(start_paused = true)]
async fn a_new_user_is_confirmed_verified_and_signed_in_without_a_message() {
    let place = Place::new().await;
    let tokens = place.create("ann@example.com").await.unwrap();
    assert_eq!((tokens.id.expires_in, tokens.access.expires_in), (3600, 3600));
    assert_eq!(tokens.refresh.unwrap().expires_in, 30 * 86_400);
    assert_eq!(place.user("ann@example.com").await, confirmed("ann@example.com"));
    place.sign_in("ann@example.com", PASSWORD).await.unwrap();
    let calls = place.cloud.calls().by_operation;
    assert_eq!((calls["cognito-idp:AdminCreateUser"], calls["cognito-idp:AdminRespondToAuthChallenge"]), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn given_attributes_are_set_at_creation() {
    let place = Place::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let attributes = [("email", "ann@example.com"), ("given_name", "Ann")];
    place.create_with("ann", &attributes, &Script::default()).await.unwrap();
    let mut user = confirmed("ann@example.com");
    user["attributes"]["given_name"] = json!("Ann");
    assert_eq!(place.user("ann").await, user);
    place.sign_in("ann@example.com", PASSWORD).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_confirmed_user_is_not_changed() {
    let place = Place::new().await;
    place.create("ann@example.com").await.unwrap();
    let again = place.create("ann@example.com").await.unwrap_err();
    insta::assert_snapshot!(told(&again), @r"
    error: `ann@example.com` exists already, with the status CONFIRMED
    hint: `stackctl user auth ann@example.com` signs in, `stackctl user set-password ann@example.com` sets another password
    ");
    place.sign_in("ann@example.com", PASSWORD).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_invited_user_gets_missing_attributes_and_a_password() {
    let place = Place::new().await;
    place.call("AdminCreateUser", json!({ "Username": "ann@example.com", "MessageAction": "SUPPRESS" })).await;
    place.create_with("ann@example.com", &[("given_name", "Ann")], &Script::default()).await.unwrap();
    let mut user = confirmed("ann@example.com");
    user["attributes"]["given_name"] = json!("Ann");
    assert_eq!(place.user("ann@example.com").await, user);
}

#[tokio::test(start_paused = true)]
async fn an_expired_temporary_password_is_replaced() {
    let place = Place::new().await;
    place.call("AdminCreateUser", json!({ "Username": "ann@example.com", "MessageAction": "SUPPRESS" })).await;
    tokio::time::advance(std::time::Duration::from_hours(24 * 8)).await;
    place.create("ann@example.com").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_create_with_a_lost_response_succeeds() {
    for effect in [Effect::LoseAnswer, Effect::LoseRequest, Effect::FailAfterEffect] {
        let place = Place::new().await;
        let operation = Some("cognito-idp:AdminCreateUser".to_owned());
        place.local.add_fault(Fault { operation, skip: 0, times: 1, effect: effect.clone() });
        place.create("ann@example.com").await.unwrap_or_else(|error| panic!("{effect:?}: {error}"));
        assert_eq!(place.user("ann@example.com").await, confirmed("ann@example.com"), "{effect:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_of_another_user_is_rejected() {
    let place = Place::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    place.create_with("ann", &[("email", "ann@example.com")], &Script::default()).await.unwrap();
    let taken = place.create_with("bob", &[("email", "ann@example.com")], &Script::default()).await.unwrap_err();
    insta::assert_snapshot!(told(&taken), @r"
    error: `bob` cannot be created: another user has this name or one of these addresses
    hint: `stackctl user list` lists the users
    ");
}

#[tokio::test(start_paused = true)]
async fn a_username_that_the_pool_does_not_allow_is_rejected_before_any_request() {
    let place = Place::new().await;
    insta::assert_snapshot!(told(&place.create("ann").await.unwrap_err()), @r"
    error: `ann` is not an e-mail address, which users of this pool sign in with
    ");
    let place = Place::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    insta::assert_snapshot!(told(&place.create("ann@example.com").await.unwrap_err()), @r"
    error: `ann@example.com` cannot be a username: in this user pool `email` is a second name of its users
    hint: choose a name and give the address beside it: `stackctl user create NAME --attribute email=ann@example.com`
    ");
    assert!(!place.local.call_counts().contains_key("cognito-idp:AdminCreateUser"));
}

#[tokio::test(start_paused = true)]
async fn missing_required_attributes_are_known_in_advance() {
    let schema = json!([{ "Name": "given_name", "AttributeDataType": "String", "Required": true, "Mutable": true }]);
    let place = Place::with(json!({ "UsernameAttributes": ["email"], "Schema": schema }), json!({})).await;
    let people = place.people();
    let settings = PoolSettings::read(&people).await.unwrap();
    let newcomer = NewUser::meet(&people, &settings, "ann@example.com", &[].into()).await.unwrap();
    assert_eq!(newcomer.missing(), ["given_name"]);
    let given = [("given_name".to_owned(), "Ann".to_owned())].into();
    let newcomer = NewUser::meet(&people, &settings, "ann@example.com", &given).await.unwrap();
    assert_eq!(newcomer.missing(), Vec::<String>::new());
    place.call("AdminCreateUser", json!({ "Username": "bob@example.com", "MessageAction": "SUPPRESS" })).await;
    let newcomer = NewUser::meet(&people, &settings, "bob@example.com", &[].into()).await.unwrap();
    assert_eq!((newcomer.is_half_made(), newcomer.missing()), (true, vec!["given_name".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_username_in_another_case_is_the_same_user_in_a_case_insensitive_pool() {
    let pool = |sensitive: bool| json!({ "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": sensitive } });
    let place = Place::with(pool(false), json!({})).await;
    let invited = json!({ "Username": "Ann@Example.com", "MessageAction": "SUPPRESS", "UserAttributes": [
        { "Name": "email", "Value": "Ann@Example.com" }, { "Name": "email_verified", "Value": "true" }] });
    place.call("AdminCreateUser", invited).await;
    // The user has no password yet. The second creation finishes the first, and the address stays verified.
    place.create("ann@example.com").await.unwrap();
    assert!(!place.local.call_counts().contains_key("cognito-idp:AdminUpdateUserAttributes"));
    assert_eq!(place.user("ANN@example.com").await["attributes"]["email_verified"], "true");
    insta::assert_snapshot!(told(&place.create("ANN@example.com").await.unwrap_err()), @r"
    error: `ANN@example.com` exists already, with the status CONFIRMED
    hint: `stackctl user auth ANN@example.com` signs in, `stackctl user set-password ANN@example.com` sets another password
    ");

    let place = Place::with(pool(true), json!({})).await;
    place.create("Ann@Example.com").await.unwrap();
    place.create("ann@example.com").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_address_that_a_later_run_sets_for_an_invited_user_is_verified_too() {
    let place = Place::with(json!({}), json!({})).await;
    let given = |address: &str| [("email".to_owned(), address.to_owned())].into();
    let people = place.people();
    let settings = PoolSettings::read(&people).await.unwrap();
    for address in ["ann@a.example", "ann@b.example"] {
        let newcomer = NewUser::meet(&people, &settings, "ann", &given(address)).await.unwrap();
        newcomer.admit(false).await.unwrap();
        let attributes = place.user("ann").await["attributes"].clone();
        assert_eq!((&attributes["email"], &attributes["email_verified"]), (&json!(address), &json!("true")));
    }
}

/// The message settings of each creation.
fn messages(wire: &Scripted) -> Vec<[Value; 2]> {
    let members = wire.sent("AdminCreateUser").into_iter();
    members.map(|call| [call["MessageAction"].clone(), call["DesiredDeliveryMediums"].clone()]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_is_sent_only_on_request_and_resent_to_an_invited_user() {
    let local = Emulator::new(Settings::default());
    let wire = Scripted::new(Vec::new());
    let client = wire.client(&local);
    let pool = json!({ "UsernameAttributes": ["email"] });
    let place = Place::on(local, client, pool, json!({})).await;
    place.create("bob@example.com").await.unwrap();
    let people = place.people();
    let settings = PoolSettings::read(&people).await.unwrap();
    for _ in 0..2 {
        let newcomer = NewUser::meet(&people, &settings, "ann@example.com", &[].into()).await.unwrap();
        newcomer.admit(true).await.unwrap();
    }
    let mail = json!(["EMAIL"]);
    assert_eq!(
        messages(&wire),
        [[json!("SUPPRESS"), mail.clone()], [json!(null), mail.clone()], [json!("RESEND"), mail]]
    );
    assert_eq!(place.user("ann@example.com").await["status"], "FORCE_CHANGE_PASSWORD");
}
