//! `${stage}`, `${region}`, `${account}`, `${env:NAME}`, `${env:NAME:-default}` and references inside strings; `$${` stands
//! for the text `${`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use super::references;

const ACCOUNT: &str = "${account}";
const ESCAPED_ACCOUNT: &str = "$${account}";

/// What the variables stand for. A variable that is `None` may not be used where these are given.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'a> {
    pub(crate) stage: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) account: Account<'a>,
    pub(crate) environment: &'a BTreeMap<String, String>,
    /// The functions that a reference may name.
    pub(crate) functions: &'a [String],
}

/// What `${account}` stands for.
#[derive(Clone, Copy)]
pub(crate) enum Account<'a> {
    /// The id, because the configuration names it.
    Known(&'a str),
    /// Nothing yet: `${account}` stays as it is (and `$${account}` too) until [`resolve_account`].
    Later,
    /// It may not be used here.
    Refused,
}

/// Why a variable has no value.
enum NoValue {
    /// The environment does not have this variable, and the text names no default.
    Unset(String),
    Wrong(Box<Problem>),
}

/// A text with its variables replaced, as far as they have values.
pub(crate) struct Interpolated {
    /// The text, without the variables that have no value.
    pub(crate) text: String,
    /// What is wrong with it; no problem has a place yet.
    pub(crate) problems: Vec<Problem>,
    /// The environment variables that are not set and have no default.
    pub(crate) unset: Vec<String>,
}

/// Resolves every variable of the text at this path of the configuration; references become marks.
pub(crate) fn resolve(text: &str, path: &str, variables: Variables<'_>) -> Interpolated {
    let mut result = String::with_capacity(text.len());
    let (mut problems, mut unset) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(index) = rest.find('$') {
        result.push_str(&rest[..index]);
        rest = &rest[index..];
        if rest.starts_with(ESCAPED_ACCOUNT) && matches!(variables.account, Account::Later) {
            result.push_str(ESCAPED_ACCOUNT);
            rest = &rest[ESCAPED_ACCOUNT.len()..];
        } else if let Some(after) = rest.strip_prefix("$${") {
            result.push_str("${");
            rest = after;
        } else if let Some(inside) = rest.strip_prefix("${") {
            let (name, after) = inside.split_once('}').unwrap_or((inside, ""));
            match value_of(name, inside.contains('}'), path, variables) {
                Ok(value) => result.push_str(&value),
                Err(NoValue::Unset(name)) => unset.push(name),
                Err(NoValue::Wrong(problem)) => problems.push(*problem),
            }
            rest = after;
        } else {
            result.push('$');
            rest = &rest[1..];
        }
    }
    result.push_str(rest);
    Interpolated { text: result, problems, unset }
}

/// Says that an environment variable is not set.
pub(crate) fn is_unset(name: &str) -> Problem {
    Problem::error("", format!("the environment variable `{name}` is not set"))
        .hint(format!("set it: `export {name}=…`, or name a default: `${{env:{name}:-…}}`"))
}

fn value_of(name: &str, closed: bool, path: &str, variables: Variables<'_>) -> Result<String, NoValue> {
    let wrong = |problem: Problem| NoValue::Wrong(Box::new(problem));
    let problem = |message: String| wrong(Problem::error("", message));
    if !closed {
        let problem = Problem::error("", "`${` is not closed by `}`");
        return Err(wrong(problem.hint("for the text `${` itself, write `$${`")));
    }
    let known = |value: Option<&str>| {
        value.map(str::to_owned).ok_or_else(|| problem(format!("`${{{name}}}` cannot be used to find out itself")))
    };
    if let Some(variable) = name.strip_prefix("env:") {
        return of_environment(variable, variables);
    }
    match (name, variables.account) {
        ("stage", _) => known(variables.stage),
        ("region", _) => known(variables.region),
        ("account", Account::Known(account)) => Ok(account.to_owned()),
        ("account", Account::Later) => Ok(ACCOUNT.to_owned()),
        ("account", Account::Refused) => {
            Err(problem("`${account}` cannot be used here: the account is known only after AWS was asked".to_owned()))
        }
        _ => references::mark(name, path, variables.functions).map_err(wrong),
    }
}

/// Gives the value of an environment variable, or the default beside its name. As in a shell, the default also stands in
/// for an empty value.
fn of_environment(variable: &str, variables: Variables<'_>) -> Result<String, NoValue> {
    let (variable, default) = match variable.split_once(":-") {
        Some((variable, default)) => (variable, Some(default)),
        None => (variable, None),
    };
    if default.is_some_and(|default| default.contains("${")) {
        let problem = Problem::error("", format!("the default of `${{env:{variable}}}` has a variable in it"));
        return Err(NoValue::Wrong(Box::new(problem.hint("a default is plain text"))));
    }
    match (variables.environment.get(variable), default) {
        (Some(value), None) => Ok(escaped(value)),
        (Some(value), Some(_)) if !value.is_empty() => Ok(escaped(value)),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(NoValue::Unset(variable.to_owned())),
    }
}

/// A value is taken as it is: what looks like a variable in it is text.
fn escaped(value: &str) -> String {
    value.replace(ACCOUNT, ESCAPED_ACCOUNT)
}

/// Says whether [`resolve_account`] would change the text.
pub(crate) fn mentions_account(text: &str) -> bool {
    text.contains(ACCOUNT)
}

/// Does the last step: `${account}` becomes the id, `$${account}` the text `${account}`.
pub(crate) fn resolve_account(text: &str, account: &str) -> String {
    text.split(ESCAPED_ACCOUNT).map(|part| part.replace(ACCOUNT, account)).collect::<Vec<_>>().join(ACCOUNT)
}

/// Visits every string value of a document (not the keys).
pub(crate) fn each_string(value: &mut Value, visit: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, visit)),
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| each_string(member, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
