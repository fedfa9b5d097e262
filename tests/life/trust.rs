//! Ids in the state prove nothing: whatever they are, resources of another stack are neither changed nor deleted.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use stackctl::{
    engine::{Changed, CheckUser, Intent, Key, Lookup, OutputRef, Release, State, Unconfirmed, Verb, substitute},
    resources::catalog,
};
use stackctl_local::Weather;

use crate::harness::{
    project::{Project, example, patched},
    stack::{Command, Stack},
};

fn project(service: &str, patch: &Value) -> Project {
    Project::new(&patched(&patched(&example(), &json!({ "deployment": { "serviceName": service } })), patch))
}

/// A change of every kind that can be changed, and a replacement of one of them.
fn other() -> Value {
    json!({
        "deployment": { "tags": { "team": "blue" } },
        "client": { "generateSecret": true, "idTokenValidityMinutes": 30 },
        "functions": { "open": { "timeout": 9 }, "closed": null },
        "routes": { "GET /closed": null, "GET /new": { "function": "open" } },
    })
}

/// The recorded ids.
struct Ids<'s>(&'s State);

impl Lookup for Ids<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        self.0.resources.get(&reference.key)?.outputs.get(&reference.output).cloned()
    }

    fn spec(&self, _: &Key) -> Option<&Value> {
        None
    }
}

impl Stack {
    /// The state with a value in every field. A new field does not compile until it has a value here.
    async fn full(&self, project: &Project, username: &str) -> State {
        let cloud = self.clients().await;
        let desired = project.desired(&cloud);
        let state = self.wire.state().unwrap();
        let catalog = catalog();
        let serves = state.resources.iter().filter_map(|(key, recorded)| {
            let output = catalog.get(&key.kind)?.traits().serves?;
            Some((key.clone(), recorded.outputs[output].as_str()?.to_owned()))
        });
        let serves: BTreeMap<Key, String> = serves.collect();
        let changed = Changed { verb: Verb::Update, settings: ["description".to_owned()].into() };
        let about: BTreeMap<Key, Changed> = state.resources.keys().map(|key| (key.clone(), changed.clone())).collect();
        let intents = state.resources.iter().map(|(key, recorded)| {
            let spec = desired.get(key).map(|node| substitute(&node.spec, &Ids(&state)));
            let (token, after) = (recorded.token.clone().unwrap_or_default(), recorded.needs.clone());
            (key.clone(), Intent { verb: Verb::Create, token, spec, needs: after, since: Timestamp::now() })
        });
        let pending = intents.collect();
        let mut resources = state.resources.clone();
        for recorded in resources.values_mut() {
            recorded.replaced = vec![recorded.outputs.clone()];
        }
        let user_pool_id = self.output("user_pool.main", "id");
        let State { format, stack, stage, config, region, account, endpoint, lineage, serial, written_by, .. } = state;
        let before: BTreeMap<Key, Option<String>> =
            serves.iter().map(|(key, version)| (key.clone(), Some(version.clone()))).collect();
        let release = |number, changes: &BTreeMap<Key, Changed>| Release {
            number,
            at: Timestamp::now(),
            by: "ann".into(),
            checked: true,
            back_to: Some(1),
            changes: changes.clone(),
            serves: serves.clone(),
            needs: before.clone(),
            checks: Value::Null,
        };
        let from = serves.clone();
        let unconfirmed = Unconfirmed { before: before.clone(), changes: about.clone(), back_to: Some(1), from };
        State {
            resources,
            pending,
            unconfirmed: Some(unconfirmed),
            temporary_user: Some(CheckUser { user_pool_id, username: username.into() }),
            releases: vec![release(1, &about), release(2, &about)],
            reverted: about,
            format,
            stack,
            stage,
            config,
            region,
            account,
            endpoint,
            lineage,
            serial,
            written_by,
        }
    }

    /// Creates a user in the pool of this stack.
    async fn invite(&self, name: &str) {
        let request =
            self.clients().await.cognito.admin_create_user().user_pool_id(self.output("user_pool.main", "id"));
        request.username(name).send().await.unwrap();
    }

