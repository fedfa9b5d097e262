//! An embedded AWS emulator for one kind of stack: a Cognito user pool, Lambda functions and a REST API.
//!
//! Behavior follows AWS's API models and documentation, not the needs of the tool that calls it. This crate does not
//! depend on `stackctl`, so the two cannot share a misreading of AWS. It rejects unsupported requests with a 501 and
//! never returns a made-up 200.

mod emulator;
mod gateway;
mod runtime;
mod services;
mod store;
#[cfg(test)]
mod testing;
mod wire;

pub use emulator::{
    Emulator, Lost,
    activity::Entry,
    fault::{Effect, Fault},
    server::serve,
};
pub use runtime::{Interpreter, MissingInterpreter, Program, interpreter_for, not_enforced};
pub use store::{
    credentials::UserCredentials,
    settings::{Settings, Weather},
};
