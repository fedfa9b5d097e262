//! Why a command failed: the errors, where they are in the config, and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::ErrorCode;
use crate::{engine::ResourceError, exit::Exit, filesystem::Unsafe, hint::Hint};

/// The only error type of the commands. Its exit code is not optional, so every failure has one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) errors: Vec<Fault>,
    /// What to do about all of them.
    pub(crate) hints: Vec<Hint>,
}

/// One error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Fault {
    /// What kind of error it is. While it is `None`, the exit code of the failure says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, with = "ErrorCode")]
    pub(crate) code: Option<ErrorCode>,
    /// A sentence fragment that can follow `error: `.
    pub(crate) message: String,
    /// Details, one line each.
    pub(crate) details: Vec<String>,
    /// What to do about this error.
    pub(crate) hints: Vec<Hint>,
    /// The place in the config, when there is one.
    #[serde(rename = "location", skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
}

/// A place in the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The file; `None` when the value comes from a flag.
    pub(crate) file: Option<String>,
    /// The line, from 1.
    pub(crate) line: Option<usize>,
    /// The column in characters, from 1.
    pub(crate) column: Option<usize>,
    /// The path inside the document.
    pub(crate) path: String,
}

impl Failure {
    /// A failure with one error.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, errors: vec![Fault::new(message)], hints: Vec::new() }
    }

    /// A failure of an action.
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// A failure of usage: invalid arguments or an invalid config.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure of the operating system, with the action that failed.
    pub(crate) fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::failed(what).detail(error).with_hints(Unsafe::of(error).map(Unsafe::hint))
    }

    /// A failed AWS request, with the action that failed.
    pub(crate) fn resource(what: impl fmt::Display, error: &ResourceError) -> Self {
        Self { exit: Exit::Failed, errors: vec![Fault::of(what, error)], hints: Vec::new() }
    }

    /// Adds a detail to the last error.
    pub(crate) fn detail(mut self, detail: impl fmt::Display) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.details.push(plain(&detail));
        }
        self
    }

    /// Says what kind of error the last one is.
    pub(crate) fn code(mut self, code: ErrorCode) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.code = Some(code);
        }
        self
    }

    /// Adds a hint.
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds hints.
    pub(crate) fn with_hints<H: Into<Hint>>(mut self, hints: impl IntoIterator<Item = H>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// Puts the errors of an earlier failure in front. Keeps the exit code.
    pub(crate) fn after(mut self, earlier: Self) -> Self {
        self.errors.splice(0..0, earlier.errors);
        self.hints.splice(0..0, earlier.hints);
        self
    }

    /// Writes out every command in the hints.
    pub(crate) fn resolved(&self, written: impl Fn(&Hint) -> Hint) -> Self {
        let code = ErrorCode::from(self.exit);
        let errors =
            self.errors.iter().map(|error| Fault { code: error.code.or(Some(code)), ..error.resolved(&written) });
        let errors = errors.collect();
        Self { exit: self.exit, errors, hints: self.hints.iter().map(written).collect() }
    }
}

impl Fault {
    /// An error without details.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: plain(&message), ..Self::default() }
    }

    /// Adds a detail.
    pub(crate) fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.details.push(plain(&detail));
        self
    }

    /// Adds a hint.
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Writes out every command in the hints.
    pub(crate) fn resolved(&self, written: impl Fn(&Hint) -> Hint) -> Self {
        let code = self.code.or(Some(ErrorCode::Warning));
        Self { code, hints: self.hints.iter().map(written).collect(), ..self.clone() }
    }

    /// An error that is caused by a failed AWS request.
    pub(crate) fn of(what: impl fmt::Display, error: &ResourceError) -> Self {
        let mut details: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
        details.extend(error.request_id.as_ref().map(|id| format!("request id {id}")));
        let hints = error.hints.iter().map(Hint::from).collect();
        let code = error.operation.is_some().then_some(ErrorCode::AwsRequest);
        Self { code, message: what.to_string(), details, hints, place: None }
    }
}

/// A text without the number that Rust adds to an error of the operating system.
fn plain(text: &impl fmt::Display) -> String {
    let text = text.to_string();
    let mut parts = text.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(')').map_or(part, |(_, rest)| rest))
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { exit: Exit::Failed, errors: vec![fault], hints: Vec::new() }
    }
}
