//! Turns what is into what is to be: observe, diff, plan, execute.
//!
//! It knows no AWS and no kind of resource, and it never prints: kinds come through [`Catalog`], the cloud is a type
//! parameter, and what happens is told as [`Event`]s.

mod catalog;
mod changes;
mod claim;
mod context;
mod desired;
mod diff;
mod digest;
mod discover;
mod erased;
mod error;
mod event;
mod execute;
mod graph;
mod immutable;
mod input;
mod interrupt;
mod journal;
mod key;
mod observe;
mod ownership;
mod plan;
mod release;
mod resource;
mod rollback;
mod serving;
mod step;
mod unknown;

pub use catalog::{Catalog, Rules};
pub use claim::{Claim, Foreign, Found, Live, Scope};
pub use context::Context;
pub use desired::{Desired, Node};
pub(crate) use diff::diff;
pub(crate) use digest::hex;
pub use discover::{Candidate, Discovery, Mark, Several};
pub(crate) use erased::wrong_member;
pub use erased::{Erased, ErasedCount, ErasedRestore, Traits};
pub use error::{ResourceError, Verdict};
pub use event::{Event, Events, Silent};
pub use execute::{Engine, Failed, Outcome};
pub use immutable::Immutable;
pub(crate) use immutable::{Fixed, Later};
pub use input::{Input, Lookup, OutputRef, Part, Resolved, Symbol, referred, substitute, symbols};
pub use interrupt::Interrupt;
pub use key::{Key, Kind};
pub use observe::{ObserveError, Observed};
pub use plan::{Action, Change, Comparison, Consent, Plan, PlanError, Refused, Step, Verb, compare, plan};
pub use release::{Move, Obstacle, WayBack, obstacles, served_release};
pub use resource::{
    Beneath, ByParent, ByTags, Count, Discover, Discovered, LiveVersion, Ownership, Parent, Plain, Promise,
    Replacement, Resource, Restore, Search, Sight, UserData,
};
pub use rollback::{Present, WentBack};
pub use serving::{Back, Entry, RolledOut, Rollout, Trial, TrialEnd, Tried, record};
pub use unknown::NotCompared;

/// Waits on tokio's clock.
#[expect(clippy::disallowed_methods, reason = "the waits of the engine are bounded by their callers")]
async fn pause(duration: std::time::Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits on tokio's clock until `instant`.
async fn pause_until(instant: tokio::time::Instant) {
    tokio::time::sleep_until(instant).await;
}
