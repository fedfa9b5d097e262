//! The calls that lead from one tree to another, before any is sent.

use serde_json::Value;

use super::{
    changes::{Change, changes, cheaper},
    shape::Shape,
    spec::Spec,
    tree::Tree,
};
use crate::aws::operation::{self as op, Operation};

/// The calls that lead from `live` to `want`, where none stands for the tree of a new API. Specs have no symbols.
pub(crate) fn writes(live: Option<&Value>, want: Option<&Value>) -> Vec<&'static Operation> {
    let tree = |spec: Option<&Value>| {
        let spec = spec.and_then(|spec| serde_json::from_value::<Spec>(spec.clone()).ok());
        spec.as_ref().map_or_else(Tree::bare, Tree::wanted)
    };
    let (live, want) = (tree(live), tree(want));
    let batch = cheaper(changes(&live, &want), &want);
    let import = (!batch.import.is_empty()).then_some(&op::PUT_REST_API);
    batch.single.iter().flat_map(of_change).chain(import).collect()
}

fn of_change(change: &Change) -> Vec<&'static Operation> {
    match change {
        Change::CreateResource { .. } => vec![&op::CREATE_RESOURCE],
        Change::DeleteResource { .. } => vec![&op::DELETE_RESOURCE],
        Change::PutMethod { shape: Shape::Proxy(_), .. } => vec![&op::PUT_METHOD, &op::PUT_INTEGRATION],
        Change::PutMethod { shape: Shape::Preflight(_), .. } => {
            vec![&op::PUT_METHOD, &op::PUT_INTEGRATION, &op::PUT_METHOD_RESPONSE, &op::PUT_INTEGRATION_RESPONSE]
        }
        Change::DeleteMethod { .. } => vec![&op::DELETE_METHOD],
        Change::PutGatewayResponse { .. } => vec![&op::PUT_GATEWAY_RESPONSE],
        Change::DeleteGatewayResponse { .. } => vec![&op::DELETE_GATEWAY_RESPONSE],
    }
}
