//! The function invocation behind a gateway response.

use crate::{
    config::{Config, Function},
    failure::Fault,
    logs::Cause,
};

/// The maximum number of log lines to show, counted from the end.
const LINES: usize = 20;

/// The function invocation behind an error response of API Gateway, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Execution {
    /// The function in the live deployment: its name in the config, or otherwise its name in AWS. `None` if not known.
    pub(crate) function: Option<String>,
    /// Why the invocation failed.
    pub(crate) cause: Option<Cause>,
    /// The log lines of the invocation.
    pub(crate) lines: Vec<String>,
}

impl Execution {
    /// Adds the function's log lines to a fault.
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

/// A hint for a cause that a change of the config or the package fixes.
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

/// Whether a module is included in Lambda's runtimes: the AWS SDKs for Python and JavaScript.
fn is_of_lambda(module: &str) -> bool {
    let root = module.split('.').next().unwrap_or_default();
    matches!(root, "boto3" | "botocore" | "s3transfer" | "jmespath") || module.starts_with("@aws-sdk/")
}
