//! What the shape cannot say: names that AWS refuses, references between sections, files that are not there.
//!
//! Each rule looks at one section of the tree and skips what is missing or of the wrong type, because that is a problem
//! already; so one mistake hides no other.

use std::path::Path;

use super::load::Selection;
use super::problem::Findings;
use super::tree::Node;

/// What the rules look at.
pub(crate) struct Context<'a> {
    /// The document of the chosen stage, every variable resolved.
    pub(crate) document: &'a Node,
    /// The folder that relative paths start from.
    pub(crate) directory: &'a Path,
    /// What was chosen besides the file.
    pub(crate) selection: &'a Selection,
}

/// Checks everything.
pub(crate) fn check(_context: &Context<'_>, _findings: &mut Findings) {}
