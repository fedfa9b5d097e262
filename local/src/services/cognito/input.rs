//! The API model's constraints on request members, and Cognito's validation errors.

use serde_json::Value;

use crate::{services::cognito::refusal, wire::error::AwsError};

/// A pattern of the API model, with a function that matches a string against it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    pub(super) text: &'static str,
    pub(super) fits: fn(&str) -> bool,
}

/// The constraints on a member's value.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Text { min: usize, max: usize, pattern: Option<Pattern> },
    Choice(&'static [&'static str]),
    Number { min: i64, max: i64 },
    Flag,
    List { min: usize, max: usize },
    Map,
}

/// A member of a request and its constraints.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Names separated by `/`; `*` is every element of a list.
    path: &'static str,
    rule: Rule,
    required: bool,
    secret: bool,
}

impl Member {
    const fn new(path: &'static str, rule: Rule) -> Self {
        Self { path, rule, required: false, secret: false }
    }

    pub(super) const fn text(path: &'static str, min: usize, max: usize) -> Self {
        Self::new(path, Rule::Text { min, max, pattern: None })
    }

    pub(super) const fn fitting(path: &'static str, max: usize, pattern: Pattern) -> Self {
        Self::new(path, Rule::Text { min: 1, max, pattern: Some(pattern) })
    }

