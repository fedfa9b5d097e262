//! The state document: what stackctl remembers of one stack and stage between runs, and the port through which the engine
//! saves it. Where it is kept is for `state` to know.

mod applied;
mod document;
mod error;
mod identity;
mod release;
mod store;

pub use applied::AppliedDigests;
pub(crate) use applied::{Differs, Digests};
pub use document::{Intent, Recorded, STATE_FORMAT, State};
pub use error::StoreError;
pub use identity::{StackIdentity, StackMismatch};
pub use release::{Changed, CheckUser, Release, Unconfirmed};
pub use store::Store;
