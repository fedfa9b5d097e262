//! `stackctl local …`: the commands of the local emulator.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::{
    duration,
    examples::{LOCAL_LOGS_EXAMPLES, MAIL_EXAMPLES, RESET_EXAMPLES, START_EXAMPLES},
    number,
};

/// The commands of the local emulator.
#[derive(Debug, Subcommand)]
pub(crate) enum LocalCommand {
    /// Start it in the background, with the data of its last run
    ///
    /// It listens on 127.0.0.1. Without --port, it uses the port of its last run, or else a free one.
    #[command(after_help = START_EXAMPLES)]
    Start(StartArgs),
    /// Stop it; its data stays
    #[command(after_help = "Examples:\n  stackctl local stop")]
    Stop,
    /// Show its URL, what runs in it and what it stores
    ///
    /// Also lists what AWS enforces and the emulator cannot on this machine.
    #[command(after_help = "Examples:\n  stackctl local status\n  stackctl local status --json | jq .url")]
    Status,
    /// List the emulators that run on this machine
    ///
    /// Shows those of all folders that you have started.
    #[command(after_help = "Examples:\n  stackctl local list")]
    List,
    /// Delete its data and the states of its stacks
    ///
    /// Stops it first. Its port and its access key stay. Asks for confirmation.
    #[command(after_help = RESET_EXAMPLES)]
    Reset,
    /// Show requests, sign-ins, messages and function logs
    ///
    /// Shows them together, in order, since the emulator started, at most the last 10,000. Queries, bodies, codes and
    /// tokens are not shown; `stackctl local mail` shows the codes of messages.
    #[command(after_help = LOCAL_LOGS_EXAMPLES)]
    Logs {
        /// Wait for further ones
        #[arg(long)]
        follow: bool,
    },
    /// Show the emails and text messages to users
    ///
    /// The emulator sends nothing. It keeps the last 500 messages of each user pool: codes of sign-ups, forgotten passwords
    /// and changed addresses, confirmation links, and invitations with their temporary password.
    #[command(after_help = MAIL_EXAMPLES)]
    Mail(MailArgs),
    /// Print its endpoint and access key as variables for a shell
    ///
    /// The AWS CLI, the SDKs and other tools that read these variables work with the emulator then. It accepts requests
    /// that are signed with this access key only. Starts the emulator when it is not running.
    #[command(
        after_help = "Examples:\n  eval \"$(stackctl local env)\" && aws cognito-idp list-user-pools --max-results 10"
    )]
    Env,
    /// Run the server; `start` runs this in the background
    #[command(hide = true)]
    Serve(ServeArgs),
}

/// How `local start` starts the emulator.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) listen: ListenArgs,

    /// Run it in this terminal until Ctrl-C, and print each request
    #[arg(long)]
    pub(crate) foreground: bool,
}

/// The port and the lifetime of the emulator, which are kept for later starts, and its weather, which is not.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ListenArgs {
    /// The port of 127.0.0.1 to listen on, also at later starts
    #[arg(long, value_name = "PORT", value_parser = number::port)]
    pub(crate) port: Option<u16>,

    /// Stop it when it was not used for this time, such as 30m, also at later starts; 0s for never
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) idle_stop: Option<Duration>,

    /// Imitate AWS's request rates, latency, and delays of new roles and functions, until it stops
    #[arg(long, value_name = "NAME", value_enum)]
    pub(crate) weather: Option<WeatherName>,
}

/// The weather of the emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WeatherName {
    /// As a deploy usually finds AWS
    Aws,
}

/// How the server runs.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) listen: ListenArgs,

    /// Print each request
    #[arg(long)]
    pub(crate) access_log: bool,
}

/// What `local mail` shows.
#[derive(Debug, Args)]
pub(crate) struct MailArgs {
    /// Wait for further messages
    #[arg(long)]
    pub(crate) follow: bool,

    /// Show the messages to this address only
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Option<String>,
}

impl LocalCommand {
    /// The name of the command in events.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "local start",
            Self::Stop => "local stop",
            Self::Status => "local status",
            Self::List => "local list",
            Self::Reset => "local reset",
            Self::Logs { .. } => "local logs",
            Self::Mail(_) => "local mail",
            Self::Env => "local env",
            Self::Serve(_) => "local serve",
        }
    }
}

impl ListenArgs {
    /// The same as arguments of the command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let port = self.port.map(|port| format!("--port={port}"));
        let idle_stop = self.idle_stop.map(|idle| format!("--idle-stop={}s", idle.as_secs()));
        let weather = self.weather.map(|WeatherName::Aws| "--weather=aws".to_owned());
        port.into_iter().chain(idle_stop).chain(weather).collect()
    }
}
