//! A state that was left in its folder when the configuration got a bucket: it is never taken for none.

use super::{Run, connection::in_folder};
use crate::{
    config::Identity,
    engine::State,
    failure::Failure,
    hint::Command,
    state::{Backend, FileStore, StateError},
};

/// Where the state of a configuration that has a bucket for it may have been forgotten.
pub(crate) struct Unmoved {
    /// The place that is used without a bucket.
    folder: FileStore,
}

/// That of a configuration, when it has a bucket.
pub(crate) fn unmoved(run: &Run, identity: &Identity) -> Option<Unmoved> {
    let state = &identity.state;
    let folder = identity.path.with_file_name(&state.path);
    // A file of that name holds no states.
    let elsewhere = !run.options.local && state.s3.is_some() && !folder.is_file();
    elsewhere.then(|| Unmoved { folder: in_folder(identity, &folder) })
}

/// Loads a state; where there is none, none was left behind.
pub(crate) async fn load(store: &dyn Backend, unmoved: Option<&Unmoved>) -> Result<Option<State>, Failure> {
    let state = store.load().await?;
    if state.is_none() {
        refuse(store, unmoved).await?;
    }
    Ok(state)
}

/// Makes sure that no state was left behind by a place that has none.
///
/// # Errors
/// When one was, or what is left cannot be used, so that nobody knows.
pub(crate) async fn refuse(store: &dyn Backend, unmoved: Option<&Unmoved>) -> Result<(), Failure> {
    let Some(Unmoved { folder }) = unmoved else { return Ok(()) };
    let (place, left) = (store.place(), folder.place());
    let failure = match folder.load().await {
        // It is known where that one went.
        Ok(None) | Err(StateError::Moved { .. }) => return Ok(()),
        Ok(Some(state)) if state.is_empty() => return Ok(()),
        Ok(Some(_)) => Failure::failed(format!("{place}: there is no state, and one is left at {left}"))
            .hint(Command::stack("state migrate").then(" moves it")),
        Err(error) => {
            let failure = Failure::failed(format!("{place}: there is no state, and {left} cannot be used"));
            let hints = match &error {
                // `recover` would be refused as well while it is there.
                StateError::Damaged { restore, .. } => vec![restore.into()],
                error => error.hints(),
            };
            failure.detail(error).with_hints(hints)
        }
    };
    Err(failure.hint("if the stack does not need it, move the file away"))
}
