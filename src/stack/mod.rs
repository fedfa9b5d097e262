//! From the configuration to what is to be: the only place that knows the wiring and the names.
//!
//! It is plain arithmetic over [`Config`]: it asks nobody and knows no state, except that [`outputs`] reads ids from it
//! for people. Names are deterministic, so the ARNs of roles, functions and log groups are known before anything exists;
//! only the ids of the pool, its client and the API are references.

mod api;
mod functions;
mod names;
mod outputs;
mod recovery;
mod users;

use std::{collections::BTreeMap, sync::Arc};

pub use api::{access_log_group, needed};
pub use names::{Identity, access_log_group_name, log_group_name, role_name};
pub use outputs::{Outputs, RouteUrl, outputs};
pub use recovery::{rewire, scope, sought};

use crate::{
    config::Config,
    engine::{Desired, Key, Resource},
    package::Package,
};

/// The package of each function, by the function's name in the configuration.
pub type Packages = BTreeMap<String, Arc<Package>>;

/// Names and wires everything that the configuration asks for.
///
/// # Panics
/// When a function of the configuration has no package.
#[must_use]
pub fn build(config: &Config, packages: &Packages, identity: &Identity) -> Desired {
    let mut desired = Desired::default();
    users::add(&mut desired, config);
    functions::add(&mut desired, config, packages, identity);
    api::add(&mut desired, config, identity);
    desired
}

/// The key of the only thing of a kind.
fn main<R: Resource>() -> Key {
    Key::new(R::KIND, "main")
}

/// The key of a function's thing of a kind.
fn of<R: Resource>(function: &str) -> Key {
    Key::new(R::KIND, function)
}
