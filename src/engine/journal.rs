//! The state while steps are carried out: intents before, results after, saved in groups.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    action::Action,
    desired::Node,
    digest::hex,
    field::{Field, is_secret},
    input::{Resolved, is_symbol},
    key::Key,
    plan::{Plan, Step},
    record::{AppliedDigests, Digests, Intent, Recorded, State, Store, StoreError},
    recordings::Recordings,
    rules::Rules,
    verb::Verb,
};

/// How long results gather before the next save. A result that a crash loses is found again through its intent.
const GATHER: Duration = Duration::from_secs(1);

/// The state in memory, and when it is written.
pub(super) struct Journal<'a> {
    pub(super) state: State,
    pub(super) saves: u64,
    store: &'a dyn Store,
    changed: bool,
    not_before: Instant,
}

impl<'a> Journal<'a> {
    pub(super) fn new(state: State, store: &'a dyn Store) -> Self {
        Self { state, saves: 0, store, changed: false, not_before: Instant::now() }
    }

    /// Records everything that was found, writes an intent for every step, and saves: from here on, whatever a crash
    /// leaves behind is found again.
    pub(super) async fn begin(&mut self, plan: &Plan, rules: &dyn Rules) -> Result<(), StoreError> {
        let before = std::mem::take(&mut self.state.pending);
        for step in &plan.steps {
            self.record_found(plan, &step.key, &step.action, before.get(&step.key));
            self.record_unchanged(plan, step, rules);
            if let Some(mut intent) = intent(plan, &step.key, &step.action, rules) {
                if let Some(earlier) = before.get(&step.key).filter(|earlier| earlier.spec.is_some()) {
                    intent.token.clone_from(&earlier.token);
                    intent.since = earlier.since;
                }
                self.state.pending.insert(step.key.clone(), intent);
            }
        }
        self.state.pending.extend(before.into_iter().filter(|(key, _)| !plan.is_over(key)));
        self.changed = true;
        self.save().await
    }

    /// A thing that was found is ours from now on: what happens to it next must not depend on finding it again.
    fn record_found(&mut self, plan: &Plan, key: &Key, action: &Action, earlier: Option<&Intent>) {
        let (Action::Adopt { outputs, .. }
        | Action::Delete { outputs, replaced: false, .. }
        | Action::Replace { outputs, .. }) = action
        else {
            return;
        };
        let old = self.state.resources.get(key);
        let token = match earlier.filter(|_| plan.found.contains(key)) {
            Some(intent) => Some(intent.token.clone()),
            None => old.and_then(|old| old.token.clone()),
        };
        if old.is_some_and(|old| old.outputs == *outputs && old.token == token) {
            return;
        }
        let old = self.state.resources.remove(key);
        let wanted = plan.desired.get(key).map(Node::needs);
        let needed = || old.as_ref().map(|old| &old.needs).or(earlier.map(|intent| &intent.needs)).cloned();
        let after = wanted.or_else(needed).unwrap_or_default();
        // The one that was recorded is remembered as long as a step is to delete it.
        let replaced = old.into_iter().flat_map(|mut old| {
            old.replaced.push(old.outputs);
            old.replaced
        });
        let replaced = replaced.filter(|one| plan.removes_replaced(key, one)).collect();
        self.state
            .resources
            .insert(key.clone(), Recorded { outputs: outputs.clone(), token, needs: after, applied: None, replaced });
    }

    /// What is as desired has been applied, by this run or another.
    fn record_unchanged(&mut self, plan: &Plan, step: &Step, rules: &dyn Rules) {
        if step.action != (Action::Keep { because: None }) {
            return;
        }
        let applied = self.applied(plan, &step.key, rules);
        if let (Some(applied), Some(recorded)) = (applied, self.state.resources.get_mut(&step.key)) {
            recorded.applied = Some(applied);
        }
    }

    /// The digests of the desired settings; none while something that they refer to is not recorded.
    fn applied(&self, plan: &Plan, key: &Key, rules: &dyn Rules) -> Option<AppliedDigests> {
        let node = plan.desired.get(key)?;
        let spec = Resolved::new(&node.spec, &Recordings { plan, state: &self.state })?;
        Some(Digests { lineage: &self.state.lineage, key, fields: rules.traits(&key.kind)?.fields }.of(spec.value()))
    }

    /// The token under which a step creates.
    pub(super) fn token(&self, key: &Key) -> Option<&str> {
        self.state.pending.get(key).map(|intent| intent.token.as_str())
    }

