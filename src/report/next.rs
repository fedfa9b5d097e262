//! The next commands to run.

use serde::Serialize;

use super::{
    card::Card,
    paint::{STRONG, paint},
};
use crate::{
    hint::Command,
    stack::{Outputs, RouteUrl},
};

/// Commands to run, each with a comment.
#[derive(Debug, Serialize)]
pub(super) struct Next {
    pub(super) commands: Vec<String>,
}

/// A command of stackctl or of the shell.
#[derive(Debug)]
pub(crate) enum Step {
    /// A command with a comment.
    Stackctl(Command, &'static str),
    /// A shell command line.
    Shell(String),
}

impl Card for Next {
    const EVENT: &'static str = "next";

    fn text(&self) -> String {
        let lines: String = self.commands.iter().map(|command| format!("  {command}\n")).collect();
        if lines.is_empty() { lines } else { format!("\n{}\n{lines}", paint(STRONG, "next:")) }
    }
}

/// Commands to try on a deployed stack: a request to a public route, and a token with a request to a protected one.
/// Only routes that a plain GET can call are used.
pub(crate) fn next(outputs: &Outputs) -> Vec<Step> {
    let callable = |row: &&RouteUrl| row.route.starts_with("GET ") && !row.route.contains('{');
    let first = |public: bool| outputs.routes.iter().filter(callable).find(|row| row.public == public);
    let public = first(true).map(|row| Step::Shell(format!("curl -i {}    # anybody may", row.url)));
    let asks = outputs.client_id.is_some() && outputs.routes.iter().any(|row| !row.public);
    let user = Command::stack("user create mail@example.com");
    let user = Step::Stackctl(user, "    # makes a user and prints an ID token");
    let call = |row: &RouteUrl| Command::stack(format!("call {} --as mail@example.com", row.route));
    let protected = first(false).map(|row| Step::Stackctl(call(row), ""));
    public.into_iter().chain(asks.then_some(user)).chain(protected).collect()
}
