//! JSON output: one versioned object per line.

use std::fmt::Write as _;

use serde::Serialize;

use super::{card::Card, plain::is_command};

/// The version of the events. It changes when a field goes or changes its meaning, not when one is added.
pub(super) const VERSION: u32 = 3;

#[derive(Serialize)]
struct Line<'a, T> {
    v: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(flatten)]
    fields: &'a T,
}

/// Renders a card.
pub(super) fn card<C: Card>(card: &C) -> String {
    rendered(&Line { v: VERSION, event: Some(C::EVENT), fields: card })
}

/// Renders an event of the engine. Its name is one of its fields.
pub(super) fn line(event: &impl Serialize) -> String {
    rendered(&Line { v: VERSION, event: None, fields: event })
}

fn rendered(event: &impl Serialize) -> String {
    let mut line = harmless(&serde_json::to_string(event).expect("events are plain objects"));
    line.push('\n');
    line
}

/// Escapes the characters in a JSON text that control a terminal. They occur only in strings, where an escape is
/// equivalent. JSON itself requires escapes only below U+0020.
pub(super) fn harmless(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut text, letter| {
        if is_command(letter) {
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_control_a_terminal_are_escaped() {
        let line = line(&serde_json::json!({ "name": "a\u{9b}31m\u{202e}\u{7f}\u{1b}" }));
        assert_eq!(line, "{\"v\":3,\"name\":\"a\\u009b31m\\u202e\\u007f\\u001b\"}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["name"], "a\u{9b}31m\u{202e}\u{7f}\u{1b}");
    }
}
