//! The secrets that tests use, and the places where they must not be.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

/// What is shorter is also an ordinary word, or a number.
const SHORTEST: usize = 6;

/// What AWS's API models call sensitive, and what is so in the local cloud's own data.
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

const TOKENS: &[&str] = &["AccessToken", "IdToken", "REFRESH_TOKEN", "RefreshToken"];

/// A presigned URL, for whoever has it.
const URLS: &[&str] = &["Location"];

/// What a text is, which decides on what it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What everybody may read.
    Open,
    /// The stdout of a command that is there to print tokens.
    Tokens,
}

/// Secrets by their values, with what each is.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Mutex<BTreeMap<String, String>>);

impl Secrets {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns one by its name.
    pub(crate) fn add(&self, name: &str, value: &str) {
        if value.len() >= SHORTEST {
            self.known().insert(value.to_owned(), name.to_owned());
        }
    }

    /// Learns those in a body, when it is JSON.
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
                let texts = values.iter().filter_map(|(variable, value)| Some((variable, value.as_str()?)));
                texts.for_each(|(variable, value)| self.add(&format!("{name}.{variable}"), value));
            }
            // Its members are called like tokens, and are `minutes`.
            _ if name == "TokenValidityUnits" => {}
            member => self.learn_from(member),
        }
    }

    /// Makes sure that a text holds none of them; `what` names the text.
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

/// The first token in a text, whoever made it.
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
    fn what_is_no_secret_is_nowhere_amiss() {
        secrets().check("the log", Place::Open, b"ann@example.com 1 KEY eyJ");
        secrets().check("stdout", Place::Tokens, b"opaque-and-long");
    }

    #[test]
    #[should_panic(expected = "the log holds a secret: `Engine-1842`, which is PASSWORD")]
    fn a_password_is_found() {
        secrets().check("the log", Place::Tokens, b"sending {\"PASSWORD\": \"Engine-1842\"}");
    }

    #[test]
    #[should_panic(expected = "the state holds a secret: `hunter22`, which is Variables.KEY")]
    fn a_value_of_an_environment_is_found() {
        secrets().check("the state", Place::Open, b"KEY=hunter22");
    }

    #[test]
    #[should_panic(expected = "stderr holds a token")]
    fn an_unknown_token_is_found_by_its_form() {
        let token = format!("Authorization: Bearer eyJhbGciOi.{}.c2ln", "e".repeat(60));
        secrets().check("stderr", Place::Open, token.as_bytes());
    }
}
