//! Triggers: the functions that Cognito invokes, their events and what follows from their responses.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use super::over;
use crate::testing::{TestEmulator, function_arn};

/// Prints each event, and responds as the environment says.
const FUNCTION: &str = r#"
import json, os

def handler(event, context):
    print(json.dumps(event))
    source, response = event["triggerSource"].split("_")[0], event["response"]
    says = json.loads(os.environ["SAYS"]).get(source, {})
    if "error" in says:
        raise Exception(says["error"])
    if source == "DefineAuthChallenge":
        results = [one["challengeResult"] for one in event["request"]["session"]]
        says = says.get(str(len(results)), says.get("wrong" if not all(results) else "right", says))
    if source == "VerifyAuthChallengeResponse":
        response["answerCorrect"] = event["request"]["challengeAnswer"] == event["request"]["privateChallengeParameters"]["answer"]
    response.update(says)
    return says if "whole" in says else event
"#;

/// A pool whose triggers are all one function, and a client.
struct Pool {
    test: TestEmulator,
    id: String,
    client: String,
}

impl Pool {
    async fn new(triggers: &[&str], says: Value) -> Self {
        if let Err(missing) = crate::runtime::interpreter_for("python3.13") {
            panic!("these tests run Python functions: {missing}");
        }
        let test = TestEmulator::with_worker().await;
        let environment = json!({ "Environment": { "Variables": { "SAYS": says.to_string() } } });
        test.make_function("trigger", ("main.py", FUNCTION), environment).await;
        let config: Value = triggers.iter().map(|name| ((*name).to_owned(), json!(function_arn("trigger")))).collect();
        let mut new = Self { test, id: String::new(), client: String::new() };
        let pool = json!({
            "PoolName": "people", "LambdaConfig": config, "AutoVerifiedAttributes": ["email"],
            "UserPoolTags": {}, "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false },
        });
        let pool = new.call("CreateUserPool", pool).await.unwrap();
        new.id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        new.permit(pool["UserPool"]["Arn"].as_str().unwrap()).await;
        let flows =
            ["CUSTOM_AUTH", "ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH"].map(|flow| format!("ALLOW_{flow}"));
        let client = json!({ "UserPoolId": new.id, "ClientName": "web", "ExplicitAuthFlows": flows });
        let client = new.call("CreateUserPoolClient", client).await.unwrap();
        new.client = client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
        new
    }

