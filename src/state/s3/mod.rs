//! The state as an object of an S3 bucket, for everybody who may use it.
//!
//! Every write is conditional: the state is written over the version that was loaded and no other, so that a lock that was
//! lost, broken or forgotten can cost a run, but never an update. The bucket is a trait, so that all of this is tested on
//! virtual time; how AWS is called is not known here.

mod bucket;
mod lease;
mod lock;
mod store;
mod write;

pub use bucket::{Attempt, Bucket, ETag, Object, WriteCondition};
pub use store::S3Store;
