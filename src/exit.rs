//! The exit codes of a run.

use std::process::ExitCode;

use serde::{Serialize, Serializer};

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// The command failed and changed nothing.
    Failed = 1,
    /// The command line or the config is invalid.
    Usage = 2,
    /// The plan has changes, and `--detailed-exitcode` is set.
    Differences = 3,
    /// Some steps are done and recorded, others are not.
    Partly = 4,
    /// The state is locked, or another process changed it during the run.
    Locked = 5,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Exit {
    /// The exit code as a number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}

impl schemars::JsonSchema for Exit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Exit".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "enum": [0, 1, 2, 3, 4, 5, 130] })
    }
}
