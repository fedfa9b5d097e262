//! `stackctl state show`. Reads only; the state is not locked.

use super::{
    super::{app::App, connection, left, project},
    nothing,
};
use crate::{
    error::Failure,
    exit::Exit,
    report::{Message, StateCard},
};

pub(super) async fn run(app: &App) -> Result<Exit, Failure> {
    let identity = project::identify(app)?;
    let store = connection::store(app, &identity).await?;
    let state = left::load(&*store, left::unmoved(app, &identity).as_ref()).await?;
    let Some(state) = state else { return Err(nothing(app, (&identity, &*store)).await) };
    app.report.data(&Message::State(&StateCard { place: &store.place(), state: &state }));
    Ok(Exit::Done)
}
