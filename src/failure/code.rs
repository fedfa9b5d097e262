//! The codes of errors and warnings, for programs that decide on them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::Exit;

/// What kind of error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorCode {
    /// The action failed.
    Failed,
    /// The command line is invalid, or does not fit the config.
    Usage,
    /// The config is invalid at `location`.
    Config,
    /// Some steps are done and recorded, others are not.
    PartlyDone,
    /// The state is locked, or another process changed it.
    Locked,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
    /// A request to AWS failed; `details` quotes the response.
    AwsRequest,
    /// A confirmation is required and cannot be asked for.
    ConfirmationRequired,
    /// The operator did not confirm.
    NotConfirmed,
    /// The plan would delete user data.
    DataLoss,
    /// A resource of this name exists without the ownership tags of this stack.
    Unmanaged,
    /// The local state would be lost with the CI machine.
    LocalStateOnCi,
    /// A warning.
    Warning,
}

impl From<Exit> for ErrorCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done | Exit::Failed | Exit::Differences => Self::Failed,
            Exit::Usage => Self::Usage,
            Exit::Partly => Self::PartlyDone,
            Exit::Locked => Self::Locked,
            Exit::Interrupted => Self::Interrupted,
        }
    }
}
