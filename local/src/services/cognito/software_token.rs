//! Setup of an authenticator app, in a session or with an access token, and MFA preferences.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        account::Bearer,
        context::Context,
        pool::UserPool,
        refusal,
        session::{Challenge, Session},
        totp::{self, SoftwareToken},
        user::{self, User},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AssociateSoftwareToken" => Operation::Changes(associate),
        "VerifySoftwareToken" => Operation::Changes(verify),
        "SetUserMFAPreference" => Operation::Changes(prefer),
        "AdminSetUserMFAPreference" => Operation::Changes(admin_prefer),
        _ => return None,
    })
}

/// The user who sets up an app, and the session, if any.
struct Setup<'a> {
    pool: &'a mut UserPool,
    user: String,
    session: Option<(&'a str, Session)>,
}

impl<'a> Setup<'a> {
    fn of(context: &Context<'a>, cognito: &'a mut Cognito) -> Result<Self, AwsError> {
        let setup = match (context.call.text("AccessToken"), context.call.text("Session")) {
            (Some(_), None) => {
                let Bearer { pool, user, .. } = Bearer::of(context, cognito)?;
                Self { pool, user, session: None }
            }
            (None, Some(text)) => {
                let found = cognito.pools.values().find(|pool| pool.sessions.contains_key(text));
                let found = found.map(|pool| pool.id.clone());
                let pool = found
                    .and_then(|id| cognito.pools.get_mut(&id))
                    .ok_or_else(|| refusal::not_authorized("Invalid session for the user."))?;
                let session = pool.session(context, text)?;
                if session.challenge != Challenge::MfaSetup {
                    return Err(refusal::not_authorized("Invalid session for the user."));
                }
                Self { pool, user: session.user.clone(), session: Some((text, session)) }
            }
            _ => {
                return Err(refusal::invalid_parameter("Either AccessToken or Session must be provided"));
            }
        };
        if setup.pool.factors.software_token() {
            Ok(setup)
        } else {
            Err(refusal::refuse(
                "SoftwareTokenMFANotFoundException",
                "Software Token MFA has not been enabled by the userPool.",
            ))
        }
    }

    /// Ends the session, if any, and adds the next session to the response.
    fn go_on(self, context: &Context<'_>, app_verified: bool, mut answer: Value) -> Value {
        if let Some((text, session)) = self.session {
            self.pool.close_session(text);
            let next = session.next(context, app_verified);
            answer["Session"] = json!(self.pool.open_session(context, next));
        }
        answer
    }
}

fn associate(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let setup = Setup::of(context, cognito)?;
    let secret = totp::secret();
    let user = setup.pool.users.get_mut(&setup.user).ok_or_else(user::missing)?;
    user.new_software_token = Some(SoftwareToken::new(secret.clone()));
    Ok(setup.go_on(context, false, json!({ "SecretCode": secret })))
}

fn verify(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let setup = Setup::of(context, cognito)?;
    let mismatch = || refusal::refuse("EnableSoftwareTokenMFAException", "Code mismatch");
    let user = setup.pool.users.get_mut(&setup.user).ok_or_else(user::missing)?;
    let app = user.new_software_token.as_mut().ok_or_else(|| {
        refusal::refuse("SoftwareTokenMFANotFoundException", "Software token has not been associated")
    })?;
    app.accept(context.text("UserCode"), context.now.epoch_seconds()).map_err(|_| mismatch())?;
    app.verified = true;
    user.software_token = user.new_software_token.take();
    Ok(setup.go_on(context, true, json!({ "Status": "SUCCESS" })))
}

fn prefer(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let Bearer { pool, user, .. } = Bearer::of(context, cognito)?;
    let user = pool.users.get_mut(&user).ok_or_else(user::missing)?;
    set(context, user, "User has not verified software token mfa")
}

fn admin_prefer(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let user = cognito.pool_mut(context)?.user_mut(context)?;
    set(context, user, "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
}

fn set(context: &Context<'_>, user: &mut User, unverified: &str) -> Result<Value, AwsError> {
    for settings in ["SMSMfaSettings", "EmailMfaSettings"] {
        if context.member(settings).is_some_and(|settings| settings["Enabled"] == true) {
            return Err(AwsError::not_imitated("second factors other than an authenticator app"));
        }
    }
    let Some(settings) = context.member("SoftwareTokenMfaSettings") else { return Ok(json!({})) };
    let enabled = settings["Enabled"] == true;
    match user.software_token.as_mut().filter(|app| app.verified) {
        Some(app) => {
            app.enabled = enabled;
            app.preferred = enabled && settings["PreferredMfa"] == true;
        }
        None if enabled => return Err(refusal::invalid_parameter(unverified)),
        None => {}
    }
    Ok(json!({}))
}
