//! What the emulator keeps, in memory and in its folder, and its settings.
//!
//! The world is in memory: requests read and change it there. A row of its tables is one entity, such as a user, a route
//! or a role. At the end of a request, exactly the rows that it changed are written, in one transaction, before the
//! response is sent.

pub(crate) mod credentials;
mod database;
mod files;
pub(crate) mod folder;
pub(crate) mod guard;
pub(crate) mod hex;
mod legacy;
pub(crate) mod settings;
pub(crate) mod table;
#[cfg(test)]
mod tests;
