//! The record of sign-ins: who, and with which result. Never a password, a code or a token.

use serde_json::Value;

use super::{auth, token::Parts};
use crate::{
    emulator::{Emulator, activity::Entry},
    wire::{call::Call, error::AwsError},
};

/// The operations that sign a user in.
const OPERATIONS: [&str; 5] = [
    "AdminInitiateAuth",
    "AdminRespondToAuthChallenge",
    "GetTokensFromRefreshToken",
    "InitiateAuth",
    "RespondToAuthChallenge",
];

/// Records the result of an operation that signs a user in.
pub(super) fn add(emulator: &Emulator, call: &Call, result: &Result<Value, AwsError>) {
    if !OPERATIONS.contains(&&*call.operation) {
        return;
    }
    let tokens = result.as_ref().ok().and_then(|members| members.get("AuthenticationResult"));
    let claims = tokens.and_then(|tokens| Parts::read(tokens.get("AccessToken")?.as_str()?)).map(|token| token.claims);
    let of_token = claims.as_ref().and_then(|claims| claims.get("username")?.as_str());
    let given = [auth::PARAMETERS, "ChallengeResponses"]
        .into_iter()
        .find_map(|parameters| call.input.get(parameters)?.get("USERNAME")?.as_str());
    emulator.activity().add(Entry {
        kind: "sign_in",
        user: given.or(of_token).map(str::to_owned),
        message: Some(outcome(call, tokens.is_some(), result)),
        ..Entry::default()
    });
}

fn outcome(call: &Call, has_tokens: bool, result: &Result<Value, AwsError>) -> String {
    let flow = match call.text("AuthFlow").or_else(|| call.text("ChallengeName")) {
        Some(flow) => flow.to_owned(),
        None => call.operation.clone(),
    };
    match result {
        Err(error) => format!("{flow}: rejected, {}", error.code),
        Ok(_) if has_tokens => format!("{flow}: signed in"),
        Ok(members) => {
            let challenge = members.get("ChallengeName").and_then(Value::as_str).unwrap_or("SELECT_CHALLENGE");
            format!("{flow}: challenge {challenge}")
        }
    }
}
