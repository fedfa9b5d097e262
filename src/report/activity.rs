//! Something that happened in the local emulator.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    card::Card,
    log_line,
    paint::{BAD, CHANGE, FAINT, GOOD, STRONG, paint},
};

/// A request, a sign-in, a message or a line of a function's log. Of each, the fields that it has.
#[derive(Debug, Clone, Serialize, JsonSchema, Deserialize)]
pub(crate) struct ActivityLine {
    /// Sorts lines by time.
    pub(crate) id: String,
    #[schemars(with = "String")]
    pub(crate) at: Timestamp,
    /// `request`, `sign_in`, `mail` or `function_log`.
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Without the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Milliseconds from the request to the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    /// The operation of an AWS API call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// The log line, the result of the sign-in, or the recipient and subject of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Card for ActivityLine {
    const EVENT: &'static str = "activity";

    /// Empty for a line without information for readers.
    fn text(&self) -> String {
        let message = self.message.as_deref().unwrap_or_default();
        let what = match &*self.kind {
            "request" => self.request(),
            "sign_in" => format!("sign-in {}  {message}", self.user.as_deref().unwrap_or("unknown user")),
            "mail" => {
                let more = paint(FAINT, "(`stackctl local mail` shows it)");
                format!("mail    {message}  {more}")
            }
            _ => {
                let Some(message) = log_line::message(message) else { return String::new() };
                let function = paint(STRONG, self.function.as_deref().unwrap_or("function"));
                // The other lines of a message are indented below its first line.
                format!("{function}  {}", message.replace('\n', &format!("\n{:25}", "")))
            }
        };
        format!("{} {what}\n", paint(FAINT, self.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")))
    }
}

impl ActivityLine {
    fn request(&self) -> String {
        let status = self.status.unwrap_or_default();
        let style = match status {
            500.. => BAD,
            400.. => CHANGE,
            _ => GOOD,
        };
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let operation = self.operation.as_ref().map(|operation| format!("  {operation}")).unwrap_or_default();
        let took = paint(FAINT, format_args!("{} ms", self.ms.unwrap_or_default()));
        format!("{:<7} {}  {}  {took}{operation}", text(&self.method), text(&self.path), paint(style, status))
    }
}
