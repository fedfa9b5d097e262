//! The kinds of resource, one file or folder each. They read, find, create, change and delete; they never print, and
//! they know nothing of state, plan or config.

pub mod api_routes;
pub mod authorizer;
mod catalog;
pub mod iam_role;
mod kept;
pub mod lambda_function;
pub mod lambda_permission;
pub mod log_group;
mod many;
mod policy;
pub mod rest_api;
pub mod stage;
mod tags;
pub mod user_pool;
pub mod user_pool_client;
mod writes;

pub use catalog::catalog;
pub use policy::Policy;
pub use writes::{Writes, writes};
