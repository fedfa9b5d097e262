//! Saved files: what the operating system tells of them, and when they have settled, on tokio's clock.

mod saves;
mod settled;
