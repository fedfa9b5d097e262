//! Turns live resources into the desired ones: observe, diff, plan, execute.
//!
//! It knows no AWS, no kind of resource and no place of a state, and it never prints: kinds come through [`Catalog`], the
//! cloud is a type parameter, the state is saved through [`Store`], and progress is emitted as [`Event`]s.

mod adapter;
mod catalog;
mod changes;
mod claim;
mod clock;
mod context;
mod damage;
mod desired;
mod diff;
mod digest;
mod discover;
mod erased;
mod error;
mod event;
mod execute;
mod graph;
mod handle;
mod immutable;
mod input;
mod interrupt;
mod journal;
mod key;
mod observe;
mod outcome;
mod ownership;
mod plan;
mod record;
mod release;
mod resource;
mod rollback;
mod rollout;
mod rules;
mod step;
mod unknown;
mod verb;

pub use catalog::Catalog;
pub use claim::{Claim, Discovered, Foreign, Found, Live, Parent, Scope, Search, Sight};
pub(crate) use clock::pause;
pub use context::Context;
pub(crate) use damage::wrong_member;
pub use desired::{Desired, Node};
pub(crate) use diff::diff;
pub(crate) use digest::hex;
pub use discover::{Candidate, Discovery, Mark, Several};
pub use erased::{Erased, ErasedCount, ErasedRestore};
pub use error::{ResourceError, Verdict};
pub use event::{Event, Events, Silent};
pub use handle::Engine;
pub use immutable::Immutable;
pub(crate) use immutable::{Fixed, Later};
pub use input::{Input, Lookup, OutputRef, Part, Resolved, Symbol, referred, substitute, symbols};
pub use interrupt::Interrupt;
pub use journal::save_state;
pub use key::{Key, Kind};
pub use observe::{ObserveError, Observed};
pub use outcome::{Failed, Outcome};
pub use plan::{Action, Change, Comparison, Consent, Plan, PlanError, Refused, Step, compare, plan};
pub use record::{
    Changed, CheckUser, Intent, Recorded, Release, STATE_FORMAT, StackIdentity, StackMismatch, State, Store,
    StoreError, Unchecked,
};
pub use release::{Move, Obstacle, WayBack, obstacles, served_release};
pub use resource::{
    Beneath, ByParent, ByTags, Count, Discover, LiveVersion, Ownership, Plain, Promise, Resource, Restore, UserData,
};
pub use rollback::{Present, WentBack};
pub use rollout::{Back, Entry, RolledOut, Rollout, Trial, TrialEnd, Tried};
pub use rules::{Replacement, Rules, Traits};
pub use unknown::NotCompared;
pub use verb::Verb;
