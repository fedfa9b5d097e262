//! `iam_role`: the execution role of a function, with everything that hangs on it.

mod attached;
mod resource;
mod spec;

pub use resource::{IamRole, name_for, path};
pub use spec::{Outputs, Spec};
