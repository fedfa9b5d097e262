//! The command line, and the only place that reads the environment.

mod call;
mod command;
mod data;
mod duration;
mod environment;
mod examples;
mod help;
mod invoke;
mod local;
mod logs;
mod number;
mod options;
mod policy;
mod search;
mod state;
mod user;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, FromArgMatches as _, Parser, ValueEnum, parser::ValueSource};
use jiff::civil::Date;

use crate::hint;

pub(crate) use call::CallArgs;
pub(crate) use command::Command;
pub(crate) use data::Data;
use environment::environment;
pub(crate) use environment::{person, variables_of_emulator};
pub(crate) use help::{accepted_by, command, completion};
pub(crate) use invoke::InvokeArgs;
pub(crate) use local::{ListenArgs, LocalCommand, MailArgs, ServeArgs, StartArgs, WeatherName};
pub(crate) use logs::{LogsArgs, Since};
pub(crate) use options::{Detailed, GraphFormat, InitArgs, NewArgs, OutputsForm, PlanArgs, RollbackArgs, UpArgs};
pub(crate) use policy::PolicyArgs;
pub(crate) use state::{MigrateArgs, StateCommand, StatePlace};
pub(crate) use user::{GroupCommand, PoolArgs, SignInArgs, TokenCommand, UserArgs, UserCommand};

/// The version; in a release build with its commit and the commit's date.
pub(crate) const VERSION: &str = env!("STACKCTL_VERSION");

const ABOUT: &str = "Deploy an authenticated serverless API to AWS from one config.json";

const LONG_ABOUT: &str = "\
Deploy an authenticated serverless API to AWS from one config.json.

stackctl creates, updates, checks and deletes a Cognito user pool with its app client, Lambda functions with their roles \
and log groups, and a REST API with its routes, by direct calls to AWS. The next run finishes an interrupted one. Users \
are never deleted unless you pass their exact number.

With `--local` everything runs on a built-in emulator: no account, no credentials, no Docker.";

const EXAMPLES: &str = "\
Examples:
  stackctl init                  create an example project in this folder
  stackctl up --local            deploy it to the local emulator
  stackctl plan --stage prod     show the changes that `up` would make on AWS
  stackctl up --stage prod       make them, after confirmation
  stackctl status                compare the live settings with the config
  stackctl down                  destroy the stack

Exit codes: 0 done, 1 failed, 2 usage or config, 3 differences (--detailed-exitcode),
4 partly done, 5 locked or changed by another process, 130 interrupted

`stackctl help COMMAND` describes a command; `stackctl man` writes the man pages.";

/// The default of `--config`.
pub(crate) const DEFAULT_CONFIG: &str = "config.json";

