//! The one binary of integration tests: the AWS SDK is linked once.
//!
//! Every module is `cfg(test)`, so that clippy treats its plain functions as test code, too.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write whole files, and environment variables say which files to update"
)]
#![expect(unreachable_pub, reason = "nothing is exported: `pub` marks what other modules use")]

#[cfg(test)]
mod api;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod life;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod package;
#[cfg(test)]
mod planning;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod state;
#[cfg(test)]
mod users;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod words;
