//! A plan as rows: one per thing, its changed fields beneath, routes one by one. Secrets are taken out here, once, for
//! both looks.

use std::{collections::BTreeMap, fmt::Write as _};

use anstyle::Style;
use serde::Serialize;
use serde_json::Value;

use super::{
    paint::{ALARM, BAD, CHANGE, FAINT, GOOD, HINT, STRONG, paint},
    value::shown,
};
use crate::engine::{Action, Change, Key, Plan, Rules, Step, Verb};

/// A plan as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PlanTable {
    stack: String,
    stage: String,
    /// The serial of the state it was made from.
    based_on: u64,
    /// How many steps, by verb.
    counts: BTreeMap<Verb, usize>,
    steps: Vec<PlanRow>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlanRow {
    key: Key,
    verb: Verb,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    /// How many records of people's data go with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_loss: Option<u64>,
    #[serde(skip)]
    create_first: bool,
    /// What differs; of a create, every setting.
    changes: Vec<ChangeRow>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ChangeRow {
    /// The names on the way, outermost first, as one text.
    pub(crate) field: String,
    /// The live value.
    pub(crate) old: Option<Value>,
    /// The wanted value; `{"$ref": …}` is not known yet.
    pub(crate) new: Option<Value>,
    /// Whether the values are withheld.
    pub(crate) secret: bool,
    /// The route it belongs to, and whether it is the whole of it.
    #[serde(skip)]
    route: Option<(String, bool)>,
}

impl PlanTable {
    /// Makes the rows; `rules` say what is secret.
    pub(crate) fn new(plan: &Plan, rules: &dyn Rules) -> Self {
        let mut counts = BTreeMap::new();
        for step in &plan.steps {
            *counts.entry(step.action.verb()).or_default() += 1;
        }
        let steps = plan.steps.iter().map(|step| PlanRow::new(plan, step, rules)).collect();
        Self { stack: plan.stack.clone(), stage: plan.stage.clone(), based_on: plan.based_on, counts, steps }
    }

    /// Renders the rows; with `settings` also those of what is created.
    pub(super) fn render(&self, settings: bool) -> String {
        let mut text = String::new();
        let widest = self.steps.iter().map(|row| row.key.to_string().len()).max().unwrap_or(0);
        for row in &self.steps {
            row.render(widest, settings, &mut text);
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", paint(STRONG, self.summary()));
        text
    }

    fn summary(&self) -> String {
        let count = |verb| self.counts.get(&verb).copied().unwrap_or(0);
        let verbs = [
            (Verb::Create, "to create"),
            (Verb::Adopt, "to adopt"),
            (Verb::Update, "to update"),
            (Verb::Replace, "to replace"),
            (Verb::Delete, "to delete"),
            (Verb::Forget, "to forget"),
        ];
        let parts: Vec<String> = verbs
            .into_iter()
            .filter(|(verb, _)| count(*verb) > 0)
            .map(|(verb, words)| format!("{} {words}", count(verb)))
            .collect();
        let kept = count(Verb::Keep);
        match (parts.is_empty(), kept) {
            (true, 0) => "nothing to do".into(),
            (true, _) => "nothing to change".into(),
            (false, 0) => format!("plan: {}", parts.join(", ")),
            (false, kept) => format!("plan: {}; {kept} unchanged", parts.join(", ")),
        }
    }
}

impl PlanRow {
    fn new(plan: &Plan, step: &Step, rules: &dyn Rules) -> Self {
        let wanted = plan.desired.get(&step.key).map(|node| &node.spec);
        let secret = rules.traits(&step.key.kind).map_or(&[][..], |traits| traits.secret);
        let mut row = Self {
            key: step.key.clone(),
            verb: step.action.verb(),
            name: wanted.and_then(name),
            because: None,
            data_loss: None,
            create_first: false,
            changes: Vec::new(),
        };
        match &step.action {
            Action::Keep { because } => row.because.clone_from(because),
            Action::Create { because } => {
                row.because.clone_from(because);
                row.changes = wanted.map(|spec| settings(spec, secret)).unwrap_or_default();
            }
            Action::Adopt { changes, .. } => {
                row.because = Some("an interrupted run left it".into());
                row.changes = rows(changes);
            }
            Action::Update { changes, .. } => row.changes = rows(changes),
            Action::Replace { because, create_first, .. } => {
                row.because = Some("AWS cannot change this in place".into());
                row.create_first = *create_first;
                row.changes = rows(because);
            }
            Action::Delete { replaced, holdings, .. } => {
                row.because = replaced.then(|| "the old one of a replacement".into());
                row.data_loss = Some(*holdings).filter(|records| *records > 0);
            }
            Action::Forget { because } => row.because = Some(because.clone()),
        }
        row
    }

    fn render(&self, widest: usize, settings: bool, text: &mut String) {
        // What is as it is to be is counted, not listed.
        if self.verb == Verb::Keep && self.because.is_none() {
            return;
        }
        let (sign, style) = self.sign();
        let key = self.key.to_string();
        let because = self.because.as_ref().map(|because| paint(FAINT, format_args!("({because})")));
        let rest = [self.name.clone(), because].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let gap = if rest.is_empty() { 0 } else { widest - key.len() + 2 };
        let _ = writeln!(text, "{}{:gap$}{rest}", paint(style, format_args!("{sign:>3} {key}")), "");
        if let Some(records) = self.data_loss {
            let people = if records == 1 { "1 user is".into() } else { format!("{records} users are") };
            let _ = writeln!(text, "      {}", paint(ALARM, format_args!("{people} deleted with it, for good")));
        }
        self.render_changes(settings, text);
    }

    fn render_changes(&self, settings: bool, text: &mut String) {
        let mut route = None;
        for change in &self.changes {
            match &change.route {
                Some((name, true)) => {
                    let _ = writeln!(text, "      {}", change.whole_route(name));
                }
                Some((name, false)) if self.verb != Verb::Create => {
                    if route != Some(name) {
                        let _ = writeln!(text, "      {}", paint(CHANGE, format_args!("~ {name}")));
                        route = Some(name);
                    }
                    let _ = writeln!(text, "          {}", change.line());
                }
                _ if self.verb == Verb::Create && settings => {
                    let _ = writeln!(text, "      {}", change.setting());
                }
                _ if self.verb == Verb::Create => {}
                _ => {
                    let _ = writeln!(text, "      {}", change.line());
                }
            }
        }
    }

    fn sign(&self) -> (&'static str, Style) {
        match self.verb {
            Verb::Keep => ("=", FAINT),
            Verb::Create => ("+", GOOD),
            Verb::Adopt => ("<", HINT),
            Verb::Update => ("~", CHANGE),
            Verb::Replace if self.create_first => ("+/-", BAD),
            Verb::Replace => ("-/+", BAD),
            Verb::Delete if self.data_loss.is_some() => ("-", ALARM),
            Verb::Delete => ("-", BAD),
            Verb::Forget => ("x", FAINT),
        }
    }
}

impl ChangeRow {
    fn new(path: &[String], old: Option<Value>, new: Option<Value>, secret: bool) -> Self {
        let route = route_of(path);
        let inner = if matches!(route, Some((_, false))) { &path[2..] } else { path };
        let field = inner.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(".");
        let (old, new) = if secret { (None, None) } else { (old, new) };
        Self { field, old, new, secret, route }
    }

    fn line(&self) -> String {
        let field = paint(FAINT, &self.field);
        if self.secret {
            return format!("{field}: (secret, changes)");
        }
        format!("{field}: {} → {}", shown(self.old.as_ref()), shown(self.new.as_ref()))
    }

    fn setting(&self) -> String {
        let field = paint(FAINT, &self.field);
        if self.secret { format!("{field}: (secret)") } else { format!("{field}: {}", shown(self.new.as_ref())) }
    }

    fn whole_route(&self, name: &str) -> String {
        match (&self.old, &self.new) {
            (None, _) => paint(GOOD, format_args!("+ {name}")),
            (Some(_), None) => paint(BAD, format_args!("- {name}")),
            (Some(_), Some(_)) => paint(CHANGE, format_args!("~ {name}")),
        }
    }
}

/// The rows of changes.
pub(crate) fn rows(changes: &[Change]) -> Vec<ChangeRow> {
    let row = |change: &Change| ChangeRow::new(&change.path, change.old.clone(), change.new.clone(), change.secret);
    changes.iter().map(row).collect()
}

/// The settings of something new, routes one by one, without what is left to AWS.
fn settings(spec: &Value, secret: &[&str]) -> Vec<ChangeRow> {
    let mut rows = Vec::new();
    for (field, value) in spec.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let secret = secret.contains(&field.as_str());
        let routes = value.as_object().filter(|members| field == "routes" && members.keys().all(|name| is_route(name)));
        match routes {
            Some(routes) => rows.extend(routes.iter().map(|(route, value)| {
                ChangeRow::new(&[field.clone(), route.clone()], None, Some(value.clone()), secret)
            })),
            None => rows.push(ChangeRow::new(std::slice::from_ref(field), None, Some(value.clone()), secret)),
        }
    }
    rows
}

/// The route that a path leads to or into, and whether it is the whole of it.
fn route_of(path: &[String]) -> Option<(String, bool)> {
    let route = path.get(1).filter(|name| path[0] == "routes" && is_route(name))?;
    Some((route.clone(), path.len() == 2))
}

fn is_route(name: &str) -> bool {
    name.split_once(' ').is_some_and(|(_, path)| path.starts_with('/'))
}

/// What AWS calls a thing, where its settings name it.
fn name(spec: &Value) -> Option<String> {
    ["name", "function_name", "role_name", "log_group_name", "stage_name", "client_name", "pool_name"]
        .iter()
        .find_map(|field| spec.get(field)?.as_str().map(str::to_owned))
}

fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}
