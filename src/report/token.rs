//! The result of `user token inspect`.

use std::fmt::Write as _;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    card::Card,
    paint::{BAD, GOOD, STRONG, paint},
    plain::plain,
};

/// A decoded token.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TokenCard<'a> {
    /// Whether the token is valid.
    pub(crate) valid: bool,
    /// Why it is not valid: `not valid: it expired 5 minutes ago`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<&'a str>,
    /// Seconds until it expires; negative when it has expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_in: Option<i64>,
    pub(crate) claims: &'a Map<String, Value>,
}

impl Card for TokenCard<'_> {
    const EVENT: &'static str = "token";

    fn text(&self) -> String {
        let verdict = match (self.problem, self.expires_in) {
            (Some(problem), _) => paint(BAD, problem),
            (None, Some(seconds)) => paint(GOOD, format_args!("valid for another {}", lasting(seconds))),
            (None, None) => paint(GOOD, "valid"),
        };
        let mut text = format!("{verdict}\n{}\n\n", plain(&self.whose()));
        let widest = self.claims.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, value) in self.claims {
            let name = paint(STRONG, format_args!("{:<widest$}", plain(name)));
            let _ = writeln!(text, "{name}  {}", shown(value));
        }
        text
    }
}

impl TokenCard<'_> {
    /// The kind of token and its user.
    fn whose(&self) -> String {
        let claim = |name: &&str| self.claims.get(*name).and_then(Value::as_str);
        let first = |names: &[&str]| names.iter().find_map(claim).unwrap_or("nobody").to_owned();
        let what = match claim(&"token_use") {
            Some("id") => "ID token",
            Some("access") => "access token",
            _ => "token",
        };
        let who = first(&["email", "cognito:username", "username", "sub"]);
        format!("{what} of {who}, through client {}", first(&["aud", "client_id"]))
    }
}

/// A number of seconds as an approximate duration.
pub(crate) fn lasting(seconds: i64) -> String {
    let (count, unit) = match seconds.abs() {
        seconds @ 0..120 => (seconds, "second"),
        seconds @ 120..7200 => (seconds / 60, "minute"),
        seconds @ 7200..172_800 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// A claim on one line. Timestamps are shown as times.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        Value::Number(number) => match number.as_i64().filter(|seconds| *seconds > 1_000_000_000) {
            Some(seconds) => {
                Timestamp::from_second(seconds).map_or_else(|_| number.to_string(), |time| format!("{number} ({time})"))
            }
            None => number.to_string(),
        },
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => plain(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::lasting;

    #[test]
    fn a_duration_is_shown_in_a_suitable_unit() {
        let said = [1, 119, -300, 7200, 200_000].map(lasting);
        assert_eq!(said, ["1 second", "119 seconds", "5 minutes", "2 hours", "2 days"]);
    }
}
