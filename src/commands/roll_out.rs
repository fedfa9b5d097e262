//! Carries a plan out so that it can be undone: what is served afterwards is checked, and put back when the check fails.

use std::collections::BTreeMap;

use super::{
    app::{App, OnInterrupt},
    carry_out::{self, Tally},
    consent::Act,
    session::{Session, Survey},
};
use crate::{
    check::{self, Check, CheckReport, Finding, Patience, Unmade},
    cli::UpArgs,
    config::Config,
    engine::{
        Back, Entry, Events, Key, Resource as _, ResourceError, RolledOut, Rollout, Trial, TrialEnd, Tried, Verb,
        record,
    },
    error::{Failure, Fault},
    exit::Exit,
    http::Client,
    people::PeopleError,
    report::Message,
    resources::user_pool::UserPool,
    stack,
    state::{State, Store},
};

/// How long a request may take: API Gateway gives up after 29 s.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(35);

/// Carries out the plan of a survey, after asking, checks what is served then, and returns the state as it is then.
///
/// # Errors
/// When not everything was done, or the check has not passed.
pub(super) async fn roll_out(
    app: &App,
    session: &Session,
    survey: Survey,
    arguments: UpArgs,
) -> Result<State, Failure> {
    carry_out::show(app, session, &survey.plan, Act::Deploy).await?;
    if !arguments.no_check {
        tell_unchecked(app, &survey);
    }
    let Survey { state, plan, .. } = survey;
    if plan.is_empty() && state.unchecked.is_none() && state.check_user.is_none() {
        return Ok(state);
    }
    app.set_on_interrupt(OnInterrupt::Finish);
    let state = remove_check_user(app, session, state).await?;
    if plan.is_empty() && state.unchecked.is_none() {
        return Ok(state);
    }
    let steps = carry_out::acting(&plan);
    let removes = plan.count(Verb::Delete) + plan.count(Verb::Forget) > 0;
    let (tally, client, entry) = (Tally::new(&app.report), Client::new(PATIENCE), entry(app, session));
    let check = Announced { app, check: check_of(app, (session, &session.config), &client), at_once: removes };
    let how = Rollout { trial: (!arguments.no_check).then_some(&check), undo: !arguments.no_rollback, entry: &entry };
    let rolled = session.engine(app, &tally).roll_out(plan, state, &*session.store, &how).await;
    app.bill_saves(rolled.outcome.saves);
    app.report.tell(&Message::Executed { steps: &tally.take(), took: rolled.took });
    conclude(app, rolled, (steps, removes))
}

/// What became of a plan that was carried out.
pub(crate) struct Applied {
    /// How many steps were done, by verb.
    pub(crate) steps: BTreeMap<Verb, usize>,
    /// The state as it is then, or why not everything was done.
    pub(crate) state: Result<State, Failure>,
}

/// Carries out the plan of a survey, to which whoever must has agreed, and checks nothing; `again` says how a rest of it is
/// done.
pub(crate) async fn apply(
    app: &App,
    session: &Session,
    survey: Survey,
    (events, again): (&dyn Events, &str),
) -> Applied {
    let Survey { state, plan, .. } = survey;
    app.set_on_interrupt(OnInterrupt::Finish);
    let (tally, steps, entry) = (Tally::new(events), carry_out::acting(&plan), entry(app, session));
    let unseen = Rollout::<Announced<'_>> { trial: None, undo: false, entry: &entry };
    let rolled = session.engine(app, &tally).roll_out(plan, state, &*session.store, &unseen).await;
    app.bill_saves(rolled.outcome.saves);
    tell_unpruned(app, &rolled.unpruned);
    Applied { steps: tally.take(), state: carry_out::conclude(app, rolled.outcome, (steps, again)) }
}

/// Tells that there is something to do although nothing is to be changed.
pub(super) fn tell_unchecked(app: &App, survey: &Survey) {
    if survey.plan.is_empty() && survey.state.unchecked.is_some() {
        let up = format!("stackctl up{}", app.flags());
        let message = format!("the last change has not passed its check yet: `{up}` checks what is served");
        app.report.tell(&Message::Note { message: &message });
    }
}

