//! What is remembered between runs, and where it is kept. It knows neither the config nor the cloud.

mod document;
mod error;
mod local;
mod store;
mod text;

pub use document::{FORMAT, Intent, Place, Recorded, State};
pub use error::StateError;
pub use local::LocalStore;
pub use store::{Guard, Holder, Store};
