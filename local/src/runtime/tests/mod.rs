//! Running real functions: Python, Node.js and custom bootstraps.
//!
//! These tests require Python 3. Without Node.js, its tests print a message and pass.

mod ahead;
mod api;
mod isolation;
mod lifecycle;
mod logs;
mod nodejs;
mod permissions;
mod python;
mod unpack;

use serde_json::Value;

use crate::testing::{Reply, TestEmulator};

/// Fails with a clear message if Python is missing, instead of passing without a test.
async fn test() -> TestEmulator {
    if let Err(missing) = super::interpreter_for("python3.13") {
        panic!("these tests run Python functions: {missing}");
    }
    TestEmulator::with_worker().await
}

/// The result of a successful invocation.
#[track_caller]
fn answered(reply: Reply) -> Value {
    assert_eq!(reply.header("x-amz-function-error"), "", "{}", reply.text);
    reply.done()
}

/// The error of a failed invocation.
#[track_caller]
fn failed(reply: &Reply) -> Value {
    assert_eq!((reply.status, reply.header("x-amz-function-error")), (200, "Unhandled"), "{}", reply.text);
    reply.json()
}
