//! The post-deploy check: its requests and its report.

use std::collections::BTreeMap;

use super::{Run, Session};
use crate::{
    check::{CheckReport, CheckRunner, Finding, Propagation, Unmade},
    config::Config,
    engine::{CheckEnd, CheckOutcome, PostDeployCheck, Reverted, State, Store},
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    http::HttpClient,
    report::Checked,
};

/// The request timeout. API Gateway's own timeout is 29 s.
pub(crate) const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(35);

/// The check of a config.
pub(crate) fn check_of<'c, C>(
    run: &'c Run,
    (session, config): (&'c Session<C>, &'c Config),
    client: &'c HttpClient,
) -> CheckRunner<'c, HttpClient> {
    // What stands in for AWS has no distance over which a change spreads.
    let propagation = if session.cloud.endpoint.is_none() { Propagation::AWS } else { Propagation::NONE };
    CheckRunner {
        config,
        cloud: &session.cloud,
        events: &run.report,
        interrupt: &run.cancel.interrupt,
        courier: client,
        propagation,
        emulator: session.cloud.endpoint.as_deref().filter(|_| session.is_local()),
    }
}

/// A check that prints a note when it starts.
pub(crate) struct Announced<'a> {
    pub(crate) run: &'a Run,
    pub(crate) check: CheckRunner<'a, HttpClient>,
    /// Whether its result is told at once, as ahead of removals that follow when it has passed.
    pub(crate) at_once: bool,
}

impl PostDeployCheck for Announced<'_> {
    type Report = CheckReport;

    async fn run(&self, state: State, store: &dyn Store) -> CheckOutcome<CheckReport> {
        if self.check.propagation != Propagation::NONE {
            self.run.report.note("checking the new version as soon as it is live");
        }
        let tried = self.check.run(state, store).await;
        if self.at_once {
            tell_checked(self.run, tried.end, &tried.report);
        }
        tried
    }
}

/// Tells what a check has come to, where it has come to anything.
pub(crate) fn tell_checked(run: &Run, end: CheckEnd, report: &CheckReport) {
    if end != CheckEnd::Open || !report.findings.is_empty() {
        run.report.tell(&Checked::from(report));
    }
    for warning in blocked(report) {
        run.report.warn(&warning);
    }
    if let Some(note) = cors_unknown(report) {
        run.report.note(note);
    }
}

/// A warning for each function whose responses browsers block, with the requests that show it.
fn blocked(report: &CheckReport) -> Vec<Fault> {
    let mut requests: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for finding in &report.blocked {
        let function = finding.function.as_deref().unwrap_or_default();
        requests.entry((function, finding.wrong.join("; "))).or_default().push(&finding.request);
    }
    let warning = |((function, wrong), requests): ((&str, String), Vec<&str>)| {
        let fault = Fault::new(format!("browsers block the response of function `{function}`: {wrong}"));
        let fault = requests.into_iter().fold(fault, Fault::detail);
        fault.hint(
            "API Gateway does not add them: return them from the function, as the example of `stackctl init` does",
        )
    };
    requests.into_iter().map(warning).collect()
}

/// Names the routes whose functions were not called by any request of the check.
fn cors_unknown(report: &CheckReport) -> Option<String> {
    const NAMED: usize = 3;
    let routes = &report.cors_unknown;
    let (first, more) = routes.split_at(routes.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    (!routes.is_empty())
        .then(|| format!("CORS was not checked on {}{more}: add a `check` to the route", first.join(", ")))
}

pub(crate) fn tell_left(run: &Run, report: &CheckReport) {
    let Some(error) = &report.left else { return };
    let fault = Fault::new("the user of the check is not removed yet").detail(error);
    let fault = fault.hint(Hint::from("the next ").run(SuggestedCommand::stack("up")).text(" deletes them"));
    run.report.warn(&fault);
}

/// The failure when a check could not finish, so nothing was rolled back. It includes the findings so far.
pub(crate) fn unmade(mut report: CheckReport, again: Hint) -> Failure {
    let found = failed(&report);
    let failure = match report.unmade.take() {
        None => Failure::new(Exit::Interrupted, "interrupted before the live version was checked"),
        Some(Unmade::State(error)) => error.into(),
        Some(Unmade::Throttled) => throttled(&report),
        Some(Unmade::NoPool) => {
            Failure::failed("the live version cannot be checked: there is no user pool to sign in to")
        }
        Some(Unmade::User(error)) => {
            let failure = Failure::failed("the live version cannot be checked as a user").detail(&error);
            let failure = error.details().into_iter().fold(failure, Failure::detail);
            failure.with_hints(error.hints())
        }
    };
    failure.after(found).hint(again)
}

fn throttled(report: &CheckReport) -> Failure {
    let CheckReport { passed, throttled, .. } = report;
    let all = passed + throttled;
    Failure::failed(format!("{throttled} of {all} requests of the check came faster than the API takes them"))
        .detail("their result is unknown")
        .hint("wait, or raise `api.throttle` or the account's limits")
}

/// The failed requests, one error each.
pub(crate) fn failed(report: &CheckReport) -> Failure {
    Failure { exit: Exit::Failed, errors: report.findings.iter().map(fault).collect(), hints: Vec::new() }
}

fn fault(finding: &Finding) -> Fault {
    let function = finding.function.as_deref().unwrap_or_default();
    let cause = finding.cause.as_ref().map(|cause| cause.of(function));
    let wrong: Vec<&str> = finding.wrong.iter().map(String::as_str).chain(cause.as_deref()).collect();
    let fault = Fault::new(format!("{}: {}", finding.request, wrong.join("; ")));
    let fault = finding.remedy.iter().fold(fault, Fault::hint);
    let body = finding.body.iter().flat_map(|body| body.lines()).map(|line| format!("| {line}"));
    let fault = body.fold(fault, Fault::detail);
    let Some(function) = finding.function.as_ref().filter(|_| !finding.logs.is_empty()) else { return fault };
    let lines = finding.logs.iter().flat_map(|line| line.lines()).map(|line| format!("  {line}"));
    lines.fold(fault.detail(format!("`{function}` has logged:")), Fault::detail)
}

/// Says what became of what was served before.
pub(crate) fn aftermath(mut failure: Failure, (back, first): (Option<Reverted>, bool)) -> Failure {
    let Some(back) = back else {
        let hint = if first {
            "there was no live version before, so there is nothing to roll back to; "
        } else {
            "the live version stays, unchecked; "
        };
        return failure.hint(Hint::from(hint).run(SuggestedCommand::stack("up")).text(" checks it again"));
    };
    for failed in &back.failed {
        failure.errors.push(Fault::of(format!("{}: not rolled back", failed.key), &failed.error));
    }
    if !back.restored.is_empty() {
        let keys: Vec<String> = back.restored.iter().map(ToString::to_string).collect();
        failure = failure.hint(format!("rolled back: {}", keys.join(", ")));
    }
    failure.hint(
        Hint::from("everything else is as configured; ")
            .run(SuggestedCommand::stack("up"))
            .text(" plans the change again"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_check_names_the_cause_and_a_remedy() {
        let report = CheckReport { passed: 3, throttled: 2, ..CheckReport::default() };
        let failure = Failure::failed("2 of 5 requests of the check came faster than the API takes them")
            .detail("their result is unknown")
            .hint("wait, or raise `api.throttle` or the account's limits");
        assert_eq!(throttled(&report), failure);
    }
}
