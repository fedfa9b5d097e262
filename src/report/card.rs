//! A card: one thing to report, with a text and, by its serialized form, an event of `--json`.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::hint::Hint;

/// One thing to report.
pub(crate) trait Card: Serialize + JsonSchema {
    /// The name of its JSON event.
    const EVENT: &'static str;

    /// Whether this card ends everything in progress.
    const ENDS_PROGRESS: bool = false;

    /// Whether its lines are cut to the width of the terminal.
    const WIDE: bool = false;

    /// The text, with a line break at its end. Empty when only `--json` reports it.
    fn text(&self) -> String;
}

/// A note.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Note {
    /// A sentence fragment.
    #[serde(serialize_with = "sentence")]
    #[schemars(with = "String")]
    pub(super) message: Hint,
}

impl Card for Note {
    const EVENT: &'static str = "note";

    fn text(&self) -> String {
        format!("{}\n", self.message)
    }
}

fn sentence<S: Serializer>(hint: &Hint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hint)
}
