//! Turns what is into what is to be: observe, diff, plan, execute.
//!
//! It knows no AWS and no kind of resource, and it never prints: kinds come through [`Catalog`], the cloud is a type
//! parameter, and what happens is told as [`Event`]s.

mod catalog;
mod desired;
mod error;
mod event;
mod input;
mod key;
mod observe;
mod plan;
mod resource;

pub use catalog::{Catalog, Rules};
pub use desired::{Desired, Node};
pub use error::{ResourceError, Verdict};
pub use event::{Event, Events, Silent};
pub use input::{Input, Lookup, OutputRef, Part, Resolved, Symbol, referred, substitute, symbols};
pub use key::{Key, Kind};
pub use observe::Observed;
pub use plan::{Action, Change, Plan, PlanError, Step, Verb};
pub use resource::{Claim, Context, Erased, Found, Live, Replacement, Resource, Search, Sight, Traits};
