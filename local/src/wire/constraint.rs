//! The constraints of the API models on single members, with AWS's validation messages.
//!
//! The services share the messages but not the error code, so only the message is returned.

use serde_json::Value;

use crate::wire::call::Call;

/// A required text of at most `longest` characters.
pub(crate) fn required<'a>(call: &'a Call, member: &str, longest: usize) -> Result<&'a str, String> {
    optional(call, member, longest)?.ok_or_else(|| violated("null", member, "Member must not be null"))
}

/// An optional text of 1 to `longest` characters.
pub(crate) fn optional<'a>(call: &'a Call, member: &str, longest: usize) -> Result<Option<&'a str>, String> {
    let Some(text) = call.text(member) else { return Ok(None) };
    if text.is_empty() {
        return Err(violated("''", member, "Member must have length greater than or equal to 1"));
    }
    not_longer(text, member, longest).map(Some)
}

/// Returns the text unless it is too long.
pub(crate) fn not_longer<'a>(text: &'a str, member: &str, longest: usize) -> Result<&'a str, String> {
    if text.chars().count() > longest {
        let rule = format!("Member must have length less than or equal to {longest}");
        return Err(violated(&format!("'{text}'"), member, &rule));
    }
    Ok(text)
}

/// Returns the text unless it has a character that is not `allowed`. `pattern` is AWS's regular expression for it.
pub(crate) fn fitting<'a>(
    text: &'a str,
    member: &str,
    (pattern, allowed): (&str, fn(char) -> bool),
) -> Result<&'a str, String> {
    if text.chars().all(allowed) {
        return Ok(text);
    }
    Err(violated(&format!("'{text}'"), member, &format!("Member must satisfy regular expression pattern: {pattern}")))
}

/// The characters allowed in tag keys and values.
pub(crate) fn in_tags(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() && !letter.is_control() || "_.:/=+-@".contains(letter)
}

/// An optional whole number from `least` to `most`.
pub(crate) fn between(call: &Call, member: &str, least: i64, most: i64) -> Result<Option<i64>, String> {
    let Some(number) = call.input.get(member).and_then(Value::as_i64) else { return Ok(None) };
    let rule = if number < least {
        format!("Member must have value greater than or equal to {least}")
    } else if number > most {
        format!("Member must have value less than or equal to {most}")
    } else {
        return Ok(Some(number));
    };
    Err(violated(&format!("'{number}'"), member, &rule))
}

/// AWS's message for a violated constraint. AWS writes the member with a lowercase first letter.
pub(crate) fn violated(value: &str, member: &str, rule: &str) -> String {
    let mut letters = member.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    format!(
        "1 validation error detected: Value {value} at '{first}{}' failed to satisfy constraint: {rule}",
        letters.as_str()
    )
}