/// The parsed command line.
#[derive(Debug, Parser)]
#[command(
    name = "stackctl",
    version = VERSION,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that most commands take. `help::accepted` says which command takes which.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Options {
    /// The config file; relative paths in it start from its folder
    ///
    /// Without this option `config.json` is searched in the current folder and then in its parents, up to the root of
    /// the repository.
    #[arg(short, long, global = true, env = "STACKCTL_CONFIG", value_name = "FILE", default_value = DEFAULT_CONFIG)]
    #[arg(hide_env_values = true)]
    pub(crate) config: PathBuf,

    /// The stage [default: `deployment.stage`]
    #[arg(short, long, global = true, env = "STACKCTL_STAGE", value_name = "NAME", hide_env_values = true)]
    pub(crate) stage: Option<String>,

    /// The former `deployment.serviceName`, for `down`
    #[arg(skip)]
    pub(crate) service_name: Option<String>,

    /// The AWS Region [default: `deployment.region`]
    ///
    /// `AWS_REGION` does not move a stack whose config names a Region; use `${env:AWS_REGION}` in the config for that.
    #[arg(long, global = true, env = "STACKCTL_REGION", value_name = "REGION", hide_env_values = true)]
    pub(crate) region: Option<String>,

    /// The profile of the AWS credentials; not used with --local
    #[arg(long, global = true, env = "AWS_PROFILE", value_name = "NAME", hide_env_values = true)]
    pub(crate) profile: Option<String>,

    /// Use the local emulator instead of AWS (started if needed)
    #[arg(long, global = true)]
    pub(crate) local: bool,

    /// Print one JSON event per line, and nothing else
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Skip confirmation prompts
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,

    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Show settings in plans and log more; -vv in detail, -vvv with the AWS SDK's log
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// When to use colors
    #[arg(long, global = true, env = "STACKCTL_COLOR", value_name = "WHEN", default_value = "auto")]
    #[arg(hide_env_values = true)]
    pub(crate) color: Color,

    /// The largest number of concurrent API calls
    #[arg(long, global = true, env = "STACKCTL_PARALLEL", value_name = "N", default_value_t = 64)]
    #[arg(value_parser = number::parallel, hide_env_values = true)]
    pub(crate) parallel: u16,

    /// How long to wait for the state lock, such as 30s or 5m
    #[arg(long, global = true, env = "STACKCTL_LOCK_TIMEOUT", value_name = "DURATION", default_value = "0s")]
    #[arg(value_parser = duration::parse, hide_env_values = true)]
    pub(crate) lock_timeout: Duration,

    /// Allow a local state on a CI machine
    #[arg(long, global = true, env = "STACKCTL_ALLOW_LOCAL_STATE", hide_env_values = true)]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub(crate) allow_local_state: bool,

    /// Whether `config` was found in a parent of the current folder.
    #[arg(skip)]
    pub(crate) config_found: bool,

    /// The flags whose values come from their environment variables.
    #[arg(skip)]
    pub(crate) from_variables: BTreeSet<&'static str>,

    /// The name of the command.
    #[arg(skip)]
    pub(crate) command: &'static str,

    /// The command that does the same again.
    #[arg(skip = hint::SuggestedCommand::stack(""))]
    pub(crate) again: hint::SuggestedCommand,

    /// The user pool of `user`, when it is not the stack's.
    #[arg(skip)]
    pub(crate) user_pool_id: Option<String>,

    /// The environment, for `${env:NAME}` in the config.
    #[arg(skip)]
    pub(crate) environment: BTreeMap<String, String>,

    /// Whether this is a CI system, which has no operator: no prompt, no spinner, no color unless asked for.
    #[arg(skip)]
    pub(crate) ci: bool,

    /// Today's date, for the end dates of runtimes.
    #[arg(skip)]
    pub(crate) today: Date,
}

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The flags whose values are validated after the command line, with their variables.
const VARIABLES: [(&str, &str); 3] =
    [("stage", "STACKCTL_STAGE"), ("region", "STACKCTL_REGION"), ("profile", "AWS_PROFILE")];

/// The commands with their flags and help texts, for the documentation.
#[must_use]
pub fn command_line() -> clap::Command {
    command()
}

/// Checks a command line without running it, for the documentation.
///
/// # Errors
/// When it is invalid, or requests help or the version.
pub fn check_command_line(arguments: &[OsString]) -> Result<(), clap::Error> {
    parse(arguments).map(drop)
}

/// Parses the command line.
///
/// # Errors
/// When it is invalid, or requests help or the version.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = environment::without_empty(command().color(help::color(arguments)));
    let matches = command.try_get_matches_from_mut(arguments);
    let matches = matches.map_err(|error| environment::name_variable(&command, arguments, error))?;
    let accepted = help::reject_unused(&command, &matches)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.options.from_variables = environment::from_variables(&command, &matches);
    cli.options.command = cli.command.name();
    cli.options.again = cli.command.again();
    cli.options.environment = environment();
    cli.options.ci = environment::is_ci(&cli.options.environment);
    if cli.options.color == Color::Auto && environment::is_plain(&cli.options.environment) {
        cli.options.color = Color::Never;
    }
    cli.options.today = environment::today();
    match &cli.command {
        Command::Down { service_name, .. } => cli.options.service_name.clone_from(service_name),
        Command::User(UserArgs { pool, .. }) => cli.options.user_pool_id.clone_from(&pool.user_pool_id),
        _ => {}
    }
    if accepted.contains(&"config")
        && matches.value_source("config") == Some(ValueSource::DefaultValue)
        && let Some(found) = search::in_parents(Path::new(DEFAULT_CONFIG))
    {
        (cli.options.config, cli.options.config_found) = (found, true);
    }
    Ok(cli)
}