    async fn permit(&self, source: &str) {
        let permission = json!({
            "StatementId": "cognito", "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": source,
        });
        self.test.call(Method::POST, "/2015-03-31/functions/trigger/policy", &permission).await.done();
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, String> {
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("authorization", crate::testing::signature("cognito-idp"));
        let reply = self.test.send(request.body(Bytes::from(input.to_string())).unwrap()).await;
        if reply.status == 200 {
            return Ok(reply.json());
        }
        let (status, kind, message) = reply.refused();
        assert_eq!(status, if kind == "NotImplemented" { 501 } else { 400 });
        Err(format!("{kind}: {message}"))
    }

    /// Creates the confirmed user `ann`.
    async fn with_ann(self) -> Self {
        let named = json!({ "UserPoolId": self.id, "Username": "ann" });
        let email = json!({ "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }] });
        self.call("AdminCreateUser", over(named.clone(), email)).await.unwrap();
        let password = json!({ "Password": "Passw0rd!", "Permanent": true });
        self.call("AdminSetUserPassword", over(named, password)).await.unwrap();
        self
    }

    async fn initiate(&self, flow: &str, parameters: Value) -> Result<Value, String> {
        let input = json!({
            "UserPoolId": self.id, "ClientId": self.client, "AuthFlow": flow, "AuthParameters": parameters,
            "ClientMetadata": { "from": "initiate" },
        });
        self.call("AdminInitiateAuth", input).await
    }

    async fn sign_in(&self) -> Result<Value, String> {
        self.initiate("ADMIN_USER_PASSWORD_AUTH", json!({ "USERNAME": "ann", "PASSWORD": "Passw0rd!" })).await
    }

    async fn answer(&self, challenge: &Value, answer: &str) -> Result<Value, String> {
        let input = json!({
            "ClientId": self.client, "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenge["Session"],
            "ChallengeResponses": { "USERNAME": "ann", "ANSWER": answer }, "ClientMetadata": { "from": "respond" },
        });
        self.call("RespondToAuthChallenge", input).await
    }

    /// The events so far: the source, the request without the user's attributes, and the response.
    async fn events(&self) -> Vec<Value> {
        let lines = self.test.logged("/aws/lambda/trigger").await;
        let events = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let short = |mut event: Value| {
            let attributes = event["request"]["userAttributes"].take();
            event["request"].as_object_mut().unwrap().remove("userAttributes");
            assert_eq!(attributes["email"], "ann@example.com", "{event}");
            json!([event["triggerSource"], event["request"], event["response"]])
        };
        events.map(short).collect()
    }
}

fn claims(answer: &Value, token: &str) -> Value {
    let token = answer["AuthenticationResult"][token].as_str().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

const CHALLENGES: &[&str] = &["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];

fn challenges() -> Value {
    let again = json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false });
    json!({
        "DefineAuthChallenge": {
            "0": again, "wrong": again, "right": { "issueTokens": true, "failAuthentication": false },
            "2": { "failAuthentication": true },
        },
        "CreateAuthChallenge": {
            "publicChallengeParameters": { "hint": "a color" },
            "privateChallengeParameters": { "answer": "red" }, "challengeMetadata": "COLOR",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_define_create_and_verify_the_challenges_of_a_custom_sign_in() {
    let pool = Pool::new(CHALLENGES, challenges()).await.with_ann().await;
    let challenge = pool.initiate("CUSTOM_AUTH", json!({ "USERNAME": "ann" })).await.unwrap();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(challenge["ChallengeParameters"], json!({ "USERNAME": "ann", "hint": "a color" }));
    let answer = pool.answer(&challenge, "red").await.unwrap();
    assert_eq!(claims(&answer, "IdToken")["cognito:username"], "ann");
    let define = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let create = json!({
        "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null,
    });
    let passed =
        json!([{ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "COLOR" }]);
    let metadata = json!({ "from": "respond" });
    let verify = json!({
        "privateChallengeParameters": { "answer": "red" }, "challengeAnswer": "red", "clientMetadata": metadata,
    });
    assert_eq!(
        pool.events().await,
        [
            json!(["DefineAuthChallenge_Authentication", { "session": [] }, define]),
            json!(["CreateAuthChallenge_Authentication", { "challengeName": "CUSTOM_CHALLENGE", "session": [] }, create]),
            json!(["VerifyAuthChallengeResponse_Authentication", verify, { "answerCorrect": null }]),
            json!(["DefineAuthChallenge_Authentication", { "session": passed, "clientMetadata": metadata }, define]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_of_a_custom_sign_in_is_asked_again_until_the_function_ends_it() {
    let pool = Pool::new(CHALLENGES, challenges()).await.with_ann().await;
    let first = pool.initiate("CUSTOM_AUTH", json!({ "USERNAME": "ann" })).await.unwrap();
    let second = pool.answer(&first, "blue").await.unwrap();
    assert_eq!(second["ChallengeName"], "CUSTOM_CHALLENGE");
    let used = "NotAuthorizedException: Invalid session for the user, session can only be used once.";
    assert_eq!(pool.answer(&first, "red").await.unwrap_err(), used);
    let refused = "NotAuthorizedException: Incorrect username or password.";
    assert_eq!(pool.answer(&second, "blue").await.unwrap_err(), refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_sign_in_without_functions_or_with_a_useless_response_is_rejected() {
    let cases = [
        (&[][..], "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."),
        (CHALLENGES, "InvalidLambdaResponseException: Unrecognizable lambda output"),
    ];
    for (triggers, refusal) in cases {
        let pool = Pool::new(triggers, json!({})).await.with_ann().await;
        assert_eq!(pool.initiate("CUSTOM_AUTH", json!({ "USERNAME": "ann" })).await.unwrap_err(), refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_run_before_and_after_a_sign_in_and_change_the_claims() {
    let details = json!({
        "claimsToAddOrOverride": { "plan": "gold", "sub": "forged", "cognito:username": "forged" },
        "claimsToSuppress": ["email", "aud"],
        "groupOverrideDetails": { "groupsToOverride": ["staff"], "preferredRole": "r" },
    });
    let says = json!({ "TokenGeneration": { "claimsOverrideDetails": details } });
    let triggers = ["PreAuthentication", "PostAuthentication", "PreTokenGeneration"];
    let pool = Pool::new(&triggers, says).await.with_ann().await;
    let answer = pool.sign_in().await.unwrap();
    let id = claims(&answer, "IdToken");
    assert_eq!(
        json!([
            id["plan"],
            id["email"],
            id["cognito:groups"],
            id["cognito:preferred_role"],
            id["cognito:username"],
            id["aud"]
        ]),
        json!(["gold", null, ["staff"], "r", "ann", pool.client])
    );
    let access = claims(&answer, "AccessToken");
    assert_eq!(json!([access["plan"], access["scope"]]), json!([null, "aws.cognito.signin.user.admin"]));
    let token = answer["AuthenticationResult"]["RefreshToken"].clone();
    let renewed = pool.initiate("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token })).await.unwrap();
    assert_eq!(claims(&renewed, "IdToken")["plan"], "gold");
    let groups = json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null });
    let generation = json!({ "groupConfiguration": groups });
    assert_eq!(
        pool.events().await,
        [
            json!(["PreAuthentication_Authentication", { "validationData": { "from": "initiate" } }, {}]),
            json!(["PostAuthentication_Authentication", { "newDeviceUsed": false }, {}]),
            json!(["TokenGeneration_Authentication", generation, { "claimsOverrideDetails": null }]),
            json!(["TokenGeneration_RefreshTokens", generation, { "claimsOverrideDetails": null }]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_run_before_a_sign_up_and_after_its_confirmation() {
    let says = json!({ "PreSignUp": { "autoConfirmUser": true, "autoVerifyEmail": true } });
    let pool = Pool::new(&["PreSignUp", "PostConfirmation"], says).await;
    let input = json!({
        "ClientId": pool.client, "Username": "ann", "Password": "Passw0rd!", "ClientMetadata": { "a": "b" },
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
        "ValidationData": [{ "Name": "captcha", "Value": "x" }],
    });
    let answer = pool.call("SignUp", input).await.unwrap();
    assert_eq!(json!([answer["UserConfirmed"], answer["CodeDeliveryDetails"]]), json!([true, null]));
    let user = pool.call("AdminGetUser", json!({ "UserPoolId": pool.id, "Username": "ann" })).await.unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert!(user.to_string().contains(r#"{"Name":"email_verified","Value":"true"}"#), "{user}");
    let pre = json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false });
    let metadata = json!({ "a": "b" });
    assert_eq!(
        pool.events().await,
        [
            json!(["PreSignUp_SignUp", { "validationData": { "captcha": "x" }, "clientMetadata": metadata }, pre]),
            json!(["PostConfirmation_ConfirmSignUp", { "clientMetadata": metadata }, {}]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_fails_or_cannot_run_ends_the_operation_with_its_error() {
    let says = json!({ "PreAuthentication": { "error": "not today" } });
    let pool = Pool::new(&["PreAuthentication"], says).await.with_ann().await;
    let failed = "UserLambdaValidationException: PreAuthentication failed with error not today.";
    assert_eq!(pool.sign_in().await.unwrap_err(), failed);
    let path = "/2015-03-31/functions/trigger";
    pool.test.call(Method::DELETE, &format!("{path}/policy/cognito"), &Value::Null).await.done();
    let not_invoked = "UnexpectedLambdaException: PreAuthentication invocation failed due to error";
    assert_eq!(pool.sign_in().await.unwrap_err(), format!("{not_invoked} AccessDeniedException."));
    pool.test.call(Method::DELETE, path, &Value::Null).await.done();
    assert_eq!(pool.sign_in().await.unwrap_err(), format!("{not_invoked} ResourceNotFoundException."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_words_the_messages() {
    let says = json!({ "CustomMessage": { "emailSubject": "Hi", "emailMessage": "{username}: {####}" } });
    let pool = Pool::new(&["CustomMessage"], says).await.with_ann().await;
    let messages = crate::services::cognito::mail(&pool.test.emulator, "");
    let message = serde_json::to_value(&messages).unwrap()[0].take();
    assert_eq!(message["subject"], "Hi");
    assert_eq!(message["body"], format!("ann: {}", message["code"].as_str().unwrap()));
    let request = json!({
        "codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": "{username}",
    });
    let response = json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null });
    assert_eq!(pool.events().await, [json!(["CustomMessage_AdminCreateUser", request, response])]);
}

#[tokio::test]
async fn operations_that_would_run_a_trigger_that_is_not_imitated_are_rejected() {
    let aws = super::Aws::new();
    let arn = "arn:aws:lambda:us-west-2:000000000000:function:f";
    let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    let key = "arn:aws:kms:us-west-2:000000000000:key/k";
    let pool = aws.pool(json!({ "LambdaConfig": { "CustomEmailSender": sender, "KMSKeyID": key } })).await;
    assert_eq!(
        aws.refused("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "ann" })).await,
        "the local emulator does not imitate the trigger CustomEmailSender of a user pool"
    );
}
