//! What is wrong with a configuration, and how it is said.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

/// Whether a problem stops everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work.
    Error,
    /// It works, but it surprises.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing that is wrong: where, what, and the way out. Its `Display` is the whole text, without colour.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// Whether it stops everything.
    pub severity: Severity,
    /// The file, as it was named to [`super::load`]; none when a flag is to blame.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The place inside the document, such as `routes."GET /hello".function`, or the flag to blame. May be empty.
    pub path: String,
    pub message: String,
    /// What else there is to know, such as what is allowed.
    pub details: Vec<String>,
    /// The way out.
    pub hint: Option<String>,
}

impl Problem {
    /// Begins an error about a path inside the document.
    pub(crate) fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: None,
            line: None,
            column: None,
            path: path.into(),
            message: message.into(),
            details: Vec::new(),
            hint: None,
        }
    }

    /// Adds a line of detail.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Names the way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the way out, when there is one.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Says whether it stops everything.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Makes it a warning.
    pub(crate) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    pub(crate) fn at(mut self, place: SourcePlace) -> Self {
        self.line = Some(place.line);
        self.column = Some(place.column);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.severity)?;
        if let Some(file) = &self.file {
            formatter.write_str(file)?;
            if let (Some(line), Some(column)) = (self.line, self.column) {
                write!(formatter, ":{line}:{column}")?;
            }
            formatter.write_str(": ")?;
        }
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)?;
        for detail in &self.details {
            write!(formatter, "\n  {detail}")?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// A place in the file: line and column (in characters), both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourcePlace {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Everything that is wrong with a configuration, in the order of the file. At least one is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Collects problems of one file.
pub(crate) struct Findings {
    file: String,
    found: Vec<Problem>,
}

impl Findings {
    pub(crate) fn new(file: String) -> Self {
        Self { file, found: Vec::new() }
    }

    /// Adds a problem of this file.
    pub(crate) fn add(&mut self, mut problem: Problem) {
        problem.file = Some(self.file.clone());
        self.add_elsewhere(problem);
    }

    /// Adds a problem that is not in the file.
    pub(crate) fn add_elsewhere(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Quotes a text in another form in the messages.
    pub(crate) fn quote(&mut self, text: &str, as_written: &str) {
        for problem in &mut self.found {
            problem.message = problem.message.replace(&format!("`{text}`"), &format!("`{as_written}`"));
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(Problem::is_error)
    }

    /// Gives what was found, in the order of the file. The same thing seen twice (as written, and again with the stage
    /// laid over) counts once.
    pub(crate) fn into_problems(self) -> Problems {
        let mut found = self.found;
        let mut seen = HashSet::new();
        found.retain(|problem| seen.insert(problem.clone()));
        found.sort_by_key(|problem| (problem.line, problem.column, problem.severity));
        Problems(found)
    }
}
