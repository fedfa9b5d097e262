//! The local emulator of `--local`: a process in the background, its folder, and the requests that control it.

pub(crate) mod background;
mod home;
pub(crate) mod interpreters;
mod probe;
pub(crate) mod registry;
mod serve;
pub(crate) mod warm_up;

pub(crate) use background::{Server, ensure};
pub(crate) use home::Home;
pub(crate) use probe::{Door, entries, start_ahead, status};
pub(crate) use serve::serve;
pub(crate) use stackctl_local::not_enforced;
