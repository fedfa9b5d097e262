//! A plan as rows: one per resource, with its changed fields and routes below it. Secrets are removed here, for text
//! and JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anstyle::Style;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    card::Card,
    change::{ChangeRow, RoutePart, rows, settings},
    estimate::Estimate,
    paint::{ALARM, BAD, CHANGE, FAINT, GOOD, HINT, STRONG, paint},
    value::shown,
    wording::counted,
};
use crate::{
    engine::{Action, Fixed, Key, Later, Plan, Refused, Rules, Step, Verb},
    failure::{Failure, camel_case},
};

/// A plan to show.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct PlanTable {
    stack: String,
    stage: String,
    /// The serial of the state that it is based on.
    based_on: u64,
    /// The number of steps, by verb.
    counts: BTreeMap<Verb, usize>,
    /// The number of steps that delete user data.
    #[serde(default)]
    losing_data: usize,
    /// Steps of an interrupted run that turned out to be done already, or not begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    settled: Vec<Key>,
    /// Those that lose user data first, then the replacements.
    steps: Vec<PlanRow>,
    /// The calls that it makes, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate>,
    /// Whether the text contains the settings of new resources.
    #[serde(skip)]
    settings: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
struct PlanRow {
    key: Key,
    verb: Verb,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "reason", skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    /// How many records of user data are deleted with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_loss: Option<u64>,
    /// Whether a replacement creates the new one before it deletes the old one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    create_first: bool,
    /// The settings that cannot be changed after creation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    immutable: Vec<Fixed>,
    /// The differences; for a create, every setting.
    changes: Vec<ChangeRow>,
}

/// The signs that need a legend.
const SIGNS: [(&str, &str); 5] = [
    ("=", "retain"),
    ("<", "adopt"),
    ("-/+", "replace (delete first)"),
    ("+/-", "replace (create first)"),
    ("x", "untrack"),
];

/// A plan, or why there is none, as text without colors.
#[must_use]
pub fn plan_text(plan: Result<Plan, Refused>, rules: &dyn Rules) -> String {
    let text = match plan {
        Ok(plan) => PlanTable::new(&plan, rules).text(),
        Err(error) => Failure::from(error).text(),
    };
    anstream::adapter::strip_str(&text).to_string()
}

impl PlanTable {
    /// The rows of a plan. `rules` defines which fields are secret.
    pub(crate) fn new(plan: &Plan, rules: &dyn Rules) -> Self {
        let steps: Vec<PlanRow> = rows_of(plan, rules);
        let mut counts = BTreeMap::new();
        for row in &steps {
            *counts.entry(row.verb).or_default() += 1;
        }
        let losing_data = steps.iter().filter(|row| row.data_loss.is_some()).count();
        let (stack, stage, settled) = (plan.stack.clone(), plan.stage.clone(), plan.stale.clone());
        let based_on = plan.based_on;
        Self { stack, stage, based_on, counts, losing_data, settled, steps, estimate: None, settings: false }
    }

    /// Adds the calls that it makes.
    pub(crate) fn with_estimate(self, estimate: Estimate) -> Self {
        Self { estimate: Some(estimate), ..self }
    }

    /// The table as it is in a plan file, where a missing value and `null` are the same.
    ///
    /// # Panics
    /// Never: a plan is plain data.
    pub(crate) fn written(&self) -> Self {
        let json = serde_json::to_value(self).expect("a plan is plain data");
        serde_json::from_value::<Self>(json).expect("a plan is read as it is written").read_back()
    }

    /// The table of a plan file.
    pub(crate) fn read_back(mut self) -> Self {
        self.steps.iter_mut().flat_map(|row| &mut row.changes).for_each(ChangeRow::read_back);
        self
    }

    /// What is done to each resource.
    pub(crate) fn verbs(&self) -> BTreeMap<&Key, Verb> {
        self.steps.iter().map(|row| (&row.key, row.verb)).collect()
    }

    /// The resources with other steps than in `other`, in the order of their keys.
    pub(crate) fn differing<'t>(&'t self, other: &'t Self) -> Vec<&'t Key> {
        let row = |table: &'t Self, key: &Key| table.steps.iter().find(|row| row.key == *key);
        let keys: BTreeSet<&Key> = self.steps.iter().chain(&other.steps).map(|row| &row.key).collect();
        keys.into_iter().filter(|key| row(self, key) != row(other, key)).collect()
    }