/// Deletes the user that an interrupted check has left. One that is on record and is not a check's is untracked.
///
/// # Errors
/// When it cannot be looked at or deleted.
pub(super) async fn remove_check_user<C>(app: &App, session: &Session<C>, mut state: State) -> Result<State, Failure> {
    let Some(user) = state.check_user.take() else { return Ok(state) };
    let pools = state.resources.keys().filter(|key| key.kind == UserPool::KIND).cloned().collect();
    let observed = session.engine(app, &app.report).look_at(&state, &pools).await?;
    let at = (&session.cloud, &app.report as &dyn Events);
    let failed = |error: PeopleError| {
        let failure = Failure::failed("the user of an interrupted check cannot be removed").detail(&error);
        error.details().into_iter().fold(failure, Failure::detail).with_hints(error.hints(&app.flags()))
    };
    match check::left_over(at, (&user, &state), &observed).await.map_err(failed)? {
        check::LeftOver::Gone => {}
        check::LeftOver::Ours => check::dismiss(at, &user).await.map_err(failed)?,
        check::LeftOver::NotOurs => {
            let fault = Fault::new(format!("the state names `{}` as the temporary user of a check", user.username))
                .detail(format!("no check of this stack created that user in user pool `{}`", user.user_pool_id))
                .hint("the user is left alone and not recorded any more");
            app.report.tell(&Message::Warning(&fault));
        }
    }
    app.bill_saves(1);
    Ok(record(state, &*session.store).await?)
}

/// What a release of the session's config records.
fn entry(app: &App, session: &Session) -> Entry {
    let Session { config, .. } = session;
    Entry { by: session.who(app), needs: stack::needed(config), checks: check::recorded(config) }
}

/// The check of what a config says.
pub(super) fn check_of<'c, C>(
    app: &'c App,
    (session, config): (&'c Session<C>, &'c Config),
    client: &'c Client,
) -> Check<'c, Client> {
    // What stands in for AWS has no distance over which a change spreads.
    let patience = if session.cloud.endpoint.is_none() { Patience::AWS } else { Patience::NONE };
    Check {
        config,
        cloud: &session.cloud,
        events: &app.report,
        interrupt: &app.interrupt,
        courier: client,
        patience,
        emulator: session.cloud.endpoint.as_deref().filter(|_| session.is_local()),
    }
}

/// A check that takes its time, and says so.
pub(super) struct Announced<'a> {
    pub(super) app: &'a App,
    pub(super) check: Check<'a, Client>,
    /// Whether its result is told at once, as ahead of removals that follow when it has passed.
    pub(super) at_once: bool,
}

impl Trial for Announced<'_> {
    type Report = CheckReport;

    async fn run(&self, state: State, store: &dyn Store) -> Tried<CheckReport> {
        if self.check.patience != Patience::NONE {
            self.app.report.tell(&Message::Note { message: "checking what is served now, as soon as it is" });
        }
        let tried = self.check.run(state, store).await;
        if self.at_once {
            tell_checked(self.app, tried.end, &tried.report);
        }
        tried
    }
}

