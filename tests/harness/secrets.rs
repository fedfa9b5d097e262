//! The secrets that tests use, and where they must not occur.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

/// A shorter value can also be an ordinary word or a number.
const SHORTEST: usize = 6;

/// Fields that AWS's API models mark as sensitive, and secret fields of the emulator's own data.
const SECRETS: &[&str] = &[
    "ClientSecret",
    "NEW_PASSWORD",
    "PASSWORD",
    "Password",
    "PreviousPassword",
    "ProposedPassword",
    "SECRET_HASH",
    "SESSION",
    "SecretCode",
    "SecretHash",
    "Session",
    "TemporaryPassword",
    "secret",
];

/// Objects all of whose values are secret: the environment of a function.
const SECRET_OBJECTS: &[&str] = &["Variables", "environment"];

/// The beginning of the names of variables that hold ids and names of the stack, which are no secrets.
const OPEN: &str = "STACK_";

const TOKENS: &[&str] = &["AccessToken", "IdToken", "REFRESH_TOKEN", "RefreshToken"];

/// Presigned URLs, which work without credentials.
const URLS: &[&str] = &["Location"];

/// The kind of a text. It decides which secrets the text may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A text without any secret.
    Open,
    /// The stdout of a command that prints tokens.
    Tokens,
}

/// Secrets by value, each with its name.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Mutex<BTreeMap<String, String>>);

impl Secrets {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one secret.
    pub(crate) fn add(&self, name: &str, value: &str) {
        if value.len() >= SHORTEST {
            self.known().insert(value.to_owned(), name.to_owned());
        }
    }

    /// Adds the secrets in a body, if it is JSON.
    pub(crate) fn learn(&self, body: &[u8]) {
        if let Ok(body) = serde_json::from_slice(body) {
            self.learn_from(&body);
        }
    }

    fn learn_from(&self, value: &Value) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| self.learn_member(name, member)),
            Value::Array(items) => items.iter().for_each(|item| self.learn_from(item)),
            _ => {}
        }
    }

    fn learn_member(&self, name: &str, member: &Value) {
        let named = |names: &[&str]| names.contains(&name);
        match member {
            Value::String(text) if named(SECRETS) || named(TOKENS) || named(URLS) => self.add(name, text),
            Value::Object(values) if named(SECRET_OBJECTS) => {
                let secret = values.iter().filter(|(variable, _)| !variable.starts_with(OPEN));
                let texts = secret.filter_map(|(variable, value)| Some((variable, value.as_str()?)));
                texts.for_each(|(variable, value)| self.add(&format!("{name}.{variable}"), value));
            }
            // Its members have the names of tokens and hold units such as `minutes`.
            _ if name == "TokenValidityUnits" => {}
            member => self.learn_from(member),
        }
    }

    /// Checks that a text contains no secret; `what` names the text.
    #[track_caller]
    pub(crate) fn check(&self, what: &str, place: Place, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for (value, name) in &*self.known() {
            let allowed = place == Place::Tokens && TOKENS.contains(&name.as_str());
            assert!(allowed || !text.contains(value), "{what} holds a secret: `{value}`, which is {name}\n{text}");
        }
        let token = if place == Place::Open { json_web_token(&text) } else { None };
        assert_eq!(token, None, "{what} holds a token\n{text}");
    }
}

/// The first JSON Web Token in a text.
fn json_web_token(text: &str) -> Option<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter));
    words.into_iter().find(|word| word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let secrets = Secrets::default();
        secrets.learn(br#"{ "AuthParameters": { "USERNAME": "ann@example.com", "PASSWORD": "Engine-1842" } }"#);
        secrets.learn(br#"{ "Environment": { "Variables": { "KEY": "hunter22", "ON": "1" } } }"#);
        secrets.learn(br#"{ "AuthenticationResult": { "RefreshToken": "opaque-and-long" } }"#);
        secrets
    }

    #[test]
    fn other_values_are_allowed_everywhere() {
        secrets().check("the log", Place::Open, b"ann@example.com 1 KEY eyJ");
        secrets().check("stdout", Place::Tokens, b"opaque-and-long");
    }

    #[test]
    #[should_panic(expected = "the log holds a secret: `Engine-1842`, which is PASSWORD")]
    fn a_password_is_detected() {
        secrets().check("the log", Place::Tokens, b"sending {\"PASSWORD\": \"Engine-1842\"}");
    }

    #[test]
    #[should_panic(expected = "the state holds a secret: `hunter22`, which is Variables.KEY")]
    fn a_value_of_an_environment_variable_is_detected() {
        secrets().check("the state", Place::Open, b"KEY=hunter22");
    }

    #[test]
    #[should_panic(expected = "stderr holds a token")]
    fn an_unknown_token_is_detected_by_its_format() {
        let token = format!("Authorization: Bearer eyJhbGciOi.{}.c2ln", "e".repeat(60));
        secrets().check("stderr", Place::Open, token.as_bytes());
    }
}
