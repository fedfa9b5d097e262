//! An embedded AWS emulator for one kind of stack: a Cognito user pool, Lambda functions and a REST API.
//!
//! Behavior follows AWS's API models and documentation, not the needs of the tool that calls it. This crate does not
//! depend on `stackctl`, so the two cannot share a misreading of AWS. It rejects unsupported requests with a 501 and
//! never returns a made-up 200.

mod answer;
mod apigateway;
mod call;
mod cloud;
mod cognito;
mod constraint;
mod control;
mod error;
mod fault;
mod gateway;
mod housekeeping;
mod iam;
mod lambda;
mod logs;
mod onlooker;
mod paging;
mod persist;
mod protocol;
mod runtime;
mod s3;
mod server;
mod settings;
mod sts;
#[cfg(test)]
mod trial;
mod world;

pub use cloud::{Cloud, Lost};
pub use fault::{Effect, Fault};
pub use runtime::{Interpreter, MissingInterpreter, interpreter_for};
pub use server::serve;
pub use settings::{Settings, Weather};
