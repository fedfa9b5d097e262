//! Carries out a plan, checks the live deployment afterwards, and rolls it back when the check fails.

use std::collections::BTreeMap;

use super::{
    OnInterrupt, Run, Session, Survey,
    apply::{self, Tally},
    confirm::Act,
    emulator::{interpreters, warm_up},
    plan_file::ReadPlan,
    post_deploy_check::{Announced, TIMEOUT, aftermath, check_of, failed, tell_checked, tell_left, unmade},
    preconditions,
};
use crate::{
    check::{self, CheckReport},
    cli::UpArgs,
    config::Loaded,
    engine::{
        CheckEnd, Consent, Events, Key, ReleaseEntry, Resource as _, ResourceError, RolledOut, Rollout, State, Verb,
        save_state,
    },
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    http::HttpClient,
    resources::user_pool::UserPool,
    stack::{self, FunctionPackages},
    users::UserError,
};

/// Asks for confirmation, carries out the plan of a survey, checks the live deployment, and returns the new state.
///
/// # Errors
/// When not every step was done, or the check did not pass.
pub(crate) async fn roll_out(
    run: &Run,
    session: &Session,
    survey: Survey,
    arguments: UpArgs,
) -> Result<State, Failure> {
    apply::show(run, session, &survey.plan, Act::Deploy).await?;
    if !arguments.no_check {
        tell_unchecked(run, &survey);
    }
    let Survey { state, plan, .. } = survey;
    if plan.is_empty() && state.unconfirmed.is_none() && state.temporary_user.is_none() {
        return Ok(state);
    }
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let state = remove_check_user(run, session, state).await?;
    if plan.is_empty() && state.unconfirmed.is_none() {
        return Ok(state);
    }
    let steps = apply::acting(&plan);
    let removes = plan.count(Verb::Delete) + plan.count(Verb::Untrack) > 0;
    let (tally, client, entry) = (Tally::new(&run.report), HttpClient::new(TIMEOUT), entry(run, session));
    let check = Announced { run, check: check_of(run, (session, &session.config), &client), at_once: removes };
    let how = Rollout { trial: (!arguments.no_check).then_some(&check), undo: !arguments.no_rollback, entry: &entry };
    let rolled = session.engine(run, &tally).roll_out(plan, state, &session.store, &how).await;
    run.meter.count_saves(rolled.outcome.saves);
    run.report.tell(&tally.executed(rolled.took));
    conclude(run, rolled, (steps, removes))
}

/// The outcome of a plan that was carried out.
pub(crate) struct Applied {
    /// How many steps were done, by verb.
    pub(crate) steps: BTreeMap<Verb, usize>,
    /// The new state, or why not every step was done.
    pub(crate) state: Result<State, Failure>,
}

/// Carries out the plan of a survey, which is already confirmed, without a check. `again` is the hint for continuing an
/// incomplete run.
pub(crate) async fn apply(
    run: &Run,
    session: &Session,
    survey: Survey,
    (events, again): (&dyn Events, Hint),
) -> Applied {
    let Survey { state, plan, .. } = survey;
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let (tally, steps, entry) = (Tally::new(events), apply::acting(&plan), entry(run, session));
    let unseen = Rollout::<Announced<'_>> { trial: None, undo: false, entry: &entry };
    let rolled = session.engine(run, &tally).roll_out(plan, state, &session.store, &unseen).await;
    run.meter.count_saves(rolled.outcome.saves);
    tell_unpruned(run, &rolled.unpruned);
    Applied { steps: tally.executed(rolled.took).steps, state: apply::conclude(run, rolled.outcome, (steps, again)) }
}

/// Prints a note when nothing is to be changed, but the last change has not passed its check yet.
pub(crate) fn tell_unchecked(run: &Run, survey: &Survey) {
    if survey.plan.is_empty() && survey.state.unconfirmed.is_some() {
        let message = Hint::from("the last change has not passed its check yet: ");
        run.report.note(message.run(SuggestedCommand::stack("up")).text(" checks the live version"));
    }
}

