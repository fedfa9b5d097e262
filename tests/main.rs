//! The one binary of integration tests: the AWS SDK is linked once.

mod config;
mod engine;
mod harness;
mod kinds;
mod package;
mod stack;
