//! Saved files: the events of the operating system, and the time when they have settled, on tokio's clock.

mod saves;
mod settled;
