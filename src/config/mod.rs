//! The configuration: `config.json` as the person wrote it, checked and made whole.
//!
//! [`load`] reads the file, lays the chosen stage's part over the rest, resolves `${…}`, finds every problem at once
//! with its line and column, and gives a [`Config`] in which every default is filled in. Comments and trailing commas
//! are accepted: a configuration deserves reasons beside its values.
//!
//! This module knows nothing of state, engine or AWS, and never reads the environment: what it needs of both comes in
//! a [`Selection`].

mod example;
mod interpolate;
mod limits;
mod load;
mod model;
mod overlay;
mod problem;
mod rules;
mod schema;
mod structure;
mod suggest;
mod tree;

pub use example::example_files;
pub use limits::limits;
pub use load::{Loaded, Selection, load};
pub(crate) use model::parts;
pub use model::*;
pub use problem::{Problem, Problems, Severity};
pub use schema::{schema, schema_text};
pub(crate) use suggest::{closest, did_you_mean, list};
