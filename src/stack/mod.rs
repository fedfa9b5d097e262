//! From the configuration to what is to be: the only place that knows the wiring and the names.
//!
//! It is plain arithmetic over `Config`: it makes no calls and knows no state, except that [`outputs`] reads ids from it
//! for users. Names are deterministic, so the ARNs of roles, functions and log groups are known before anything exists;
//! only the ids of the pool, its client and the API are references.

mod api;
mod build;
mod functions;
mod graph;
mod keys;
mod names;
mod outputs;
mod recovery;
mod references;
mod users;
mod wiring;

pub use api::needed;
pub use build::build;
pub use graph::{Graph, graph};
pub use keys::access_log_group;
pub use names::{FunctionPackages, NameScope, access_log_group_name, log_group_name, role_name};
pub use outputs::{Outputs, RouteUrl, outputs};
pub use recovery::{scope, sought};
pub use wiring::rewire;
