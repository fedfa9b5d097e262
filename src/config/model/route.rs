//! A route: its key, its function and its authorization.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{CheckAs, RouteCheck};

/// The scope of every access token of a password sign-in.
pub(crate) const SIGN_IN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// A route of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "Route")]
pub struct RouteConfig {
    /// The name of a function in `functions`.
    pub function: String,

    /// Who may call the route. Left out: callers with a valid ID token of the user pool. `"none"`: every caller.
    /// `{"scopes": […]}`: callers with an access token that has one of the scopes.
    #[serde(default, skip_serializing_if = "RouteAuth::is_default")]
    pub auth: RouteAuth,

    /// A request that `up` sends when the live version has changed, and the expected response. Left out: the function is not
    /// called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RouteCheck")]
    pub check: Option<RouteCheck>,
}

impl RouteConfig {
    /// Whether the check of this route runs as a temporary user.
    #[must_use]
    pub fn is_checked_as_user(&self) -> bool {
        let default = if self.auth == RouteAuth::None { CheckAs::None } else { CheckAs::User };
        self.check.as_ref().is_some_and(|check| check.caller.unwrap_or(default) == CheckAs::User)
    }
}

/// Who may call a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RouteAuth {
    /// Callers with a valid ID token of the user pool.
    #[default]
    IdToken,
    /// Every caller: `"none"`.
    None,
    /// Callers with an access token that has one of these scopes: `{"scopes": […]}`.
    Scopes(BTreeSet<String>),
}

impl RouteAuth {
    fn is_default(&self) -> bool {
        *self == Self::IdToken
    }
}

impl Serialize for RouteAuth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::IdToken => serializer.serialize_unit(),
            Self::None => serializer.serialize_str("none"),
            Self::Scopes(scopes) => serde_json::json!({ "scopes": scopes }).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RouteAuth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Scopes {
            scopes: BTreeSet<String>,
        }
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == "none" => Ok(Self::None),
            object @ Value::Object(_) => {
                serde_json::from_value(object).map(|Scopes { scopes }| Self::Scopes(scopes)).map_err(de::Error::custom)
            }
            _ => Err(de::Error::custom("expected `none` or an object with `scopes`")),
        }
    }
}

impl JsonSchema for RouteAuth {
    fn schema_name() -> Cow<'static, str> {
        "Auth".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Who may call a route.",
            "oneOf": [
                { "description": "Every caller.", "type": "string", "const": "none" },
                {
                    "description": "Callers with an access token that has one of these scopes.",
                    "type": "object",
                    "properties": {
                        "scopes": {
                            "description": "Scopes of an access token, such as `aws.cognito.signin.user.admin`.",
                            "type": "array",
                            "items": { "type": "string" },
                            "minItems": 1,
                            "uniqueItems": true
                        }
                    },
                    "required": ["scopes"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

words! {
    /// An HTTP method of a route.
    Method {
        /// Reads.
        Get = "GET",
        /// Creates or acts.
        Post = "POST",
        /// Replaces.
        Put = "PUT",
        /// Changes in part.
        Patch = "PATCH",
        /// Deletes.
        Delete = "DELETE",
        /// Reads the headers only.
        Head = "HEAD",
        /// Reads the allowed methods; browsers send it as a preflight.
        Options = "OPTIONS",
        /// Every method without a route of its own on the path.
        Any = "ANY",
    }
}

impl Method {
    /// Says whether a request with this method can have a body.
    #[must_use]
    pub fn has_body(self) -> bool {
        !matches!(self, Self::Get | Self::Head)
    }

    /// Says whether a request with this method is expected to change data.
    #[must_use]
    pub fn changes_data(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch | Self::Delete | Self::Any)
    }
}

/// A method and a path, written `GET /items/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteKey {
    /// The path, beginning with `/` and, but for `/` itself, not ending with it.
    pub path: String,
    /// The method.
    pub method: Method,
}

impl RouteKey {
    /// Gives the parts of the path; none for `/`.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        parts(&self.path)
    }
}

/// Gives the parts of a path; none for `/`.
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').filter(|rest| !rest.is_empty()).into_iter().flat_map(|rest| rest.split('/'))
}

impl fmt::Display for RouteKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// Why a text is not a route's key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteKeyError {
    /// It is not two words.
    #[error("a route is written `METHOD /path`, with one space between")]
    Shape,
    /// The first word is no method.
    #[error("`{0}` is not a method")]
    Method(String),
    /// The path does not start with `/`.
    #[error("the path `{0}` does not start with `/`")]
    Relative(String),
    /// Two slashes meet, or the path ends with one.
    #[error("the path `{0}` has an empty part")]
    EmptyPart(String),
    /// A part holds what API Gateway refuses.
    #[error("API Gateway rejects the path part `{0}`")]
    Part(String),
    /// `{proxy+}` is followed by something.
    #[error("`{0}` takes the whole rest of the path, so it must be the last part")]
    GreedyNotLast(String),
    /// The same variable stands twice.
    #[error("duplicate variable `{0}` in the path")]
    VariableTwice(String),
}

impl FromStr for RouteKey {
    type Err = RouteKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (method, path) = text.split_once(' ').ok_or(RouteKeyError::Shape)?;
        if path.is_empty() || path.contains(char::is_whitespace) {
            return Err(RouteKeyError::Shape);
        }
        let method = Method::ALL
            .iter()
            .find(|known| known.as_str() == method)
            .ok_or_else(|| RouteKeyError::Method(method.to_owned()))?;
        if !path.starts_with('/') {
            return Err(RouteKeyError::Relative(path.to_owned()));
        }
        let parts: Vec<_> = parts(path).collect();
        for (index, part) in parts.iter().enumerate() {
            check_part(path, part, index + 1 == parts.len())?;
            if part.starts_with('{') && parts[..index].contains(part) {
                return Err(RouteKeyError::VariableTwice((*part).to_owned()));
            }
        }
        Ok(Self { path: path.to_owned(), method: *method })
    }
}

/// The signs that API Gateway takes in a fixed part of a path, beside letters and digits.
const PART_SIGNS: &str = "._-:,$";

fn check_part(path: &str, part: &str, last: bool) -> Result<(), RouteKeyError> {
    if part.is_empty() {
        return Err(RouteKeyError::EmptyPart(path.to_owned()));
    }
    let variable = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let name = variable.map_or(part, |variable| variable.strip_suffix('+').unwrap_or(variable));
    let signs = if variable.is_some() { "._-" } else { PART_SIGNS };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c)) {
        return Err(RouteKeyError::Part(part.to_owned()));
    }
    if !last && part.ends_with("+}") {
        return Err(RouteKeyError::GreedyNotLast(part.to_owned()));
    }
    Ok(())
}

impl Serialize for RouteKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RouteKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for RouteKey {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RouteKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
