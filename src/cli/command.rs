//! The commands and their own flags, one variant per verb.

use clap::{Args, Subcommand};

use super::{CallArgs, InvokeArgs, LogsArgs, StateCommand, UserArgs, number};

const UP_EXAMPLES: &str = "\
Examples:
  stackctl up --local
  stackctl up --stage prod --yes
  stackctl up --no-check                  confirms what is served unseen";

const ROLLBACK_EXAMPLES: &str = "\
Examples:
  stackctl rollback                       to the last available release before the live one
  stackctl history && stackctl rollback 7
  stackctl rollback --no-check            accepts the live version without checking it";

const OUTPUTS_EXAMPLES: &str = "\
Examples:
  stackctl outputs                        a table
  curl $(stackctl outputs invoke_url)/test
  eval \"$(stackctl outputs --env)\"       into this shell: $INVOKE_URL, $USER_POOL_ID, ...
  stackctl outputs --dotenv > .env        into a file for other tools";

const WATCH_EXAMPLES: &str = "\
Examples:
  stackctl watch --local                  deploy every save to the AWS on this machine
  stackctl watch --stage ann              to a stage of one's own
  stackctl watch --local --json | jq -r 'select(.event == \"cycle\") | .outcome'";

const CALL_EXAMPLES: &str = "\
Examples:
  stackctl call GET /test
  stackctl call GET /test_auth --as mail@example.com
  stackctl call POST /items --data @item.json --query dry_run=1 -i
  STACKCTL_TOKEN=$TOKEN stackctl call GET /test_auth --fail";

const INVOKE_EXAMPLES: &str = "\
Examples:
  stackctl invoke report --data '{\"month\": \"2026-11\"}'
  stackctl invoke report --data @event.json > report.json";

