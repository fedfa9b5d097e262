//! `stackctl state …`: what can be done with the state itself.

use clap::Subcommand;

const SHOW_EXAMPLES: &str = "\
Examples:
  stackctl state show
  stackctl state show --json | jq -r 'select(.event == \"state\") | .state.pending | keys[]'";

/// What can be done with the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Show what is recorded, and what was about to be done
    ///
    /// Of each thing its ids and what it needs, as a run would begin with them. Asks nobody but S3, where the state is
    /// there; `status` compares it with what there is.
    #[command(after_help = SHOW_EXAMPLES)]
    Show,

    /// Print the state as it is kept
    ///
    /// Byte for byte, also when it is damaged or of a later version.
    #[command(after_help = "Examples:\n  stackctl state pull > shop.dev.copy.json")]
    Pull,
}

impl StateCommand {
    /// The name, as it is in events.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Show => "state show",
            Self::Pull => "state pull",
        }
    }
}
