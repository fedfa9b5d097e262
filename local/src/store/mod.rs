//! What the emulator keeps, in memory and in its folder, and its settings.

pub(crate) mod folder;
pub(crate) mod guard;
pub(crate) mod settings;
