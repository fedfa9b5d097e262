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
mod regions;
mod routes;
mod runtimes;
mod source;
mod state;
mod tags;
mod user_pool;

pub(super) use deployment::{malformed_region, service_name};
pub use regions::{guess_region, is_known_region};
pub use runtimes::{FunctionChange, blocked_since};

use std::collections::HashSet;
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
    /// The folder that relative paths start from; none where the functions' folders are not to be looked at.
    pub(crate) directory: Option<&'a Path>,
    /// What was chosen besides the file.
    pub(crate) selection: &'a Selection,
    functions: HashSet<&'a str>,
    routes: HashSet<&'a str>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        document: &'a Node,
        stages: &'a [Entry],
        (directory, selection): (Option<&'a Path>, &'a Selection),
    ) -> Self {
        let names = |section: &str| -> HashSet<&'a str> {
            let entries = document.get(section).map(Node::entries).unwrap_or_default();
            entries.iter().map(|entry| entry.name.as_str()).collect()
        };
        Self { document, stages, directory, selection, functions: names("functions"), routes: names("routes") }
    }

    /// Gives a section of the document.
    fn section(&self, name: &str) -> Option<&Node> {
        self.document.get(name)
    }

    /// Gives the entries of a section, none when it is missing.
    fn entries(&self, name: &str) -> &[Entry] {
        self.section(name).map_or(&[], Node::entries)
    }
}

/// Checks which stack is meant, and where its state is.
pub(crate) fn check_identity(context: &Context<'_>, findings: &mut Findings) {
    deployment::check(context, findings);
    state::check(context, findings);
}

/// Checks everything.
pub(crate) fn check(context: &Context<'_>, findings: &mut Findings) {
    check_identity(context, findings);
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
