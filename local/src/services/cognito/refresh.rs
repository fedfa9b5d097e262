//! Refresh tokens: new tokens, rotation and revocation.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        auth::{Attempt, PARAMETERS},
        context::Context,
        key::SigningKey,
        refusal, secret_hash,
        session::{parameter, required},
        sign_in::Standing,
        token::Parts,
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "GetTokensFromRefreshToken" => Operation::Changes(renew),
        "RevokeToken" => Operation::Changes(revoke),
        _ => return None,
    })
}

fn invalid() -> AwsError {
    refusal::not_authorized("Invalid Refresh Token")
}

impl Attempt<'_> {
    /// The flow `REFRESH_TOKEN_AUTH`, which does not rotate the refresh token.
    pub(super) fn with_refresh_token(self) -> Result<Value, AwsError> {
        self.refresh_allowed()?;
        let token = required(self.context, PARAMETERS, "REFRESH_TOKEN")?;
        let event = self.pool.event_of(token).ok_or_else(invalid)?;
        let user = self.pool.users.get(&self.pool.sign_ins[&event].user).ok_or_else(invalid)?;
        // A hash of the alias used at sign-in is not accepted here.
        let names = [user.username.as_str(), user.sub.as_str()];
        secret_hash::check_any(&self.client, &names, parameter(self.context, PARAMETERS, "SECRET_HASH"))?;
        self.check_refresh(&event, token, parameter(self.context, PARAMETERS, "DEVICE_KEY"))?;
        let result = self.pool.tokens(self.context, SigningKey::of(self.key), &self.client, (&event, None));
        Ok(json!({ "ChallengeParameters": {}, "AuthenticationResult": result }))
    }

    fn refresh_allowed(&self) -> Result<(), AwsError> {
        // Clients with legacy flows can always refresh.
        let flows = ["ALLOW_REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"];
        if self.allows(&flows) {
            return Ok(());
        }
        Err(refusal::invalid_parameter("Auth flow not enabled for this client"))
    }

    /// Checks that a sign-in may get new tokens.
    fn check_refresh(&self, event: &str, token: &str, device: Option<&str>) -> Result<(), AwsError> {
        let sign_in = &self.pool.sign_ins[event];
        let user = self.pool.users.get(&sign_in.user).ok_or_else(invalid)?;
        // The tokens of a tracked device are renewed only with its key.
        let on_device = sign_in.device.is_none() || sign_in.device.as_deref() == device;
        if sign_in.client != self.client.id || !on_device {
            return Err(invalid());
        }
        if !user.enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        if sign_in.revoked {
            return Err(refusal::not_authorized("Refresh Token has been revoked"));
        }
        if sign_in.expired(&self.client, self.context.now) {
            return Err(refusal::not_authorized("Refresh Token has expired"));
        }
        let grace = self.client.settings.get("RefreshTokenRotation");
        let grace = grace.and_then(|rotation| rotation["RetryGracePeriodSeconds"].as_u64()).unwrap_or_default();
        match sign_in.standing(token) {
            Standing::Current => {}
            Standing::Replaced(when) if self.context.now.since(&when) < Duration::from_secs(grace) => {}
            Standing::Replaced(_) => {
                return Err(refusal::refuse("RefreshTokenReuseException", "Refresh token has been rotated"));
            }
        }
        Ok(())
    }
}

/// Issues new tokens, and a new refresh token if the client rotates them.
fn renew(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let attempt = Attempt::new(context, cognito.by_client(context.text("ClientId"))?);
    let secret = attempt.client.secret.as_deref();
    if secret != context.call.text("ClientSecret") {
        let id = &attempt.client.id;
        return Err(refusal::not_authorized(format!("Unable to verify client secret for client {id}")));
    }
    let rotates = attempt.client.rotates();
    if !rotates {
        attempt.refresh_allowed()?;
    }
    let token = context.text("RefreshToken");
    let event = attempt.pool.event_of(token).ok_or_else(invalid)?;
    attempt.check_refresh(&event, token, context.call.text("DeviceKey"))?;
    let mut result = attempt.pool.tokens(context, SigningKey::of(attempt.key), &attempt.client, (&event, None));
    if rotates {
        result.insert("RefreshToken".into(), json!(attempt.pool.rotate(&event, context.now)));
    }
    Ok(json!({ "AuthenticationResult": result }))
}

/// Revokes a refresh token and the access tokens issued with it. An unknown token is not an error.
fn revoke(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    if client.secret.as_deref() != context.call.text("ClientSecret") {
        return Err(refusal::refuse("UnauthorizedException", "Invalid client secret"));
    }
    if client.settings["EnableTokenRevocation"] != true {
        return Err(refusal::refuse(
            "UnsupportedOperationException",
            "Token revocation is not enabled for this client",
        ));
    }
    let token = context.text("Token");
    if Parts::read(token).is_some() {
        return Err(refusal::refuse("UnsupportedTokenTypeException", "Unsupported token type"));
    }
    if let Some(sign_in) = pool.event_of(token).and_then(|event| pool.sign_ins.get_mut(&event)) {
        if sign_in.client != client.id {
            return Err(refusal::refuse("UnauthorizedException", "The refresh token belongs to another client"));
        }
        sign_in.revoked = true;
    }
    Ok(json!({}))
}
