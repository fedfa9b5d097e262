//! The one binary of integration tests: the AWS SDK is linked once.

mod api;
mod architecture;
mod config;
mod engine;
mod harness;
mod kinds;
mod package;
mod readme;
mod stack;
