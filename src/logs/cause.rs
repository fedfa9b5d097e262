//! Finds out from the log why an invocation failed.
//!
//! It reads Lambda's own lines and the log formats of its Python and Node.js runtimes. For a function that logs in
//! another format, only the causes that Lambda itself logs are found.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::lambda::{Own, own};

/// Why an invocation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The timeout was exceeded, for example `3.00 seconds`.
    TimedOut(String),
    /// All memory was used, for example `128 MB`.
    OutOfMemory(String),
    /// The process exited, for example `exit status 1`.
    Exited(String),
    /// The code could not be loaded: the runtime's error type and message.
    NotLoaded {
        /// For example `Runtime.ImportModuleError`.
        error_type: String,
        /// The first line of the message.
        message: String,
    },
    /// The function raised an error, for example `KeyError: 'x'`.
    Raised(String),
    /// The function returned a malformed response, with the reason if known.
    Malformed(Option<String>),
}

impl Cause {
    /// The cause as a sentence without a period, for the function with this name.
    #[must_use]
    pub fn of(&self, function: &str) -> String {
        match self {
            Self::TimedOut(after) => format!("`{function}` timed out after {after}"),
            Self::OutOfMemory(memory) => format!("`{function}` ran out of its {memory} of memory"),
            Self::Exited(how) => format!("`{function}` exited while it handled the request: {how}"),
            Self::NotLoaded { error_type, message } => format!("`{function}` cannot start: {error_type}: {message}"),
            Self::Raised(error) => format!("`{function}` failed: {error}"),
            Self::Malformed(None) => format!("`{function}` returned an invalid response"),
            Self::Malformed(Some(what)) => format!("`{function}` returned an invalid response: {what}"),
        }
    }

    /// The missing module, by its import name.
    #[must_use]
    pub fn missing_module(&self) -> Option<&str> {
        let Self::NotLoaded { message, .. } = self else { return None };
        let quoted = ["No module named '", "Cannot find module '", "Cannot find package '"];
        let (_, rest) = quoted.iter().find_map(|before| message.split_once(before))?;
        rest.split('\'').next()
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, what) = match self {
            Self::TimedOut(after) => ("timeout", Some(after.clone())),
            Self::OutOfMemory(memory) => ("memory", Some(memory.clone())),
            Self::Exited(how) => ("exit", Some(how.clone())),
            Self::NotLoaded { error_type, message } => ("load", Some(format!("{error_type}: {message}"))),
            Self::Raised(error) => ("error", Some(error.clone())),
            Self::Malformed(what) => ("response", what.clone()),
        };
        serde_json::json!({ "kind": kind, "what": what }).serialize(serializer)
    }
}

impl schemars::JsonSchema for Cause {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cause".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": ["kind", "what"],
            "properties": {
                "kind": { "enum": ["timeout", "memory", "exit", "load", "error", "response"] },
                "what": { "type": ["string", "null"] }
            }
        })
    }
}

/// Finds the cause in the lines of one invocation, including Lambda's own. Returns [`Cause::Malformed`] if the
/// invocation ended without any other failure, and `None` if its end is not among the lines.
pub fn cause<'m>(messages: impl IntoIterator<Item = &'m str>) -> Option<Cause> {
    let (mut found, mut ended) = (None, false);
    for message in messages {
        if let Some(Own::Report(report)) = own(message) {
            ended = true;
            // For a process killed at its memory limit, the log only says that it was killed.
            let full = !report.used.is_empty() && report.used == report.memory;
            if full && matches!(found, Some(Cause::Exited(_))) {
                found = Some(Cause::OutOfMemory(report.memory.to_owned()));
            }
        } else if found.is_none() || is_final(message) {
            found = in_line(message).or(found);
        }
    }
    found.or_else(|| ended.then_some(Cause::Malformed(None)))
}

/// Whether a line by Lambda overrides any cause logged before.
fn is_final(message: &str) -> bool {
    message.contains(" Task timed out after ")
}

fn in_line(message: &str) -> Option<Cause> {
    if let Some((_, after)) = message.split_once(" Task timed out after ") {
        return Some(Cause::TimedOut(after.trim().to_owned()));
    }
    if let Some((_, how)) = message.split_once("Error: Runtime exited with error: ") {
        return Some(Cause::Exited(how.lines().next().unwrap_or_default().trim().to_owned()));
    }
    if message.contains("Error: Runtime exited without providing a reason") {
        return Some(Cause::Exited("without a reason".into()));
    }
    in_python(message).or_else(|| in_json(message))
}

/// `[ERROR] KeyError: 'x'`, with the traceback on the lines after it.
fn in_python(message: &str) -> Option<Cause> {
    let first = message.strip_prefix("[ERROR] ")?.split(['\r', '\n']).next()?.trim();
    // Lines of the logging module contain tabs: time, request ID and text.
    if first.contains('\t') {
        return None;
    }
    let (error_type, message) = first.split_once(": ").unwrap_or((first, ""));
    Some(raised(error_type, message))
}

