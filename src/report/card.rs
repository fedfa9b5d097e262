//! A card: one thing to report. Each is an event of `--json` by its serialized form, and has a text.

use serde::Serialize;

use crate::hint::Hint;

/// One thing to report.
pub(crate) trait Card: Serialize {
    /// The name of its event.
    const EVENT: &'static str;

    /// Whether everything in progress has ended when it is reported.
    const ENDS_PROGRESS: bool = false;

    /// The text, with a line break at its end; empty for what only machines need.
    fn text(&self) -> String;
}

/// Something worth knowing.
#[derive(Debug, Serialize)]
pub(super) struct Note {
    /// A fragment.
    pub(super) message: Hint,
}

impl Card for Note {
    const EVENT: &'static str = "note";

    fn text(&self) -> String {
        format!("{}\n", self.message)
    }
}
