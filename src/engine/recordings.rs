//! The outputs and specs by which the settings of a step are resolved while a plan is carried out.

use serde_json::Value;

use super::{
    input::{Lookup, OutputRef},
    key::Key,
    plan::Plan,
    record::State,
};

/// What the finished steps and the state know.
pub(super) struct Recordings<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a State,
}

impl Lookup for Recordings<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        self.state.resources.get(&reference.key)?.outputs.get(&reference.output).cloned()
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.plan.desired.get(key).map(|node| &node.spec)
    }
}
