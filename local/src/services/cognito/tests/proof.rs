//! Tests of SRP and of choice-based sign-in.

use serde_json::{Value, json};

use super::{Ready, id, over};
use crate::services::cognito::srp::{Identity, client};

const ALL: &[&str] =
    &["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
const WRONG: &str = "NotAuthorizedException: Incorrect username or password.";
const TIME: &str = "Mon Nov 9 07:05:03 UTC 2026";

impl Ready {
    async fn with_srp(pool: Value, client: Value) -> Self {
        Self::with(pool, over(json!({ "ExplicitAuthFlows": ALL }), client)).await
    }

    fn initiate(&self, flow: &str, parameters: &Value) -> Value {
        json!({ "ClientId": self.client, "AuthFlow": flow, "AuthParameters": parameters })
    }

    /// The response to a challenge of SRP.
    fn proof(&self, own: &(num_bigint::BigUint, String), challenge: &Value, password: &str, time: &str) -> Value {
        let asked = &challenge["ChallengeParameters"];
        let text = |name: &str| asked[name].as_str().unwrap();
        let identity = Identity::of_user(&self.pool, text("USER_ID_FOR_SRP"));
        let challenge = [text("SALT"), text("SRP_B"), text("SECRET_BLOCK")];
        let signature = client::prove(own, identity, password, challenge, time);
        json!({
            "ClientId": self.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": {
                "USERNAME": asked["USER_ID_FOR_SRP"],
                "PASSWORD_CLAIM_SECRET_BLOCK": asked["SECRET_BLOCK"],
                "PASSWORD_CLAIM_SIGNATURE": signature,
                "TIMESTAMP": time,
            },
        })
    }

    async fn srp(&self, name: &str, password: &str) -> Result<Value, String> {
        let own = client::begin();
        let begin = self.initiate("USER_SRP_AUTH", &json!({ "USERNAME": name, "SRP_A": own.1 }));
        let challenge = self.aws.try_call("us-west-2", "InitiateAuth", begin).await?;
        assert_eq!(challenge["Session"], Value::Null);
        let response = self.proof(&own, &challenge, password, TIME);
        self.aws.try_call("us-west-2", "RespondToAuthChallenge", response).await
    }
}

#[tokio::test]
async fn a_password_is_proven_without_sending_it() {
    let ready = Ready::with_srp(json!({}), json!({})).await;
    assert!(ready.srp("ann", "Passw0rd!").await.unwrap()["AuthenticationResult"]["IdToken"].is_string());
    assert_eq!(ready.srp("ann", "passw0rd!").await.unwrap_err(), WRONG);
    assert_eq!(ready.srp("bob", "Passw0rd!").await.unwrap_err(), "UserNotFoundException: User does not exist.");
    ready.aws.call("AdminSetUserPassword", ready.ann(json!({ "Password": "Temp0rary!" }))).await;
    let challenge = ready.srp("ann", "Temp0rary!").await.unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let chosen = json!({ "USERNAME": "ann", "NEW_PASSWORD": "Chosen-1!" });
    ready.aws.call("RespondToAuthChallenge", ready.response(&challenge, &chosen)).await;
    assert!(ready.srp("ann", "Chosen-1!").await.unwrap()["AuthenticationResult"].is_object());
    // Attempts of both kinds count for the same lockout.
    for attempt in 0..5 {
        let refused = if attempt % 2 == 0 {
            ready.srp("ann", "x").await.unwrap_err()
        } else {
            ready.aws.refused("AdminInitiateAuth", ready.password("ann", "x")).await
        };
        assert_eq!(refused, WRONG);
    }
    let exceeded = "NotAuthorizedException: Password attempts exceeded";
    assert_eq!(ready.srp("ann", "Chosen-1!").await.unwrap_err(), exceeded);
}

