//! Predicts and explains how API Gateway handles a request: which route matches, which token it requires, and why the
//! request was rejected.
//!
//! It knows the config and the behavior of API Gateway. It sends no requests and prints nothing.

mod execution;
mod explain;
mod rejection;
mod route;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use execution::{Execution, remedy};
pub(crate) use explain::{Sent, called_function, explain, is_throttled};
pub(crate) use route::{NoRoute, RouteTarget, find};
pub(crate) use token::{TokenUse, USER_SCOPE, wanted};
