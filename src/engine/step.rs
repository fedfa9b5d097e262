//! One step, carried out.

use serde_json::Value;

use super::{
    action::Action,
    claim::{Claim, Found, Unmanaged},
    context::StepContext,
    diff::diff,
    erased::Erased,
    error::{ResourceError, Result, Verdict},
    handle::Engine,
    input::Resolved,
    journal::Journal,
    key::Key,
    observe::{LIST_LAG, Wanted, claim, find, known},
    plan::{Plan, Step, people},
    recordings::Recordings,
    slots::Slot,
};

/// How often a create is sent in all when its answer is lost and nothing is found of it.
const CREATE_ATTEMPTS: usize = 3;

/// A step with everything it needs, apart from the run, so that many are under way at once.
pub(super) struct Effect<'r, C> {
    engine: &'r Engine<'r, C>,
    key: &'r Key,
    action: &'r Action,
    spec: Option<Resolved>,
    claim: Claim,
    known: Vec<Value>,
    slot: Slot<'r>,
}

impl<'r, C: Send + Sync + 'static> Effect<'r, C> {
    /// Resolves the settings of a step with what the steps before it came to.
    pub(super) fn prepare(
        engine: &'r Engine<'r, C>,
        plan: &'r Plan,
        (step, slot): (&'r Step, Slot<'r>),
        journal: &Journal<'_>,
    ) -> Self {
        let lookup = Recordings { plan, state: &journal.state };
        let node = plan.desired.get(&step.key);
        let stays = matches!(step.action, Action::Replace { create_first: true, .. });
        Self {
            engine,
            key: &step.key,
            action: &step.action,
            spec: node.and_then(|node| Resolved::new(&node.spec, &lookup)),
            claim: claim(&journal.state, &step.key, journal.token(&step.key)),
            known: known(&journal.state, &step.key, |key| *key != step.key || stays),
            slot,
        }
    }

    /// Does what the step says; answers the outputs of what is there afterwards.
    pub(super) async fn carry_out(self) -> Result<Option<Value>> {
        let kind = self.engine.catalog.get(&self.key.kind);
        let kind = kind.ok_or_else(|| ResourceError::refused(format!("unknown kind `{}`", self.key.kind)))?;
        let context = StepContext { slot: Some(&self.slot), ..self.engine.context(self.key) };
        match self.action {
            Action::Keep { .. } | Action::Untrack { .. } => Ok(None),
            Action::Create { .. } => self.create(kind, &context).await.map(Some),
            Action::Adopt { outputs, changes, .. } | Action::Update { outputs, changes, .. } if changes.is_empty() => {
                Ok(Some(outputs.clone()))
            }
            Action::Adopt { outputs, live, .. } | Action::Update { outputs, live, .. } => {
                kind.update(&context, outputs, live, self.spec()?).await.map(Some)
            }
            Action::Replace { outputs, .. } => {
                if deletes_first(self.action) {
                    // Replacements are planned of things that hold nothing, and users may have been added since.
                    self.delete(kind, &context, outputs, 0).await?;
                }
                self.create(kind, &context).await.map(Some)
            }
            Action::Delete { outputs, holdings, .. } => {
                self.delete(kind, &context, outputs, *holdings).await.map(|()| None)
            }
        }
    }

    fn spec(&self) -> Result<&Resolved> {
        self.spec.as_ref().ok_or_else(|| ResourceError::refused("something that its settings refer to does not exist"))
    }

    /// Creates; when the answer is lost or something is there already, finds out whether it is ours before anything
    /// is created a second time.
    async fn create(&self, kind: &dyn Erased<C>, context: &StepContext<'_, C>) -> Result<Value> {
        let spec = self.spec()?;
        let mut attempt = 1;
        loop {
            let error = match kind.create(context, spec, &self.claim).await {
                Ok(outputs) => return Ok(outputs),
                Err(error) if matches!(error.verdict, Verdict::Ambiguous | Verdict::AlreadyExists) => error,
                Err(error) => return Err(error),
            };
            let late = kind.traits().listed_late && error.verdict == Verdict::Ambiguous;
            let timeout = if late { LIST_LAG } else { std::time::Duration::ZERO };
            let wanted = Wanted { spec, claim: &self.claim, known: &self.known };
            match find(kind, context, &wanted, timeout).await? {
                Found::Ours(sight) if diff(&sight.spec, spec.value(), &[]).is_empty() => return Ok(sight.outputs),
                Found::Ours(sight) => return kind.update(context, &sight.outputs, &sight.spec, spec).await,
                Found::NotOurs(unmanaged) => {
                    return Err(ResourceError::new(Verdict::NotOurs, unmanaged.exists()).hint(Unmanaged::WAY_OUT));
                }
                Found::Nothing if error.verdict == Verdict::Ambiguous && attempt < CREATE_ATTEMPTS => attempt += 1,
                Found::Nothing => return Err(error),
            }
        }
    }

    /// Deletes; what holds user data only while it holds no more than was agreed to.
    async fn delete(
        &self,
        kind: &dyn Erased<C>,
        context: &StepContext<'_, C>,
        outputs: &Value,
        agreed: u64,
    ) -> Result<()> {
        if let Some(data) = kind.data() {
            let holds = data.count(context, outputs).await?;
            if holds != agreed {
                return Err(ResourceError::refused(format!(
                    "it has {} now, but {agreed} were confirmed",
                    people(holds)
                ))
                .hint("run the command again to see the new plan"));
            }
        }
        kind.delete(context, outputs).await
    }
}

/// Whether a step replaces what is there before it makes the new one.
fn deletes_first(action: &Action) -> bool {
    matches!(action, Action::Replace { create_first: false, .. })
}
