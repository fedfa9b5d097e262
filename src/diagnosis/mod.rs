//! What API Gateway makes of a request: which route it is for, whose token that route takes, and why it was refused.
//!
//! It knows the configuration and API Gateway's ways, sends nothing and prints nothing.

mod execution;
mod explain;
mod refusal;
mod route;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use execution::{Execution, remedy};
pub(crate) use explain::{Sent, called_function, explain, is_throttled};
pub(crate) use route::{NoRoute, Target, find};
pub(crate) use token::{TokenUse, USER_SCOPE, wanted};
