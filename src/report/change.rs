//! A changed field: its name, the values that may be shown, and the route that it belongs to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    paint::{BAD, CHANGE, FAINT, GOOD, paint},
    value::shown,
};
use crate::engine::{Change, ChangeCause, Field, is_secret};

/// A changed field.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct ChangeRow {
    /// The field's path, outermost name first.
    pub(crate) field: String,
    pub(crate) old: Option<Value>,
    /// The desired value. `{"$ref": …}` is not known yet.
    pub(crate) new: Option<Value>,
    /// Whether the values are hidden.
    pub(crate) secret: bool,
    /// Why it differs, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<ChangeCause>,
    /// The route that the field belongs to.
    #[serde(skip)]
    pub(super) route: Option<RoutePart>,
}

/// The part of a route that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RoutePart {
    /// The route, such as `GET /test`.
    pub(super) name: String,
    /// The path of the field inside the route. `None` for the whole route.
    pub(super) field: Option<String>,
}

impl ChangeRow {
    fn new(path: &[String], old: Option<Value>, new: Option<Value>, secret: bool) -> Self {
        let (old, new) = if secret { (None, new.as_ref().and_then(without_text)) } else { (old, new) };
        Self { field: joined(path), old, new, secret, cause: None, route: route_part(path) }
    }

    /// The row of a plan file, which does not store the route.
    pub(super) fn read_back(&mut self) {
        self.route = route_of(&self.field);
    }

    /// The text in a plan: `timeout: 10 → 29`.
    pub(super) fn planned(&self) -> String {
        let field = self.route.as_ref().and_then(|route| route.field.as_ref()).unwrap_or(&self.field);
        let field = paint(FAINT, field);
        match &self.new {
            None if self.secret => return format!("{field}: (secret, changes){}", self.noted()),
            Some(new) if self.secret => return format!("{field}: (secret) → {}{}", shown(Some(new)), self.noted()),
            _ => {}
        }
        format!("{field}: {} → {}{}", shown(self.old.as_ref()), shown(self.new.as_ref()), self.noted())
    }

    /// The note in a plan when it undoes what was not done by a deploy.
    pub(super) fn noted(&self) -> String {
        let note = match self.cause {
            None | Some(ChangeCause::PendingChange) => return String::new(),
            Some(ChangeCause::Drift | ChangeCause::DriftAndPendingChange) => "changed outside stackctl",
            Some(ChangeCause::Rollback) => "rolled back",
        };
        format!("  {}", paint(FAINT, format_args!("({note})")))
    }

    /// The text in a plan for a new resource: `timeout: 29`.
    pub(super) fn setting(&self) -> String {
        let field = paint(FAINT, &self.field);
        let secret = self.secret && self.new.is_none();
        if secret { format!("{field}: (secret)") } else { format!("{field}: {}", shown(self.new.as_ref())) }
    }

    /// The text in a status: what is live, what is in the config, and, if `explained`, why they differ.
    pub(super) fn compared(&self, explained: bool) -> String {
        let cause = match self.cause.filter(|_| explained) {
            None => String::new(),
            Some(ChangeCause::PendingChange) => paint(FAINT, "  (pending change)"),
            Some(ChangeCause::Drift) => paint(FAINT, "  (drift)"),
            Some(ChangeCause::DriftAndPendingChange) => paint(FAINT, "  (drift and pending change)"),
            Some(ChangeCause::Rollback) => paint(FAINT, "  (rolled back)"),
        };
        if self.secret {
            return format!("{}: (secret, differs){cause}", paint(FAINT, &self.field));
        }
        let (name, text): (_, fn(Option<&Value>) -> String) = match &self.route {
            Some(RoutePart { name, field: None }) => (name, answered),
            _ => (&self.field, shown),
        };
        let (live, desired) = (text(self.old.as_ref()), text(self.new.as_ref()));
        format!("{}: live {live}; config {desired}{cause}", paint(FAINT, name))
    }