    /// Takes the result of a step.
    pub(super) fn record(
        &mut self,
        plan: &Plan,
        (key, action): (&Key, &Action),
        outputs: Option<Value>,
        rules: &dyn Rules,
    ) {
        self.changed = true;
        if let Some(outputs) = action.replaced() {
            if let Some(recorded) = self.state.resources.get_mut(key) {
                recorded.replaced.retain(|one| one != outputs);
            }
            return;
        }
        match action {
            Action::Delete { .. } | Action::Untrack { .. } => {
                self.state.resources.remove(key);
            }
            _ => {
                let applied = self.applied(plan, key, rules);
                self.record_made(plan, (key, action), outputs.unwrap_or_default(), applied);
            }
        }
        self.state.pending.remove(key);
    }

    fn record_made(
        &mut self,
        plan: &Plan,
        (key, action): (&Key, &Action),
        outputs: Value,
        applied: Option<AppliedDigests>,
    ) {
        let after = plan.desired.get(key).map(Node::needs).unwrap_or_default();
        let old = self.state.resources.remove(key);
        let token = match action {
            Action::Create { .. } | Action::Replace { .. } => self.token(key).map(str::to_owned),
            _ => old.as_ref().and_then(|old| old.token.clone()),
        };
        let applied = applied.or_else(|| old.as_ref()?.applied.clone());
        let stays = matches!(action, Action::Replace { create_first: true, .. });
        let replaced = old.into_iter().flat_map(|mut old| {
            old.replaced.extend(stays.then_some(old.outputs));
            old.replaced
        });
        let replaced = replaced.filter(|one| *one != outputs).collect();
        self.state.resources.insert(key.clone(), Recorded { outputs, token, needs: after, applied, replaced });
    }

    /// When the next save is due: at once when `idle`, else when results have gathered; never without a change.
    pub(super) fn due(&self, idle: bool) -> Option<Instant> {
        self.changed.then(|| if idle { Instant::now() } else { self.not_before })
    }

    /// Starts a save of the state as it is now.
    pub(super) fn start_save(&mut self) -> BoxFuture<'a, Result<(), StoreError>> {
        self.changed = false;
        self.saves += 1;
        self.state.serial += 1;
        let (state, store) = (self.state.clone(), self.store);
        Box::pin(async move { store.save(&state).await })
    }

    /// Completes when the state's lock is lost.
    pub(super) fn lost(&self) -> BoxFuture<'a, StoreError> {
        self.store.lost()
    }

    /// A save has ended; results gather again from now on. One that failed does not count: the next one follows what
    /// is stored.
    pub(super) fn saved(&mut self, result: &Result<(), StoreError>) {
        self.not_before = Instant::now() + GATHER;
        if result.as_ref().is_err_and(|error| !error.recorded) {
            self.state.serial -= 1;
        }
    }

    pub(super) async fn save(&mut self) -> Result<(), StoreError> {
        let save = self.start_save();
        let result = save.await;
        self.saved(&result);
        result
    }
}

/// Saves a state that was changed elsewhere than in the steps of a plan; answers it as it is stored.
///
/// # Errors
/// When it cannot be saved.
pub async fn save_state(state: State, store: &dyn Store) -> Result<State, StoreError> {
    let mut journal = Journal::new(state, store);
    journal.save().await?;
    Ok(journal.state)
}

fn intent(plan: &Plan, key: &Key, action: &Action, rules: &dyn Rules) -> Option<Intent> {
    let verb = action.verb();
    if verb == Verb::Keep || action.replaced().is_some() {
        return None;
    }
    let node = plan.desired.get(key);
    let creates = matches!(verb, Verb::Create | Verb::Replace);
    let fields = rules.traits(&key.kind).map_or(&[][..], |traits| traits.fields);
    Some(Intent {
        verb,
        token: Uuid::new_v4().to_string(),
        spec: node.filter(|_| creates).map(|node| withhold(&node.spec, fields)),
        needs: node.map(Node::needs).unwrap_or_default(),
        since: Timestamp::now(),
    })
}

/// Puts digests in the place of the values of secret fields.
fn withhold(spec: &Value, fields: &[Field]) -> Value {
    let Some(members) = spec.as_object() else { return spec.clone() };
    let members = members.iter().map(|(field, value)| {
        let value = if is_secret(fields, field) { digested(value) } else { value.clone() };
        (field.clone(), value)
    });
    Value::Object(members.collect::<Map<_, _>>())
}

fn digested(value: &Value) -> Value {
    match value {
        // A text with references may have a secret beside them.
        Value::Object(members) if !is_symbol(value) => {
            members.iter().map(|(name, member)| (name.clone(), digested(member))).collect()
        }
        Value::Array(items) => items.iter().map(digested).collect(),
        Value::Null => Value::Null,
        plain => {
            json!(format!("sha256:{}", hex(&Sha256::digest(plain.to_string()))))
        }
    }
}
