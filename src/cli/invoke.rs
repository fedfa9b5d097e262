//! The flags of `invoke`.

use clap::Args;

use super::Data;

/// A call of a function, as it is written on the command line.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The function, as the config calls it
    pub(crate) function: String,

    /// The payload, which is JSON: a text, @FILE, or - for stdin; without it {}
    #[arg(short, long, value_name = "DATA", allow_hyphen_values = true)]
    pub(crate) data: Option<Data>,
}
