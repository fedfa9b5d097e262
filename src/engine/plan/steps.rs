//! A plan: its steps in their order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::error::PlanError;
use crate::engine::{action::Action, desired::Desired, key::Key, verb::Verb};

/// The steps that lead from what is to what is to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The service name.
    pub stack: String,
    pub stage: String,
    /// The serial of the state it was made from.
    pub based_on: u64,
    /// In an order in which they could be done one by one.
    pub steps: Vec<Step>,
    /// Interrupted steps that turned out to be done, or never begun: their intents are dropped.
    pub stale: Vec<Key>,
    /// The things that are not as they were recorded, but what a search for the result of an interrupted create found.
    #[serde(skip)]
    pub found: BTreeSet<Key>,
    /// The steps of the other half of a plan that was split, which are done afterwards.
    #[serde(skip)]
    pub later: Vec<Step>,
    /// What is to be, for the settings of the steps.
    #[serde(skip)]
    pub desired: Desired,
}

/// What is beside what is to be, also where no plan can lead from one to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The steps, which leave everything alone that is refused.
    pub plan: Plan,
    /// What stands against the plan; nothing when it may be carried out.
    pub refused: Vec<PlanError>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub key: Key,
    pub action: Action,
    /// The positions of the steps that must be done before; each is smaller than this one's own.
    pub after: BTreeSet<usize>,
}

impl Plan {
    /// Whether there is nothing to do, not even to drop an intent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stale.is_empty() && self.steps.iter().all(|step| step.action.verb() == Verb::Keep)
    }

    /// Whether a step is about this old one of a replacement, be it only later.
    pub(crate) fn removes_replaced(&self, key: &Key, old: &Value) -> bool {
        let mut steps = self.steps.iter().chain(&self.later);
        steps.any(|step| step.key == *key && step.action.replaced() == Some(old))
    }

    /// Whether an intent of before this plan is over as soon as the plan is begun: what it was about is done, or is what a
    /// step of this plan is about.
    pub(crate) fn is_over(&self, key: &Key) -> bool {
        self.stale.contains(key) || self.steps.iter().any(|step| step.key == *key)
    }

    /// The plan in two halves: first whatever makes or changes something, then whatever only removes, which nothing made
    /// ever waits for. Between them what is new can be tried while all that was there before still is.
    #[must_use]
    pub fn split(self) -> (Self, Self) {
        let removes = |step: &Step| matches!(step.action.verb(), Verb::Delete | Verb::Untrack);
        let removing = Self { stale: Vec::new(), ..self.half(removes) };
        let making = Self { later: removing.steps.clone(), ..self.half(|step| !removes(step)) };
        (making, removing)
    }

    /// The steps that are `wanted`, and their waits for each other.
    fn half(&self, wanted: impl Fn(&Step) -> bool) -> Self {
        let places = self.steps.iter().enumerate().filter(|(_, step)| wanted(step)).map(|(place, _)| place);
        let places: BTreeMap<usize, usize> = places.enumerate().map(|(new, old)| (old, new)).collect();
        let moved = |old: &usize| {
            let step = &self.steps[*old];
            let after = step.after.iter().filter_map(|wait| places.get(wait)).copied().collect();
            Step { after, ..step.clone() }
        };
        Self { steps: places.keys().map(moved).collect(), ..self.clone() }
    }

    /// How many steps have this verb.
    #[must_use]
    pub fn count(&self, verb: Verb) -> usize {
        self.steps.iter().filter(|step| step.action.verb() == verb).count()
    }
}

/// What the user agreed to lose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// The exact number of user records that may be deleted.
    pub delete_holdings: Option<u64>,
}
