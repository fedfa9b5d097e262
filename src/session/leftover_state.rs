//! A state that was left in its folder when the config got a bucket. It is never treated as missing.

use super::{Run, connection::in_folder};
use crate::{
    config::Identity,
    engine::State,
    failure::Failure,
    hint::SuggestedCommand,
    state::{Backend, FileStore, StateError},
};

/// Where the state may have been left when the config has a bucket.
pub(crate) struct Unmoved {
    /// The folder that is used without a bucket.
    folder: FileStore,
}

/// The possible leftover of a config. `None` when its state is not in a bucket.
pub(crate) fn unmoved(run: &Run, identity: &Identity) -> Option<Unmoved> {
    let state = &identity.state;
    let folder = identity.path.with_file_name(&state.path);
    // A file with the name of the folder contains no states.
    let elsewhere = !run.options.local && state.s3.is_some() && !folder.is_file();
    elsewhere.then(|| Unmoved { folder: in_folder(identity, &folder) })
}

/// Loads a state. When it is missing, checks that none was left in the folder.
pub(crate) async fn load(store: &dyn Backend, unmoved: Option<&Unmoved>) -> Result<Option<State>, Failure> {
    let state = store.load().await?;
    if state.is_none() {
        refuse(store, unmoved).await?;
    }
    Ok(state)
}

/// Checks that a missing state was not left in the folder.
///
/// # Errors
/// When there is one, or when the leftover cannot be read.
pub(crate) async fn refuse(store: &dyn Backend, unmoved: Option<&Unmoved>) -> Result<(), Failure> {
    let Some(Unmoved { folder }) = unmoved else { return Ok(()) };
    let (place, left) = (store.place(), folder.place());
    let failure = match folder.load().await {
        // A moved state records where it was moved to.
        Ok(None) | Err(StateError::Moved { .. }) => return Ok(()),
        Ok(Some(state)) if state.is_empty() => return Ok(()),
        Ok(Some(_)) => Failure::failed(format!("{place}: state not found, but there is one at {left}"))
            .hint(SuggestedCommand::stack("state migrate").then(" moves it")),
        Err(error) => {
            let failure = Failure::failed(format!("{place}: state not found, and {left} cannot be used"));
            let hints = match &error {
                // `recover` would be rejected as well while the damaged file exists.
                StateError::Damaged { restore, .. } => vec![restore.into()],
                error => error.hints(),
            };
            failure.detail(error).with_hints(hints)
        }
    };
    Err(failure.hint("if the stack does not need it, move the file away"))
}
