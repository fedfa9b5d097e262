//! The fence against a process that lost its lock and does not know it yet.

use super::{backend::Backend, error::StateError};

/// Makes every save refused that follows the version which is there now: the last holder may only be late.
pub(super) async fn fence(store: &dyn Backend) -> Result<(), StateError> {
    loop {
        let mut state = match store.load().await {
            Ok(Some(state)) => state,
            // One that cannot be used is told when it is loaded to be used.
            Ok(None)
            | Err(
                StateError::Damaged { .. }
                | StateError::TooNew { .. }
                | StateError::Arriving { .. }
                | StateError::Moved { .. },
            ) => return Ok(()),
            Err(error) => return Err(error),
        };
        state.serial += 1;
        match store.save(&state).await {
            Err(StateError::Changed { .. }) => {}
            ended => return ended,
        }
    }
}