    pub(super) const fn choice(path: &'static str, of: &'static [&'static str]) -> Self {
        Self::new(path, Rule::Choice(of))
    }

    pub(super) const fn number(path: &'static str, min: i64, max: i64) -> Self {
        Self::new(path, Rule::Number { min, max })
    }

    pub(super) const fn flag(path: &'static str) -> Self {
        Self::new(path, Rule::Flag)
    }

    pub(super) const fn list(path: &'static str, min: usize, max: usize) -> Self {
        Self::new(path, Rule::List { min, max })
    }

    pub(super) const fn map(path: &'static str) -> Self {
        Self::new(path, Rule::Map)
    }

    /// Makes the member required wherever its parent is present.
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Keeps the member's value out of error messages.
    pub(super) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    fn check(&self, input: &Value, violations: &mut Vec<String>) -> Result<(), AwsError> {
        let mut found = Vec::new();
        collect(input, self.path, "", &mut found);
        for (path, value) in found {
            match value {
                None | Some(Value::Null) if self.required => {
                    violations
                        .push(format!("Value null at '{path}' failed to satisfy constraint: Member must not be null"));
                }
                None | Some(Value::Null) => {}
                Some(value) => {
                    if let Some(constraint) = self.rule.violation(value)? {
                        let shown = if self.secret { String::new() } else { format!(" '{}'", shown(value)) };
                        violations.push(format!(
                            "Value{shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Rule {
    /// The constraint that `value` violates.
    fn violation(self, value: &Value) -> Result<Option<String>, AwsError> {
        let constraint = match (self, value) {
            (Self::Text { min, max, pattern }, Value::String(text)) => {
                length(text.chars().count(), min, max).or_else(|| {
                    let pattern = pattern.filter(|pattern| !(pattern.fits)(text))?;
                    Some(format!("satisfy regular expression pattern: {}", pattern.text))
                })
            }
            (Self::Choice(of), Value::String(text)) => {
                (!of.contains(&text.as_str())).then(|| format!("satisfy enum value set: [{}]", of.join(", ")))
            }
            (Self::Number { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(number) if number < min => Some(format!("have value greater than or equal to {min}")),
                Some(number) if number <= max => None,
                _ => Some(format!("have value less than or equal to {max}")),
            },
            (Self::List { min, max }, Value::Array(elements)) => length(elements.len(), min, max),
            (Self::Flag, Value::Bool(_)) | (Self::Map, Value::Object(_)) => None,
            (_, value) => return Err(wrong_type(self, value)),
        };
        Ok(constraint)
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Text { .. } | Self::Choice(_) => "a String",
            Self::Number { .. } => "an Integer",
            Self::Flag => "a Boolean",
            Self::List { .. } => "a List",
            Self::Map => "a Map",
        }
    }
}

fn length(length: usize, min: usize, max: usize) -> Option<String> {
    if length < min {
        Some(format!("have length greater than or equal to {min}"))
    } else if length > max {
        Some(format!("have length less than or equal to {max}"))
    } else {
        None
    }
}

fn wrong_type(rule: Rule, value: &Value) -> AwsError {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    refusal::refuse("SerializationException", format!("{found} can not be converted to {}", rule.kind()))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Finds the values at a path, each with its name in Cognito's messages; `None` where a parent lacks the member.
fn collect<'a>(value: &'a Value, path: &str, name: &str, found: &mut Vec<(String, Option<&'a Value>)>) {
    let (head, rest) = path.split_once('/').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let step = |value: Option<&'a Value>, name: String, found: &mut Vec<_>| match (value, rest) {
        (value, None) => found.push((name, value)),
        (Some(value), Some(rest)) if !value.is_null() => collect(value, rest, &name, found),
        _ => {}
    };
    if head == "*" {
        for (index, element) in value.as_array().into_iter().flatten().enumerate() {
            step(Some(element), format!("{name}.{}.member", index + 1), found);
        }
    } else {
        let name = if name.is_empty() { lower_first(head) } else { format!("{name}.{}", lower_first(head)) };
        step(value.get(head), name, found);
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// Checks the members of a request. Unknown members are ignored, as on AWS.
pub(super) fn check(input: &Value, members: &[&[Member]]) -> Result<(), AwsError> {
    let mut violations = Vec::new();
    for member in members.iter().copied().flatten() {
        member.check(input, &mut violations)?;
    }
    let errors = if violations.len() == 1 { "error" } else { "errors" };
    match violations.len() {
        0 => Ok(()),
        count => {
            Err(refusal::invalid_parameter(format!("{count} validation {errors} detected: {}", violations.join("; "))))
        }
    }
}

fn word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The pattern of names of pools and clients.
pub(super) const NAME: Pattern = Pattern {
    text: r"[\w\s+=,.@-]+",
    fits: |text| text.chars().all(|letter| word(letter) || letter.is_ascii_whitespace() || "+=,.@-".contains(letter)),
};

/// The pattern of pool IDs.
pub(super) const POOL_ID_PATTERN: Pattern = Pattern {
    text: r"[\w-]+_[0-9a-zA-Z]+",
    fits: |text| {
        text.rsplit_once('_').is_some_and(|(region, id)| {
            !region.is_empty()
                && region.chars().all(|letter| word(letter) || letter == '-')
                && !id.is_empty()
                && id.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
    },
};

/// The pattern of client IDs.
pub(super) const CLIENT_ID_PATTERN: Pattern =
    Pattern { text: r"[\w+]+", fits: |text| text.chars().all(|letter| word(letter) || letter == '+') };

/// The pattern of ARNs.
pub(super) const ARN: Pattern = Pattern {
    text: r"arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?",
    fits: |text| {
        let parts = text.split(':').collect::<Vec<_>>();
        let plain = |part: &str| part.chars().all(|letter| word(letter) || "+=/,.@-".contains(letter));
        (6..=8).contains(&parts.len())
            && parts[0] == "arn"
            && parts.iter().all(|part| plain(part))
            && parts.iter().enumerate().all(|(index, part)| index == 3 || !part.is_empty())
            && parts[4].chars().all(|letter| letter.is_ascii_digit())
    },
};

pub(super) const POOL_ID: Member = Member::fitting("UserPoolId", 55, POOL_ID_PATTERN).required();
pub(super) const CLIENT_ID: Member = Member::fitting("ClientId", 128, CLIENT_ID_PATTERN).required();
pub(super) const NEXT_TOKEN: Member = Member::text("NextToken", 1, 131_072);
