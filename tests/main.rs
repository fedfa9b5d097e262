//! The one binary of integration tests: the AWS SDK is linked once.

#[cfg(test)]
mod api;
mod config;
mod engine;
mod harness;
mod kinds;
mod package;
#[cfg(test)]
mod stack;
