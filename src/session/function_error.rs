//! The error of a function as an error of the command.

use serde_json::Value;

use crate::{config::Function, failure::Fault};

/// The error that a function reports: type, message and stack trace.
pub(crate) fn failed(what: &str, (name, function): (&str, &Function), error: &Value) -> Fault {
    let text = |member: &str| error.get(member).and_then(Value::as_str);
    let (kind, message) = (text("errorType"), text("errorMessage"));
    let summary = [kind, message].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let mut fault =
        Fault::new(format!("{what}: {}", if summary.is_empty() { "it does not say why" } else { &summary }));
    // Python writes several lines in one entry. Node names the list `trace` and repeats the message.
    let trace = error.get("stackTrace").or_else(|| error.get("trace")).and_then(Value::as_array);
    let lines = trace.into_iter().flatten().filter_map(Value::as_str).flat_map(str::lines);
    fault.details =
        lines.filter(|line| !summary.ends_with(line.trim())).map(|line| line.trim_end().to_owned()).collect();
    if message.is_some_and(|message| message.contains("Task timed out")) {
        fault = fault.hint(format!("`functions.{name}.timeout` gives it {} s", function.timeout));
    }
    fault
}
