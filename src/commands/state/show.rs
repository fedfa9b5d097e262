//! `stackctl state show`. Reads only; the state is not locked.

use super::nothing;
use crate::{
    exit::Exit,
    failure::Failure,
    report::{Message, StateCard},
    session::{App, connection, leftover_state, project},
};

pub(super) async fn run(app: &App) -> Result<Exit, Failure> {
    let identity = project::identify(app)?;
    let store = connection::store(app, &identity).await?;
    let state = leftover_state::load(&*store, leftover_state::unmoved(app, &identity).as_ref()).await?;
    let Some(state) = state else { return Err(nothing(app, (&identity, &*store)).await) };
    app.report.data(&Message::State(&StateCard { place: &store.place(), state: &state }));
    Ok(Exit::Done)
}
