//! A stack without recorded resources. It may still exist, so its resources are searched by their tags.

use serde_json::Value;

use super::{Run, Session, connection, deployed::stack_and_stage, emulator, new_stack};
use crate::{
    config::Identity,
    engine::Key,
    failure::{Failure, Fault},
    hint::SuggestedCommand,
};

/// Checks that a stack without recorded resources does not exist. Returns the evidence, as in `no state at
/// state/shop.dev.json, and no resources of it in account 123456789012 in eu-west-1`.
///
/// # Errors
/// When it exists, its resources cannot be searched, or its stage may be mistyped.
pub(crate) async fn verify(run: &Run, identity: &Identity) -> Result<String, Failure> {
    let store = connection::store(run, identity).await?;
    let exists = store.load().await?.is_some();
    if !exists {
        new_stack::refuse_unknown_stage(run, identity, &*store).await?;
    }
    let place = if exists { "no resources are recorded at" } else { "no state at" };
    let place = format!("{place} {}", store.place());
    if run.options.local && !emulator::Home::beside(&identity.path).has_data() {
        return Ok(format!("{place}, and the local emulator has no data"));
    }
    let stack = stack_and_stage(identity);
    let (location, resources) = look(run, identity).await.map_err(|failure| {
        failure.after(Failure::failed(format!("{stack}: {place}, and its resources cannot be found by their tags")))
    })?;
    if resources.is_empty() {
        return Ok(format!("{place}, and no resources of it in {location}"));
    }
    let fault = Fault::new(format!("{stack}: {place}, but {} of its resources exist in {location}", resources.len()));
    Err(Failure::from(resources.iter().fold(fault, Fault::detail))
        .hint(SuggestedCommand::stack("recover").then(" rebuilds the state"))
        .hint("if the state is kept elsewhere, such as in another checkout or a bucket, use that one"))
}

/// The location of the stack, and each resource there with its tags, with the resource's ID.
async fn look(run: &Run, identity: &Identity) -> Result<(String, Vec<String>), Failure> {
    let session = Session::connect(run, identity).await?;
    let found = session.tagged(run).await?;
    let line = |(key, outputs): &(Key, Value)| format!("{key}: {}", session.id(key, outputs).unwrap_or_default());
    let lines = found.iter().map(line);
    Ok((session.target().location.described(), lines.collect()))
}
