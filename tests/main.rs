//! The one binary of integration tests: the AWS SDK is linked once.
//!
//! Every module is `cfg(test)`, which it always is here: so clippy knows that its plain functions are of tests, too.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write the files they need whole, and are told by the environment what to update"
)]
#![expect(unreachable_pub, reason = "nothing is exported: `pub` says what a module offers the others")]

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
