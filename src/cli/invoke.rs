//! The flags of `invoke`.

use clap::Args;

use super::Data;

/// An invocation, as written on the command line.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The function, by its name in the config
    pub(crate) function: String,

    /// The payload, as JSON: text, @FILE, or - for stdin [default: {}]
    #[arg(short, long, value_name = "DATA", allow_hyphen_values = true)]
    pub(crate) data: Option<Data>,
}
