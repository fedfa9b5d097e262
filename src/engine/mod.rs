//! Turns live resources into the desired ones: observe, diff, plan, execute.
//!
//! It knows no AWS, no kind of resource and no place of a state, and it never prints: kinds come through [`Catalog`], the
//! cloud is a type parameter, the state is saved through [`Store`], and progress is emitted as [`Event`]s.

mod action;
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
mod field;
mod graph;
mod handle;
mod input;
mod interrupt;
mod journal;
mod key;
mod observe;
mod outcome;
mod ownership;
mod plan;
mod record;
mod recordings;
mod release;
mod resource;
mod rollback;
mod rollout;
mod rules;
mod slots;
mod step;
mod unknown;
mod verb;

pub use action::{Action, Change, ChangeCause};
pub use catalog::Catalog;
pub use claim::{Claim, Discovered, Found, FoundJson, Live, LiveJson, Parent, Scope, Unmanaged};
pub(crate) use clock::pause;
pub use context::StepContext;
pub(crate) use damage::wrong_member;
pub use desired::{Desired, Node};
pub(crate) use diff::diff;
pub(crate) use digest::hex;
pub use discover::{Candidate, Discovery, Mark, Several};
pub use erased::{Erased, ErasedCount, ErasedRestore};
pub use error::{ResourceError, Result, Verdict};
pub use event::{Event, Events, Silent};
pub use field::{Field, When, is_secret};
pub(crate) use field::{Fixed, Later};
pub use handle::Engine;
pub use input::{Input, Lookup, OutputRef, Part, Resolved, Symbol, TextPart, referred, substitute, symbols, text};
pub use interrupt::Interrupt;
pub use journal::save_state;
pub use key::{Key, Kind};
pub use observe::{ObserveError, Observed};
pub use outcome::{FailedStep, Outcome};
pub use plan::{Comparison, Consent, Plan, PlanError, Refused, Step, compare, plan};
pub use record::{
    AppliedDigests, Changed, CheckUser, Intent, Recorded, Release, STATE_FORMAT, StackIdentity, StackMismatch, State,
    Store, StoreError, Unconfirmed,
};
pub use release::{Move, Obstacle, WayBack, obstacles, served_release};
pub use resource::{
    Beneath, ByParent, ByTags, Count, Discover, FoundOf, LiveVersion, Ownership, Plain, Promise, Resource, Restore,
    UserData,
};
pub use rollback::{ReleaseNeeds, RollbackOutcome};
pub use rollout::{CheckEnd, CheckOutcome, PostDeployCheck, ReleaseEntry, Reverted, RolledOut, Rollout};
pub use rules::{KindRules, Replacement, Rules, Work};
pub use slots::Slot;
pub use unknown::NotCompared;
pub use verb::Verb;