const LOGS_EXAMPLES: &str = "\
Examples:
  stackctl logs                           everything of the last ten minutes
  stackctl logs report --since 2h --filter ERROR
  stackctl logs --follow                  until Ctrl-C
  stackctl logs --api report              the requests to the API, and what `report` logged
  stackctl logs --api --filter '{ $.status = \"5*\" }'       on AWS; the local cloud refuses it
  stackctl logs --json --since 1d | jq -r 'select(.event == \"log_line\") | .message'";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write an example into this folder
    ///
    /// Writes `config.json`, its schema and a Python function with one public and one protected endpoint. Never writes
    /// over a file: when one of them exists, nothing is written.
    Init,

    /// Check the configuration and the functions' folders
    ///
    /// Finds every problem at once, each with its line and column: of every stage, or of the one that --stage names. Asks
    /// nobody: it needs no account.
    Validate {
        /// Check a stage that is not declared in `stages`, although others are
        #[arg(long)]
        new_stage: bool,
    },

    /// Show what `up` would do
    ///
    /// Reads AWS and changes nothing, not even the state.
    #[command(
        after_help = "Examples:\n  stackctl plan\n  stackctl plan --detailed-exitcode || echo there is something to do"
    )]
    Plan {
        #[command(flatten)]
        detailed: Detailed,

        #[command(flatten)]
        new: NewArgs,
    },

    /// Bring the stack up, or up to date
    ///
    /// Shows the plan, carries it out and prints the URLs. Asks for confirmation, but not with --local. Interrupted at any
    /// point, the next `up` goes on.
    ///
    /// When callers get something else than before (a stage or the alias of a function has moved), the live URL is
    /// checked: every protected route refuses requests without a token and with a forged one, preflights and refusals
    /// have the CORS headers, and the routes that have a `check` in the config answer as it says. No other function is
    /// called. When a check fails, the stage and the functions go back to what they served before, the rest stays, and
    /// the exit code is 1; the next `up` plans the change again. Without a change nothing is checked, unless the last
    /// change has not passed yet. What the config does not have any more is removed after the check.
    #[command(after_help = UP_EXAMPLES)]
    Up(UpArgs),

    /// Deploy what is saved, as long as you work on it
    ///
    /// Brings the stack up as `up` does. Then, whenever the config or a function's folder is saved, it is read, planned and,
    /// when only code has changed, deployed at once, with one line for it. Other changes are shown. Asks for confirmation of
    /// them; where there is no terminal, they are left, unless --yes is given. What is wrong is told, and the next save tries again. What
    /// a save deploys is not checked as by `up`. Ctrl-C ends it. The state is locked only while a change is deployed.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(NewArgs),

    /// Show what was served, since when, and by whom it was deployed
    ///
    /// From the state; asks nobody. A release is a change that has passed its check, or was not to be checked; the one that
    /// is served is marked. The last five are kept, with what is needed to go back to them. One whose deployment needs what
    /// was deleted since is not available any more, and says why.
    History,

    /// Serve again what was served with an earlier release
    ///
    /// Moves the stage and the functions' aliases back, and nothing else: roles, users and the API as it is edited stay as
    /// they are. That is a release of its own. The next `up` deploys the config again. Asks for confirmation, but not with
    /// --local.
    ///
    /// A release is available as long as everything that its deployment needs exists: the functions behind its routes with
    /// their roles and permissions, the API, and the user pool of protected routes. A release that is not available is
    /// passed over, and refused by number; `history` shows the reason.
    ///
    /// The live URL is then checked as after the `up` of that release. When the check fails, what was live before is live
    /// again, and the exit code is 1. An interrupted rollback is finished by the next one.
    #[command(after_help = ROLLBACK_EXAMPLES)]
    Rollback(RollbackArgs),

    /// Remove the stack
    ///
    /// Asks for confirmation: on AWS for the stage's name, with --local for `y`. A user pool that holds users is kept, with
    /// what it needs, unless --delete-users names their exact number.
    #[command(after_help = "Examples:\n  stackctl down --local\n  stackctl down --stage test --yes --delete-users 3")]
    Down {
        /// Delete the user pool although it holds N users
        #[arg(long, value_name = "N", value_parser = number::users)]
        delete_users: Option<u64>,

        /// The name of the stack, instead of `deployment.serviceName`: for one that was deployed before a change of that
        #[arg(long, value_name = "NAME")]
        service_name: Option<String>,
    },

    /// Compare what there is with the configuration
    ///
    /// Says of each resource whether it is in sync, drifted (and how), gone or pending. Changes nothing.
    Status {
        #[command(flatten)]
        detailed: Detailed,
    },

    /// Rebuild a state that was lost
    ///
    /// Finds what carries the stack's tags, and by their names the things without tags on those; shows it, and writes a
    /// state of it. Asks for confirmation, but not with --local. Changes nothing at AWS. A damaged state is kept aside; one
    /// that can be used is never touched.
    #[command(
        after_help = "Examples:\n  stackctl recover --local\n  stackctl recover --stage prod && stackctl plan --stage prod"
    )]
    Recover,

    /// Print the URLs and ids of the stack
    ///
    /// From the state; asks nobody. As variables they are called `INVOKE_URL`, `REST_API_ID`, `USER_POOL_ID`, `CLIENT_ID`,
    /// `REGION`, `ACCOUNT` and, where something stands in for AWS, `ENDPOINT`.
    #[command(after_help = OUTPUTS_EXAMPLES)]
    Outputs {
        /// Print this value only: `invoke_url` and the like, or the URL of a route, as "GET /items"
        key: Option<String>,

        #[command(flatten)]
        form: OutputsForm,
    },

    /// Make users, sign them in, and look after them
    ///
    /// Of the stack's user pool, or of any other with --user-pool-id.
    User(UserArgs),

    /// Send a request to a route
    ///
    /// Finds the route in the config, signs in where --as says so, sends the request and prints the body. When API Gateway
    /// refuses it, stderr says why and what to check. A protected route is called without a token when there is none: the
    /// answer is a 401. A public one never gets a token.
    #[command(after_help = CALL_EXAMPLES)]
    Call(CallArgs),

    /// Call a function directly
    ///
    /// Prints the payload that it returns, and on stderr the end of its log. When the function fails, its error is shown
    /// and the exit code is 1.
    #[command(after_help = INVOKE_EXAMPLES)]
    Invoke(InvokeArgs),

    /// Show what the functions and the API have logged
    ///
    /// Several functions are shown together, in the order of time. Every line has its time, its function, the beginning
    /// of its request's id, which Lambda's own lines show whole, and the message. Lines that CloudWatch takes in more
    /// than 30 seconds after later ones are not seen by --follow.
    #[command(after_help = LOGS_EXAMPLES)]
    Logs(LogsArgs),

    /// Look at the record of what was made, or move it
    State {
        #[command(subcommand)]
        command: StateCommand,
    },

    /// Take the lock of the state away from who holds it
    ///
    /// Shows who that is. Asks for confirmation. A lock of a process that died is released by itself: this is for one that does not end.
    /// Whoever loses the lock can save nothing more and stops; what they did until then is found by the next command.
    #[command(after_help = "Examples:\n  stackctl unlock\n  stackctl unlock --stage prod --yes")]
    Unlock,

    /// Start, stop or look at the AWS on this machine
    Local {
        #[command(subcommand)]
        command: LocalCommand,
    },

    /// Print the completions for a shell
    #[command(
        after_help = "Examples:\n  stackctl completions bash > ~/.local/share/bash-completion/completions/stackctl"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What may be new: a name that is mistyped or changed makes another stack.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct NewArgs {
    /// Create a stage that is not declared in `stages`, although others are or are deployed
    #[arg(long)]
    pub(crate) new_stage: bool,

    /// Create a second stack from a config whose `deployment.serviceName` was changed
    #[arg(long)]
    pub(crate) new_stack: bool,
}

