//! Tests of the codes and messages of sign-up, recovery and changed addresses.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::{Aws, Ready, id, over};

const MISMATCH: &str = "CodeMismatchException: Invalid verification code provided, please try again.";
const EXPIRED: &str = "ExpiredCodeException: Invalid code provided, please request a code again.";
const LIMIT: &str = "LimitExceededException: Attempt limit exceeded, please try after some time.";
const NO_USER: &str = "UserNotFoundException: Username/client id combination not found.";

/// A pool whose users register with their email address.
struct Registration {
    aws: Aws,
    client: String,
    pool: String,
}

impl Registration {
    async fn new(pool: Value, client: Value) -> Self {
        let aws = Aws::new();
        let verified = json!({ "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"] });
        let pool = aws.pool(over(verified, pool)).await;
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"];
        let client = id(&aws.client(&pool, over(json!({ "ExplicitAuthFlows": flows }), client)).await["ClientId"]);
        Self { aws, client, pool }
    }

    fn named(&self, members: Value) -> Value {
        over(json!({ "ClientId": self.client, "Username": "bob@b.example" }), members)
    }

    async fn sign_up(&self) -> Value {
        self.aws.call("SignUp", self.named(json!({ "Password": "Passw0rd!" }))).await
    }

    fn sign_in(&self, password: &str) -> Value {
        let parameters = json!({ "USERNAME": "bob@b.example", "PASSWORD": password });
        json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters })
    }

    async fn access_token(&self, password: &str) -> Value {
        self.aws.call("InitiateAuth", self.sign_in(password)).await["AuthenticationResult"]["AccessToken"].clone()
    }

    fn code(&self) -> Value {
        self.aws.mail().last().unwrap()["code"].clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_up_is_confirmed_with_the_code_that_was_sent() {
    let bob = Registration::new(json!({}), json!({})).await;
    let answer = bob.sign_up().await;
    let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "b***@b***" });
    assert_eq!(answer["CodeDeliveryDetails"], details);
    let message = bob.aws.mail().pop().unwrap();
    let code = id(&message["code"]);
    assert!(code.len() == 6 && code.parse::<u32>().is_ok(), "{code}");
    assert_eq!(
        [&message["recipient"], &message["subject"], &message["body"], &message["medium"], &message["link"]],
        [
            &json!("bob@b.example"),
            &json!("Your verification code"),
            &json!(format!("Your confirmation code is {code}")),
            &json!("EMAIL"),
            &Value::Null
        ]
    );
    assert_eq!(
        bob.aws.refused("SignUp", bob.named(json!({ "Password": "Passw0rd!" }))).await,
        "UsernameExistsException: An account with the given email already exists."
    );
    let unconfirmed = "UserNotConfirmedException: User is not confirmed.";
    assert_eq!(bob.aws.refused("InitiateAuth", bob.sign_in("Passw0rd!")).await, unconfirmed);
    let wrong = bob.named(json!({ "ConfirmationCode": "x" }));
    assert_eq!(bob.aws.refused("ConfirmSignUp", wrong.clone()).await, MISMATCH);
    // Another code voids the first one, and each expires after a day.
    let again = bob.aws.call("ResendConfirmationCode", bob.named(json!({}))).await;
    assert_eq!(again["CodeDeliveryDetails"], details);
    let late = bob.code();
    advance(Duration::from_hours(24)).await;
    let right = |code: &Value| bob.named(json!({ "ConfirmationCode": code }));
    assert_eq!(bob.aws.refused("ConfirmSignUp", right(&late)).await, EXPIRED);
    bob.aws.call("ResendConfirmationCode", bob.named(json!({}))).await;
    let session = bob.aws.call("ConfirmSignUp", right(&bob.code())).await["Session"].clone();
    assert_eq!(
        bob.aws.refused("ConfirmSignUp", wrong).await,
        "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"
    );
    assert_eq!(
        bob.aws.refused("ResendConfirmationCode", bob.named(json!({}))).await,
        "InvalidParameterException: User is already confirmed."
    );
    let user = json!({ "AccessToken": bob.access_token("Passw0rd!").await });
    let attributes = bob.aws.call("GetUser", user).await["UserAttributes"].clone();
    assert!(attributes.as_array().unwrap().contains(&json!({ "Name": "email_verified", "Value": "true" })));
    // With choice-based sign-in, the session of the confirmation signs in, once.
    let begin = json!({ "ClientId": bob.client, "AuthFlow": "USER_AUTH", "Session": session, "AuthParameters": { "USERNAME": "bob@b.example" } });
    assert!(bob.aws.call("InitiateAuth", begin.clone()).await["AuthenticationResult"].is_object());
    assert_eq!(
        bob.aws.refused("InitiateAuth", begin).await,
        "NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
}

