//! The state as a file: whole or not at all, private, with the version before it kept beside.

mod beside;
mod canonical;
mod error;
mod lock;
mod present;
mod store;

pub use store::FileStore;
