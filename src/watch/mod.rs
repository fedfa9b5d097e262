//! Saved files: which of them matter to a stack, and when they have settled.
//!
//! It knows what a package leaves out and where a configuration is, and nothing of what a change leads to. The time is
//! tokio's, so that a test can turn it.

mod files;
mod saves;
mod settled;

pub use files::Files;
pub use saves::{Saves, WatchError};
pub use settled::{QUIET, Saved, Settling, Touched};
