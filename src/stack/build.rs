//! Builds the desired resources from a config.

use super::{
    api, functions,
    names::{FunctionPackages, NameScope},
    references, users, wiring,
};
use crate::{config::Config, engine::Desired};

/// Names and wires everything that the configuration asks for.
///
/// # Panics
/// When a function of the configuration has no package.
#[must_use]
pub fn build(config: &Config, packages: &FunctionPackages, identity: &NameScope) -> Desired {
    let mut desired = Desired::default();
    users::add(&mut desired, config);
    functions::add(&mut desired, config, packages, identity);
    api::add(&mut desired, config, identity);
    references::refer(&mut desired, config, identity);
    wiring::wire(&mut desired);
    desired
}
