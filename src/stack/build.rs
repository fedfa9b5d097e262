//! Builds the desired resources from a config.

use super::{
    api, functions,
    names::{Identity, Packages},
    users,
};
use crate::{config::Config, engine::Desired};

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
