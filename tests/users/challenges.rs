//! Cognito's challenges during a sign-in, and the responses to them.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use stackctl_local::{Emulator, Settings};

use super::{
    place::{PASSWORD, Place, told},
    script::{
        Reply::{After, Code, Says},
        Script,
    },
    scripted::Scripted,
};

const ANN: &str = "ann@example.com";

/// A pool that requires an authenticator app of every user.
async fn with_apps() -> Place {
    let place = Place::new().await;
    let app = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    place.call("SetUserPoolMfaConfig", app).await;
    place
}

/// A user with a temporary password.
async fn invite(place: &Place, temporary: &str) {
    let user = json!({ "Username": ANN, "MessageAction": "SUPPRESS", "TemporaryPassword": temporary });
    place.call("AdminCreateUser", user).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_password_is_entered_twice_and_must_meet_the_policy() {
    let place = Place::new().await;
    invite(&place, "Temporary-1").await;
    let script =
        Script::new(&[Says("short"), Says("Engine-1842"), Says("Engine-1843"), Says(PASSWORD), Says(PASSWORD)]);
    place.sign_in_with(ANN, "Temporary-1", &script).await.unwrap();
    insta::assert_snapshot!(script.heard(), @r"
    told: the password of `ann@example.com` was a temporary one
    hidden: new password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol): 
    told: it needs at least 8 characters (it has 5), an uppercase letter, a digit, a symbol
    hidden: new password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol): 
    hidden: once more: 
    told: these are two different passwords
    hidden: new password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol): 
    hidden: once more:
    ");
    place.sign_in(ANN, PASSWORD).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn required_attributes_are_prompted_for() {
    let schema = json!([{ "Name": "given_name", "AttributeDataType": "String", "Required": true, "Mutable": true }]);
    let place = Place::with(json!({ "UsernameAttributes": ["email"], "Schema": schema }), json!({})).await;
    invite(&place, "Temporary-1").await;
    let script = Script::new(&[Says(PASSWORD), Says(PASSWORD), Says("Ann")]);
    place.sign_in_with(ANN, "Temporary-1", &script).await.unwrap();
    assert!(script.heard().ends_with("\nasked: given_name: "), "{}", script.heard());
    assert_eq!(place.user(ANN).await["attributes"]["given_name"], "Ann");
}

