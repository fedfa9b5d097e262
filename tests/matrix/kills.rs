//! The ways to kill the real binary. Each is a column of the table.

/// A real SIGKILL to the real binary.
pub(super) struct Kill {
    pub(super) name: &'static str,
    /// The description on the page.
    pub(super) what: &'static str,
    pub(super) moments: &'static [Moment],
    /// Whether it hits the calls for the state and its lock, or all other calls.
    pub(super) saves: bool,
}

/// When the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// When a call arrives, which then takes no effect.
    Before,
    /// After a call took effect.
    After,
}

/// The column whose number of cuts depends on the machine: results are saved at most once per second.
pub(super) const AT_SAVE: &str = "SIGKILL at save";

/// The columns of the real binary.
pub(super) const KILLS: [Kill; 3] = [
    Kill {
        name: "SIGKILL before",
        what: "The real binary is killed with SIGKILL when an AWS call arrives, which then takes no effect.",
        moments: &[Moment::Before],
        saves: false,
    },
    Kill {
        name: "SIGKILL after",
        what: "The real binary is killed with SIGKILL after an AWS call took effect, before the response is sent.",
        moments: &[Moment::After],
        saves: false,
    },
    Kill {
        name: AT_SAVE,
        what: "The same two at every call for the state and its lock, which are in an S3 bucket. The number of saves \
               depends on the speed of the machine, so this column alone may have fewer cuts elsewhere.",
        moments: &[Moment::Before, Moment::After],
        saves: true,
    },
];
