//! One check: requests that API Gateway responds to by itself, then those that the config asks for.

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    bearer::Bearer,
    cors, forged,
    probe::{Caller, Probe},
    probes,
    report::{self, CheckReport, Unmade},
    rounds::{Judged, Rounds},
    runner::CheckRunner,
    temporary_user::{TemporaryUser, dismiss},
    transport::Transport,
};
use crate::{
    engine::{CheckEnd, CheckOutcome, CheckUser, PostDeployCheck, State, Store, StoreError, save_state},
    stack,
};

impl<C: Transport> PostDeployCheck for CheckRunner<'_, C> {
    type Report = CheckReport;

    async fn run(&self, state: State, store: &dyn Store) -> CheckOutcome<CheckReport> {
        let mut run = CheckRun {
            check: self,
            state,
            store,
            saves: 0,
            user: None,
            admitted: false,
            report: CheckReport::default(),
        };
        let began = Instant::now();
        let end = tokio::select! {
            biased;
            () = self.interrupt.wait() => CheckEnd::Open,
            end = run.go() => end,
        };
        run.leave().await;
        run.report.took = began.elapsed();
        let end = if run.report.unmade.is_some() { CheckEnd::Open } else { end };
        CheckOutcome { state: run.state, end, report: run.report, saves: run.saves }
    }
}

/// One check under way.
struct CheckRun<'r, C> {
    check: &'r CheckRunner<'r, C>,
    state: State,
    store: &'r dyn Store,
    saves: u64,
    /// The user that this check is about to create, or has. What an earlier one has recorded is not its business.
    user: Option<CheckUser>,
    /// Whether the user is known to have been made: no call for it is under way any more.
    admitted: bool,
    report: CheckReport,
}

impl<C: Transport> CheckRun<'_, C> {
    async fn go(&mut self) -> CheckEnd {
        let outputs = stack::outputs(self.check.config, &self.state);
        let Some(url) = outputs.invoke_url.clone() else { return CheckEnd::Passed };
        let since = Timestamp::now();
        let deadline = self.check.propagation.settle().await;
        let rounds = Rounds { courier: self.check.courier, url: &url, deadline };
        let forged = forged::tokens(&outputs);
        let gateway = probes::of_gateway(self.check.config);
        self.take(rounds.all(&gateway, &forged).await);
        if !self.report.findings.is_empty() {
            return CheckEnd::Failed;
        }
        let asked = probes::of_config(self.check.config);
        let tokens = match self.tokens(&asked, &outputs).await {
            Ok(tokens) => tokens,
            Err(unmade) => {
                self.report.unmade = Some(unmade);
                return CheckEnd::Open;
            }
        };
        self.take(rounds.all(&asked, &tokens).await);
        if self.report.findings.is_empty() && self.report.throttled > 0 {
            self.report.unmade = Some(Unmade::Throttled);
            return CheckEnd::Open;
        }
        if self.report.findings.is_empty() {
            self.take_public_gets(rounds.once_each(&cors::public_gets(self.check.config)).await);
            return CheckEnd::Passed;
        }
        report::add_logs(self.check, &mut self.report.findings, (since, &tokens)).await;
        CheckEnd::Failed
    }

    fn take(&mut self, answers: Vec<Judged>) {
        for seen in answers {
            match seen {
                Judged::Right => self.report.passed += 1,
                Judged::Blocked(finding) => {
                    self.report.passed += 1;
                    self.report.blocked.push(finding);
                }
                Judged::Throttled => self.report.throttled += 1,
                Judged::Wrong(finding) => self.report.findings.push(finding),
            }
        }
    }

    /// Nothing that has not been asked for makes a check fail.
    fn take_public_gets(&mut self, answers: Vec<Judged>) {
        let answered = answers.into_iter().filter(|seen| matches!(seen, Judged::Right | Judged::Blocked(_)));
        self.take(answered.collect());
        self.report.cors_unknown = probes::cors_unknown(self.check.config);
    }

    /// The tokens of the check's user; none when no request needs them.
    async fn tokens(&mut self, asked: &[Probe], outputs: &stack::Outputs) -> Result<Bearer, Unmade> {
        if !asked.iter().any(|probe| matches!(probe.caller, Caller::User(_))) {
            return Ok(Bearer::default());
        }
        let (Some(pool), Some(client)) = (&outputs.user_pool_id, &outputs.client_id) else {
            return Err(Unmade::NoPool);
        };
        let visitor = TemporaryUser::meet(self.check, (pool, client), &self.state).await?;
        // On record before they are there: whatever happens to this run, the next one finds and removes them.
        self.user = Some(visitor.record());
        self.state.temporary_user.clone_from(&self.user);
        self.save().await?;
        let tokens = visitor.admit().await?;
        self.admitted = true;
        Ok(Bearer::of(&tokens))
    }

    /// Removes the user, if one was about to be made. They stay on record unless they are known to have been there and
    /// to be gone: a call that makes them may still be on its way.
    async fn leave(&mut self) {
        let Some(user) = &self.user else { return };
        if let Err(error) = dismiss((self.check.cloud, self.check.events), user).await {
            self.report.left = Some(error);
        } else if std::mem::take(&mut self.admitted) {
            self.state.temporary_user = None;
            if let Err(error) = self.save().await {
                self.report.unmade.get_or_insert(error.into());
            }
        }
    }

    async fn save(&mut self) -> Result<(), StoreError> {
        self.saves += 1;
        self.state = save_state(self.state.clone(), self.store).await?;
        Ok(())
    }
}
