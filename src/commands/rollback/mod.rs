//! `stackctl rollback`: makes an earlier release live again and checks it.

mod target;

use crate::{
    check::{self, CheckReport},
    cli::RollbackArgs,
    config::Outline,
    engine::{
        CheckEnd, FailedStep, Key, Move, Release, ReleaseEntry, Reverted, RollbackOutcome, Rollout, State, WayBack,
        served_release, wrong_member,
    },
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    http::HttpClient,
    report::{RolledBack, RolledForward},
    session::{
        OnInterrupt, Run, Session,
        confirm::{self, Act, Question},
        deploy::remove_check_user,
        deployed::{self, not_deployed},
        post_deploy_check::{Announced, TIMEOUT, check_of, failed, tell_left, unmade},
        project,
    },
};
use target::Target;

pub(crate) async fn run(run: &Run, arguments: RollbackArgs) -> Result<Exit, Failure> {
    let outline = project::outline(run)?;
    if deployed::recorded(run, &outline.identity).await?.is_none() {
        return Err(not_deployed(run, &outline.identity, "not deployed").await);
    }
    let session = Session::reach(run, &outline.identity).await?.with_names(outline);
    let _lock = session.lock(run).await?;
    let state = session.state().await?;
    if let Some(number) = arguments.release.filter(|number| is_gone_back_to(&session, &state, *number)) {
        remove_check_user(run, &session, state).await?;
        tell_served(run, number, &WayBack::default());
        return Ok(Exit::Done);
    }
    let target = match arguments.release {
        Some(number) => target::named(run, &session, (&state, number)).await?,
        None => target::previous(run, &session, &state).await?,
    };
    let number = target.release.number;
    if target.way.moves.is_empty() {
        remove_check_user(run, &session, state).await?;
        tell_served(run, number, &target.way);
        return Ok(Exit::Done);
    }
    let again = SuggestedCommand::stack("rollback").args(&RollbackArgs { release: Some(number), ..arguments }.words());
    ask(run, &session, (&target.release, &target.way), &again).await?;
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let went = go_back(run, &session, (state, &target), arguments.no_check).await?;
    run.meter.count_saves(went.saves);
    conclude(run, &target, went, &again)
}

/// Rolls back and runs the check of the release's own `up`.
async fn go_back(
    run: &Run,
    session: &Session<Outline>,
    (state, Target { release, present, .. }): (State, &Target),
    no_check: bool,
) -> Result<RollbackOutcome<CheckReport>, Failure> {
    let recorded = || check::again(&session.config.config, &release.checks).map_err(|error| unread(release, &error));
    let again = if no_check { None } else { Some(recorded()?) };
    if let Some(edited) = again.as_ref().map(|again| again.edited.join(", ")).filter(|edited| !edited.is_empty()) {
        let message = format!("not checked, because the `check` in the config is not that of the release: {edited}");
        run.report.note(message);
    }
    let state = remove_check_user(run, session, state).await?;
    let client = HttpClient::new(TIMEOUT);
    let check = |again| Announced { run, check: check_of(run, (session, again), &client), at_once: true };
    let check = again.as_ref().map(|again| check(&again.config));
    let entry = ReleaseEntry { by: session.who(run), ..ReleaseEntry::default() };
    let how = Rollout { trial: check.as_ref(), undo: true, entry: &entry };
    Ok(session.engine(run, &run.report).go_back(state, &session.store, (release, present), &how).await)
}

fn unread(release: &Release, error: &serde_json::Error) -> Failure {
    Failure::failed(format!("what release {} is checked for cannot be read, so nothing was changed", release.number))
        .detail(wrong_member(error))
        .hint("use the version of stackctl that recorded it, or a newer one")
        .hint("or leave the check out with `--no-check`")
}

/// Whether the live release is a rollback to a release that is no longer recorded. Rolling back to it again is not an
/// error.
fn is_gone_back_to(session: &Session<Outline>, state: &State, number: u64) -> bool {
    let served = served_release(state, &session.catalog).and_then(|release| release.back_to);
    served == Some(number) && !state.releases.iter().any(|release| release.number == number)
}

fn tell_served(run: &Run, number: u64, way: &WayBack) {
    let what = if way.gone.is_empty() { "the version" } else { "what remains of the version" };
    let served = format!("{what} of release {number} is already live");
    [served].into_iter().chain(lasting(way)).for_each(|message| run.report.note(message));
}

/// What the rollback does not change: resources that were deleted, and resources that were created later.
fn lasting(way: &WayBack) -> Vec<String> {
    let (gone, later) = (joined(&way.gone), joined(&way.later));
    let notes = [
        (!gone.is_empty()).then(|| format!("deleted since, and not restored: {gone}")),
        (!later.is_empty()).then(|| format!("created since, and unchanged: {later}")),
    ];
    notes.into_iter().flatten().collect()
}

