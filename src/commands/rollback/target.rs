//! The release to roll back to: the given one, or the last available one before the live version.

use crate::{
    config::Outline,
    engine::{Obstacle, Release, ReleaseNeeds, State, WayBack, served_release},
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::{Unavailable, reasons},
    session::{Run, Session},
};

/// A release that can be rolled back to.
pub(super) struct Target {
    pub(super) release: Release,
    pub(super) present: ReleaseNeeds,
    pub(super) way: WayBack,
}

/// The release with this number.
///
/// # Errors
/// When it does not exist, or its deployment needs a resource that was deleted.
pub(super) async fn named(
    run: &Run,
    session: &Session<Outline>,
    (state, number): (&State, u64),
) -> Result<Target, Failure> {
    let found = state.releases.iter().find(|release| release.number == number);
    let release = found.ok_or_else(|| {
        Failure::usage(format!("release {number} not found"))
            .hint(SuggestedCommand::stack("history").then(" shows the releases"))
    })?;
    let engine = session.engine(run, &run.report);
    let present = engine.present(state, &[release]).await?;
    let obstacles = engine.obstacles(state, &present, release).await?;
    if !obstacles.is_empty() {
        let failure = Failure::failed(format!("release {number} is not available"));
        return Err(ways_on(reasons(&obstacles).into_iter().fold(failure, Failure::detail)));
    }
    let way = present.way_back(state, release);
    Ok(Target { release: release.clone(), present, way })
}

/// The release that an unfinished rollback was for, or else the last available one before the live version that differs
/// from it. Prints the releases that are skipped.
///
/// # Errors
/// When there is none.
pub(super) async fn previous(run: &Run, session: &Session<Outline>, state: &State) -> Result<Target, Failure> {
    let candidates = candidates(session, state);
    let engine = session.engine(run, &run.report);
    let present = engine.present(state, &candidates).await?;
    let mut passed_over = Vec::new();
    for release in candidates {
        let obstacles = engine.obstacles(state, &present, release).await?;
        if !obstacles.is_empty() {
            passed_over.push((release.number, obstacles));
            continue;
        }
        let way = present.way_back(state, release);
        if !way.moves.is_empty() {
            for (release, obstacles) in &passed_over {
                run.report.tell(&Unavailable { release: *release, obstacles });
            }
            return Ok(Target { release: release.clone(), present, way });
        }
    }
    Err(nothing(state, &passed_over))
}

/// The release that an unfinished rollback was for, and those before the live version, newest first. When the live
/// version has not passed its check, all releases are before it.
fn candidates<'s>(session: &Session<Outline>, state: &'s State) -> Vec<&'s Release> {
    let begun = state.unconfirmed.as_ref().and_then(|unconfirmed| unconfirmed.back_to);
    let live = served_release(state, &session.catalog).map(|release| release.back_to.unwrap_or(release.number));
    let is_begun = |release: &&Release| Some(release.number) == begun;
    let is_earlier = |release: &&Release| live.is_none_or(|live| release.number < live);
    let rest = state.releases.iter().rev().filter(|release| !is_begun(release)).filter(is_earlier);
    state.releases.iter().filter(is_begun).chain(rest).collect()
}

fn nothing(state: &State, passed_over: &[(u64, Vec<Obstacle>)]) -> Failure {
    let why = match (state.releases.is_empty(), passed_over.is_empty()) {
        (true, _) => "no release is recorded yet",
        (false, true) => "no earlier release differs from the live one",
        (false, false) => "no earlier release is available",
    };
    let failure = Failure::failed(format!("nothing to roll back to: {why}"));
    let details = passed_over.iter().flat_map(|(release, obstacles)| {
        reasons(obstacles).into_iter().map(move |reason| format!("release {release}: {reason}"))
    });
    let failure = details.fold(failure, Failure::detail);
    if passed_over.is_empty() {
        return failure.hint(SuggestedCommand::stack("history").then(" shows the releases"));
    }
    ways_on(failure)
}

/// Adds hints for deploying an earlier version without a rollback.
fn ways_on(failure: Failure) -> Failure {
    failure
        .hint(Hint::from("restore the config and code of that release, and run ").run(SuggestedCommand::stack("up")))
        .hint(SuggestedCommand::stack("history").then(" shows which releases are available"))
}
