//! The configuration: `config.json` as the user wrote it, checked and made whole.
//!
//! What a command needs of it is in the type that it reads: [`load`] for a deploy, [`load_to_compare`] for a comparison,
//! [`outline`] for the names of what is deployed, [`identify`] for the stack and its state.
//!
//! [`load`] reads the file, lays the chosen stage's part over the rest, resolves `${…}`, finds every problem at once
//! with its line and column, and gives a [`Config`] in which every default is filled in. Comments and trailing commas
//! are accepted: a configuration deserves reasons beside its values.
//!
//! This module knows nothing of state, engine or AWS, and never reads the environment: what it needs of both comes in
//! a [`Selection`].

mod example;
mod file;
mod identity;
mod interpolate;
mod limits;
mod load;
mod model;
mod outline;
mod overlay;
mod problem;
mod references;
mod rules;
mod schema;
mod stages;
mod structure;
mod suggest;
mod tree;
mod unknown;

pub use example::example_files;
pub(crate) use example::{IGNORED_BY_GIT, service_name_of};
pub use identity::Identity;
pub use limits::limits;
pub use load::{Comparable, Loaded, Selection, load, load_elsewhere, load_packaged, load_to_compare};
pub(crate) use model::parts;
pub use model::*;
pub use outline::{Outline, identify, outline};
pub use problem::{Problem, Problems, Severity};
pub use references::{Piece, Reference, pieces};
pub use rules::{FunctionChange, blocked_since, guess_region, is_known_region};
pub use schema::{schema, schema_text};
pub use stages::{CheckedStages, Declared, check};
pub(crate) use suggest::{closest, did_you_mean, list};
pub use unknown::{unknown, why_unknown};
