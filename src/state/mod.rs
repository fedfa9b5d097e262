//! What is remembered between runs.

mod document;

pub use document::{FORMAT, Intent, Recorded, State};
