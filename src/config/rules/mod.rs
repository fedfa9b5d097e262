//! What the shape cannot say: names that AWS refuses, references between sections, files that are not there.
//!
//! Each rule looks at one section of the tree and skips what is missing or of the wrong type, because that is a problem
//! already; so one mistake hides no other.

mod api;
mod checks;
mod client;
mod cors;
mod deployment;
mod environment;
mod functions;
mod managed_policy;
mod origin;
mod pattern;
mod policies;
mod routes;
mod runtimes;
mod source;
mod state;
mod tags;
mod user_pool;

use std::path::Path;

use crate::config::load::Selection;
use crate::config::problem::Findings;
use crate::config::tree::{Entry, Node};

/// What the rules look at.
pub(crate) struct Context<'a> {
    /// The document of the chosen stage, every variable resolved.
    pub(crate) document: &'a Node,
    /// What the file says of the stages, the one that was chosen included.
    pub(crate) stages: &'a [Entry],
    /// The folder that relative paths start from.
    pub(crate) directory: &'a Path,
    /// What was chosen besides the file.
    pub(crate) selection: &'a Selection,
}

impl Context<'_> {
    /// Gives a section of the document.
    fn section(&self, name: &str) -> Option<&Node> {
        self.document.get(name)
    }

    /// Gives the entries of a section, none when it is missing.
    fn entries(&self, name: &str) -> &[Entry] {
        self.section(name).map_or(&[], Node::entries)
    }
}

/// Checks everything.
pub(crate) fn check(context: &Context<'_>, findings: &mut Findings) {
    deployment::check(context, findings);
    state::check(context, findings);
    functions::check(context, findings);
    routes::check(context, findings);
    checks::check(context, findings);
    if let Some(pool) = context.section("userPool") {
        user_pool::check(pool, findings);
    }
    if let Some(client) = context.section("client") {
        client::check(client, findings);
    }
    if let Some(api) = context.section("api") {
        api::check(api, findings);
    }
    if let Some(cors) = context.section("cors") {
        cors::check(cors, context.entries("routes"), findings);
    }
}

/// Gives the runtimes that are taken, for the comparison with AWS's models.
pub(crate) fn runtimes() -> Vec<&'static str> {
    runtimes::names().collect()
}

/// Says whether every character of a non-empty text satisfies the condition.
fn made_of(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

/// Says whether a character may stand in the names of functions, stages and the like: `[A-Za-z0-9_-]`.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

fn length(text: &str) -> usize {
    text.chars().count()
}
