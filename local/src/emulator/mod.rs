//! The emulator: its state, settings and faults, the listener, and the entry point for requests.

pub(crate) mod activity;
pub(crate) mod admin;
mod connection;
pub(crate) mod dispatch;
pub(crate) mod fault;
mod fork;
mod handle;
pub(crate) mod permission;
pub(crate) mod rates;
mod requests;
pub(crate) mod server;
mod status;
#[cfg(test)]
mod tests;
pub(crate) mod traffic;
pub(crate) mod world;

pub(crate) use crate::store::hex::hex;
pub(crate) use handle::WeakEmulator;
pub use handle::{Emulator, Lost};
