//! `stackctl rollback`: what was served with an earlier release is served again.

use super::{
    app::{App, OnInterrupt},
    consent,
    deployed::not_deployed,
    project,
    session::{self, Session},
};
use crate::{
    engine::{WentBack, served_release, serves},
    error::{Failure, Fault},
    exit::Exit,
    report::Message,
    stack::Packages,
    state::{Release, State},
};

pub(crate) async fn run(app: &App, number: Option<u64>) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    if session::recorded(app, &loaded).await?.is_none() {
        return Err(not_deployed(app, "not deployed"));
    }
    let session = Session::open(app, &loaded, &Packages::new()).await?;
    session.lock(app).await?;
    let state = session.state().await?;
    let release = match number {
        Some(number) => named(app, &state, number)?,
        None => previous(app, &session, &state)?,
    };
    let moves = moves(&session, &state, &release);
    if moves.is_empty() {
        let message = format!("what was served with release {} is served already", release.number);
        app.report.tell(&Message::Note { message: &message });
        return Ok(Exit::Done);
    }
    ask(app, &session, (&release, &moves)).await?;
    app.set_on_interrupt(OnInterrupt::Finish);
    let who = session.who(app);
    let went = session.engine(app, &app.report).go_back(state, &*session.store, (&release, &who)).await;
    app.bill_saves(went.saves);
    conclude(app, &release, went)
}

/// The release with this number.
fn named(app: &App, state: &State, number: u64) -> Result<Release, Failure> {
    let found = state.releases.iter().find(|release| release.number == number);
    found.cloned().ok_or_else(|| {
        Failure::usage(format!("there is no release {number} that could be gone back to"))
            .hint(format!("`stackctl history{}` tells those there are", app.flags()))
    })
}

/// The release before the one that is served: the last one, when what is served is not confirmed.
fn previous(app: &App, session: &Session, state: &State) -> Result<Release, Failure> {
    let served = served_release(state, &session.catalog).map(|release| release.back_to.unwrap_or(release.number));
    let earlier = |release: &&Release| served.is_none_or(|served| release.number < served);
    let differs = |release: &&Release| !moves(session, state, release).is_empty();
    let found = state.releases.iter().rev().filter(earlier).find(differs);
    found.cloned().ok_or_else(|| {
        Failure::failed("there is no earlier release to go back to")
            .hint(format!("`stackctl history{}` tells those there are", app.flags()))
    })
}

/// What serves something else than it did with a release, and what it is to serve.
fn moves(session: &Session, state: &State, release: &Release) -> Vec<String> {
    let now = serves(state, &session.catalog);
    let moves = release.serves.iter().filter_map(|(key, served)| {
        let now = now.get(key).filter(|now| *now != served)?;
        Some(format!("{key}: {now} → {served}"))
    });
    moves.collect()
}

async fn ask(app: &App, session: &Session, (release, moves): (&Release, &[String])) -> Result<(), Failure> {
    let message = format!("back to release {} of {}: {}", release.number, release.at, moves.join(", "));
    if app.common.yes || session.is_local() {
        app.report.tell(&Message::Note { message: &message });
        return Ok(());
    }
    app.report.insist(&Message::Note { message: &message });
    let hint = format!("look at it, then run `stackctl rollback{} {} --yes`", app.flags(), release.number);
    consent::ask(app, "going back", "Go back?", hint).await
}

fn conclude(app: &App, release: &Release, went: WentBack) -> Result<Exit, Failure> {
    let again =
        format!("what was not put back serves what it did; `stackctl up{}` deploys the config again", app.flags());
    if let Some(error) = went.save_error {
        return Err(Failure::from(error).hint(again));
    }
    if !went.back.failed.is_empty() {
        let failed = went.back.failed.iter();
        let errors = failed.map(|failed| Fault::of(format!("{}: not put back", failed.key), &failed.error));
        let exit = if went.back.restored.is_empty() { Exit::Failed } else { Exit::Partly };
        return Err(Failure { exit, errors: errors.collect(), hints: vec![again] });
    }
    let number = went.state.releases.last().map_or(0, |release| release.number);
    let up = format!("stackctl up{}", app.flags());
    let message =
        format!("release {number} serves what release {} did; `{up}` deploys the config again", release.number);
    app.report.tell(&Message::Note { message: &message });
    Ok(Exit::Done)
}