impl NewArgs {
    /// As they are written, each after a space.
    pub(crate) fn words(self) -> String {
        written(&[(self.new_stage, " --new-stage"), (self.new_stack, " --new-stack")])
    }
}

/// The flags that were given.
fn written(flags: &[(bool, &str)]) -> String {
    flags.iter().filter(|(given, _)| *given).map(|(_, flag)| *flag).collect()
}

/// What happens after a change.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct UpArgs {
    /// Do not check what is served after a change
    #[arg(long)]
    pub(crate) no_check: bool,

    /// Leave a change as it is when its check fails
    #[arg(long, conflicts_with = "no_check")]
    pub(crate) no_rollback: bool,

    #[command(flatten)]
    pub(crate) new: NewArgs,
}

impl UpArgs {
    /// As they are written, each after a space.
    pub(crate) fn words(self) -> String {
        written(&[(self.no_check, " --no-check"), (self.no_rollback, " --no-rollback")]) + &self.new.words()
    }
}

/// Where a rollback goes.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RollbackArgs {
    /// The number of a release; without it the last available one before what is live
    #[arg(value_parser = number::release)]
    pub(crate) release: Option<u64>,

    /// Do not check what is live after the rollback
    #[arg(long)]
    pub(crate) no_check: bool,
}

impl RollbackArgs {
    /// As they are written, each after a space.
    pub(crate) fn words(self) -> String {
        let number = self.release.map(|number| format!(" {number}"));
        number.into_iter().chain(self.no_check.then(|| " --no-check".to_owned())).collect()
    }
}

/// How outputs are written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputsForm {
    /// As lines for a shell: export NAME='value'
    #[arg(long, conflicts_with_all = ["dotenv", "json"])]
    pub(crate) env: bool,

    /// As lines of a .env file: NAME=value
    #[arg(long, conflicts_with = "json")]
    pub(crate) dotenv: bool,
}

/// How an exit code may tell of differences.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Detailed {
    /// Exit with 3 when there are differences
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// What can be done with the local cloud.
#[derive(Debug, Subcommand)]
pub(crate) enum LocalCommand {
    /// Start it in the background, with the data it had
    Start,
    /// Stop it; its data stays
    Stop,
    /// Say whether it runs, and where
    Status,
    /// Be the server; `start` runs this in the background
    #[command(hide = true)]
    Serve,
}

impl Command {
    /// The name, as it is in events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Validate { .. } => "validate",
            Self::Plan { .. } => "plan",
            Self::Up(_) => "up",
            Self::Watch(_) => "watch",
            Self::Down { .. } => "down",
            Self::History => "history",
            Self::Rollback(_) => "rollback",
            Self::Status { .. } => "status",
            Self::Recover => "recover",
            Self::Outputs { .. } => "outputs",
            Self::User(user) => user.command.name(),
            Self::Call(_) => "call",
            Self::Invoke(_) => "invoke",
            Self::Logs(_) => "logs",
            Self::State { command } => command.name(),
            Self::Unlock => "unlock",
            Self::Local { command } => match command {
                LocalCommand::Start => "local start",
                LocalCommand::Stop => "local stop",
                LocalCommand::Status => "local status",
                LocalCommand::Serve => "local serve",
            },
            Self::Completions { .. } => "completions",
        }
    }
}
