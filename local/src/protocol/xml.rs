//! The XML of the query protocol.

use serde_json::Value;

use crate::error::AwsError;

/// The document of a success; null is no result element at all.
pub(super) fn answer(namespace: &str, operation: &str, members: &Value, request_id: &str) -> String {
    let mut document = format!("<{operation}Response xmlns=\"{namespace}\">");
    if !members.is_null() {
        let result = format!("{operation}Result");
        element(&mut document, &result, members);
    }
    document.push_str("<ResponseMetadata>");
    element(&mut document, "RequestId", &request_id.into());
    document.push_str("</ResponseMetadata></");
    document.push_str(operation);
    document.push_str("Response>");
    document
}

/// The document of a refusal.
pub(super) fn refusal(error: &AwsError, request_id: &str) -> String {
    let side = if error.status < 500 { "Sender" } else { "Receiver" };
    let mut document = String::from("<ErrorResponse><Error>");
    element(&mut document, "Type", &side.into());
    element(&mut document, "Code", &error.code.as_str().into());
    element(&mut document, "Message", &error.message.as_str().into());
    document.push_str("</Error>");
    element(&mut document, "RequestId", &request_id.into());
    document.push_str("</ErrorResponse>");
    document
}

fn element(document: &mut String, name: &str, value: &Value) {
    document.push('<');
    document.push_str(name);
    document.push('>');
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(document, name, value)),
        Value::Array(items) => items.iter().for_each(|item| element(document, "member", item)),
        Value::String(text) => escape(document, text),
        Value::Null => {}
        other => document.push_str(&other.to_string()),
    }
    document.push_str("</");
    document.push_str(name);
    document.push('>');
}

fn escape(document: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => document.push_str("&amp;"),
            '<' => document.push_str("&lt;"),
            '>' => document.push_str("&gt;"),
            '"' => document.push_str("&quot;"),
            '\r' => document.push_str("&#xD;"),
            other => document.push(other),
        }
    }
}