/// Deletes the temporary user that an interrupted check has left. A recorded user that no check has created is only
/// untracked.
///
/// # Errors
/// When the user cannot be read or deleted.
pub(crate) async fn remove_check_user<C>(run: &Run, session: &Session<C>, mut state: State) -> Result<State, Failure> {
    let Some(user) = state.temporary_user.take() else { return Ok(state) };
    let pools = state.resources.keys().filter(|key| key.kind == UserPool::KIND).cloned().collect();
    let observed = session.engine(run, &run.report).look_at(&state, &pools).await?;
    let at = (&session.cloud, &run.report as &dyn Events);
    let failed = |error: UserError| {
        let failure = Failure::failed("the user of an interrupted check cannot be removed").detail(&error);
        error.details().into_iter().fold(failure, Failure::detail).with_hints(error.hints())
    };
    match check::left_over(at, (&user, &state), &observed).await.map_err(failed)? {
        check::LeftOver::Gone => {}
        check::LeftOver::Ours => check::dismiss(at, &user).await.map_err(failed)?,
        check::LeftOver::NotOurs => {
            let fault = Fault::new(format!("the state names `{}` as the temporary user of a check", user.username))
                .detail(format!("no check of this stack created that user in user pool `{}`", user.user_pool_id))
                .hint("the user is left alone and not recorded any more");
            run.report.warn(&fault);
        }
    }
    run.meter.count_saves(1);
    Ok(save_state(state, &session.store).await?)
}

/// What a release of the session's config records.
fn entry(run: &Run, session: &Session) -> ReleaseEntry {
    let Session { config, .. } = session;
    ReleaseEntry { by: session.who(run), needs: stack::needed(config), checks: check::recorded(config) }
}

fn conclude(run: &Run, rolled: RolledOut<CheckReport>, (steps, removes): (usize, bool)) -> Result<State, Failure> {
    let RolledOut { outcome, tried, back, unpruned, .. } = rolled;
    tell_unpruned(run, &unpruned);
    let on = apply::go_on(run);
    let Some((end, report)) = tried else { return apply::conclude(run, outcome, (steps, on)) };
    tell_left(run, &report);
    if !removes {
        tell_checked(run, end, &report);
    }
    let failure = match end {
        CheckEnd::Passed => return apply::conclude(run, outcome, (steps, on)),
        CheckEnd::Open => {
            let again = Hint::from("the live version stays, unchecked; ");
            return Err(unmade(report, again.run(SuggestedCommand::stack("up")).text(" checks it again")));
        }
        CheckEnd::Failed => failed(&report),
    };
    let first = outcome.state.unconfirmed.as_ref().is_some_and(crate::engine::Unconfirmed::is_first);
    let failure = aftermath(failure, (back, first));
    Err(match outcome.save_error {
        Some(error) => Failure::from(error).after(failure),
        None => failure,
    })
}

fn tell_unpruned(run: &Run, unpruned: &[(Key, ResourceError)]) {
    for (key, error) in unpruned {
        let fault = Fault::of(format!("{key}: its old versions are not deleted yet"), error);
        run.report.warn(&fault.hint("the next change deletes it"));
    }
}

/// Connects, takes the lock, shows the plan, asks for confirmation, carries it out, and checks the live deployment. With a
/// plan file, the plan must be that of the file.
///
/// # Errors
/// When not every step was done, the check did not pass, or the plan is not that of the file.
pub(crate) async fn bring_up(
    run: &Run,
    loaded: &Loaded,
    packages: &FunctionPackages,
    arguments: UpArgs,
    planned: Option<&ReadPlan>,
) -> Result<(Session, State), Failure> {
    if run.options.local {
        interpreters::check(run, &loaded.config)?;
    }
    let mut session = Session::open(run, loaded, packages).await?;
    session.new = planned.map_or(arguments.new, ReadPlan::new_args);
    if let Some(planned) = planned {
        planned.check_target(&session)?;
    }
    let _lock = session.lock(run).await?;
    let survey = session.survey(run, &session.desired(packages), &Consent::default()).await;
    let survey = match planned {
        Some(planned) => planned.check(run, (&session, packages), survey)?,
        None => survey?,
    };
    preconditions::refuse(run, &session, &survey.plan).await?;
    let functions = warm_up::deployed(&survey.plan);
    let state = Box::pin(roll_out(run, &session, survey, arguments)).await?;
    for fault in warm_up::failures(&session, functions.iter().map(String::as_str)).await {
        run.report.warn(&fault);
    }
    Ok((session, state))
}
