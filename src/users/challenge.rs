//! What Cognito answers to a sign-in: tokens, or a challenge.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::{
    operation::{
        admin_initiate_auth::AdminInitiateAuthOutput,
        admin_respond_to_auth_challenge::AdminRespondToAuthChallengeOutput,
    },
    types::{AuthenticationResultType, ChallengeNameType},
};

use super::{error::UserError, secret::Secret};

/// What comes next.
pub(super) enum SignInStep {
    /// Nothing: these are the tokens.
    Tokens(AuthenticationResultType),
    Challenged(OpenChallenge),
}

/// A challenge that waits for an answer.
pub(super) struct OpenChallenge {
    /// In AWS's words.
    pub(super) name: String,
    pub(super) challenge: Challenge,
    pub(super) session: Option<Secret>,
    /// Who answers: the real username, which the secret hash of an answer must be over, not what was typed.
    pub(super) user_id: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// `NEW_PASSWORD_REQUIRED`, and values for these attributes.
    NewPassword { required: Vec<String> },
    /// A code of six digits.
    Code(Code),
    /// `SELECT_MFA_TYPE`: one of several second factors.
    SelectFactor { factors: Vec<String> },
    /// `MFA_SETUP`: a second factor where the user has none yet.
    SetUpFactor { factors: Vec<String> },
    /// Anything else.
    Other,
}

/// A code that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// Under which name it is answered.
    pub(super) response: &'static str,
    /// Where it is from: `the code of the authenticator app`.
    pub(super) wanted: String,
}

/// The members that both operations answer.
pub(super) struct Members {
    name: Option<ChallengeNameType>,
    session: Option<String>,
    parameters: HashMap<String, String>,
    result: Option<AuthenticationResultType>,
}

impl From<AdminInitiateAuthOutput> for Members {
    fn from(answer: AdminInitiateAuthOutput) -> Self {
        Self {
            name: answer.challenge_name,
            session: answer.session,
            parameters: answer.challenge_parameters.unwrap_or_default(),
            result: answer.authentication_result,
        }
    }
}

impl From<AdminRespondToAuthChallengeOutput> for Members {
    fn from(answer: AdminRespondToAuthChallengeOutput) -> Self {
        Self {
            name: answer.challenge_name,
            session: answer.session,
            parameters: answer.challenge_parameters.unwrap_or_default(),
            result: answer.authentication_result,
        }
    }
}

impl SignInStep {
    /// Reads an answer to `user`.
    pub(super) fn of(user: &str, members: Members) -> Result<Self, UserError> {
        let Members { name, session, parameters, result } = members;
        match (name, result) {
            (Some(name), _) => Ok(Self::Challenged(OpenChallenge {
                challenge: Challenge::of(name.as_str(), &parameters),
                name: name.as_str().to_owned(),
                session: session.map(Secret::new),
                user_id: parameters.get("USER_ID_FOR_SRP").cloned().unwrap_or_else(|| user.to_owned()),
            })),
            (None, Some(result)) => Ok(Self::Tokens(result)),
            (None, None) => Err(UserError::NoAnswer),
        }
    }
}

impl Challenge {
    fn of(name: &str, parameters: &HashMap<String, String>) -> Self {
        let code = |response, wanted| Self::Code(Code { response, wanted });
        let sent = |how: &str| match parameters.get("CODE_DELIVERY_DESTINATION") {
            Some(to) => format!("the code of the {how} to {to}"),
            None => format!("the code of the {how}"),
        };
        match name {
            "NEW_PASSWORD_REQUIRED" => {
                let required = list(parameters, "requiredAttributes");
                let bare = |name: String| name.strip_prefix("userAttributes.").map_or(name.clone(), str::to_owned);
                Self::NewPassword { required: required.into_iter().map(bare).collect() }
            }
            "SOFTWARE_TOKEN_MFA" => code("SOFTWARE_TOKEN_MFA_CODE", "the code of the authenticator app".to_owned()),
            "SMS_MFA" => code("SMS_MFA_CODE", sent("text message")),
            "EMAIL_OTP" => code("EMAIL_OTP_CODE", sent("mail")),
            "SELECT_MFA_TYPE" => Self::SelectFactor { factors: list(parameters, "MFAS_CAN_CHOOSE") },
            "MFA_SETUP" => Self::SetUpFactor { factors: list(parameters, "MFAS_CAN_SETUP") },
            _ => Self::Other,
        }
    }
}

impl OpenChallenge {
    /// The failure when there is no answer at all.
    pub(super) fn not_supported(&self) -> UserError {
        let hint = match self.name.as_str() {
            "DEVICE_SRP_AUTH" | "DEVICE_PASSWORD_VERIFIER" => {
                "the pool remembers devices, and this is none: sign in through the app, or remove the user's devices with `aws cognito-idp admin-forget-device`"
            }
            "MFA_SETUP" => {
                "the pool allows no authenticator app: give the user the address or number that its second factor is \
                 sent to, as with `aws cognito-idp admin-update-user-attributes`, and sign in again"
            }
            _ => "sign in through the app that the client is for",
        };
        UserError::NotSupported { challenge: self.name.clone(), hint: hint.to_owned() }
    }
}

/// A list that Cognito writes as JSON inside a text.
fn list(parameters: &HashMap<String, String>, name: &str) -> Vec<String> {
    parameters.get(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// A second factor in plain words.
pub(super) fn factor(name: &str) -> String {
    match name {
        "SOFTWARE_TOKEN_MFA" => "an authenticator app".into(),
        "SMS_MFA" => "a text message".into(),
        "EMAIL_OTP" | "EMAIL_MFA" => "a mail".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(name: &str, parameters: &[(&str, &str)]) -> Challenge {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Challenge::of(name, &parameters.collect())
    }

    #[test]
    fn a_challenge_says_what_is_wanted() {
        let parameters = [("requiredAttributes", r#"["userAttributes.name","userAttributes.custom:team"]"#)];
        let required = vec!["name".to_owned(), "custom:team".to_owned()];
        assert_eq!(challenge("NEW_PASSWORD_REQUIRED", &parameters), Challenge::NewPassword { required });
        assert_eq!(challenge("NEW_PASSWORD_REQUIRED", &[]), Challenge::NewPassword { required: Vec::new() });
        let wanted = "the code of the text message to +*******9999".to_owned();
        assert_eq!(
            challenge("SMS_MFA", &[("CODE_DELIVERY_DESTINATION", "+*******9999")]),
            Challenge::Code(Code { response: "SMS_MFA_CODE", wanted })
        );
        assert_eq!(
            challenge("SELECT_MFA_TYPE", &[("MFAS_CAN_CHOOSE", r#"["SMS_MFA","SOFTWARE_TOKEN_MFA"]"#)]),
            Challenge::SelectFactor { factors: vec!["SMS_MFA".into(), "SOFTWARE_TOKEN_MFA".into()] }
        );
        assert_eq!(challenge("WEB_AUTHN", &[]), Challenge::Other);
    }
}
