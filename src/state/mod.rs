//! What is remembered between runs, and where it is kept. It knows neither the config nor the cloud.

mod document;
mod error;
mod fence;
mod holder;
mod local;
mod migrate;
mod names;
mod queue;
mod release;
mod s3;
mod store;
mod text;
mod transfer;
mod transit;

use std::time::Duration;

pub use document::{FORMAT, Intent, Place, Recorded, State};
pub use error::StateError;
pub use holder::{Holder, Process};
pub use local::LocalStore;
pub use release::{Changed, CheckUser, Release, Unchecked};
pub use s3::{Attempt, Bucket, Condition, ETag, Object, S3Store};
pub use store::{Backend, Guard, LockNews, LockRequest, SeenLock, Store};
pub use transfer::{TransferError, Transferred, nothing_to_move, transfer};
pub use transit::{Arriving, Document, Moved};

/// Waits on tokio's clock.
#[expect(clippy::disallowed_methods, reason = "waits for a lock have an end and are told to the person")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
