//! `stackctl rollback`: what was served with an earlier release is served again.

use super::{
    app::{App, OnInterrupt},
    consent,
    deployed::not_deployed,
    project,
    session::{self, Session},
};
use crate::{
    engine::{Back, Failed, Key, Move, WayBack, WentBack, served_release, way_back},
    error::{Failure, Fault},
    exit::Exit,
    report::{Message, RolledBack},
    stack::Packages,
    state::{Release, State},
};

pub(crate) async fn run(app: &App, number: Option<u64>) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    if session::recorded(app, &loaded).await?.is_none() {
        return Err(not_deployed(app, &loaded, "not deployed").await);
    }
    let session = Session::open(app, &loaded, &Packages::new()).await?;
    session.lock(app).await?;
    let state = session.state().await?;
    if let Some(number) = number.filter(|number| is_gone_back_to(&session, &state, *number)) {
        tell_served(app, number, &WayBack::default());
        return Ok(Exit::Done);
    }
    let release = match number {
        Some(number) => named(app, &state, number)?,
        None => previous(app, &session, &state)?,
    };
    let way = way_back(&state, &session.catalog, &release.serves);
    let number = release.number;
    if way.moves.is_empty() {
        tell_served(app, number, &way);
        return Ok(Exit::Done);
    }
    app.set_words(format!(" {number}"));
    ask(app, &session, (&release, &way)).await?;
    app.set_on_interrupt(OnInterrupt::Finish);
    let who = session.who(app);
    let went = session.engine(app, &app.report).go_back(state, &*session.store, (&release, &who)).await;
    app.bill_saves(went.saves);
    conclude(app, (number, &way), went)
}

/// Whether a release that is too old to be on record is served again, so that to go back to it once more is no error.
fn is_gone_back_to(session: &Session, state: &State, number: u64) -> bool {
    let served = served_release(state, &session.catalog).and_then(|release| release.back_to);
    served == Some(number) && !state.releases.iter().any(|release| release.number == number)
}

fn tell_served(app: &App, number: u64, way: &WayBack) {
    let what = if way.gone.is_empty() { "what was served" } else { "what is left of what was served" };
    let served = format!("{what} with release {number} is served already");
    [served].iter().chain(&lasting(way)).for_each(|message| app.report.tell(&Message::Note { message }));
}

/// The release with this number.
fn named(app: &App, state: &State, number: u64) -> Result<Release, Failure> {
    let found = state.releases.iter().find(|release| release.number == number);
    found.cloned().ok_or_else(|| {
        Failure::usage(format!("there is no release {number} that could be gone back to"))
            .hint(format!("`stackctl history{}` tells those there are", app.flags()))
    })
}

/// The release that an unfinished run was going back to; else the one before what is served, which is the last one when
/// what is served is not confirmed.
fn previous(app: &App, session: &Session, state: &State) -> Result<Release, Failure> {
    let begun = state.unchecked.as_ref().and_then(|unchecked| unchecked.back_to);
    if let Some(release) = state.releases.iter().find(|release| Some(release.number) == begun) {
        return Ok(release.clone());
    }
    let served = served_release(state, &session.catalog).map(|release| release.back_to.unwrap_or(release.number));
    let earlier = |release: &&Release| served.is_none_or(|served| release.number < served);
    let differs = |release: &&Release| !way_back(state, &session.catalog, &release.serves).moves.is_empty();
    let found = state.releases.iter().rev().filter(earlier).find(differs);
    found.cloned().ok_or_else(|| {
        let message = match state.releases.last() {
            None => "no release is on record yet, so there is none to go back to",
            Some(_) => "no release before what is served has served anything else",
        };
        Failure::failed(message).hint(format!("`stackctl history{}` tells those there are", app.flags()))
    })
}

/// What going back does not change: what is gone, and what came later.
fn lasting(way: &WayBack) -> Vec<String> {
    let (gone, later) = (joined(&way.gone), joined(&way.later));
    let notes = [
        (!gone.is_empty()).then(|| format!("removed since, and does not come back: {gone}")),
        (!later.is_empty()).then(|| format!("made since, and stays as it is: {later}")),
    ];
    notes.into_iter().flatten().collect()
}

fn joined(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn in_words(Move { key, from, to }: &Move) -> String {
    if from == to {
        format!("{key}: whatever an unfinished run has left → {to}")
    } else {
        format!("{key}: {from} → {to}")
    }
}

async fn ask(app: &App, session: &Session, (release, way): (&Release, &WayBack)) -> Result<(), Failure> {
    let moves: Vec<String> = way.moves.iter().map(in_words).collect();
    let message = format!("back to release {} of {}: {}", release.number, release.at, moves.join(", "));
    let notes = [message].into_iter().chain(lasting(way));
    if app.common.yes || session.is_local() {
        notes.for_each(|message| app.report.tell(&Message::Note { message: &message }));
        return Ok(());
    }
    notes.for_each(|message| app.report.insist(&Message::Note { message: &message }));
    let hint = format!("look at it, then run `{} --yes`", app.again());
    consent::ask(app, "going back", "Go back?", hint).await
}

fn conclude(app: &App, (release, way): (u64, &WayBack), went: WentBack) -> Result<Exit, Failure> {
    let WentBack { state, back, save_error, .. } = went;
    let failure = not_put_back(app, &back);
    if let Some(error) = save_error {
        return Err(unsaved(app, &back, Failure::from(error).after(failure)));
    }
    if !back.failed.is_empty() {
        return Err(failure);
    }
    let up = format!("stackctl up{}", app.flags());
    app.report.tell(&Message::RolledBack(&RolledBack {
        release: state.releases.last().map_or(0, |release| release.number),
        back_to: release,
        moves: &way.moves,
        gone: &way.gone,
        later: &way.later,
        up,
    }));
    Ok(Exit::Done)
}

/// What could not be put back, each on its own; no error where everything was.
fn not_put_back(app: &App, back: &Back) -> Failure {
    let fault = |failed: &Failed| Fault::of(format!("{}: not put back", failed.key), &failed.error);
    let exit = if back.restored.is_empty() { Exit::Failed } else { Exit::Partly };
    let again = "what was not put back serves what it did";
    let hint = format!("{again}; `stackctl up{}` deploys the config again", app.flags());
    let hints = back.failed.first().map(|_| hint).into_iter().collect();
    Failure { exit, errors: back.failed.iter().map(fault).collect(), hints }
}

/// Says what became of going back whose end is not on record. It was not begun where even that could not be recorded.
fn unsaved(app: &App, back: &Back, failure: Failure) -> Failure {
    if back.restored.is_empty() {
        return failure;
    }
    let exit = if failure.exit == Exit::Locked { Exit::Locked } else { Exit::Partly };
    let hint = format!("put back and not recorded: {}; `{}` goes on", joined(&back.restored), app.again());
    Failure { exit, ..failure }.hint(hint)
}
