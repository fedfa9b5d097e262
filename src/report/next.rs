//! The next commands to run.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{STRONG, paint},
};
use crate::{
    hint::SuggestedCommand,
    stack::{Outputs, RouteUrl},
};

/// Commands to run, each with a comment.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Next {
    pub(super) commands: Vec<String>,
}

/// A command of stackctl or of the shell.
#[derive(Debug)]
pub(crate) enum NextStep {
    /// A command with a remark.
    Stackctl(SuggestedCommand, &'static str),
    Shell(String),
}

impl Card for Next {
    const EVENT: &'static str = "next";

    fn text(&self) -> String {
        let lines = self.commands.iter().fold(String::new(), |lines, command| lines + &format!("  {command}\n"));
        if lines.is_empty() { lines } else { format!("\n{}\n{lines}", paint(STRONG, "next:")) }
    }
}

/// Commands to try on a deployed stack: a public route, and a token and a call for a protected one, where a plain GET can
/// call them.
pub(crate) fn next(outputs: &Outputs) -> Vec<NextStep> {
    let callable = |row: &&RouteUrl| row.route.starts_with("GET ") && !row.route.contains('{');
    let first = |public: bool| outputs.routes.iter().filter(callable).find(|row| row.public == public);
    let public = first(true).map(|row| NextStep::Shell(format!("curl -i {}    # public", row.url)));
    let asks = outputs.client_id.is_some() && outputs.routes.iter().any(|row| !row.public);
    let user = SuggestedCommand::stack("user create mail@example.com");
    let user = NextStep::Stackctl(user, "    # create a user and print an ID token");
    let call = |row: &RouteUrl| SuggestedCommand::stack(format!("call {} --as mail@example.com", row.route));
    let protected = first(false).map(|row| NextStep::Stackctl(call(row), ""));
    public.into_iter().chain(asks.then_some(user)).chain(protected).collect()
}
