//! How a run ends, as a number that scripts decide on.

use std::process::ExitCode;

use serde::{Serialize, Serializer};

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for is done.
    Done = 0,
    /// It failed, and nothing was changed by this run.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// There are differences, and `--detailed-exitcode` asked to say so.
    Differences = 3,
    /// Some steps are done and recorded, others are not.
    Partly = 4,
    /// The state is locked, or somebody else changed it meanwhile.
    Locked = 5,
    /// Interrupted by the person.
    Interrupted = 130,
}

impl Exit {
    /// The number.
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
