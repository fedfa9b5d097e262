//! What needs what, besides what the symbols of specs point at: one table, read when a config is wired and when a state is
//! rebuilt.

use super::keys::{access_log_group, of};
use crate::{
    engine::{Desired, Key, Kind, Resource, State},
    resources::{
        api_routes::ApiRoutes, authorizer::Authorizer, iam_role::IamRole, lambda_function::LambdaFunction,
        lambda_permission::LambdaPermission, log_group::LogGroup, stage::Stage,
    },
};

/// Which resources of a kind are needed.
enum Which {
    SameName,
    All,
    /// The log group of the API's access log.
    AccessLog,
}

const NEEDS: &[(Kind, Kind, Which)] = &[
    (LambdaFunction::KIND, IamRole::KIND, Which::SameName),
    // Lambda creates a log group that keeps lines for ever when a call comes before ours exists.
    (LambdaFunction::KIND, LogGroup::KIND, Which::SameName),
    (LambdaPermission::KIND, LambdaFunction::KIND, Which::SameName),
    (ApiRoutes::KIND, Authorizer::KIND, Which::All),
    // Routes may name functions that do not exist yet: AWS imports such integrations (recorded), and only a deployment
    // that a stage points to calls them. A caller of the stage must find the functions callable.
    (Stage::KIND, LambdaFunction::KIND, Which::All),
    (Stage::KIND, LambdaPermission::KIND, Which::All),
    (Stage::KIND, LogGroup::KIND, Which::AccessLog),
];

fn needs(key: &Key, other: &Key) -> bool {
    NEEDS.iter().any(|(kind, needed, which)| {
        let which = match which {
            Which::SameName => key.name == other.name,
            Which::All => true,
            Which::AccessLog => *other == access_log_group(),
        };
        key.kind == *kind && other.kind == *needed && which
    })
}

/// Wires everything that a config asks for. A function that no route calls is not needed by the stage.
pub(super) fn wire(desired: &mut Desired) {
    let keys: Vec<Key> = desired.nodes().keys().cloned().collect();
    let idle = |key: &Key| key.kind == LambdaFunction::KIND && !keys.contains(&of::<LambdaPermission>(&key.name));
    for key in &keys {
        desired.need(key, keys.iter().filter(|other| needs(key, other) && !idle(other)).cloned());
    }
}

/// Wires one resource to what it needs.
pub(super) fn wire_one(desired: &mut Desired, key: &Key) {
    let needed: Vec<Key> = desired.nodes().keys().filter(|other| needs(key, other)).cloned().collect();
    desired.need(key, needed);
}

/// Wires what is in a rebuilt state and not in the config any more, as the config that asked for it did: so what calls or
/// names it is changed before it is deleted, and what it needs is deleted after it.
pub fn rewire(state: &mut State, desired: &Desired) {
    let keys: Vec<Key> = state.resources.keys().cloned().collect();
    let is_former = |key: &Key| desired.get(key).is_none();
    for (key, recorded) in &mut state.resources {
        let edge = |other: &&Key| needs(key, other) && (is_former(key) || is_former(other));
        recorded.needs.extend(keys.iter().filter(edge).cloned());
    }
}
