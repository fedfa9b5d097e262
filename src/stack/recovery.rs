//! What a missing state is rebuilt from: how the resources of a stack are recognised, and which of them there may be.

use super::{
    api,
    build::build,
    names::{FunctionPackages, NameScope},
};
use crate::{
    config::Config,
    engine::{Desired, Scope},
};

/// How the things of the stack are recognised.
#[must_use]
pub fn scope(stack: &str, stage: &str) -> Scope {
    Scope { stack: stack.to_owned(), stage: stage.to_owned(), prefix: format!("{stack}-{stage}-") }
}

/// Everything that there may be: what the configuration asks for, and what has no tags and may be left of an earlier one.
///
/// # Panics
/// As [`build`].
#[must_use]
pub fn sought(config: &Config, packages: &FunctionPackages, identity: &NameScope) -> Desired {
    let mut desired = build(config, packages, identity);
    api::add_former(&mut desired, config);
    desired
}
