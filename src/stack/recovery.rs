//! What a lost state is rebuilt from: how the things of a stack are recognised, which of them there may be, and what the
//! configuration does not say of their wiring any more.

use super::{
    api,
    build::build,
    functions,
    keys::main,
    names::{Identity, Packages},
};
use crate::{
    config::Config,
    engine::{Desired, Key, Resource as _, Scope, State},
    resources::{
        api_routes::ApiRoutes, authorizer::Authorizer, lambda_function::LambdaFunction,
        lambda_permission::LambdaPermission, stage::Stage,
    },
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
pub fn sought(config: &Config, packages: &Packages, identity: &Identity) -> Desired {
    let mut desired = build(config, packages, identity);
    api::add_former(&mut desired, config);
    desired
}

/// Wires what is in a rebuilt state and not in the configuration any more, as the configuration that asked for it did:
/// so what calls or names it is changed before it goes, and what it needs goes after it.
pub fn rewire(state: &mut State, desired: &Desired) {
    let former: Vec<Key> = state.resources.keys().filter(|key| desired.get(key).is_none()).cloned().collect();
    for key in former {
        if key.kind == LambdaFunction::KIND {
            for need in functions::needs(&key.name) {
                add_need(state, &key, &need);
            }
            add_need(state, &main::<ApiRoutes>(), &key);
        } else if key.kind == Authorizer::KIND {
            add_need(state, &main::<ApiRoutes>(), &key);
        } else if key.kind == LambdaPermission::KIND || key == api::access_log_group() {
            add_need(state, &main::<Stage>(), &key);
        }
    }
}

fn add_need(state: &mut State, key: &Key, need: &Key) {
    if state.resources.contains_key(need)
        && let Some(recorded) = state.resources.get_mut(key)
    {
        recorded.after.insert(need.clone());
    }
}
