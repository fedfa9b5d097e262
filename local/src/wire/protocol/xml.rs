//! The XML of the query protocol and of S3.
//!
//! Their lists differ: the query protocol has an element `member` per item, S3 repeats the list's own element.

use serde_json::Value;

use crate::wire::error::AwsError;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

const S3_NAMESPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

/// The document of a success. Null means no result element.
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

/// The document of an error.
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

/// The document of an S3 success. Its only member is the root element.
pub(super) fn document(members: &Value) -> String {
    let mut document = String::from(DECLARATION);
    for (root, members) in members.as_object().into_iter().flatten() {
        flat(&mut document, root, S3_NAMESPACE, members);
    }
    document
}

/// The document of an S3 error.
pub(super) fn error(error: &AwsError, request_id: &str) -> String {
    let mut document = String::from(DECLARATION);
    document.push_str("<Error>");
    flat(&mut document, "Code", "", &error.code.as_str().into());
    flat(&mut document, "Message", "", &error.message.as_str().into());
    for (name, value) in error.members.iter().filter(|(name, _)| !super::is_header(name)) {
        flat(&mut document, name, "", value);
    }
    flat(&mut document, "RequestId", "", &request_id.into());
    flat(&mut document, "HostId", "", &request_id.into());
    document.push_str("</Error>");
    document
}

fn flat(document: &mut String, name: &str, attributes: &str, value: &Value) {
    if let Value::Array(items) = value {
        return items.iter().for_each(|item| flat(document, name, attributes, item));
    }
    document.extend(["<", name, attributes, ">"]);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flat(document, name, "", value)),
        Value::String(text) => escape(document, text),
        Value::Array(_) | Value::Null => {}
        other => document.push_str(&other.to_string()),
    }
    document.extend(["</", name, ">"]);
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
