//! The one binary of integration tests: the AWS SDK is linked once.

mod api;
mod config;
mod conformance;
mod engine;
mod harness;
mod kinds;
mod life;
mod package;
mod planning;
mod stack;
