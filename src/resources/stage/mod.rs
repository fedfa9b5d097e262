//! The stage: the name under which one deployment is served, with its throttling.
//!
//! A stage owns its deployments, because API Gateway serves deployments and not the API that is edited: a deployment is
//! an immutable snapshot, so every change beneath the stage needs a new one. The spec's `fingerprint` is the digest of
//! everything that a snapshot holds, and a deployment carries it in its description, the only place it has. The live
//! fingerprint is that of the deployment the stage points to; so the stage moves exactly when something beneath it
//! changed, and what was deployed outside stackctl differs.
//!
//! A deployment with the wanted fingerprint is used again before a new one is made: it may be what an interruption left
//! between the two calls, or the snapshot of a config that has come back. Both are snapshots of exactly this config.
//!
//! The throttling in its method settings is ours alone: one that the config does not name is removed. What was set
//! beside it stays.

mod access_log;
mod deployments;
mod method_settings;
mod resource;
mod spec;

pub use access_log::{AccessLog, ROLE_HINTS, may_log};
pub use method_settings::own as own_throttling;
pub use resource::{Stage, invoke_url};
pub use spec::{Outputs, Spec, Throttle};