#[tokio::test]
async fn a_sign_up_is_confirmed_by_a_link_with_the_texts_of_the_pool() {
    let template = json!({
        "DefaultEmailOption": "CONFIRM_WITH_LINK",
        "EmailSubjectByLink": "Hello",
        "EmailMessageByLink": "Dear {username}, {##this way##}!",
    });
    let bob = Registration::new(json!({ "VerificationMessageTemplate": template }), json!({})).await;
    let sub = bob.sign_up().await["UserSub"].clone();
    let message = bob.aws.mail().pop().unwrap();
    let link = message["link"].as_str().unwrap();
    assert_eq!(message["subject"], "Hello");
    assert_eq!(message["body"], format!("Dear {}, <a href=\"{link}\">this way</a>!", sub.as_str().unwrap()));
    let query = link.strip_prefix("/confirmUser?").unwrap();
    let wrong = query.replace("confirmation_code=", "confirmation_code=x");
    for (query, status, text) in [
        (wrong.as_str(), 400, "Invalid verification code provided, please try again."),
        (query, 200, "Your registration has been confirmed!"),
        (query, 400, "User cannot be confirmed. Current status is CONFIRMED"),
    ] {
        let page = crate::services::cognito::confirm_by_link(&bob.aws.0, query).await;
        assert_eq!((page.status().as_u16(), page.body().as_ref()), (status, text.as_bytes()));
    }
    bob.access_token("Passw0rd!").await;
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_password_is_replaced_with_a_code() {
    let bob = Registration::new(json!({}), json!({})).await;
    let confirm = |code: Value, password: &str| bob.named(json!({ "ConfirmationCode": code, "Password": password }));
    assert_eq!(bob.aws.refused("ForgotPassword", bob.named(json!({}))).await, NO_USER);
    assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(json!("x"), "Passw0rd!")).await, NO_USER);
    bob.sign_up().await;
    assert_eq!(
        bob.aws.refused("ForgotPassword", bob.named(json!({}))).await,
        "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or \
         phone_number"
    );
    bob.aws.call("ConfirmSignUp", bob.named(json!({ "ConfirmationCode": bob.code() }))).await;
    assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(json!("x"), "Passw0rd!")).await, EXPIRED);
    let details = bob.aws.call("ForgotPassword", bob.named(json!({}))).await["CodeDeliveryDetails"].clone();
    assert_eq!(details["Destination"], "b***@b***");
    let code = bob.code();
    assert_eq!(
        bob.aws.mail().pop().unwrap()["body"],
        format!("Your password reset code is {}", code.as_str().unwrap())
    );
    assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(json!("x"), "Chosen-1!")).await, MISMATCH);
    assert_eq!(
        bob.aws.refused("ConfirmForgotPassword", confirm(code.clone(), "short")).await,
        "InvalidPasswordException: Password did not conform with policy: Password not long enough"
    );
    bob.access_token("Passw0rd!").await;
    bob.aws.call("ConfirmForgotPassword", confirm(code.clone(), "Chosen-1!")).await;
    assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(code, "Chosen-1!")).await, EXPIRED);
    bob.access_token("Chosen-1!").await;
    // An administrator may require it.
    let named = json!({ "UserPoolId": bob.pool, "Username": "bob@b.example" });
    bob.aws.call("AdminResetUserPassword", named.clone()).await;
    assert_eq!(
        bob.aws.refused("InitiateAuth", bob.sign_in("Chosen-1!")).await,
        "PasswordResetRequiredException: Password reset required for the user"
    );
    bob.aws.call("ConfirmForgotPassword", confirm(bob.code(), "Chosen-2!")).await;
    bob.access_token("Chosen-2!").await;
    for _ in 0..18 {
        bob.aws.call("ForgotPassword", bob.named(json!({}))).await;
    }
    assert_eq!(bob.aws.refused("ForgotPassword", bob.named(json!({}))).await, LIMIT);
    advance(Duration::from_hours(1)).await;
    bob.aws.call("ForgotPassword", bob.named(json!({}))).await;
    for _ in 0..20 {
        assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(json!("x"), "Chosen-1!")).await, MISMATCH);
    }
    assert_eq!(bob.aws.refused("ConfirmForgotPassword", confirm(bob.code(), "Chosen-1!")).await, LIMIT);
    bob.aws.call("AdminDisableUser", named).await;
    let disabled = "NotAuthorizedException: User is disabled.";
    assert_eq!(bob.aws.refused("ForgotPassword", bob.named(json!({}))).await, disabled);
    let recovery = json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] });
    let closed =
        json!({ "UserPoolId": bob.pool, "AccountRecoverySetting": recovery, "AutoVerifiedAttributes": ["email"] });
    bob.aws.call("UpdateUserPool", closed).await;
    assert_eq!(
        bob.aws.refused("ForgotPassword", bob.named(json!({}))).await,
        "NotAuthorizedException: Contact administrator to reset password."
    );
}