fn joined(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn in_words(Move { key, from, to }: &Move) -> String {
    if from == to {
        format!("{key}: the result of an unfinished run → {to}")
    } else {
        format!("{key}: {from} → {to}")
    }
}

async fn ask(
    run: &Run,
    session: &Session<Outline>,
    (release, way): (&Release, &WayBack),
    again: &SuggestedCommand,
) -> Result<(), Failure> {
    let moves: Vec<String> = way.moves.iter().map(in_words).collect();
    let message = format!("back to release {} of {}: {}", release.number, release.at, moves.join(", "));
    let notes = [message].into_iter().chain(lasting(way));
    if !confirm::is_due(run, Act::RollBack) {
        notes.for_each(|message| run.report.note(message));
        return Ok(());
    }
    let target = session.target();
    confirm::show_target(run, &target);
    notes.for_each(|message| run.report.insist_note(message));
    let text =
        format!("Roll back {}, in {} to release {}", target.subject(), target.location.described(), release.number);
    let hint = Hint::from("check this, then run ").run(again.clone().yes());
    confirm::ask(run, &Question { act: Act::RollBack, text, hint }).await
}

fn conclude(
    run: &Run,
    target: &Target,
    went: RollbackOutcome<CheckReport>,
    again: &SuggestedCommand,
) -> Result<Exit, Failure> {
    let Target { release, way, .. } = target;
    let RollbackOutcome { state, back, tried, forward, save_error, .. } = went;
    let checked = tried.is_some();
    let failure = match tried {
        None if back.failed.is_empty() => None,
        None => Some(not_put_back(&back)),
        Some((end, report)) => {
            tell_left(run, &report);
            unconfirmed(end, report, again)
        }
    };
    let failure = match (failure, &forward) {
        (Some(failure), Some(forward)) => Some(after_forward(run, release, (failure, forward))),
        (failure, _) => failure,
    };
    if let Some(error) = save_error {
        return Err(unsaved(&back, (Failure::from(error), failure), again));
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let up = run.report.command(&SuggestedCommand::stack("up"));
    run.report.tell(&RolledBack {
        release: state.releases.last().map_or(0, |release| release.number),
        back_to: release.number,
        moves: &way.moves,
        gone: &way.gone,
        later: &way.later,
        checked,
        up,
    });
    Ok(Exit::Done)
}

/// Why what was rolled back to is not confirmed; `None` when its check has passed.
fn unconfirmed(end: CheckEnd, report: CheckReport, again: &SuggestedCommand) -> Option<Failure> {
    match end {
        CheckEnd::Passed => None,
        CheckEnd::Failed => Some(failed(&report)),
        CheckEnd::Open => {
            let hint = Hint::from("the rollback stays as it is, unchecked; ").run(again.clone());
            Some(unmade(report, hint.text(" checks it again")))
        }
    }
}

/// What could not be moved, each on its own.
fn not_put_back(back: &Reverted) -> Failure {
    let fault = |failed: &FailedStep| Fault::of(format!("{}: not rolled back", failed.key), &failed.error);
    Failure { exit: Exit::Failed, errors: back.failed.iter().map(fault).collect(), hints: Vec::new() }
}

/// Says what became of rolling forward to what was live before.
fn after_forward(run: &Run, release: &Release, (mut failure, forward): (Failure, &Reverted)) -> Failure {
    let back_to = release.number;
    run.report.tell(&RolledForward { back_to, restored: &forward.restored });
    let fault = |failed: &FailedStep| Fault::of(format!("{}: not rolled forward", failed.key), &failed.error);
    failure.errors.extend(forward.failed.iter().map(fault));
    if !forward.failed.is_empty() {
        let hint = SuggestedCommand::stack("up").then(" deploys the config again");
        return Failure { exit: Exit::Partly, ..failure }.hint(hint);
    }
    failure.hint("rolled forward: what was live before the rollback is live again")
}

/// Says what became of a rollback whose end is not on record. It was not begun where even that could not be recorded.
fn unsaved(back: &Reverted, (error, failure): (Failure, Option<Failure>), again: &SuggestedCommand) -> Failure {
    let exit = if error.exit == Exit::Locked { Exit::Locked } else { Exit::Partly };
    let begun = !back.restored.is_empty() || !back.failed.is_empty();
    let error = if begun { Failure { exit, ..error } } else { error };
    let failure = failure.into_iter().fold(error, Failure::after);
    let hint = || Hint::from("the changes are not recorded; ").run(again.clone()).text(" continues");
    if begun { failure.hint(hint()) } else { failure }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_recorded_by_a_later_version_is_rejected() {
        let config = json!({
            "deployment": { "serviceName": "shop", "region": "eu-west-1" },
            "functions": { "hello": { "source": "hello", "handler": "app.handler", "runtime": "python3.13" } },
            "routes": { "GET /hello": { "function": "hello", "check": {} } },
        });
        let config = serde_json::from_value(config).unwrap();
        let mut checks = check::recorded(&config);
        assert_eq!(check::again(&config, &checks).unwrap().config, config);
        checks["routes"]["GET /hello"]["load"] = json!(7);
        let error = check::again(&config, &checks).err().unwrap();
        let release = Release {
            number: 4,
            at: jiff::Timestamp::UNIX_EPOCH,
            by: "ann".into(),
            checked: true,
            back_to: None,
            changes: [].into(),
            serves: [].into(),
            needs: [].into(),
            checks,
        };
        let failure = Failure::failed("what release 4 is checked for cannot be read, so nothing was changed")
            .detail("it has a `load` where none belongs")
            .hint("use the version of stackctl that recorded it, or a newer one")
            .hint("or leave the check out with `--no-check`");
        assert_eq!(unread(&release, &error), failure);
    }
}
