//! The JSON schema of the events of `--json`, from their types, and the groups in which docs/events.md shows them.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::{
    ActivityLine, Cycle, Done, EmulatorList, EmulatorStatus, EmulatorVariables, Executed, FoundTable, HistoryTable,
    Invoked, Locked, LogLine, Mail, NothingToDelete, Output, PlanFileCard, PlanTable, PolicyDocument, PoolTarget,
    Recovered, Retained, RolledBack, RolledForward, SignedIn, StackList, StateCard, StateMoved, StatusTable, TokenCard,
    Unavailable, Unlocked, UserCard, UserChanged, UserTable, Valid, Watching, Written,
    answer::Answer,
    card::{Card, Note},
    checked::Checked,
    event::StepFailed,
    json::VERSION,
    next::Next,
    opening::PartialTarget,
};
use crate::{
    engine,
    failure::{Failure, Fault},
    stack::Outputs,
    state::LockNews,
};

/// The events of a part of stackctl.
pub struct EventGroup {
    /// The heading.
    pub name: &'static str,
    /// The events, in the order in which a reader meets them.
    pub events: Vec<EventSchema>,
}

/// An event.
pub struct EventSchema {
    /// The value of its field `event`.
    pub name: String,
    /// When it is printed.
    pub when: String,
    /// Its schema, without references to other schemas.
    pub schema: Value,
}

/// The schema of every event.
#[must_use]
pub fn event_groups() -> Vec<EventGroup> {
    let groups = [
        ("Every command", every_command as fn(&mut Group)),
        ("Plan and deploy", plan_and_deploy),
        ("Releases and state", releases_and_state),
        ("Outputs, users and requests", users_and_requests),
        ("Project and emulator", project_and_emulator),
    ];
    let group = |(name, add): (&'static str, fn(&mut Group))| {
        let settings = SchemaSettings::draft07().for_serialize().with(|settings| settings.inline_subschemas = true);
        let mut group = Group { generator: settings.into_generator(), events: Vec::new() };
        add(&mut group);
        EventGroup { name, events: group.events }
    };
    groups.into_iter().map(group).collect()
}

/// The schema of a line of `--json`, as in `schema/events.schema.json`.
///
/// # Panics
/// Never: a schema is plain data.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the file is for reviewers and for git")]
pub fn event_schema_text() -> String {
    let events = event_groups().into_iter().flat_map(|group| group.events);
    let events: Vec<Value> = events.map(|event| event.schema).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("an event of stackctl --json, version {VERSION}"),
        "oneOf": events,
    });
    serde_json::to_string_pretty(&schema).expect("a schema is plain data") + "\n"
}

struct Group {
    generator: SchemaGenerator,
    events: Vec<EventSchema>,
}

impl Group {
    fn card<C: Card>(&mut self, when: &str) {
        let schema = C::json_schema(&mut self.generator).to_value();
        self.add(C::EVENT, when, schema);
    }

    /// Adds an event with the fields that every event has.
    fn add(&mut self, name: &str, when: &str, mut schema: Value) {
        tidy(&mut schema);
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("description");
            fields.insert("title".into(), json!(name));
        }
        schema["properties"]["v"] = json!({ "const": VERSION });
        schema["properties"]["event"] = json!({ "const": name });
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let required = required.into_iter().filter(|field| field != "event");
        schema["required"] = ["v", "event"].into_iter().map(Value::from).chain(required).collect();
        self.events.push(EventSchema { name: name.to_owned(), when: when.to_owned(), schema });
    }

    /// Adds the events of the engine, except those that have a card.
    fn engine(&mut self) {
        let events = self.generator.subschema_for::<engine::Event>().to_value();
        for schema in events["oneOf"].as_array().into_iter().flatten() {
            let name = schema["properties"]["event"]["const"].as_str().unwrap_or_default();
            if name == StepFailed::EVENT {
                self.card::<StepFailed>("a step failed");
            } else {
                self.add(name, schema["description"].as_str().unwrap_or_default(), schema.clone());
            }
        }
    }
}

fn every_command(group: &mut Group) {
    group.card::<PartialTarget>("first, in every command and outcome; again when the connection shows more of it");
    group.card::<PoolTarget>("a user pool was given by its ID");
    group.card::<Note>("information");
    group.card::<Fault>("it works, but may not be what you expect");
    group.card::<LockNews>("another process holds the lock, and the command waits");
    group.card::<Next>("suggested commands");
    group.card::<Failure>("the command failed");
    group.card::<Done>("last, in every command and outcome");
}

fn plan_and_deploy(group: &mut Group) {
    group.card::<PlanTable>("before a change");
    group.card::<PlanFileCard>("`plan --out` has written a plan file, `show` has read one");
    group.engine();
    group.card::<Executed>("the plan was carried out");
    group.card::<Checked>("the post-deploy check has ended");
    group.card::<Retained>("`down` did not delete a user pool, because it has users");
    group.card::<NothingToDelete>("`down` found no stack");
    group.card::<Watching>("`watch` waits for saves");
    group.card::<Cycle>("`watch` has processed a save");
}

fn releases_and_state(group: &mut Group) {
    group.card::<HistoryTable>("`history`");
    group.card::<Unavailable>("`rollback` skips a release");
    group.card::<RolledBack>("an earlier release is live");
    group.card::<RolledForward>("a rollback failed its check");
    group.card::<StatusTable>("`status`");
    group.card::<StackList>("`list`");
    group.card::<StateCard>("`state show`");
    group.card::<StateMoved>("`state migrate`");
    group.card::<FoundTable>("`recover` lists what it found");
    group.card::<Recovered>("`recover` has written the state");
    group.card::<Locked>("`unlock` shows the lock holder");
    group.card::<Unlocked>("`unlock` has released the lock, or found none");
}

fn users_and_requests(group: &mut Group) {
    group.card::<Outputs>("`outputs`, and after a deploy");
    group.card::<Output>("`outputs NAME`");
    group.card::<UserTable>("`user list`");
    group.card::<UserCard>("`user show`");
    group.card::<UserChanged>("a command has changed a user");
    group.card::<SignedIn>("`user create`, `user auth`");
    group.card::<TokenCard>("`user token inspect`");
    group.card::<Answer>("`call`");
    group.card::<Invoked>("`invoke`");
    group.card::<LogLine>("`logs`");
}

fn project_and_emulator(group: &mut Group) {
    group.card::<Written>("`init`");
    group.card::<Valid>("`validate`");
    group.card::<PolicyDocument>("`policy`");
    group.card::<EmulatorStatus>(
        "`local start`, `local stop`, `local status`, `local reset`, and when `--local` starts it",
    );
    group.card::<EmulatorList>("`local list`");
    group.card::<ActivityLine>("`local logs`, and `local start --foreground`");
    group.card::<Mail>("`local mail`");
    group.card::<EmulatorVariables>("`local env`");
}

/// Takes out what only Rust means, such as `"format": "uint32"`, and where the lines of doc comments are broken.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("format").and_then(Value::as_str).is_some() {
                members.remove("format");
            }
            if let Some(Value::String(text)) = members.get_mut("description") {
                text.replace('\n', " ").trim_end_matches('.').clone_into(text);
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}