    /// The width of the longest key.
    pub(super) fn width(&self) -> usize {
        self.steps.iter().map(|row| row.key.to_string().len()).max().unwrap_or(0)
    }

    /// Includes the settings of new resources in the text, if `shown`.
    #[must_use]
    pub(crate) fn with_settings(self, shown: bool) -> Self {
        Self { settings: shown, ..self }
    }

    /// What the less common signs of the rows mean.
    fn legend(&self) -> Option<String> {
        let signs: BTreeSet<&str> = self.steps.iter().filter(|row| row.is_shown()).map(|row| row.sign().0).collect();
        let meanings = SIGNS.iter().filter(|(sign, _)| signs.contains(sign));
        let parts: Vec<String> = meanings.map(|(sign, meaning)| format!("{sign} {meaning}")).collect();
        (!parts.is_empty()).then(|| format!("legend: {}", parts.join(", ")))
    }

    fn summary(&self) -> String {
        let count = |verb| self.counts.get(&verb).copied().unwrap_or(0);
        let kept = self.steps.iter().filter(|row| row.verb == Verb::Keep && row.because.is_some()).count();
        let unchanged = count(Verb::Keep) - kept;
        let to_do = named([
            (self.losing_data, if self.losing_data == 1 { "loses data" } else { "lose data" }),
            (count(Verb::Replace), "to replace"),
            (count(Verb::Create), "to create"),
            (count(Verb::Adopt), "to adopt"),
            (count(Verb::Update), "to update"),
            (count(Verb::Delete), "to delete"),
            (count(Verb::Untrack), "to untrack"),
            (self.settled.len(), "to clear"),
        ]);
        let rest = named([(kept, "to retain"), (unchanged, "unchanged")]);
        match (to_do.is_empty(), rest.is_empty()) {
            (true, true) => "nothing to do".into(),
            (true, false) => "nothing to change".into(),
            (false, true) => format!("plan: {to_do}"),
            (false, false) => format!("plan: {to_do}; {rest}"),
        }
    }
}

/// One row for each resource: what becomes of the old one of a replacement is a part of the replacement. What loses data
/// comes first, then what is replaced.
fn rows_of(plan: &Plan, rules: &dyn Rules) -> Vec<PlanRow> {
    let mut rows: Vec<PlanRow> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.action.replaced().is_none()) {
        rows.push(PlanRow::new(plan, step, rules));
    }
    for step in plan.steps.iter().filter(|step| step.action.replaced().is_some()) {
        match rows.iter_mut().find(|row| row.key == step.key) {
            Some(row) => row.replaces(&step.action),
            None => rows.push(PlanRow::new(plan, step, rules)),
        }
    }
    rows.sort_by_key(|row| (row.data_loss.is_none(), row.verb != Verb::Replace));
    rows
}

impl Card for PlanTable {
    const EVENT: &'static str = "plan";
    const ENDS_PROGRESS: bool = true;

    fn text(&self) -> String {
        let mut text = String::new();
        let widest = self.width();
        for row in &self.steps {
            row.render(widest, self.settings, &mut text);
        }
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(legend) = self.legend() {
            let _ = writeln!(text, "{}", paint(FAINT, legend));
        }
        let _ = writeln!(text, "{}", paint(STRONG, self.summary()));
        if let Some(estimate) = &self.estimate {
            text.push_str(&estimate.text(self.settings));
        }
        text
    }
}

fn named<const N: usize>(counts: [(usize, &str); N]) -> String {
    let parts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
    parts.collect::<Vec<_>>().join(", ")
}

