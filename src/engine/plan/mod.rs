//! What will be done, as a value.

mod cause;
mod decide;
mod decision;
mod error;
mod order;
mod steps;
mod unwanted;

pub use decide::{compare, plan};
pub(super) use decision::{forces, people};
pub use error::{PlanError, Refused};
pub use steps::{Comparison, Consent, Plan, Step};
