//! The way to AWS: clients, the table of operations, errors, waiting, quotas and ownership tags.
//!
//! It knows nothing of state, plan or printing. Every call of a resource goes through [`call`], [`look`] or [`remove`],
//! which pace it, wait out what passes by itself and turn its failure into a [`ResourceError`](crate::engine::ResourceError).

mod bucket;
mod call;
mod clients;
mod connect;
mod count;
mod endpoints;
mod error;
mod new_roles;
pub mod operation;
mod ownership;
mod pace;
mod partition;
pub mod permissions;
mod profiles;
mod retry;
pub mod settle;
mod spelling;
pub mod verbatim;

pub use bucket::S3Bucket;
pub use call::{call, look, once, remove, slow};
pub use clients::{Clients, Context};
pub use connect::{ConnectOptions, Connection, host};
pub use count::Calls;
pub use ownership::{Tagged, Tagging, carries, claim_of, claimed, unmanaged, user_tags};
#[cfg(test)]
pub(crate) use pace::Pace;
pub use partition::dns_suffix;
pub use profiles::profiles;
pub use spelling::{meant, spelled};
