//! Functions really run: Python, Node.js and a bootstrap of their own.
//!
//! Python 3 must be installed to run these tests; without Node.js its own tests say so and pass.

mod ahead;
mod isolation;
mod lifecycle;
mod logs;
mod nodejs;
mod python;
mod unpack;

use serde_json::Value;

use crate::trial::{Reply, Trial};

/// Fails with a clear word where Python is missing, instead of passing without a test.
async fn trial() -> Trial {
    if let Err(missing) = super::interpreter_for("python3.13") {
        panic!("these tests run Python functions: {missing}");
    }
    Trial::with_worker().await
}

/// The answer of a function that did not fail.
#[track_caller]
fn answered(reply: Reply) -> Value {
    assert_eq!(reply.header("x-amz-function-error"), "", "{}", reply.text);
    reply.done()
}

/// The error a function failed with.
#[track_caller]
fn failed(reply: &Reply) -> Value {
    assert_eq!((reply.status, reply.header("x-amz-function-error")), (200, "Unhandled"), "{}", reply.text);
    reply.json()
}