    /// The resources on the emulator that contain one of these words, each with its path.
    fn mentioning(&self, words: &[String]) -> Vec<(String, Value)> {
        let world = self.local.snapshot();
        let rooms = world.as_object().unwrap().iter().flat_map(|(service, room)| {
            let rooms = room.as_object().into_iter().flatten();
            rooms.map(move |(name, things)| (format!("/{service}/{name}"), things))
        });
        let things = rooms.flat_map(|(room, things)| {
            let things = things.as_object().into_iter().flatten();
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            things.map(move |(name, thing)| (format!("{room}/{}", escaped(name)), thing.clone()))
        });
        things.filter(|(name, thing)| words.iter().any(|word| format!("{name} {thing}").contains(word))).collect()
    }
}

/// The fields that identify the stack; every command checks them and rejects the state of another one.
const ABOUT: &[&str] =
    &["format", "stack", "stage", "region", "account", "endpoint", "lineage", "serial", "written_by"];

type Path = Vec<String>;

/// The paths to every member, parents first.
fn paths(value: &Value, path: &Path, all: &mut Vec<Path>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in members.into_iter().filter(|(name, _)| !(path.is_empty() && ABOUT.contains(&name.as_str()))) {
        let path = [path.clone(), vec![name]].concat();
        all.push(path.clone());
        paths(member, &path, all);
    }
}

fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    })
}

/// `whole` with the member at `path` from `other`. Members missing from `whole` on the path come from `full`.
fn grafted(whole: &Value, (full, other): (&Value, &Value), path: &[String]) -> Value {
    let Some((name, rest)) = path.split_first() else { return other.clone() };
    let step = |value: &Value| at(value, std::slice::from_ref(name)).cloned().unwrap_or(Value::Null);
    let present = at(whole, std::slice::from_ref(name)).is_some();
    let member = grafted(&if present { step(whole) } else { step(full) }, (&step(full), &step(other)), rest);
    match whole {
        Value::Array(items) => {
            let mut items = items.clone();
            let at: usize = name.parse().unwrap();
            items.truncate(at.max(items.len()));
            if at < items.len() {
                items[at] = member;
            } else {
                items.push(member);
            }
            Value::Array(items)
        }
        whole => {
            let mut members = whole.as_object().cloned().unwrap_or_default();
            members.insert(name.clone(), member);
            Value::Object(members)
        }
    }
}

/// The edits of a state: each member as it is in the other state, whole branches and single ids, and each resource
/// without its token.
fn edits(state: &State, full: &State, theirs: &State) -> Vec<(String, State)> {
    let [state, full, theirs] = [state, full, theirs].map(|state| serde_json::to_value(state).unwrap());
    let mut all = Vec::new();
    paths(&full, &Vec::new(), &mut all);
    let differs = |path: &Path| at(&theirs, path).is_some_and(|other| Some(other) != at(&full, path));
    let mut edits: Vec<(String, Value)> = all
        .iter()
        .filter(|path| differs(path))
        .map(|path| (path.join(" / "), grafted(&state, (&full, &theirs), path)))
        .collect();
    for (key, recorded) in theirs["resources"].as_object().unwrap() {
        let mut tokenless = recorded.clone();
        tokenless.as_object_mut().unwrap().retain(|name, _| name != "token" && name != "replaced");
        let mut alone = tokenless.clone();
        alone["needs"] = json!([]);
        let (kind, _) = key.split_once('.').unwrap();
        for (name, thing) in [(key.clone(), tokenless), (key.clone(), alone.clone()), (format!("{kind}.else"), alone)] {
            let mut resources: Map<String, Value> = state["resources"].as_object().unwrap().clone();
            resources.insert(name.clone(), thing);
            edits.push((format!("{name} without a token"), patched(&state, &json!({ "resources": resources }))));
        }
    }
    let mut seen = BTreeSet::new();
    edits.retain(|(_, edit)| seen.insert(edit.to_string()));
    edits.into_iter().filter_map(|(name, edit)| Some((name, serde_json::from_value(edit).ok()?))).collect()
}

