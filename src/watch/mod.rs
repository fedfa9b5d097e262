//! Watches the files of a stack, and waits until a burst of saves has settled.
//!
//! It filters by the config's location and the packages' ignore rules, and does not know how changes are used. Time
//! comes from tokio, so tests can advance it.

mod files;
mod saves;
mod settled;

pub use files::Files;
pub use saves::{Saves, WatchError};
pub use settled::{QUIET, Saved, Settling, Touched};
