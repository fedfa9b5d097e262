//! `stackctl state show`. Reads only and does not lock the state.

use super::nothing;
use crate::{
    exit::Exit,
    failure::Failure,
    report::StateCard,
    session::{Run, connection, leftover_state, project},
};

pub(super) async fn run(run: &Run) -> Result<Exit, Failure> {
    let identity = project::identify(run)?;
    let store = connection::store(run, &identity).await?;
    let state = leftover_state::load(&*store, leftover_state::unmoved(run, &identity).as_ref()).await?;
    let Some(state) = state else { return Err(nothing(run, (&identity, &*store)).await) };
    run.report.data(&StateCard { place: &store.place(), state: &state });
    Ok(Exit::Done)
}
