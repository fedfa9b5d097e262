//! Why a command did not do what was asked: what happened, where, and the way out.

use std::fmt;

use serde::Serialize;

use crate::{engine::ResourceError, exit::Exit, filesystem::Unsafe};

/// The one error of the commands. Its exit code is not optional, so every failure has one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Failure {
    /// How the run ends.
    pub(crate) exit: Exit,
    /// What failed, each on its own.
    pub(crate) errors: Vec<Fault>,
    /// The ways out, each on a line of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
}

/// One thing that failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// A fragment that can follow `error: `.
    pub(crate) message: String,
    /// What else there is to know, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    /// The ways out of this one, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
    /// Where in the configuration, when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
}

/// A place in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// The file; none when a flag is to blame.
    pub(crate) file: Option<String>,
    /// From 1.
    pub(crate) line: Option<usize>,
    /// In characters, from 1.
    pub(crate) column: Option<usize>,
    /// The place inside the document.
    pub(crate) path: String,
}

impl Failure {
    /// Begins a failure.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, errors: vec![Fault::new(message)], hints: Vec::new() }
    }

    /// Something could not be done.
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// What was asked for makes no sense.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure of the operating system, with what was tried.
    pub(crate) fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::failed(what).detail(error).with_hints(Unsafe::of(error).map(Unsafe::hint))
    }

    /// A call that failed, with what was being done.
    pub(crate) fn resource(what: impl fmt::Display, error: &ResourceError) -> Self {
        Self { exit: Exit::Failed, errors: vec![Fault::of(what, error)], hints: Vec::new() }
    }

    /// Adds a line to the last error.
    pub(crate) fn detail(mut self, detail: impl fmt::Display) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.details.push(detail.to_string());
        }
        self
    }

    /// Adds a way out.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// Adds ways out.
    pub(crate) fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// Puts what went wrong before in front of it. How the run ends stays.
    pub(crate) fn after(mut self, earlier: Self) -> Self {
        self.errors.splice(0..0, earlier.errors);
        self.hints.splice(0..0, earlier.hints);
        self
    }

    /// The same with these flags, each after a space, in the commands that its hints name, where they are not yet: what is
    /// below the commands does not know how the stack was chosen.
    pub(crate) fn with_flags(self, flags: &str) -> Self {
        let errors = self.errors.into_iter().map(|error| error.with_flags(flags)).collect();
        Self { errors, hints: all_with_flags(&self.hints, flags), ..self }
    }
}

fn all_with_flags(hints: &[String], flags: &str) -> Vec<String> {
    hints.iter().map(|hint| with_flags(hint, flags)).collect()
}

/// A hint with flags in every command that is about a stack.
fn with_flags(hint: &str, flags: &str) -> String {
    let about_stack = |code: &str| {
        let verb = code.strip_prefix("stackctl ").unwrap_or("--help");
        !["init", "local", "completions"].iter().any(|other| verb.starts_with(other)) && !verb.ends_with("--help")
    };
    let part = |(place, part): (usize, &str)| match place % 2 {
        1 if about_stack(part) && !part.contains(flags) => format!("{part}{flags}"),
        _ => part.to_owned(),
    };
    hint.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

impl Fault {
    /// An error without details.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), ..Self::default() }
    }

    /// Adds a line.
    pub(crate) fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.details.push(detail.to_string());
        self
    }

    /// Adds a way out.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// As [`Failure::with_flags`].
    pub(crate) fn with_flags(self, flags: &str) -> Self {
        Self { hints: all_with_flags(&self.hints, flags), ..self }
    }

    /// An error that a call's failure explains.
    pub(crate) fn of(what: impl fmt::Display, error: &ResourceError) -> Self {
        let mut details: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
        details.extend(error.request_id.as_ref().map(|id| format!("request id {id}")));
        Self { message: what.to_string(), details, hints: error.hints.clone(), place: None }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { exit: Exit::Failed, errors: vec![fault], hints: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_in_hints_mean_the_stack_that_was_chosen() {
        let failure = Failure::from(Fault::new("no").hint("`stackctl plan` and `stackctl up --stage prod` tell"))
            .hint("take the tag `stackctl:stack` off, then run `stackctl recover`")
            .hint("see `stackctl local status`, `stackctl init` and `stackctl logs --help`");
        let chosen = failure.clone().with_flags(" --stage prod");
        assert_eq!(chosen.errors[0].hints, ["`stackctl plan --stage prod` and `stackctl up --stage prod` tell"]);
        assert_eq!(chosen.hints[0], "take the tag `stackctl:stack` off, then run `stackctl recover --stage prod`");
        assert_eq!(chosen.hints[1], failure.hints[1], "these are about no stack");
        assert_eq!(failure.clone().with_flags(""), failure);
    }
}
