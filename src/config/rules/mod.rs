//! Rules that the schema cannot express: names that AWS rejects, references between sections, missing files.
//!
//! Each rule checks one section of the document. It skips values that are missing or of the wrong type, because those
//! are reported already, so one mistake does not hide another.

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
use crate::config::tree::{JsonMember, JsonNode};

/// The input of the rules.
pub(crate) struct ConfigView<'a> {
    /// The document of the selected stage, with all variables resolved.
    pub(crate) document: &'a JsonNode,
    /// The entries of all stages in the file, including the selected one.
    pub(crate) stages: &'a [JsonMember],
    /// The base folder of relative paths; `None` if the functions' folders are not checked.
    pub(crate) directory: Option<&'a Path>,
    /// The selection made outside the file: flags, environment and date.
    pub(crate) selection: &'a Selection,
    functions: HashSet<&'a str>,
    routes: HashSet<&'a str>,
}

impl<'a> ConfigView<'a> {
    pub(crate) fn new(
        document: &'a JsonNode,
        stages: &'a [JsonMember],
        (directory, selection): (Option<&'a Path>, &'a Selection),
    ) -> Self {
        let names = |section: &str| -> HashSet<&'a str> {
            let entries = document.get(section).map(JsonNode::entries).unwrap_or_default();
            entries.iter().map(|entry| entry.name.as_str()).collect()
        };
        Self { document, stages, directory, selection, functions: names("functions"), routes: names("routes") }
    }

    /// A section of the document.
    fn section(&self, name: &str) -> Option<&JsonNode> {
        self.document.get(name)
    }

    /// The entries of a section; empty if it is missing.
    fn entries(&self, name: &str) -> &[JsonMember] {
        self.section(name).map_or(&[], JsonNode::entries)
    }
}

/// Checks the identity of the stack and the location of its state.
pub(crate) fn check_identity(context: &ConfigView<'_>, findings: &mut Findings) {
    deployment::check(context, findings);
    state::check(context, findings);
}

/// Checks the whole document.
pub(crate) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
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

/// The accepted runtimes, for the comparison with AWS's models.
pub(crate) fn runtimes() -> Vec<&'static str> {
    runtimes::names().collect()
}

/// Whether a text is not empty and every character satisfies the condition.
fn made_of(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

/// Whether a character is allowed in names of functions, stages and the like: `[A-Za-z0-9_-]`.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

fn length(text: &str) -> usize {
    text.chars().count()
}