impl PlanRow {
    fn new(plan: &Plan, step: &Step, rules: &dyn Rules) -> Self {
        let wanted = plan.desired.get(&step.key).map(|node| &node.spec);
        let traits = rules.traits(&step.key.kind);
        let fields = traits.as_ref().map_or(&[][..], |traits| traits.fields);
        let mut row = Self {
            key: step.key.clone(),
            verb: step.action.verb(),
            name: wanted.and_then(name),
            because: None,
            data_loss: None,
            create_first: false,
            immutable: Vec::new(),
            changes: Vec::new(),
        };
        match &step.action {
            Action::Keep { because } => row.because.clone_from(because),
            Action::Create { because } => {
                row.because.clone_from(because);
                row.immutable = traits.zip(wanted).map(|(traits, spec)| traits.fixed_by(spec)).unwrap_or_default();
                row.changes = wanted.map(|spec| settings(spec, fields)).unwrap_or_default();
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
            Action::Delete { replaced, holdings, outputs } => {
                let id = || outputs.get("id").and_then(Value::as_str).map(str::to_owned);
                row.name = name(outputs).or_else(id);
                row.because = replaced.then(|| "the old one of a replacement".into());
                row.data_loss = Some(*holdings).filter(|records| *records > 0);
            }
            Action::Untrack { because, .. } => row.because = Some(because.clone()),
        }
        row
    }

    /// Adds that the old one of an interrupted replacement is deleted.
    fn replaces(&mut self, action: &Action) {
        match action {
            Action::Delete { .. } if !matches!(self.verb, Verb::Replace | Verb::Delete) => {
                self.verb = Verb::Replace;
                self.create_first = true;
                self.because = Some("completes an interrupted replacement".into());
            }
            Action::Untrack { because, .. } if self.verb == Verb::Keep => {
                self.verb = Verb::Untrack;
                self.because = Some(because.clone());
            }
            _ => {}
        }
    }

    /// Whether it has a row: an unchanged resource is only counted.
    fn is_shown(&self) -> bool {
        self.verb != Verb::Keep || self.because.is_some()
    }

    fn render(&self, widest: usize, settings: bool, text: &mut String) {
        if !self.is_shown() {
            return;
        }
        let (sign, style) = self.sign();
        let key = self.key.to_string();
        let because = self.because.as_ref().map(|because| paint(FAINT, format_args!("({because})")));
        let rest = [self.name.clone(), because].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let gap = if rest.is_empty() { 0 } else { widest - key.len() + 2 };
        let _ = writeln!(text, "{}{:gap$}{rest}", paint(style, format_args!("{sign:>3} {key}")), "");
        if let Some(records) = self.data_loss {
            let users = counted(records, "user");
            let _ =
                writeln!(text, "      {}", paint(ALARM, format_args!("{users} will be deleted permanently with it")));
        }
        self.render_immutable(text);
        self.render_changes(settings, text);
    }

    /// Renders the settings that cannot be changed after creation, on one line.
    fn render_immutable(&self, text: &mut String) {
        let Some(Fixed { later, .. }) = self.immutable.first() else { return };
        let settings =
            self.immutable.iter().map(|one| format!("{} {}", camel_case(&one.field), shown(Some(&one.value))));
        let later = match later {
            Later::Refused => "cannot be changed later",
            Later::Replaced => "a later change replaces it",
        };
        let settings = settings.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "      {settings} {}", paint(HINT, format_args!("({later})")));
    }

    fn render_changes(&self, settings: bool, text: &mut String) {
        let creating = self.verb == Verb::Create;
        let mut before = None;
        for change in &self.changes {
            let line = match &change.route {
                Some(RoutePart { name, field: None }) => {
                    format!("      {}{}", change.whole_route(name), change.noted())
                }
                Some(RoutePart { name, .. }) if !creating => {
                    if before != Some(name) {
                        let _ = writeln!(text, "      {}", paint(CHANGE, format_args!("~ {name}")));
                        before = Some(name);
                    }
                    format!("          {}", change.planned())
                }
                _ if !creating => format!("      {}", change.planned()),
                _ if settings => format!("      {}", change.setting()),
                _ => continue,
            };
            let _ = writeln!(text, "{line}");
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
            Verb::Untrack => ("x", FAINT),
        }
    }
}

/// The name of a resource at AWS, when its settings contain one.
fn name(spec: &Value) -> Option<String> {
    ["name", "function_name", "role_name", "log_group_name", "stage_name", "client_name", "pool_name"]
        .iter()
        .find_map(|field| spec.get(field)?.as_str().map(str::to_owned))
}