/// `… ERROR  Invoke Error  {"errorType": …}` and `… ERROR  Uncaught Exception  {…}`, separated by tabs, and the same
/// error as a JSON line.
fn in_json(message: &str) -> Option<Cause> {
    let text = &message[message.find('{')?..];
    let head = &message[..message.len() - text.len()];
    let error: Value = serde_json::from_str(text).ok()?;
    let is_error = head.contains("Invoke Error") || head.contains("Uncaught Exception");
    let level = error.get("level").and_then(Value::as_str);
    let logged_as_error = head.is_empty() && matches!(level, Some("ERROR" | "FATAL" | "error" | "fatal"));
    if !is_error && !logged_as_error {
        return None;
    }
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    Some(raised(text("errorType")?, text("errorMessage").unwrap_or_default()))
}

fn raised(error_type: &str, message: &str) -> Cause {
    let message = message.lines().next().unwrap_or_default().trim();
    if error_type.starts_with("Runtime.") {
        return Cause::NotLoaded { error_type: error_type.to_owned(), message: message.to_owned() };
    }
    let separator = if message.is_empty() { "" } else { ": " };
    Cause::Raised(format!("{error_type}{separator}{message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "REPORT RequestId: 8f5\tDuration: 1.00 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB";
    const FULL: &str = "REPORT RequestId: 8f5\tDuration: 1.00 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB";

    fn of(messages: &[&str]) -> Option<String> {
        cause(messages.iter().copied()).map(|cause| cause.of("f"))
    }

    #[test]
    fn each_cause_has_a_message() {
        let id = "11111111-1111-4111-8111-111111111111";
        let timeout = format!("2026-11-30T10:00:00.000Z {id} Task timed out after 3.00 seconds");
        let node = format!(
            "2026-11-30T10:00:00.000Z\t{id}\tERROR\tInvoke Error \t{{\"errorType\":\"TypeError\",\
             \"errorMessage\":\"x is not a function\\nat y\",\"stack\":[]}}"
        );
        let import = "undefined\tERROR\tUncaught Exception \t{\"errorType\":\"Runtime.ImportModuleError\",\
                      \"errorMessage\":\"Error: Cannot find module 'left-pad'\\nRequire stack:\"}";
        let exited = "RequestId: 8f5 Error: Runtime exited with error: exit status 3\nRuntime.ExitError";
        let killed = "RequestId: 8f5 Error: Runtime exited with error: signal: killed\nRuntime.ExitError";
        let silent = "RequestId: 8f5 Error: Runtime exited without providing a reason\nRuntime.ExitError";
        for (messages, said) in [
            (vec![timeout.as_str(), REPORT], "`f` timed out after 3.00 seconds"),
            (vec!["[ERROR] KeyError: 'x'", timeout.as_str(), REPORT], "`f` timed out after 3.00 seconds"),
            (vec!["[ERROR] KeyError: 'x'\rTraceback (most recent call last):", REPORT], "`f` failed: KeyError: 'x'"),
            (vec!["[ERROR] MyError", REPORT], "`f` failed: MyError"),
            (
                vec!["[ERROR] Runtime.ImportModuleError: Unable to import module 'a': No module named 'b'", REPORT],
                "`f` cannot start: Runtime.ImportModuleError: Unable to import module 'a': No module named 'b'",
            ),
            (vec![node.as_str(), REPORT], "`f` failed: TypeError: x is not a function"),
            (vec![import], "`f` cannot start: Runtime.ImportModuleError: Error: Cannot find module 'left-pad'"),
            (vec![r#"{"level":"ERROR","errorType":"KeyError","errorMessage":"'x'"}"#], "`f` failed: KeyError: 'x'"),
            (vec![exited, REPORT], "`f` exited while it handled the request: exit status 3"),
            (vec![silent, REPORT], "`f` exited while it handled the request: without a reason"),
            (vec![killed, REPORT], "`f` exited while it handled the request: signal: killed"),
            (vec![killed, FULL], "`f` ran out of its 128 MB of memory"),
            (vec!["hello", FULL], "`f` returned an invalid response"),
        ] {
            assert_eq!(of(&messages).as_deref(), Some(said), "{messages:?}");
        }
    }

    #[test]
    fn lines_logged_by_the_function_itself_are_not_a_cause() {
        let logger = "[ERROR]\t2026-11-30T10:00:00.000Z\t8f5\thandled";
        let handled = "[ERROR] 2026-11-30\thandled";
        for messages in [vec![], vec!["hello"], vec![logger], vec![handled], vec![r#"{"level":"INFO"}"#], vec!["{"]] {
            assert_eq!(of(&messages), None, "{messages:?}");
        }
    }

    #[test]
    fn a_missing_module_is_named() {
        let not_loaded = |message: &str| Cause::NotLoaded {
            error_type: "Runtime.ImportModuleError".into(),
            message: message.into(),
        };
        for (message, module) in [
            ("Unable to import module 'a': No module named 'yaml'", Some("yaml")),
            ("Error: Cannot find module '@aws-sdk/client-s3'", Some("@aws-sdk/client-s3")),
            ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /var/task/x.mjs", Some("zod")),
            ("Unable to import module 'a': invalid syntax", None),
        ] {
            assert_eq!(not_loaded(message).missing_module(), module, "{message}");
        }
    }
}
