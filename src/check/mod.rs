//! Whether the API does what the configuration says: asked of the live URL, after what is served has changed.
//!
//! First come the requests that API Gateway answers by itself: every route that requires a token rejects callers without
//! one or with a forged one, and preflights and rejections carry the CORS headers. No function is called for them. Then come the
//! requests that the configuration itself asks for, some as a user who is there only meanwhile. With CORS they come from
//! a page of another origin, and so does one request to each public `GET` route that has no `check`: that browsers block
//! what a function returns is a warning. It knows nothing of plans, and prints nothing.

mod bearer;
mod cors;
mod execution;
mod expected;
mod forged;
mod page;
mod probe;
mod probes;
mod propagation;
mod record;
mod report;
mod rounds;
mod run;
mod runner;
mod temporary_user;
#[cfg(test)]
mod tests;
mod transport;

pub use execution::{FailedExecution, failed, request_id};
pub use propagation::Propagation;
pub use record::{Again, again, recorded};
pub use report::{CheckReport, Finding, Unmade};
pub use runner::CheckRunner;
pub use temporary_user::{LeftOver, USER_PREFIX, dismiss, left_over};
pub use transport::Transport;
