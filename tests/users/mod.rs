//! People of a pool: made, signed in and looked after by the real calls, against the local cloud in this process.

mod challenges;
mod create;
mod cuts;
mod groups;
mod place;
mod refusals;
mod script;
mod scripted;
pub(crate) mod totp;
mod users;