/// Tells what a check has come to, where it has come to anything.
fn tell_checked(app: &App, end: TrialEnd, report: &CheckReport) {
    if end != TrialEnd::Open || !report.findings.is_empty() {
        app.report.tell(&Message::Checked(report));
    }
    for warning in blocked(report) {
        app.report.tell(&Message::Warning(&warning));
    }
    if let Some(note) = cors_unknown(report) {
        app.report.tell(&Message::Note { message: &note });
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

/// Names the routes whose functions no request of the check has called.
fn cors_unknown(report: &CheckReport) -> Option<String> {
    const NAMED: usize = 3;
    let routes = &report.cors_unknown;
    let (first, more) = routes.split_at(routes.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    (!routes.is_empty())
        .then(|| format!("CORS was not checked on {}{more}: add a `check` to the route", first.join(", ")))
}

fn conclude(app: &App, rolled: RolledOut<CheckReport>, (steps, removes): (usize, bool)) -> Result<State, Failure> {
    let RolledOut { outcome, tried, back, unpruned, .. } = rolled;
    tell_unpruned(app, &unpruned);
    let on = carry_out::go_on(app);
    let Some((end, report)) = tried else { return carry_out::conclude(app, outcome, (steps, &on)) };
    tell_left(app, &report);
    if !removes {
        tell_checked(app, end, &report);
    }
    let failure = match end {
        TrialEnd::Passed => return carry_out::conclude(app, outcome, (steps, &on)),
        TrialEnd::Open => {
            let again =
                format!("what is served stays as it is, unchecked; `stackctl up{}` checks it again", app.flags());
            return Err(unmade(report, (&app.flags(), &again)));
        }
        TrialEnd::Failed => failed(&report),
    };
    let first = outcome.state.unchecked.as_ref().is_some_and(crate::state::Unchecked::is_first);
    let failure = aftermath(app, failure, (back, first));
    Err(match outcome.save_error {
        Some(error) => Failure::from(error).after(failure),
        None => failure,
    })
}

fn tell_unpruned(app: &App, unpruned: &[(Key, ResourceError)]) {
    for (key, error) in unpruned {
        let fault = Fault::of(format!("{key}: what it served long ago is not deleted yet"), error);
        app.report.tell(&Message::Warning(&fault.hint("the next change deletes it")));
    }
}

pub(super) fn tell_left(app: &App, report: &CheckReport) {
    let Some(error) = &report.left else { return };
    let fault = Fault::new("the user of the check is not removed yet").detail(error);
    let fault = fault.hint(format!("the next `stackctl up{}` removes them", app.flags()));
    app.report.tell(&Message::Warning(&fault));
}

/// The check came to no end, so nothing is put back. What it has found until then is told.
pub(super) fn unmade(mut report: CheckReport, (flags, again): (&str, &str)) -> Failure {
    let found = failed(&report);
    let failure = match report.unmade.take() {
        None => Failure::new(Exit::Interrupted, "interrupted before what is served was checked"),
        Some(Unmade::State(error)) => error.into(),
        Some(Unmade::Throttled) => throttled(&report),
        Some(Unmade::NoPool) => {
            Failure::failed("what is served cannot be checked: there is no user pool to sign in to")
        }
        Some(Unmade::User(error)) => {
            let failure = Failure::failed("what is served cannot be checked as a user").detail(&error);
            let failure = error.details().into_iter().fold(failure, Failure::detail);
            failure.with_hints(error.hints(flags))
        }
    };
    failure.after(found).hint(again)
}

fn throttled(report: &CheckReport) -> Failure {
    let CheckReport { passed, throttled, .. } = report;
    let all = passed + throttled;
    Failure::failed(format!("{throttled} of {all} requests of the check came faster than the API takes them"))
        .detail("nobody knows how they would have been answered")
        .hint("wait, or raise `api.throttle` or the account's limits")
}

/// What did not get the answer that it must get, each on its own.
pub(super) fn failed(report: &CheckReport) -> Failure {
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
fn aftermath(app: &App, mut failure: Failure, (back, first): (Option<Back>, bool)) -> Failure {
    let again = format!("`stackctl up{}`", app.flags());
    let Some(back) = back else {
        return failure.hint(if first {
            format!(
                "what it changes has served nothing before, so there is nothing to go back to; {again} checks it again"
            )
        } else {
            format!("what is served stays as it is, unchecked; {again} checks it again")
        });
    };
    for failed in &back.failed {
        failure.errors.push(Fault::of(format!("{}: not put back", failed.key), &failed.error));
    }
    if !back.restored.is_empty() {
        let keys: Vec<String> = back.restored.iter().map(ToString::to_string).collect();
        let serve = if keys.len() == 1 { "serves" } else { "serve" };
        failure = failure.hint(format!("put back: {} {serve} again what was served before", keys.join(", ")));
    }
    failure.hint(format!("everything else is as configured; {again} plans the change again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_was_throttled_says_so_and_what_helps() {
        let report = CheckReport { passed: 3, throttled: 2, ..CheckReport::default() };
        let failure = Failure::failed("2 of 5 requests of the check came faster than the API takes them")
            .detail("nobody knows how they would have been answered")
            .hint("wait, or raise `api.throttle` or the account's limits");
        assert_eq!(throttled(&report), failure);
    }
}
