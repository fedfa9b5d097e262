//! Finds again what a lost state knew: things by the claims that they carry, and what has no tags by its name beneath
//! those. Writes nothing.

mod claimed;
mod discovery;
mod forgotten;
mod named;

pub use discovery::{Candidate, Discovery, Mark, Several};
