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
    let loaded = project::read(app)?;
    let store = connection::store(app, &loaded).await?;
    let state = left::load(&*store, left::unmoved(app, &loaded).as_ref()).await?;
    let state = state.ok_or_else(|| nothing(app, &*store))?;
    app.report.data(&Message::State(&StateCard { place: &store.place(), state: &state }));
    Ok(Exit::Done)
}
