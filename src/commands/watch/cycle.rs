//! One cycle: checks and plans what was saved, and deploys it where it is confirmed or requires no confirmation.
//!
//! As in `up`, the lock is held only while resources are read and changed, and never during a prompt, so an open
//! `watch` does not block other deploys. Therefore the state is loaded again before each change. When it is unchanged
//! since the last cycle, no other process has deployed, and for a change of code only the affected functions are read.

use std::collections::BTreeSet;

use super::code;
use crate::{
    config::{Loaded, Problem},
    engine::{Consent, Desired, Plan, State},
    failure::Failure,
    hint::Hint,
    report::{Deployed, PlanTable, UnderWay},
    session::{
        OnInterrupt, Run, Session, Survey,
        confirm::{self, Act},
        connection,
        deploy::{Applied, apply},
        emulator::{interpreters, warm_up},
        package_remarks::Remarks,
        preconditions, project,
    },
    stack::FunctionPackages,
};

/// A stack that is deployed repeatedly.
pub(super) struct Stack<'a> {
    run: &'a Run,
    pub(super) session: Session,
    loaded: Loaded,
    /// The remarks that were printed about its packages.
    remarks: Remarks,
    /// The result of the last cycle. `None` when that failed or was not confirmed.
    settled: Option<Settled>,
}

/// A stack that matches its config.
struct Settled {
    desired: Desired,
    /// The lineage of the state that recorded it.
    lineage: String,
    serial: u64,
}

/// The result of a cycle that did not fail.
pub(super) enum Ended {
    /// Nothing differs from the last cycle. No resource was read.
    Same,
    /// The live resources already match.
    Unchanged,
    Deployed(Deployed),
    /// The plan changes more than code and is not confirmed yet.
    Open(Box<Plan>),
}

impl<'a> Stack<'a> {
    /// A stack that was just deployed.
    pub(super) fn new(
        run: &'a Run,
        loaded: Loaded,
        session: Session,
        (packages, state): (&FunctionPackages, &State),
        remarks: Remarks,
    ) -> Self {
        let desired = session.desired(packages);
        Self { run, session, loaded, remarks, settled: Some(Settled::new(desired, state)) }
    }

    /// The config as last read.
    pub(super) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// Reads the config, and prints its warnings when they have changed.
    ///
    /// # Errors
    /// When the config is invalid.
    pub(super) fn load(&mut self) -> Result<(), Failure> {
        let loaded = project::read(self.run)?;
        if self.run.options.local && runtimes(&loaded) != runtimes(&self.loaded) {
            interpreters::check(self.run, &loaded.config)?;
        }
        if words(&loaded.warnings) != words(&self.loaded.warnings) {
            project::warn(self.run, &loaded.warnings);
        }
        self.loaded = loaded;
        Ok(())
    }

    /// Deploys the config when the plan changes only code or equals `agreed`, the confirmed plan.
    ///
    /// # Errors
    /// When it cannot be packaged, planned or applied. The next cycle then reads every resource.
    pub(super) async fn deploy(&mut self, agreed: Option<&Plan>) -> Result<Ended, Failure> {
        let packages = project::package(&self.loaded)?;
        let remarks = Remarks::of(self.run, &self.loaded.config, &packages);
        let before = std::mem::replace(&mut self.remarks, remarks);
        self.remarks.tell(self.run, &before)?;
        self.session.follow(&self.loaded, &packages)?;
        let desired = self.session.desired(&packages);
        if self.settled.as_ref().is_some_and(|settled| settled.desired == desired) {
            return Ok(Ended::Same);
        }
        let settled = self.settled.take();
        let edited = settled.as_ref().and_then(|settled| code::edited(&settled.desired, &desired));
        if self.run.options.local && edited.is_none() {
            connection::local_url(self.run, &self.loaded.identity.path).await?;
        }
        let lock = self.session.lock(self.run).await?;
        let ended = Box::pin(self.deploy_locked(settled, desired, agreed)).await;
        // A lock in a bucket is a call, which an end at once would leave in flight and the lock behind.
        self.run.cancel.on_interrupt(OnInterrupt::Finish);
        lock.release().await;
        self.run.cancel.on_interrupt(OnInterrupt::End);
        ended
    }

    async fn deploy_locked(
        &mut self,
        settled: Option<Settled>,
        desired: Desired,
        agreed: Option<&Plan>,
    ) -> Result<Ended, Failure> {
        let survey = self.survey(settled, &desired).await?;
        let plan = survey.plan.clone();
        if plan.is_empty() {
            self.settled = Some(Settled::new(desired, &survey.state));
            return Ok(Ended::Unchanged);
        }
        let code_only = code::only(&plan);
        if !code_only && confirm::is_due(self.run, Act::Change) && agreed != Some(&plan) {
            return Ok(Ended::Open(Box::new(plan)));
        }
        preconditions::refuse(self.run, &self.session, &plan).await?;
        if !code_only && agreed.is_none() {
            self.run.report.plan(PlanTable::new(&plan, &self.session.catalog), false);
        }
        let again = Hint::from("the next save tries again");
        let Applied { steps, state } =
            apply(self.run, &self.session, survey, (&UnderWay(&self.run.report), again)).await;
        self.settled = Some(Settled::new(desired, &state?));
        Ok(Ended::Deployed(Deployed { steps, functions: warm_up::deployed(&plan), code_only }))
    }

    /// Reads only the functions whose code was edited when nothing else can have changed. Otherwise reads every
    /// resource.
    async fn survey(&self, settled: Option<Settled>, desired: &Desired) -> Result<Survey, Failure> {
        if let Some(settled) = settled
            && let Some(keys) = code::edited(&settled.desired, desired)
        {
            let state = self.session.state().await?;
            if settled.is_in(&state) {
                let survey = self.session.survey_only(self.run, state, desired, &keys).await?;
                if code::only(&survey.plan) {
                    return Ok(survey);
                }
            }
        }
        self.session.survey(self.run, desired, &Consent::default()).await
    }
}

impl Settled {
    fn new(desired: Desired, state: &State) -> Self {
        Self { desired, lineage: state.lineage.clone(), serial: state.serial }
    }

    /// Whether the state is the one that recorded this stack, with no pending changes.
    fn is_in(&self, state: &State) -> bool {
        state.lineage == self.lineage && state.serial == self.serial && state.pending.is_empty()
    }
}

fn runtimes(loaded: &Loaded) -> BTreeSet<&str> {
    loaded.config.functions.values().map(|function| function.runtime.as_str()).collect()
}

fn words(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
