//! What became of the invocation behind an answer.

use crate::{
    config::{Config, Function},
    failure::Fault,
    logs::Cause,
};

/// How many lines of a log are shown: the last ones.
const LINES: usize = 20;

/// What is known of the invocation behind an answer that API Gateway gave in the function's place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Execution {
    /// What the live deployment calls, by the name that the config has for it, or else by its name in AWS. None where that is
    /// not known.
    pub(crate) function: Option<String>,
    /// Why it failed.
    pub(crate) cause: Option<Cause>,
    /// What it logged.
    pub(crate) lines: Vec<String>,
}

impl Execution {
    /// Adds what the function has logged.
    pub(super) fn with_lines(&self, fault: Fault, function: &str) -> Fault {
        let old = self.lines.len().saturating_sub(LINES);
        let shown = self.lines[old..].iter().flat_map(|line| line.lines()).map(|line| format!("  {line}"));
        let mut shown = shown.peekable();
        if shown.peek().is_none() {
            return fault;
        }
        shown.fold(fault.detail(format!("`{function}` logged:")), Fault::detail)
    }
}

/// What helps against a cause, where the config or the package has to change.
pub(crate) fn remedy(cause: &Cause, function: &str, config: &Config) -> Option<String> {
    let settings: &Function = config.functions.get(function)?;
    match cause {
        Cause::TimedOut(_) => Some(format!("raise `functions.{function}.timeout`, now {} s", settings.timeout)),
        Cause::OutOfMemory(_) => Some(format!("raise `functions.{function}.memory`, now {} MB", settings.memory)),
        Cause::NotLoaded { .. } => {
            let module = cause.missing_module()?;
            Some(if is_of_lambda(module) {
                format!(
                    "Lambda includes `{module}`, this machine does not: install it here to run the function locally"
                )
            } else {
                format!("put `{module}` into the folder of `{function}`, or fix the import")
            })
        }
        Cause::Malformed(_) => Some(
            "a valid response is an object with, each optional, a numeric `statusCode`, `headers` and \
             `multiValueHeaders`, a string `body` and `isBase64Encoded`"
                .into(),
        ),
        Cause::Exited(_) | Cause::Raised(_) => None,
    }
}

/// Whether Lambda's own runtimes come with a module: the AWS SDKs for Python and JavaScript.
fn is_of_lambda(module: &str) -> bool {
    let root = module.split('.').next().unwrap_or_default();
    matches!(root, "boto3" | "botocore" | "s3transfer" | "jmespath") || module.starts_with("@aws-sdk/")
}