    /// The text in a plan for a whole route.
    pub(super) fn whole_route(&self, name: &str) -> String {
        match (&self.old, &self.new) {
            (None, new) => format!("{}  {}", paint(GOOD, format_args!("+ {name}")), answered(new.as_ref())),
            (Some(_), None) => paint(BAD, format_args!("- {name}")),
            (Some(_), Some(_)) => paint(CHANGE, format_args!("~ {name}")),
        }
    }
}

/// The function behind a route and who may call it: `myname1-dev-test, public`.
fn answered(route: Option<&Value>) -> String {
    let Some(route) = route else { return "(none)".into() };
    // In an ARN, the alias follows the function's name.
    let function = route.get("function").and_then(Value::as_str).and_then(|arn| arn.split(':').nth(6));
    let scopes = route.get("scopes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let scopes = scopes.collect::<Vec<_>>().join(" or ");
    let access = match route.get("auth").and_then(Value::as_str) {
        Some("none") => ", public".to_owned(),
        _ if scopes.is_empty() => String::new(),
        _ => format!(", scope {scopes}"),
    };
    function.map_or_else(|| shown(Some(route)), |function| format!("{function}{access}"))
}

/// The rows for these changes.
pub(crate) fn rows(changes: &[Change]) -> Vec<ChangeRow> {
    let row = |change: &Change| ChangeRow {
        cause: change.cause,
        ..ChangeRow::new(&change.path, change.old.clone(), change.new.clone(), change.secret)
    };
    changes.iter().map(row).collect()
}

/// The settings of something new, routes one by one, without what is left to AWS.
pub(super) fn settings(spec: &Value, fields: &[Field]) -> Vec<ChangeRow> {
    let mut rows = Vec::new();
    for (field, value) in spec.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let secret = is_secret(fields, field);
        let routes = value.as_object().filter(|members| field == "routes" && members.keys().all(|name| is_route(name)));
        match routes {
            Some(routes) => rows.extend(routes.iter().map(|(route, value)| {
                ChangeRow::new(&[field.clone(), route.clone()], None, Some(value.clone()), secret)
            })),
            None => rows.push(ChangeRow::new(std::slice::from_ref(field), None, Some(value.clone()), secret)),
        }
        if secret {
            rows.extend(references(field, value));
        }
    }
    rows
}

/// The references in a value, which are no secret. The text around them may be one.
fn without_text(value: &Value) -> Option<Value> {
    let Some(parts) = value.get("$text").and_then(Value::as_array) else {
        return value.get("$ref").map(|_| value.clone());
    };
    Some(json!({ "$text": parts.iter().filter(|part| !part.is_string()).collect::<Vec<_>>() }))
}

/// The members of a secret setting that refer to other resources.
fn references(field: &str, value: &Value) -> Vec<ChangeRow> {
    let members = value.as_object().into_iter().flatten();
    let row = |(name, value): (&String, &Value)| {
        ChangeRow::new(&[field.to_owned(), name.clone()], None, Some(value.clone()), true)
    };
    members.map(row).filter(|row| row.new.is_some()).collect()
}

fn route_part(path: &[String]) -> Option<RoutePart> {
    let name = path.get(1).filter(|name| path[0] == "routes" && is_route(name))?;
    Some(RoutePart { name: name.clone(), field: (path.len() > 2).then(|| joined(&path[2..])) })
}

/// The part of a route that a field names, as in `routes."GET /test".timeout`.
fn route_of(field: &str) -> Option<RoutePart> {
    let (name, rest) = field.strip_prefix("routes.\"")?.split_once('"')?;
    let field = rest.strip_prefix('.').map(str::to_owned);
    is_route(name).then(|| RoutePart { name: name.to_owned(), field })
}

fn is_route(name: &str) -> bool {
    name.split_once(' ').is_some_and(|(_, path)| path.starts_with('/'))
}

fn joined(path: &[String]) -> String {
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let names = path.iter().map(|name| if plain(name) { name.clone() } else { format!("\"{name}\"") });
    names.collect::<Vec<_>>().join(".")
}
