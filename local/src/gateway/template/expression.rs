//! Expressions in the directives of a template: comparisons of variables, strings and request headers.

use std::collections::BTreeMap;

use regex_lite::Regex;

/// The deepest nesting of an expression, which is parsed by recursion.
const DEEPEST: usize = 32;

/// The value of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Truth(bool),
    Text(String),
}

impl Value {
    /// Whether the value is true in a condition: everything except `null` and `false`.
    pub(super) fn holds(&self) -> bool {
        !matches!(self, Self::Null | Self::Truth(false))
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Truth(truth) => truth.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The target of a `#set`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Variable(String),
    /// A header of the response.
    Header(String),
    /// The status of the response.
    Status,
}

impl Place {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let path = text.trim().strip_prefix('$')?;
        match path.strip_prefix("context.responseOverride.") {
            Some("status") => Some(Self::Status),
            Some(rest) => rest.strip_prefix("header.").map(|name| Self::Header(name.to_owned())),
            None => is_name(path).then(|| Self::Variable(path.to_owned())),
        }
    }
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expression {
    Constant(Value),
    Variable(String),
    /// A header of the request.
    Header(String),
    /// Whether a pattern matches the whole string; null if the value is not a string.
    Matches(Box<Expression>, Regex),
    Not(Box<Expression>),
    Equal(Box<Expression>, Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

impl Expression {
    /// Parses a whole expression; `None` if it uses anything that is not emulated.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim_start();
        let expression = any(&mut rest, DEEPEST)?;
        rest.is_empty().then_some(expression)
    }

    pub(super) fn value(&self, variables: &BTreeMap<String, Value>, header: &dyn Fn(&str) -> Option<String>) -> Value {
        let value = |expression: &Self| expression.value(variables, header);
        match self {
            Self::Constant(constant) => constant.clone(),
            Self::Variable(name) => variables.get(name).cloned().unwrap_or(Value::Null),
            Self::Header(name) => header(name).map_or(Value::Null, Value::Text),
            Self::Matches(inner, pattern) => match value(inner) {
                Value::Text(text) => Value::Truth(pattern.is_match(&text)),
                // A method call on null returns null.
                Value::Null | Value::Truth(_) => Value::Null,
            },
            Self::Not(inner) => Value::Truth(!value(inner).holds()),
            Self::Equal(left, right) => Value::Truth(value(left) == value(right)),
            Self::All(all) => Value::Truth(all.iter().all(|one| value(one).holds())),
            Self::Any(any) => Value::Truth(any.iter().any(|one| value(one).holds())),
        }
    }
}

fn any(rest: &mut &str, depth: usize) -> Option<Expression> {
    let mut operands = vec![all(rest, depth)?];
    while take(rest, "||") {
        operands.push(all(rest, depth)?);
    }
    Some(joined(operands, Expression::Any))
}

fn all(rest: &mut &str, depth: usize) -> Option<Expression> {
    let mut operands = vec![comparison(rest, depth)?];
    while take(rest, "&&") {
        operands.push(comparison(rest, depth)?);
    }
    Some(joined(operands, Expression::All))
}

fn joined(mut operands: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if operands.len() == 1 { operands.remove(0) } else { join(operands) }
}

fn comparison(rest: &mut &str, depth: usize) -> Option<Expression> {
    let left = operand(rest, depth)?;
    for (sign, equal) in [("==", true), ("!=", false)] {
        if take(rest, sign) {
            let same = Expression::Equal(Box::new(left), Box::new(operand(rest, depth)?));
            return Some(if equal { same } else { Expression::Not(Box::new(same)) });
        }
    }
    Some(left)
}

fn operand(rest: &mut &str, depth: usize) -> Option<Expression> {
    let deeper = || depth.checked_sub(1);
    if !rest.starts_with("!=") && take(rest, "!") {
        return operand(rest, deeper()?).map(|inner| Expression::Not(Box::new(inner)));
    }
    if take(rest, "(") {
        let inner = any(rest, deeper()?)?;
        return take(rest, ")").then_some(inner);
    }
    for (word, truth) in [("true", true), ("false", false)] {
        if take(rest, word) {
            return Some(Expression::Constant(Value::Truth(truth)));
        }
    }
    if let Some(after) = rest.strip_prefix('"') {
        let (text, after) = after.split_once('"')?;
        *rest = after.trim_start();
        // References inside quotes would be interpolated, which is not emulated.
        return (!text.contains(['$', '#'])).then(|| Expression::Constant(Value::Text(text.to_owned())));
    }
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    if digits > 0 {
        let (number, after) = rest.split_at(digits);
        *rest = after.trim_start();
        return Some(Expression::Constant(Value::Text(number.to_owned())));
    }
    let (reference, after) = reference(rest)?;
    *rest = after.trim_start();
    Some(reference)
}

/// Splits off a reference: a variable, a pattern match on it, or a request header.
pub(super) fn reference(rest: &str) -> Option<(Expression, &str)> {
    let path = rest.strip_prefix('$')?;
    if let Some(argument) = path.strip_prefix("input.params().header.get(\"") {
        let (name, after) = argument.split_once("\")")?;
        return Some((Expression::Header(name.to_owned()), after));
    }
    let end = path.find(|letter: char| !is_of_name(letter)).unwrap_or(path.len());
    let (name, mut after) = path.split_at(end);
    let mut reference = Expression::Variable(name.to_owned());
    if let Some(argument) = after.strip_prefix(".matches(\"") {
        let (text, rest) = argument.split_once("\")")?;
        reference = Expression::Matches(Box::new(reference), pattern(text)?);
        after = rest;
    }
    let goes_on = after.starts_with(['.', '(', '[']);
    (is_name(name) && !goes_on && !["context", "input", "stageVariables", "util"].contains(&name))
        .then_some((reference, after))
}

/// A regular expression for Java's `String.matches`, which matches the whole string. `None` if the pattern contains
/// syntax that Rust's regular expressions might interpret differently.
fn pattern(text: &str) -> Option<Regex> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/+*?()[]|".contains(letter);
    let differs = ["(?", "[[", "++", "*+", "?+"].iter().any(|part| text.contains(part));
    (text.chars().all(plain) && !differs).then(|| Regex::new(&format!("^(?:{text})$")).ok()).flatten()
}

fn take(rest: &mut &str, token: &str) -> bool {
    match rest.strip_prefix(token) {
        Some(after) => {
            *rest = after.trim_start();
            true
        }
        None => false,
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.chars().all(is_of_name)
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
