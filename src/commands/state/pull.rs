//! `stackctl state pull`: the bytes as they are, which need not be a state that this version can use.

use super::nothing;
use crate::{
    exit::Exit,
    failure::Failure,
    report::Look,
    session::{App, connection, leftover_state, project},
};

pub(super) async fn run(app: &App) -> Result<Exit, Failure> {
    if app.report.look() == Look::Json {
        return Err(Failure::usage("the state is printed as it is kept, which is no event")
            .hint(format!("leave out `--json`, or use `stackctl state show{} --json`", app.flags())));
    }
    let identity = project::identify(app)?;
    let store = connection::store(app, &identity).await?;
    let bytes = store.bytes().await?;
    if bytes.is_none() {
        leftover_state::refuse(&*store, leftover_state::unmoved(app, &identity).as_ref()).await?;
    }
    let Some(bytes) = bytes else { return Err(nothing(app, (&identity, &*store)).await) };
    app.report.raw(&bytes);
    Ok(Exit::Done)
}
