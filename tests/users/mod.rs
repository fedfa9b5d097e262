//! Users of a pool: created, signed in and managed with real requests to the local emulator in this process.

mod administration;
mod challenges;
mod create;
mod cuts;
mod groups;
mod place;
mod rejections;
mod script;
mod scripted;
pub(crate) mod totp;
