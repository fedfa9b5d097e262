//! The result of an undisturbed run, and the comparison with the result of a disturbed run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stackctl::engine::{Key, State};
use stackctl_local::Emulator;

use crate::harness::shape::{canonical, census_of, differences, gone_of, shape_of};

/// The create operations that AWS would repeat without an error.
const REPEATABLE: [&str; 4] = [
    "cognito-idp:CreateUserPool",
    "cognito-idp:CreateUserPoolClient",
    "apigateway:CreateRestApi",
    "apigateway:CreateDeployment",
];

/// Resources that are retained for rollbacks; there may be fewer of them.
const KEPT: [&str; 2] = ["deployments", "versions"];

/// The number of resources of each kind.
type Census = BTreeMap<&'static str, usize>;

/// An emulator's data and the state at one moment.
pub(super) struct Sight {
    /// The emulator's snapshot without the contents of its buckets, which may hold the state.
    pub(super) world: Value,
    pub(super) state: Option<State>,
    /// How often each repeatable create arrived.
    creates: Census,
}

impl Sight {
    pub(super) fn new(cloud: &Emulator, state: Option<State>) -> Self {
        Self::after(&BTreeMap::new(), cloud, state)
    }

    /// The same, with calls in addition to those that the emulator counts.
    pub(super) fn after(earlier: &BTreeMap<String, usize>, cloud: &Emulator, state: Option<State>) -> Self {
        let counts = cloud.call_counts();
        let count = |operation| [earlier, &counts].into_iter().filter_map(|counts| counts.get(operation)).sum();
        let creates = REPEATABLE.map(|operation| (operation, count(operation)));
        let mut world = cloud.snapshot();
        world["s3"].take();
        Self { world, state, creates: creates.into() }
    }

    /// A text without ids and times. Equal texts lead to equal behavior.
    pub(super) fn canonical(&self) -> String {
        format!("{:?}\n{}", self.creates, canonical(&self.world, self.state.as_ref()))
    }

    fn recorded(&self) -> BTreeSet<&Key> {
        self.state.iter().flat_map(|state| state.resources.keys()).collect()
    }

    /// The number of resources of each kind, with the retained kinds apart.
    fn census(&self) -> (Census, Census) {
        census_of(&self.world).into_iter().partition(|(sort, _)| !KEPT.contains(sort))
    }

    /// Checks that everything that a live deployment calls exists and that API Gateway may invoke it.
    pub(super) fn calls_nothing_that_is_gone(&self) -> Result<(), String> {
        let gone = gone_of(&self.world);
        require(gone.is_empty(), || format!("callers get errors, because these do not exist: {gone:?}"))
    }

    /// Checks that nothing is left in the emulator or in the state.
    pub(super) fn is_empty(&self) -> Result<(), String> {
        let left = census_of(&self.world);
        require(left.is_empty(), || format!("{left:?} are left"))?;
        let empty = |state: &State| state.resources.is_empty() && rests(state);
        require(self.state.as_ref().is_none_or(empty), || format!("the state still contains {:?}", self.state))
    }
}

/// The result of an undisturbed run.
pub(super) struct Expected {
    shape: Value,
    census: Census,
    recorded: BTreeSet<Key>,
    /// Upper limits.
    creates: Census,
    /// Upper limits.
    kept: Census,
}

impl Expected {
    /// `straight` is the result of the last run alone, `whole` of all runs of the journey.
    pub(super) fn new(straight: &Sight, whole: Sight) -> Self {
        Self {
            shape: shape_of(&straight.world),
            census: straight.census().0,
            recorded: straight.recorded().into_iter().cloned().collect(),
            kept: whole.census().1,
            creates: whole.creates,
        }
    }

    /// Compares a result. Creates are compared only if every one that `arrived` took effect.
    pub(super) fn compare(&self, seen: &Sight, arrived: bool) -> Result<(), String> {
        let made = more(&seen.creates, &self.creates);
        require(!arrived || made.is_empty(), || format!("created again: {made:?}"))?;
        let (counts, kept) = seen.census();
        require(counts == self.census, || format!("there are {counts:?}, not {:?}", self.census))?;
        let kept = more(&kept, &self.kept);
        require(kept.is_empty(), || format!("too many are retained: {kept:?}"))?;
        let differing = differences(&shape_of(&seen.world), &self.shape);
        require(differing.is_empty(), || format!("different shape: {differing:#?}"))?;
        self.compare_record(seen)
    }

    fn compare_record(&self, seen: &Sight) -> Result<(), String> {
        let recorded = seen.recorded();
        require(recorded == self.recorded.iter().collect(), || format!("the state contains {recorded:?}"))?;
        let Some(state) = &seen.state else { return Ok(()) };
        require(rests(state), || format!("work is left: {:?}, {:?}", state.pending, state.unconfirmed))?;
        let old: Vec<_> = state.resources.iter().filter(|(_, recorded)| !recorded.replaced.is_empty()).collect();
        require(old.is_empty(), || format!("replaced resources are in the state: {old:?}"))
    }
}

/// Checks that nothing is under way: no pending create, no unconfirmed deployment, no temporary user.
fn rests(state: &State) -> bool {
    state.pending.is_empty() && state.unconfirmed.is_none() && state.temporary_user.is_none()
}

/// The counts that exceed the limits.
fn more(counts: &Census, most: &Census) -> Census {
    let more = counts.iter().filter(|(sort, count)| most.get(*sort).is_none_or(|most| *count > most));
    more.map(|(sort, count)| (*sort, *count)).collect()
}

/// Fails with a reason unless the condition holds.
pub(super) fn require(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
