//! Why a command did not do what was asked: what happened, where, and the way out.

use std::fmt;

use serde::Serialize;

use crate::{engine::ResourceError, exit::Exit, filesystem::Unsafe, hint::Hint};

/// The one error of the commands. Its exit code is not optional, so every failure has one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Failure {
    /// How the run ends.
    pub(crate) exit: Exit,
    /// What failed, each on its own.
    pub(crate) errors: Vec<Fault>,
    /// The ways out, each on a line of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<Hint>,
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
    pub(crate) hints: Vec<Hint>,
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
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds ways out.
    pub(crate) fn with_hints<H: Into<Hint>>(mut self, hints: impl IntoIterator<Item = H>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// Puts what went wrong before in front of it. How the run ends stays.
    pub(crate) fn after(mut self, earlier: Self) -> Self {
        self.errors.splice(0..0, earlier.errors);
        self.hints.splice(0..0, earlier.hints);
        self
    }

    /// The same with every command in its hints written out.
    pub(crate) fn resolved(&self, written: impl Fn(&Hint) -> Hint) -> Self {
        let errors = self.errors.iter().map(|error| error.resolved(&written)).collect();
        Self { exit: self.exit, errors, hints: self.hints.iter().map(written).collect() }
    }
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
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with every command in its hints written out.
    pub(crate) fn resolved(&self, written: impl Fn(&Hint) -> Hint) -> Self {
        Self { hints: self.hints.iter().map(written).collect(), ..self.clone() }
    }

    /// An error that a call's failure explains.
    pub(crate) fn of(what: impl fmt::Display, error: &ResourceError) -> Self {
        let mut details: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
        details.extend(error.request_id.as_ref().map(|id| format!("request id {id}")));
        Self { message: what.to_string(), details, hints: error.hints.iter().map(Hint::from).collect(), place: None }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { exit: Exit::Failed, errors: vec![fault], hints: Vec::new() }
    }
}
