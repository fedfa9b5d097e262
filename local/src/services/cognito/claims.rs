//! The claims of tokens that depend on groups and on the trigger `PreTokenGeneration`.

use serde_json::{Map, Value, json};

use crate::services::cognito::{
    client::Client,
    context::Context,
    pool::UserPool,
    sign_in::SCOPE,
    trigger::{Invocation, Subject, Then},
    user::User,
};

/// The claims that the trigger cannot change. Names with these prefixes are reserved, too.
const FIXED: &[&str] = &[
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "s_hash",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
];
const RESERVED: &[&str] = &["aws:", "cognito:", "dev:"];

/// The claims of both tokens.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) id: Map<String, Value>,
    pub(super) access: Map<String, Value>,
}

impl Claims {
    /// Sets the claims of groups: the names in both tokens, the roles in the ID token.
    pub(super) fn set_groups(&mut self, groups: &[String], roles: &[String], preferred: Option<&str>) {
        for claims in [&mut self.id, &mut self.access] {
            set(claims, "cognito:groups", (!groups.is_empty()).then(|| json!(groups)));
        }
        set(&mut self.id, "cognito:preferred_role", preferred.map(|role| json!(role)));
        set(&mut self.id, "cognito:roles", (!roles.is_empty()).then(|| json!(roles)));
    }

    /// Applies the response of the trigger. The first version of it knows only the ID token.
    pub(super) fn apply(&mut self, response: &Value) {
        let details = match &response["claimsAndScopeOverrideDetails"] {
            Value::Null => &response["claimsOverrideDetails"],
            details => details,
        };
        change(&mut self.id, details);
        change(&mut self.id, &details["idTokenGeneration"]);
        let access = &details["accessTokenGeneration"];
        change(&mut self.access, access);
        let mut scopes = vec![SCOPE.to_owned()];
        scopes.extend(texts(&access["scopesToAdd"]));
        let suppressed = texts(&access["scopesToSuppress"]);
        scopes.retain(|scope| !suppressed.contains(scope));
        self.access.insert("scope".into(), json!(scopes.join(" ")));
        // Without this member the groups stay; without members in it there are none.
        if let Some(groups) = details.get("groupOverrideDetails") {
            let [names, roles] = ["groupsToOverride", "iamRolesToOverride"].map(|name| texts(&groups[name]));
            self.set_groups(&names, &roles, groups["preferredRole"].as_str());
        }
    }
}

fn set(claims: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => claims.insert(name.to_owned(), value),
        None => claims.remove(name),
    };
}

fn change(claims: &mut Map<String, Value>, changes: &Value) {
    let free = |name: &str| !FIXED.contains(&name) && !RESERVED.iter().any(|prefix| name.starts_with(prefix));
    for (name, value) in changes["claimsToAddOrOverride"].as_object().into_iter().flatten() {
        if free(name) {
            claims.insert(name.clone(), value.clone());
        }
    }
    for name in texts(&changes["claimsToSuppress"]) {
        if free(&name) {
            claims.remove(&name);
        }
    }
}

fn texts(list: &Value) -> Vec<String> {
    crate::services::cognito::context::texts(Some(list))
}

impl UserPool {
    /// Notes the trigger that may change the claims of a sign-in's tokens.
    pub(super) fn generate_tokens(&self, context: &Context<'_>, client: &Client, event: &str, user: &User) {
        let (groups, roles) = self.group_claims(user);
        let configuration = json!({
            "groupsToOverride": groups, "iamRolesToOverride": roles, "preferredRole": roles.first(),
        });
        let mut request = json!({ "userAttributes": user.event_attributes(), "groupConfiguration": configuration });
        let mut response = json!({ "claimsOverrideDetails": null });
        if self.token_generation() != "V1_0" {
            request["scopes"] = json!([SCOPE]);
            response = json!({ "claimsAndScopeOverrideDetails": null });
        }
        let subject = Subject { pool: self, username: &user.username, client: &client.id };
        let invocation = Invocation::new(subject, source(context), &context.with_metadata(request), &response);
        context.then_with(Then::Tokens(event.to_owned()), invocation);
    }
}

/// Why tokens are issued.
fn source(context: &Context<'_>) -> &'static str {
    match context.call.text("ChallengeName").or(context.call.text("AuthFlow")) {
        Some("NEW_PASSWORD_REQUIRED") => "TokenGeneration_NewPasswordChallenge",
        Some("DEVICE_PASSWORD_VERIFIER") => "TokenGeneration_AuthenticateDevice",
        Some("REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN") | None => "TokenGeneration_RefreshTokens",
        Some(_) => "TokenGeneration_Authentication",
    }
}
