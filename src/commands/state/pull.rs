//! `stackctl state pull`: prints the stored bytes, also of a state that this version cannot read.

use super::nothing;
use crate::{
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::Look,
    session::{Run, connection, leftover_state, project},
};

pub(super) async fn run(run: &Run) -> Result<Exit, Failure> {
    if run.report.look() == Look::Json {
        return Err(Failure::usage("the state is printed as it is kept, which is no event")
            .hint(Hint::from("leave out `--json`, or use ").run(SuggestedCommand::stack("state show --json"))));
    }
    let identity = project::identify(run)?;
    let store = connection::store(run, &identity).await?;
    let bytes = store.bytes().await?;
    if bytes.is_none() {
        leftover_state::refuse(&*store, leftover_state::unmoved(run, &identity).as_ref()).await?;
    }
    let Some(bytes) = bytes else { return Err(nothing(run, (&identity, &*store)).await) };
    run.report.raw(&bytes);
    Ok(Exit::Done)
}
