//! A state in readable form: its location, the recorded resources with their IDs, and the pending changes.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    card::Card,
    columns::columns,
    paint::{CHANGE, FAINT, STRONG, paint},
    plain::plain,
    wording::past,
};
use crate::engine::{Intent, Key, Recorded, State};

/// A state and its location.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StateCard<'a> {
    pub(crate) place: &'a str,
    /// The document, whose format has a version of its own.
    #[schemars(with = "Map<String, Value>")]
    pub(crate) state: &'a State,
}

impl Card for StateCard<'_> {
    const EVENT: &'static str = "state";

    fn text(&self) -> String {
        let head: Vec<_> = self.head().into_iter().map(|(name, value)| (name, plain(&value))).collect();
        let mut text = columns("", &head);
        text.push('\n');
        for (key, recorded) in &self.state.resources {
            let _ = writeln!(text, "{}", paint(STRONG, plain(&key.to_string())));
            text += &columns("  ", &rows(recorded));
        }
        if !self.state.resources.is_empty() {
            text.push('\n');
        }
        let widest = self.state.pending.keys().map(|key| plain(&key.to_string()).len()).max().unwrap_or(0);
        for (key, intent) in &self.state.pending {
            let _ = writeln!(text, "{}", pending(key, intent, widest));
        }
        if !self.state.pending.is_empty() {
            text.push('\n');
        }
        if let Some(user) = &self.state.temporary_user {
            let name = plain(&user.username);
            let _ = writeln!(text, "{name} is a temporary user of a check; the next `up` or `down` deletes it\n");
        }
        if let Some(unconfirmed) = &self.state.unconfirmed {
            let changed: Vec<String> = unconfirmed.before.keys().map(ToString::to_string).collect();
            let _ = writeln!(text, "not confirmed by a check: {}\n", plain(&changed.join(", ")));
        }
        text + &paint(STRONG, self.counts()) + "\n"
    }
}

impl StateCard<'_> {
    fn head(&self) -> Vec<(&str, String)> {
        let State { stack, stage, region, account, endpoint, lineage, serial, written_by, .. } = self.state;
        let mut rows = vec![
            ("place", self.place.to_owned()),
            ("stack", format!("{stack}, stage {stage}")),
            ("region", region.clone()),
            ("account", account.clone()),
        ];
        rows.extend(endpoint.as_ref().map(|endpoint| ("endpoint", endpoint.clone())));
        rows.push(("lineage", lineage.clone()));
        rows.push(("serial", format!("{serial}, by stackctl {written_by}")));
        rows
    }

    fn counts(&self) -> String {
        let State { resources, pending, .. } = self.state;
        match (resources.len(), pending.len()) {
            (0, 0) => "nothing is recorded".to_owned(),
            (recorded, 0) => format!("{recorded} recorded"),
            (recorded, pending) => format!("{recorded} recorded, {pending} pending"),
        }
    }
}

/// IDs first, then dependencies, then replaced resources that are not deleted yet.
fn rows(recorded: &Recorded) -> Vec<(String, String)> {
    let outputs = recorded.outputs.as_object().into_iter().flatten();
    let mut rows: Vec<_> = outputs.map(|(name, value)| (plain(name), text(value))).collect();
    if !recorded.needs.is_empty() {
        let needs: Vec<String> = recorded.needs.iter().map(Key::to_string).collect();
        rows.push(("needs".to_owned(), plain(&needs.join(", "))));
    }
    rows.extend(recorded.replaced.iter().map(|old| ("replaces".to_owned(), text(old))));
    rows
}

fn pending(key: &Key, intent: &Intent, width: usize) -> String {
    let verb = paint(CHANGE, format_args!("to be {}", past(intent.verb)));
    format!(
        "{}  {verb}  {}",
        paint(STRONG, format_args!("{:<width$}", plain(&key.to_string()))),
        paint(FAINT, format_args!("since {}", intent.since))
    )
}

fn text(value: &Value) -> String {
    plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