/// The options in the words of an unfinished command line: which config, stage and Region it means, and whether locally.
pub(crate) fn options_of(words: &[OsString]) -> Option<Options> {
    let finished = words.get(1..words.len().max(2) - 1).unwrap_or_default();
    let mut line: Vec<OsString> = ["stackctl", "--quiet"].map(OsString::from).into();
    let mut words = finished.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.split('=').next().unwrap_or_default() {
            "--local" => line.push(word.clone()),
            "--config" | "-c" | "--stage" | "-s" | "--region" => {
                let value = if text.contains('=') { None } else { words.next() };
                if value.is_some() || text.contains('=') {
                    line.extend(std::iter::once(word).chain(value).cloned());
                }
            }
            _ => {}
        }
    }
    line.push("outputs".into());
    parse(&line).ok().map(|cli| cli.options)
}

impl Options {
    /// The source of a flag's value: the flag itself, or its environment variable.
    pub(crate) fn source(&self, flag: &str) -> String {
        let variable = VARIABLES.iter().find(|(name, _)| *name == flag && self.from_variables.contains(name));
        variable.map_or_else(|| format!("--{flag}"), |(_, variable)| (*variable).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn common_flags_are_accepted_before_and_after_the_command() {
        for line in ["stackctl --stage prod up", "stackctl up --stage prod"] {
            let arguments: Vec<OsString> = line.split(' ').map(Into::into).collect();
            assert_eq!(parse(&arguments).unwrap().options.stage.as_deref(), Some("prod"));
        }
    }

    /// The command lines in hints: those built with `Command::stack` and `pool`, with their arguments, and those in
    /// texts.
    fn commands_in(code: &str) -> Vec<String> {
        let string = |text: &str| text.split('"').next().unwrap_or_default().replace('\\', "");
        let builders = ["Command::stack(\"", "Command::pool(\""];
        let built = builders.iter().flat_map(|builder| code.split(builder).skip(1)).map(|part| {
            let rest = part.split_once("\")").map_or("", |(_, rest)| rest.trim_start());
            string(part) + &rest.strip_prefix(".args(&format!(\"").map(string).unwrap_or_default()
        });
        let named = code.split("`stackctl ").skip(1).map(|part| part.split('`').next().unwrap_or_default().to_owned());
        built.chain(named).collect()
    }

    /// Replaces every placeholder with a value.
    fn filled_in(command: &str) -> Vec<OsString> {
        let mut parts = command.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        let line = parts.fold(first, |line, part| line + "1" + part.split_once('}').map_or(part, |(_, rest)| rest));
        std::iter::once("stackctl").chain(line.split_whitespace()).map(Into::into).collect()
    }

    #[test]
    fn every_command_in_a_hint_is_a_valid_command_line() {
        let (mut folders, mut checked) = (vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")], 0);
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    // The help texts contain command lines with placeholders.
                    folders.extend((!path.ends_with("src/cli")).then_some(path));
                    continue;
                }
                let code =
                    if path.ends_with("cli.rs") { String::new() } else { std::fs::read_to_string(&path).unwrap() };
                let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
                for command in commands_in(&code.join("\n")).iter().filter(|command| !command.starts_with('{')) {
                    let parsed = super::command().try_get_matches_from(filled_in(command));
                    let kind = parsed.err().map(|error| error.kind());
                    let shown = [ErrorKind::DisplayHelp, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
                    let is_one = kind.is_none_or(|kind| shown.contains(&kind));
                    assert!(is_one, "{}: `stackctl {command}`: {kind:?}", path.display());
                    checked += 1;
                }
            }
        }
        assert!(checked > 50, "{checked}");
    }
}