#[tokio::test]
async fn a_proof_is_used_once_and_belongs_to_one_challenge() {
    let ready = Ready::with_srp(json!({}), json!({})).await;
    let own = client::begin();
    let begin = |public: &str| ready.initiate("USER_SRP_AUTH", &json!({ "USERNAME": "ann", "SRP_A": public }));
    for public in ["0", "", "nothing"] {
        let refused = ready.aws.refused("InitiateAuth", begin(public)).await;
        assert!(refused.starts_with("InvalidParameterException: "), "{refused}");
    }
    let challenge = ready.aws.call("InitiateAuth", begin(&own.1)).await;
    assert_eq!(
        ready.aws.refused("RespondToAuthChallenge", ready.proof(&own, &challenge, "Passw0rd!", "2026-11-09")).await,
        "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."
    );
    let proof = ready.proof(&own, &challenge, "Passw0rd!", TIME);
    ready.aws.call("RespondToAuthChallenge", proof.clone()).await;
    assert_eq!(
        ready.aws.refused("RespondToAuthChallenge", proof.clone()).await,
        "NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
    let other = ready.aws.call("InitiateAuth", begin(&own.1)).await;
    let mut replayed = proof;
    let block = &other["ChallengeParameters"]["SECRET_BLOCK"];
    replayed["ChallengeResponses"]["PASSWORD_CLAIM_SECRET_BLOCK"] = block.clone();
    assert_eq!(ready.aws.refused("RespondToAuthChallenge", replayed).await, WRONG);
    let with = |flows: Value| json!({ "UserPoolId": ready.pool, "ClientId": ready.client, "ExplicitAuthFlows": flows });
    ready.aws.call("UpdateUserPoolClient", with(json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH"]))).await;
    for flow in ["USER_SRP_AUTH", "USER_AUTH"] {
        let begin = over(begin(&own.1), json!({ "AuthFlow": flow }));
        let disabled = format!("InvalidParameterException: {flow} is not enabled for the client.");
        assert_eq!(ready.aws.refused("InitiateAuth", begin).await, disabled);
    }
}

#[tokio::test]
async fn an_unknown_user_gets_the_same_challenge_each_time_if_the_client_hides_users() {
    let pool = json!({ "UsernameAttributes": ["email"] });
    let aws = super::Aws::new();
    let pool = aws.pool(pool).await;
    let client = aws.client(&pool, json!({ "ExplicitAuthFlows": ALL, "PreventUserExistenceErrors": "ENABLED" })).await;
    let ready = Ready { aws, pool, client: id(&client["ClientId"]) };
    let own = client::begin();
    let begin = ready.initiate("USER_SRP_AUTH", &json!({ "USERNAME": "eve@a.example", "SRP_A": own.1 }));
    let (first, second) =
        (ready.aws.call("InitiateAuth", begin.clone()).await, ready.aws.call("InitiateAuth", begin).await);
    for name in ["SALT", "USER_ID_FOR_SRP"] {
        assert_eq!(first["ChallengeParameters"][name], second["ChallengeParameters"][name]);
    }
    assert_eq!(first["ChallengeParameters"]["USERNAME"].as_str().unwrap().len(), 36);
    assert_eq!(ready.srp("eve@a.example", "Passw0rd!").await.unwrap_err(), WRONG);
    let choice = ready.initiate("USER_AUTH", &json!({ "USERNAME": "eve@a.example" }));
    let challenge = ready.aws.call("InitiateAuth", choice).await;
    let chosen = json!({ "USERNAME": "eve@a.example", "ANSWER": "PASSWORD", "PASSWORD": "x" });
    assert_eq!(ready.aws.refused("RespondToAuthChallenge", ready.response(&challenge, &chosen)).await, WRONG);
}

#[tokio::test]
async fn a_user_chooses_the_first_factor() {
    let factors = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] } });
    let ready = Ready::with_srp(json!({ "Policies": factors }), json!({})).await;
    let email = json!([{ "Name": "email", "Value": "ann@a.example" }, { "Name": "email_verified", "Value": "True" }]);
    ready.aws.call("AdminUpdateUserAttributes", ready.ann(json!({ "UserAttributes": email }))).await;
    let choose = |parameters: Value| ready.initiate("USER_AUTH", &over(json!({ "USERNAME": "ann" }), parameters));
    let respond =
        |challenge: &Value, responses: Value| ready.response(challenge, &over(json!({ "USERNAME": "ann" }), responses));
    let challenge = ready.aws.call("InitiateAuth", choose(json!({}))).await;
    assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    let passkey = "the local emulator does not imitate sign-in with a passkey (WEB_AUTHN)";
    assert_eq!(
        ready.aws.refused("RespondToAuthChallenge", respond(&challenge, json!({ "ANSWER": "WEB_AUTHN" }))).await,
        passkey
    );
    assert_eq!(ready.aws.refused("InitiateAuth", choose(json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" }))).await, passkey);
    assert_eq!(
        ready.aws.refused("RespondToAuthChallenge", respond(&challenge, json!({ "ANSWER": "SMS_OTP" }))).await,
        "InvalidParameterException: Selected challenge is not available."
    );
    let sent = ready.aws.call("RespondToAuthChallenge", respond(&challenge, json!({ "ANSWER": "EMAIL_OTP" }))).await;
    assert_eq!(sent["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@a***");
    assert_eq!(
        ready.aws.refused("RespondToAuthChallenge", respond(&sent, json!({ "EMAIL_OTP_CODE": "x" }))).await,
        "CodeMismatchException: Invalid code or auth state for the user."
    );
    let code = ready.aws.mail().last().unwrap()["code"].clone();
    let signed_in = ready.aws.call("RespondToAuthChallenge", respond(&sent, json!({ "EMAIL_OTP_CODE": code }))).await;
    assert!(signed_in["AuthenticationResult"].is_object());
    let right = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Passw0rd!" });
    assert!(ready.aws.call("InitiateAuth", choose(right)).await["AuthenticationResult"].is_object());
    let asked = ready.aws.call("InitiateAuth", choose(json!({ "PREFERRED_CHALLENGE": "PASSWORD" }))).await;
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let right = respond(&asked, json!({ "PASSWORD": "Passw0rd!" }));
    assert!(ready.aws.call("RespondToAuthChallenge", right).await["AuthenticationResult"].is_object());
    let own = client::begin();
    let challenge =
        ready.aws.call("InitiateAuth", choose(json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": own.1 }))).await;
    let proof = ready.proof(&own, &challenge, "Passw0rd!", TIME);
    assert!(ready.aws.call("RespondToAuthChallenge", proof).await["AuthenticationResult"].is_object());
}
