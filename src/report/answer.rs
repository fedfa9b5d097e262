//! The response to a request.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Response;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::card::Card;
use crate::failure::Fault;

/// A response with its route and URL.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The route as in the config: `GET /items/{id}`.
    pub(crate) route: String,
    pub(crate) url: &'a str,
    pub(crate) response: &'a Response<Bytes>,
    /// Why API Gateway rejected the request, when it did.
    pub(crate) explanation: Option<&'a Fault>,
    /// The time from the request to the last byte.
    pub(crate) took: Duration,
}

impl Answer<'_> {
    /// The status line, the headers, and an empty line.
    pub(crate) fn head(&self) -> String {
        let mut head = format!("HTTP {}\n", self.response.status());
        for (name, value) in self.response.headers() {
            let _ = writeln!(head, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
        }
        head + "\n"
    }
}

/// The body is printed separately, byte for byte.
impl Card for Answer<'_> {
    const EVENT: &'static str = "response";

    fn text(&self) -> String {
        String::new()
    }
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut headers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, value) in self.response.headers() {
            headers.entry(name.as_str()).or_default().push(String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        let text = std::str::from_utf8(self.response.body());
        let mut event = serializer.serialize_struct("response", 8)?;
        event.serialize_field("route", &self.route)?;
        event.serialize_field("url", self.url)?;
        event.serialize_field("status", &self.response.status().as_u16())?;
        event.serialize_field("headers", &headers)?;
        event.serialize_field("body", &text.map_or_else(|_| STANDARD.encode(self.response.body()), str::to_owned))?;
        event.serialize_field("base64", &text.is_err())?;
        event.serialize_field("explanation", &self.explanation)?;
        event.serialize_field("seconds", &super::wording::rounded(self.took))?;
        event.end()
    }
}

impl schemars::JsonSchema for Answer<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let explanation = generator.subschema_for::<Option<Fault>>();
        schemars::json_schema!({
            "type": "object",
            "required": ["route", "url", "status", "headers", "body", "base64", "explanation", "seconds"],
            "properties": {
                "route": { "type": "string", "description": "as in the config: `GET /items/{id}`" },
                "url": { "type": "string" },
                "status": { "type": "integer" },
                "headers": {
                    "type": "object",
                    "additionalProperties": { "type": "array", "items": { "type": "string" } }
                },
                "body": { "type": "string" },
                "base64": { "type": "boolean", "description": "whether `body` is encoded, because it is not text" },
                "explanation": explanation,
                "seconds": { "type": "number" }
            }
        })
    }
}
