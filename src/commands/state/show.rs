//! `stackctl state show`. Reads only; the state is not locked.

use super::{
    super::{app::App, connection, project},
    nothing,
};
use crate::{
    error::Failure,
    exit::Exit,
    report::{Message, StateCard},
};

pub(super) async fn run(app: &App) -> Result<Exit, Failure> {
    let store = connection::store(app, &project::read(app)?).await?;
    let state = store.load().await?.ok_or_else(|| nothing(app, &*store))?;
    app.report.data(&Message::State(&StateCard { place: &store.place(), state: &state }));
    Ok(Exit::Done)
}