/// Two stacks on one emulator, and edited versions of the first one's state.
struct Neighbours {
    stack: Stack,
    edits: Vec<(String, State)>,
    /// The resources of the other stack.
    theirs: Vec<(String, Value)>,
}

impl Neighbours {
    async fn new() -> Self {
        let (mine, theirs) = (project("shop", &json!({})), project("theirs", &json!({})));
        let stack = Stack::new();
        stack.up(&mine).await.done();
        stack.up(&project("shop", &json!({ "functions": { "open": { "timeout": 5 } } }))).await.done();
        stack.up(&mine).await.done();
        let neighbour = stack.neighbour("theirs", "dev");
        neighbour.up(&theirs).await.done();
        stack.invite("ada").await;
        let username = "stackctl-check-0123456789abcdef0123456789abcdef";
        neighbour.invite(username).await;
        let state = stack.wire.state().unwrap();
        let edits = edits(&state, &stack.full(&mine, "ada").await, &neighbour.full(&theirs, username).await);
        let ids = [neighbour.output("user_pool.main", "id"), neighbour.output("rest_api.main", "id")];
        let theirs = stack.mentioning(&[["theirs".to_owned(), username.to_owned()], ids].concat());
        assert_eq!(theirs.len(), 8, "{theirs:#?}");
        Self { stack, edits, theirs }
    }

    /// Runs a command with every edited state of a share; returns how many changed something and how many were rejected.
    async fn run<'p>(&self, share: usize, command: impl Fn(&State) -> Option<Command<'p>>) -> (usize, usize) {
        let (mut changed, mut refused) = (0, 0);
        for (name, edit) in self.edits.iter().skip(share).step_by(SHARES) {
            let Some(command) = command(edit) else { continue };
            let fork = self.stack.fork(Weather::default());
            fork.wire.replace_state(edit.clone());
            match fork.cut(command, None).await.expect("nothing cuts it") {
                Ok(run) if run.calls.writes == 0 => continue,
                Ok(_) => changed += 1,
                Err(_) => refused += 1,
            }
            let world = fork.local.snapshot();
            for (thing, was) in &self.theirs {
                assert_eq!(world.pointer(thing), Some(was), "{thing} with {name}");
            }
        }
        (changed, refused)
    }
}

/// The shares of the edits, each in a thread of its own.
const SHARES: usize = 2;

/// Runs a command with each of the edited states; returns how many changed something and how many were rejected.
fn with_each_edit<'p>(command: impl Fn(&State) -> Option<Command<'p>> + Copy + Send) -> (usize, usize) {
    let share = move |share| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async { Neighbours::new().await.run(share, command).await })
    };
    let ends: Vec<(usize, usize)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..SHARES).map(|number| scope.spawn(move || share(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    ends.into_iter().fold((0, 0), |all, share| (all.0 + share.0, all.1 + share.1))
}

#[test]
fn no_id_in_a_state_leads_an_up_to_resources_of_another_stack() {
    let changed = project("shop", &other());
    let ends = with_each_edit(|_| Some(Command::Up(&changed)));
    assert!(ends.0 > 20 && ends.1 > 20, "{ends:?}");
}

#[test]
fn no_id_in_a_state_leads_a_down_to_resources_of_another_stack() {
    let ends = with_each_edit(|_| Some(Command::Down(Some(1))));
    assert!(ends.0 > 20, "{ends:?}");
}

#[test]
fn no_id_in_a_state_leads_a_rollback_to_resources_of_another_stack() {
    let mine = project("shop", &json!({}));
    let ends = with_each_edit(|state| {
        let number = state.releases.first()?.number;
        Some(Command::Rollback { number, project: &mine, answers: 200 })
    });
    assert!(ends.0 > 20, "{ends:?}");
}
