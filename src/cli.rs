//! The command line: what can be asked, and the only place that reads the environment.

mod call;
mod command;
mod data;
mod duration;
mod environment;
mod invoke;
mod logs;
mod number;
mod state;
mod user;

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};

pub(crate) use call::CallArgs;
pub(crate) use command::{Command, Detailed, LocalCommand, NewArgs, OutputsForm, RollbackArgs, UpArgs};
pub(crate) use data::Data;
pub(crate) use environment::{environment, person, variables_of_aws};
pub(crate) use invoke::InvokeArgs;
pub(crate) use logs::{LogsArgs, Since};
pub(crate) use state::{MigrateArgs, StateCommand, StatePlace};
pub(crate) use user::{GroupCommand, PoolArgs, SignInArgs, TokenCommand, UserArgs, UserCommand};

const ABOUT: &str = "Puts one authenticated serverless API on AWS, and keeps it as your config says";

const LONG_ABOUT: &str = "\
Puts one authenticated serverless API on AWS, and keeps it as your config says.

From `config.json` stackctl makes, updates, checks and removes a Cognito user pool with its app client, the Lambda \
functions with their roles and log groups, and a REST API with its routes, by direct calls to AWS. An interrupted run \
is finished by the next one; users are never deleted unless you name their number.

With `--local` everything happens in a small AWS of its own on this machine: no account, no credentials, no Docker.";

const EXAMPLES: &str = "\
Examples:
  stackctl init                  write an example into this folder
  stackctl up --local            bring it up on this machine and call it
  stackctl plan --stage prod     see what `up` would do on AWS
  stackctl up --stage prod       do it, after confirmation
  stackctl status                compare what there is with the config
  stackctl down                  remove it

Exit codes: 0 done, 1 failed, 2 usage or config, 3 differences (--detailed-exitcode),
4 partly done, 5 locked or changed underneath, 130 interrupted";

/// Where the configuration is when nobody says.
pub(crate) const DEFAULT_CONFIG: &str = "config.json";

/// What was asked.
#[derive(Debug, Parser)]
#[command(
    name = "stackctl",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The flags that every command takes.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person may give")]
pub(crate) struct Common {
    /// The configuration; relative paths in it start from its folder
    #[arg(short, long, global = true, env = "STACKCTL_CONFIG", value_name = "FILE", default_value = DEFAULT_CONFIG)]
    #[arg(help_heading = "Common options")]
    pub(crate) config: PathBuf,

    /// The stage, instead of `deployment.stage`
    #[arg(short, long, global = true, env = "STACKCTL_STAGE", value_name = "NAME", help_heading = "Common options")]
    pub(crate) stage: Option<String>,

    /// The name that `down` knows a stack by whose `deployment.serviceName` was changed
    #[arg(skip)]
    pub(crate) service_name: Option<String>,

    /// The AWS Region, instead of `deployment.region`
    ///
    /// `AWS_REGION` does not move a stack whose config names a Region; a config that wants it names `${env:AWS_REGION}`.
    #[arg(long, global = true, env = "STACKCTL_REGION", value_name = "REGION", help_heading = "Common options")]
    pub(crate) region: Option<String>,

    /// The profile of the AWS credentials; `--local` never reads any
    #[arg(long, global = true, env = "AWS_PROFILE", value_name = "NAME", help_heading = "Common options")]
    pub(crate) profile: Option<String>,

    /// Use the AWS on this machine, and start it when it is not running
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) local: bool,

    /// Print one JSON event per line, and nothing else
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,

    /// Skip confirmation prompts
    #[arg(short, long, global = true, help_heading = "Common options")]
    pub(crate) yes: bool,

    /// Print results and errors only
    #[arg(short, long, global = true, help_heading = "Common options")]
    pub(crate) quiet: bool,

    /// Show settings in plans, and tell what is done; -vv in detail, -vvv with the AWS client's own words
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Common options")]
    pub(crate) verbose: u8,

    /// When to colour
    #[arg(long, global = true, env = "STACKCTL_COLOR", value_name = "WHEN", default_value = "auto")]
    #[arg(help_heading = "Common options")]
    pub(crate) color: Color,

    /// How many calls may be under way at once
    #[arg(long, global = true, env = "STACKCTL_PARALLEL", value_name = "N", default_value_t = 10)]
    #[arg(value_parser = number::parallel, help_heading = "Common options")]
    pub(crate) parallel: u16,

    /// How long to wait for a state that somebody else has locked, such as 30s or 5m
    #[arg(long, global = true, env = "STACKCTL_LOCK_TIMEOUT", value_name = "DURATION", default_value = "0s")]
    #[arg(value_parser = duration::parse, help_heading = "Common options")]
    pub(crate) lock_timeout: Duration,

    /// The flags whose values come from their variables.
    #[arg(skip)]
    pub(crate) from_variables: BTreeSet<&'static str>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into pipes and files
    Always,
    /// Not at all
    Never,
}

/// The flags whose values are judged later than the command line, with their variables.
const VARIABLES: [(&str, &str); 3] =
    [("stage", "STACKCTL_STAGE"), ("region", "STACKCTL_REGION"), ("profile", "AWS_PROFILE")];

/// Reads the command line.
///
/// # Errors
/// When it cannot be understood, or asks for help or the version.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = environment::without_empty(Cli::command());
    let matches = command.try_get_matches_from_mut(arguments);
    let matches = matches.map_err(|error| environment::name_variable(&command, arguments, error))?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.common.from_variables = environment::from_variables(&command, &matches);
    Ok(cli)
}

impl Common {
    /// Whoever gave the value of a flag: the flag, or its variable.
    pub(crate) fn source(&self, flag: &str) -> String {
        let variable = VARIABLES.iter().find(|(name, _)| *name == flag && self.from_variables.contains(name));
        variable.map_or_else(|| format!("--{flag}"), |(_, variable)| (*variable).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_flags_stand_before_and_after_the_command() {
        for line in ["stackctl --stage prod up", "stackctl up --stage prod"] {
            let arguments: Vec<OsString> = line.split(' ').map(Into::into).collect();
            assert_eq!(parse(&arguments).unwrap().common.stage.as_deref(), Some("prod"));
        }
    }
}