#[tokio::test]
async fn a_client_that_hides_users_does_not_show_who_has_an_account() {
    let eve = Registration::new(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "b***@b***" });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        assert_eq!(eve.aws.call(operation, eve.named(json!({}))).await, json!({ "CodeDeliveryDetails": details }));
    }
    let code = json!({ "ConfirmationCode": "123456", "Password": "Passw0rd!" });
    for operation in ["ConfirmSignUp", "ConfirmForgotPassword"] {
        assert_eq!(eve.aws.refused(operation, eve.named(code.clone())).await, EXPIRED);
    }
    assert_eq!(eve.aws.mail(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_changed_address_is_verified_with_a_code() {
    let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["phone_number"] });
    let verified = json!(["email", "phone_number"]);
    let bob = Registration::new(
        json!({ "AutoVerifiedAttributes": verified, "UserAttributeUpdateSettings": settings }),
        json!({}),
    )
    .await;
    bob.sign_up().await;
    bob.aws.call("ConfirmSignUp", bob.named(json!({ "ConfirmationCode": bob.code() }))).await;
    let token = bob.access_token("Passw0rd!").await;
    let own = |members: Value| over(json!({ "AccessToken": token }), members);
    let write = |name: &str, value: &str| own(json!({ "UserAttributes": [{ "Name": name, "Value": value }] }));
    let read = async |name: &str| {
        let user = bob.aws.call("GetUser", own(json!({}))).await;
        let mut attributes = user["UserAttributes"].as_array().unwrap().clone().into_iter();
        attributes.find(|attribute| attribute["Name"] == name).map(|attribute| id(&attribute["Value"]))
    };
    assert_eq!(bob.aws.call("UpdateUserAttributes", write("name", "Bob")).await, json!({}));
    let answer = bob.aws.call("UpdateUserAttributes", write("email", "bob@c.example")).await;
    assert_eq!(answer["CodeDeliveryDetailsList"][0]["Destination"], "b***@c***");
    assert_eq!(read("email_verified").await.as_deref(), Some("false"));
    let verify = |name: &str, code: Value| own(json!({ "AttributeName": name, "Code": code }));
    assert_eq!(bob.aws.refused("VerifyUserAttribute", verify("email", json!("x"))).await, MISMATCH);
    bob.aws.call("VerifyUserAttribute", verify("email", bob.code())).await;
    assert_eq!(read("email_verified").await.as_deref(), Some("true"));
    // This address is written once it has been verified.
    let answer = bob.aws.call("UpdateUserAttributes", write("phone_number", "+15555551234")).await;
    let details = json!({ "AttributeName": "phone_number", "DeliveryMedium": "SMS", "Destination": "+*******1234" });
    assert_eq!(answer["CodeDeliveryDetailsList"], json!([details]));
    assert_eq!(read("phone_number").await, None);
    let again = own(json!({ "AttributeName": "phone_number" }));
    assert_eq!(
        bob.aws.call("GetUserAttributeVerificationCode", again).await,
        json!({ "CodeDeliveryDetails": details })
    );
    bob.aws.call("VerifyUserAttribute", verify("phone_number", bob.code())).await;
    assert_eq!(read("phone_number").await.as_deref(), Some("+15555551234"));
    assert_eq!(
        bob.aws.refused("UpdateUserAttributes", write("email_verified", "true")).await,
        "NotAuthorizedException: A client attempted to write unauthorized attribute email_verified"
    );
    let remove = |name: &str| own(json!({ "UserAttributeNames": [name] }));
    bob.aws.call("DeleteUserAttributes", remove("phone_number")).await;
    assert_eq!((read("phone_number").await, read("phone_number_verified").await), (None, None));
    for (name, refused) in [
        ("email", "InvalidParameterException: user.email: Attribute cannot be deleted.\n"),
        (
            "custom:x",
            "InvalidParameterException: Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
        ),
    ] {
        assert_eq!(bob.aws.refused("DeleteUserAttributes", remove(name)).await, refused);
    }
    bob.aws.call("DeleteUser", own(json!({}))).await;
    assert_eq!(bob.aws.refused("GetUser", own(json!({}))).await, "UserNotFoundException: User does not exist.");
}

#[tokio::test]
async fn an_invitation_has_a_temporary_password_unless_it_is_suppressed() {
    let ready = Ready::new().await;
    let invite = |name: &str, members: Value| {
        let address = json!([{ "Name": "email", "Value": "bob@b.example" }]);
        over(json!({ "UserPoolId": ready.pool, "Username": name, "UserAttributes": address }), members)
    };
    ready.aws.call("AdminCreateUser", invite("bob", json!({}))).await;
    let message = ready.aws.mail().pop().unwrap();
    let password = id(&message["code"]);
    assert_eq!(message["body"], format!("Your username is bob and temporary password is {password}."));
    let challenge = ready.aws.call("AdminInitiateAuth", ready.password("bob", &password)).await;
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let count = ready.aws.mail().len();
    for quiet in [json!({ "MessageAction": "SUPPRESS" }), json!({ "DesiredDeliveryMediums": ["SMS"] })] {
        ready.aws.call("AdminCreateUser", invite(&format!("u{}", quiet.to_string().len()), quiet)).await;
    }
    assert_eq!(ready.aws.mail().len(), count);
}
