//! What an undisturbed run comes to, and whether a disturbed one came to the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stackctl::engine::{Key, State};
use stackctl_local::Cloud;

use crate::harness::shape::{canonical, census_of, differences, gone_of, shape_of};

/// The creates that AWS would happily repeat.
const REPEATABLE: [&str; 4] = [
    "cognito-idp:CreateUserPool",
    "cognito-idp:CreateUserPoolClient",
    "apigateway:CreateRestApi",
    "apigateway:CreateDeployment",
];

/// What is kept for rolling back, so that there may be fewer of them.
const KEPT: [&str; 2] = ["deployments", "versions"];

/// How many of one thing there are.
type Census = BTreeMap<&'static str, usize>;

/// A cloud and the state on it, at one moment.
pub(super) struct Sight {
    /// The cloud's snapshot, without what is in its buckets: the state may be.
    pub(super) world: Value,
    pub(super) state: Option<State>,
    /// How often each create that AWS would repeat has arrived.
    creates: Census,
}

impl Sight {
    pub(super) fn new(cloud: &Cloud, state: Option<State>) -> Self {
        Self::after(&BTreeMap::new(), cloud, state)
    }

    /// The same where calls have arrived beside those that the emulator counts.
    pub(super) fn after(earlier: &BTreeMap<String, usize>, cloud: &Cloud, state: Option<State>) -> Self {
        let counts = cloud.call_counts();
        let count = |operation| [earlier, &counts].into_iter().filter_map(|counts| counts.get(operation)).sum();
        let creates = REPEATABLE.map(|operation| (operation, count(operation)));
        let mut world = cloud.snapshot();
        world["s3"].take();
        Self { world, state, creates: creates.into() }
    }

    /// As one text, ids and times rubbed out: from two that are the same, the same follows.
    pub(super) fn canonical(&self) -> String {
        format!("{:?}\n{}", self.creates, canonical(&self.world, self.state.as_ref()))
    }

    fn recorded(&self) -> BTreeSet<&Key> {
        self.state.iter().flat_map(|state| state.resources.keys()).collect()
    }

    /// How many of each sort of thing there are, and apart from them those that are kept.
    fn census(&self) -> (Census, Census) {
        census_of(&self.world).into_iter().partition(|(sort, _)| !KEPT.contains(sort))
    }

    /// Whatever the deployment of a stage calls is there, and API Gateway may call it.
    pub(super) fn calls_nothing_that_is_gone(&self) -> Result<(), String> {
        let gone = gone_of(&self.world);
        require(gone.is_empty(), || format!("callers get errors, because these are gone: {gone:?}"))
    }

    /// Nothing is left, neither in the cloud nor on record.
    pub(super) fn is_empty(&self) -> Result<(), String> {
        let left = census_of(&self.world);
        require(left.is_empty(), || format!("{left:?} are left"))?;
        let empty = |state: &State| state.resources.is_empty() && rests(state);
        require(self.state.as_ref().is_none_or(empty), || format!("left on record is {:?}", self.state))
    }
}

/// What an undisturbed run comes to.
pub(super) struct Expected {
    shape: Value,
    census: Census,
    recorded: BTreeSet<Key>,
    /// At most.
    creates: Census,
    /// At most.
    kept: Census,
}

impl Expected {
    /// `straight` is after the last run alone, `whole` after all runs of the journey.
    pub(super) fn new(straight: &Sight, whole: Sight) -> Self {
        Self {
            shape: shape_of(&straight.world),
            census: straight.census().0,
            recorded: straight.recorded().into_iter().cloned().collect(),
            kept: whole.census().1,
            creates: whole.creates,
        }
    }

    /// Compares; creates only where every one that `arrived` took effect.
    pub(super) fn compare(&self, seen: &Sight, arrived: bool) -> Result<(), String> {
        let made = more(&seen.creates, &self.creates);
        require(!arrived || made.is_empty(), || format!("made once more: {made:?}"))?;
        let (counts, kept) = seen.census();
        require(counts == self.census, || format!("there are {counts:?}, not {:?}", self.census))?;
        let kept = more(&kept, &self.kept);
        require(kept.is_empty(), || format!("more are kept: {kept:?}"))?;
        let differing = differences(&shape_of(&seen.world), &self.shape);
        require(differing.is_empty(), || format!("of another shape: {differing:#?}"))?;
        self.compare_record(seen)
    }

    fn compare_record(&self, seen: &Sight) -> Result<(), String> {
        let recorded = seen.recorded();
        require(recorded == self.recorded.iter().collect(), || format!("on record are {recorded:?}"))?;
        let Some(state) = &seen.state else { return Ok(()) };
        require(rests(state), || format!("something is left to do: {:?}, {:?}", state.pending, state.unchecked))?;
        let old: Vec<_> = state.resources.iter().filter(|(_, recorded)| !recorded.replaced.is_empty()).collect();
        require(old.is_empty(), || format!("old ones are on record: {old:?}"))
    }
}

/// Nothing is under way any more: no intent, no change that waits to be confirmed, no user of a check.
fn rests(state: &State) -> bool {
    state.pending.is_empty() && state.unchecked.is_none() && state.check_user.is_none()
}

/// What there is more of than there may be.
fn more(counts: &Census, most: &Census) -> Census {
    let more = counts.iter().filter(|(sort, count)| most.get(*sort).is_none_or(|most| *count > most));
    more.map(|(sort, count)| (*sort, *count)).collect()
}

/// Fails with a reason unless something holds.
pub(super) fn require(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
