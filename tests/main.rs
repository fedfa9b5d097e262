//! The one binary of integration tests: the AWS SDK is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics, in its harness too")]

mod config;
mod package;
mod stack;