#[tokio::test(start_paused = true)]
async fn an_authenticator_app_is_set_up_and_its_code_is_prompted_for() {
    let place = with_apps().await;
    let script = Script::new(&[Says("12345"), Says("000000"), Code(0)]);
    place.create_with(ANN, &[], &script).await.unwrap();
    insta::assert_snapshot!(script.heard(), @r"
    shown: otpauth://totp/people:ann%40example%2Ecom?secret=SECRET&issuer=people
    asked: the code that the app shows now: 
    told: a code has six digits
    asked: the code that the app shows now: 
    told: the code is wrong: once more
    asked: the code that the app shows now:
    ");
    let again = Script::new(&[Says("000 000"), Code(0), Code(1)]).knowing(script.secret());
    place.sign_in_with(ANN, PASSWORD, &again).await.unwrap();
    insta::assert_snapshot!(again.heard(), @r"
    asked: the code of the authenticator app: 
    told: the code is wrong: once more
    asked: the code of the authenticator app: 
    told: the code has expired or was used before: once more
    asked: the code of the authenticator app:
    ");
}

#[tokio::test(start_paused = true)]
async fn three_wrong_codes_or_a_late_one_end_the_sign_in() {
    let mut reported = Vec::new();
    let place = with_apps().await;
    let script = Script::new(&[Code(0)]);
    place.create_with(ANN, &[], &script).await.unwrap();
    let wrong = Script::new(&[Says("000000"), Says("000000"), Says("000000"), Says("000000")]);
    let error = place.sign_in_with(ANN, PASSWORD, &wrong).await.unwrap_err();
    reported.push(told(&error));
    let used = Script::new(&[Code(0), Code(0), Code(0)]).knowing(script.secret());
    let error = place.sign_in_with(ANN, PASSWORD, &used).await.unwrap_err();
    reported.push(told(&error));
    let letters = Script::new(&[Says("abcdef"), Says("1234567"), Says("")]);
    let error = place.sign_in_with(ANN, PASSWORD, &letters).await.unwrap_err();
    assert_eq!(error.to_string(), "the code is wrong");
    let place = with_apps().await;
    let late = Script::new(&[After(Duration::from_mins(4), "000000")]);
    let error = place.create_with(ANN, &[], &late).await.unwrap_err();
    reported.push(told(&error));
    place.create_with(ANN, &[], &Script::default()).await.unwrap_err();
    let later = Script::new(&[Code(0)]);
    place.sign_in_with(ANN, PASSWORD, &later).await.unwrap();
    assert!(later.is_over());
    insta::assert_snapshot!(reported.concat(), @r"
    error: the code is wrong
    hint: sign in again with the code that is shown or was sent last
    error: the code has expired or was used before
    hint: wait until the app shows the next code, and sign in again
    error: the session of this sign-in has expired
    hint: sign in again, and respond within 3 minutes
    ");
}

#[tokio::test(start_paused = true)]
async fn without_a_terminal_the_challenge_is_reported() {
    let place = Place::new().await;
    invite(&place, "Temporary-1").await;
    let asked = place.sign_in(ANN, "Temporary-1").await.unwrap_err();
    insta::assert_snapshot!(told(&asked), @r"
    error: NEW_PASSWORD_REQUIRED: Cognito requires a new password, and cannot prompt for it: not a terminal
    hint: on a terminal `stackctl user auth ann@example.com` asks for it; `stackctl user set-password ann@example.com` sets one
    ");
    let place = with_apps().await;
    let asked = place.create(ANN).await.unwrap_err();
    insta::assert_snapshot!(told(&asked), @r"
    error: MFA_SETUP: Cognito requires an authenticator app to be set up, and cannot prompt for it: not a terminal
    hint: on a terminal `stackctl user auth ann@example.com` asks for it
    ");
    let script = Script::new(&[Code(0)]);
    place.sign_in_with(ANN, PASSWORD, &script).await.unwrap();
    let asked = place.sign_in(ANN, PASSWORD).await.unwrap_err();
    insta::assert_snapshot!(told(&asked), @r"
    error: SOFTWARE_TOKEN_MFA: Cognito requires the code of the authenticator app, and cannot prompt for it: not a terminal
    hint: on a terminal `stackctl user auth ann@example.com` asks for it
    ");
}

#[tokio::test(start_paused = true)]
async fn without_input_at_a_prompt_nothing_is_sent() {
    let place = Place::new().await;
    invite(&place, "Temporary-1").await;
    let nothing = place.sign_in_with(ANN, "Temporary-1", &Script::default()).await.unwrap_err();
    assert_eq!(told(&nothing), "error: the input cannot be read: end of input\n");
    let short = Script::new(&[Says("a"), Says("b"), Says("c")]);
    let nothing = place.sign_in_with(ANN, "Temporary-1", &short).await.unwrap_err();
    assert_eq!(told(&nothing), "error: no password was chosen, so nothing was sent\n");
}

/// A pool whose sign-ins get these responses.
async fn played(client: Value, answers: Vec<Value>) -> (Place, Scripted) {
    let local = Emulator::new(Settings::default());
    let wire = Scripted::new(answers);
    let client_of_wire = wire.client(&local);
    let place = Place::on(local, client_of_wire, json!({}), client).await;
    (place, wire)
}

fn challenge(name: &str, session: &str, parameters: &Value) -> Value {
    json!({ "ChallengeName": name, "Session": session.repeat(20), "ChallengeParameters": parameters })
}

fn tokens() -> Value {
    json!({ "AuthenticationResult": { "IdToken": "a.b.c", "AccessToken": "d.e.f", "ExpiresIn": 60, "TokenType": "Bearer" } })
}

/// The responses to challenges: name, first letter of the session, parameters.
fn answered(wire: &Scripted) -> Vec<Value> {
    let members = wire.sent("AdminRespondToAuthChallenge").into_iter();
    members
        .map(|call| {
            json!([call["ChallengeName"], call["Session"].as_str().map(|s| &s[..1]), call["ChallengeResponses"]])
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_factor_is_selected_and_its_code_is_sent() {
    let choice = json!({ "MFAS_CAN_CHOOSE": r#"["SOFTWARE_TOKEN_MFA","SMS_MFA"]"#, "USER_ID_FOR_SRP": "ann-1" });
    let sent = json!({ "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******9999" });
    let answers = vec![challenge("SELECT_MFA_TYPE", "a", &choice), challenge("SMS_MFA", "b", &sent), tokens()];
    let (place, wire) = played(json!({}), answers).await;
    let script = Script::new(&[Says("3"), Says("2"), Says("123456")]);
    let tokens = place.sign_in_with("ann", PASSWORD, &script).await.unwrap();
    assert_eq!((tokens.id.text.reveal(), tokens.access.expires_in, tokens.refresh), ("a.b.c", 60, None));
    insta::assert_snapshot!(script.heard(), @r"
    asked: second factor: 1 an authenticator app, 2 a text message: 
    told: a number from 1 to 2
    asked: second factor: 1 an authenticator app, 2 a text message: 
    asked: the code of the text message to +*******9999:
    ");
    assert_eq!(
        answered(&wire),
        [
            json!(["SELECT_MFA_TYPE", "a", { "USERNAME": "ann-1", "ANSWER": "SMS_MFA" }]),
            json!(["SMS_MFA", "b", { "USERNAME": "ann-1", "SMS_MFA_CODE": "123456" }]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_code_from_an_email_can_be_corrected() {
    let sent = json!({ "CODE_DELIVERY_DESTINATION": "a***@e***" });
    let wrong = json!({ "__type": "CodeMismatchException", "message": "Invalid code or auth state for the user." });
    let answers = vec![challenge("EMAIL_OTP", "a", &sent), wrong, tokens()];
    let (place, wire) = played(json!({}), answers).await;
    let script = Script::new(&[Says("111111"), Says("222222")]);
    place.sign_in_with("ann", PASSWORD, &script).await.unwrap();
    insta::assert_snapshot!(script.heard(), @r"
    asked: the code of the mail to a***@e***: 
    told: the code is wrong: once more
    asked: the code of the mail to a***@e***:
    ");
    assert_eq!(answered(&wire).len(), 2);
    assert_eq!(answered(&wire)[1], json!(["EMAIL_OTP", "a", { "USERNAME": "ann", "EMAIL_OTP_CODE": "222222" }]));
}

#[tokio::test(start_paused = true)]
async fn without_a_terminal_each_challenge_for_a_code_is_reported() {
    for (name, parameters, wanted) in [
        ("SMS_MFA", json!({ "CODE_DELIVERY_DESTINATION": "+*9" }), "the code of the text message to +*9"),
        ("EMAIL_OTP", json!({}), "the code of the mail"),
        (
            "SELECT_MFA_TYPE",
            json!({ "MFAS_CAN_CHOOSE": r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"# }),
            "one of several second factors: an authenticator app, a mail",
        ),
    ] {
        let (place, _) = played(json!({}), vec![challenge(name, "a", &parameters)]).await;
        let error = place.sign_in("ann", PASSWORD).await.unwrap_err();
        assert_eq!(
            told(&error),
            format!(
                "error: {name}: Cognito requires {wanted}, and cannot prompt for it: not a terminal\n\
                 hint: on a terminal `stackctl user auth ann` asks for it\n"
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsupported_challenge_is_reported_with_a_hint() {
    let mut texts = String::new();
    for (name, parameters) in [
        ("DEVICE_SRP_AUTH", json!({})),
        ("CUSTOM_CHALLENGE", json!({})),
        ("MFA_SETUP", json!({ "MFAS_CAN_SETUP": r#"["SMS_MFA"]"# })),
    ] {
        let (place, _) = played(json!({}), vec![challenge(name, "a", &parameters)]).await;
        texts += &told(&place.sign_in_with("ann", PASSWORD, &Script::default()).await.unwrap_err());
    }
    insta::assert_snapshot!(texts, @r"
    error: DEVICE_SRP_AUTH: stackctl does not support this challenge
    hint: the pool remembers devices, and this is none: sign in through the app, or remove the user's devices with `aws cognito-idp admin-forget-device`
    error: CUSTOM_CHALLENGE: stackctl does not support this challenge
    hint: sign in through the app that the client is for
    error: MFA_SETUP: stackctl does not support this challenge
    hint: the pool allows no authenticator app: give the user the address or number that its second factor is sent to, as with `aws cognito-idp admin-update-user-attributes`, and sign in again
    ");
}

#[tokio::test(start_paused = true)]
async fn invalid_or_endless_challenges_end_the_sign_in() {
    let (place, _) = played(json!({}), vec![json!({ "ChallengeParameters": {} })]).await;
    let error = place.sign_in("ann", PASSWORD).await.unwrap_err();
    assert_eq!(told(&error), "error: Cognito returned neither tokens nor a challenge\n");
    let endless = vec![challenge("SMS_MFA", "a", &json!({})); 20];
    let (place, wire) = played(json!({}), endless).await;
    let error = place.sign_in_with("ann", PASSWORD, &Script::new(&[Says("123456"); 20])).await.unwrap_err();
    assert_eq!(told(&error), "error: Cognito keeps sending challenges and never returns tokens\n");
    assert_eq!(answered(&wire).len(), 10);
}

/// `base64(HMAC-SHA256(secret, name + client))`, as in Cognito's documentation.
fn secret_hash(secret: &str, name: &str, client: &str) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{name}{client}").as_bytes()))
}

#[tokio::test(start_paused = true)]
async fn the_secret_hash_uses_the_entered_name_first_and_then_the_username() {
    let secret = "0123456789abcdef0123456789abcdef";
    let parameters = json!({ "USER_ID_FOR_SRP": "ann-1" });
    let answers = vec![challenge("SOFTWARE_TOKEN_MFA", "a", &parameters), tokens()];
    let (place, wire) = played(json!({ "ClientSecret": secret }), answers).await;
    place.sign_in_with("ann", PASSWORD, &Script::new(&[Says("123456")])).await.unwrap();
    let hash = |name| secret_hash(secret, name, &place.client);
    assert_eq!(wire.sent("AdminInitiateAuth")[0]["AuthParameters"]["SECRET_HASH"], hash("ann"));
    assert_eq!(answered(&wire)[0][2]["SECRET_HASH"], hash("ann-1"));
}

#[tokio::test(start_paused = true)]
async fn a_client_with_a_secret_creates_and_signs_in_users() {
    let pool = json!({ "UsernameAttributes": ["email"] });
    let place = Place::with(pool, json!({ "GenerateSecret": true })).await;
    place.create(ANN).await.unwrap();
    place.sign_in(ANN, PASSWORD).await.unwrap();
}
