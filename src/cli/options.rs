//! The flags of single commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use serde::{Deserialize, Serialize};

use super::number;

/// What `init` writes, and where.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder, created when it does not exist; without it the current one
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    /// The `deployment.serviceName`; without it the name of the folder
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Which new names are accepted: a mistyped or changed name means another stack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
pub(crate) struct NewArgs {
    /// Create a stage that is not declared in `stages`, although others are or are deployed
    #[arg(long)]
    pub(crate) new_stage: bool,

    /// Create a second stack from a config whose `deployment.serviceName` was changed
    #[arg(long)]
    pub(crate) new_stack: bool,
}

impl NewArgs {
    /// The flags as written, each after a space.
    pub(crate) fn words(self) -> String {
        written(&[(self.new_stage, " --new-stage"), (self.new_stack, " --new-stack")])
    }
}

/// The flags that were given.
fn written(flags: &[(bool, &str)]) -> String {
    flags.iter().filter(|(given, _)| *given).map(|(_, flag)| *flag).collect()
}

/// What `plan` writes.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Write the plan to a file, which `up FILE` applies
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,

    /// Keep the functions' packages in the folder `FILE.packages`, so that `up FILE` needs no build
    #[arg(long, requires = "out")]
    pub(crate) with_packages: bool,

    #[command(flatten)]
    pub(crate) detailed: Detailed,

    #[command(flatten)]
    pub(crate) new: NewArgs,
}

/// What follows a change.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct UpArgs {
    /// Skip the check after a change
    #[arg(long)]
    pub(crate) no_check: bool,

    /// Do not roll back when the check fails
    #[arg(long, conflicts_with = "no_check")]
    pub(crate) no_rollback: bool,

    #[command(flatten)]
    pub(crate) new: NewArgs,
}

impl UpArgs {
    /// The flags as written, each after a space.
    pub(crate) fn words(self) -> String {
        written(&[(self.no_check, " --no-check"), (self.no_rollback, " --no-rollback")]) + &self.new.words()
    }
}

/// The release to roll back to.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RollbackArgs {
    /// The number of a release; without it the last available one before the live one
    #[arg(value_parser = number::release)]
    pub(crate) release: Option<u64>,

    /// Skip the check after the rollback
    #[arg(long)]
    pub(crate) no_check: bool,
}

impl RollbackArgs {
    /// The flags as written, each after a space.
    pub(crate) fn words(self) -> String {
        let number = self.release.map(|number| format!(" {number}"));
        number.into_iter().chain(self.no_check.then(|| " --no-check".to_owned())).collect()
    }
}

/// The form of the outputs.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputsForm {
    /// Print lines for a shell: export NAME='value'
    #[arg(long, conflicts_with_all = ["dotenv", "json"])]
    pub(crate) env: bool,

    /// Print lines of a .env file: NAME=value
    #[arg(long, conflicts_with = "json")]
    pub(crate) dotenv: bool,
}

/// Whether the exit code shows differences.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Detailed {
    /// Exit with 3 when there are differences
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// The format of a graph.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A Mermaid flowchart
    Mermaid,
    /// A DOT graph, for Graphviz
    Dot,
    /// An SVG image
    Svg,
}
