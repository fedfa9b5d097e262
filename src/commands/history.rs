//! `stackctl history`: the releases, from the state.

use crate::{
    engine::{State, obstacles, served_release},
    exit::Exit,
    failure::Failure,
    report::{HistoryTable, ReleaseRow},
    resources,
    session::{
        Run,
        deployed::{self, not_deployed},
        project,
    },
};

pub(crate) async fn run(run: &Run) -> Result<Exit, Failure> {
    let identity = project::identify(run)?;
    let Some(state) = deployed::recorded(run, &identity).await? else {
        return Err(not_deployed(run, &identity, "not deployed").await);
    };
    run.report.data(&table(&state));
    Ok(Exit::Done)
}

/// The releases of a state, newest first.
pub(super) fn table(state: &State) -> HistoryTable<'_> {
    let catalog = resources::catalog();
    let served = served_release(state, &catalog).map(|release| release.number);
    let releases = state.releases.iter().rev().map(|release| {
        let served = served == Some(release.number);
        let obstacles = if served { Vec::new() } else { obstacles(state, &catalog, release) };
        ReleaseRow { served, obstacles, release }
    });
    HistoryTable { releases: releases.collect(), unconfirmed: state.unconfirmed.is_some() }
}
