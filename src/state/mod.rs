//! The places of the state: a file, or an object in a bucket, with their locks. It knows neither the config nor AWS.

mod backend;
mod error;
mod fence;
mod file;
mod holder;
mod lock;
mod migrate;
mod names;
mod queue;
mod s3;
mod text;
mod transfer;
mod transit;

pub use backend::Backend;
pub use error::StateError;
pub use file::FileStore;
pub use holder::{Holder, Process};
pub use lock::{Guard, LockNews, LockRequest, SeenLock};
pub use s3::{Attempt, Bucket, ETag, Object, S3Store, WriteCondition};
pub use transfer::{TransferError, Transferred, nothing_to_move, transfer};
pub use transit::{Arriving, Document, Moved};
