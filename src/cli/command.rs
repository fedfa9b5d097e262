//! The commands and their own flags, one variant per verb.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use super::examples::{
    CALL_EXAMPLES, COMPLETIONS_EXAMPLES, DOWN_EXAMPLES, HISTORY_EXAMPLES, INIT_EXAMPLES, INVOKE_EXAMPLES,
    LIST_EXAMPLES, LOGS_EXAMPLES, OUTPUTS_EXAMPLES, PLAN_EXAMPLES, POLICY_EXAMPLES, RECOVER_EXAMPLES,
    ROLLBACK_EXAMPLES, SHOW_EXAMPLES, STATUS_EXAMPLES, UNLOCK_EXAMPLES, UP_EXAMPLES, VALIDATE_EXAMPLES, WATCH_EXAMPLES,
};
use super::{
    CallArgs, Detailed, GraphFormat, InitArgs, InvokeArgs, LocalCommand, LogsArgs, NewArgs, OutputsForm, PlanArgs,
    PolicyArgs, RollbackArgs, StateCommand, UpArgs, UserArgs, number,
};
use crate::hint;

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an example project
    ///
    /// Writes `config.json`, its schema and a Python function with one public and one protected route into DIR, or into the
    /// current folder. Never overwrites a file: when one of them exists, nothing is written. An existing `.gitignore` gets
    /// the missing lines.
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArgs),

    /// Check the config and the functions' folders
    ///
    /// Reports all problems at once, each with its line and column: of every stage, or of the one that --stage names. Sends
    /// no request to AWS and requires no account.
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate {
        /// Check a stage that is not declared in `stages`, although others are
        #[arg(long)]
        new_stage: bool,
    },

    /// Show the changes that `up` would make
    ///
    /// Reads from AWS and changes nothing, not even the state. What is replaced or loses data comes first.
    ///
    /// --out writes the plan to a file, which `up FILE` applies and `show FILE` prints. The file has no secret: digests are
    /// in their place.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),

    /// Print a plan file as `plan` does
    ///
    /// Reads the file that `plan --out` wrote and nothing else: no config, no AWS.
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// The plan file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },

    /// Deploy the stack, or update it
    ///
    /// Shows the plan, applies it and prints the URLs. Asks for confirmation, but not with --local. If a run is interrupted
    /// at any point, the next `up` continues it.
    ///
    /// When the live version has changed (the stage or a function's alias has moved), the live URL is checked: every
    /// protected route rejects requests without a token and with a forged one, preflights and rejections have the CORS
    /// headers, and routes with a `check` in the config respond as it says. No other function is called. When a check fails,
    /// the stage and the aliases are rolled back, everything else stays, and the exit code is 1; the next `up` plans the
    /// change again. Without a change nothing is checked, unless the last change has not passed its check yet. Resources
    /// removed from the config are deleted after the check.
    ///
    /// With FILE, written by `plan --out`, this plan is applied or none: it plans again, and when the config, the code, the
    /// state, the account or a live resource has changed since, it names each difference, changes nothing and exits with 1.
    #[command(after_help = UP_EXAMPLES)]
    Up {
        /// Apply the plan in this file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["new_stage", "new_stack"])]
        plan: Option<PathBuf>,

        #[command(flatten)]
        arguments: UpArgs,
    },

    /// Compare the live settings with the config
    ///
    /// Shows for each resource whether it is in sync, has a pending change, has drifted (and how) or is missing. Changes
    /// nothing.
    #[command(after_help = STATUS_EXAMPLES)]
    Status {
        #[command(flatten)]
        detailed: Detailed,
    },

    /// List the recorded stacks and stages
    ///
    /// Reads the states in the places of this config: the folder of its local emulator, its `state` folder, and its S3 bucket
    /// when it has one. Shows whether the local emulator runs, too. The exit code is 1 when a place cannot be read.
    #[command(after_help = LIST_EXAMPLES)]
    List,

    /// Print the URLs and ids of the stack
    ///
    /// Reads the state only. As variables they are called `INVOKE_URL`, `REST_API_ID`, `USER_POOL_ID`, `CLIENT_ID`,
    /// `REGION`, `ACCOUNT` and, where something stands in for AWS, `ENDPOINT`. Of the local emulator, `PATH_URL` is the
    /// API for clients that do not resolve the host in `INVOKE_URL`.
    #[command(after_help = OUTPUTS_EXAMPLES)]
    Outputs {
        /// Print this value only: `invoke_url` and the like, or the URL of a route, as "GET /items"
        key: Option<String>,

        #[command(flatten)]
        form: OutputsForm,
    },

    /// Show the release history
    ///
    /// Reads the state only. A release is a deployment that passed its check, or was deployed without one; the live release
    /// is marked. The last five are kept, with everything needed to roll back to them. A release whose deployment needs a
    /// resource that was deleted since is not available any more; the reason is shown.
    #[command(after_help = HISTORY_EXAMPLES)]
    History,

    /// Roll back to an earlier release
    ///
    /// Moves the stage and the functions' aliases back, and nothing else: roles, users and the API as it is edited stay as
    /// they are. This makes a new release. The next `up` deploys the config again. Asks for confirmation, but not with
    /// --local.
    ///
    /// A release is available as long as everything that its deployment needs exists: the functions behind its routes with
    /// their roles and permissions, the API, and the user pool of protected routes. A release that is not available is
    /// passed over, and rejected by number; `history` shows the reason.
    ///
    /// The live URL is then checked as after the `up` of that release. When the check fails, the version before the rollback
    /// becomes live again, and the exit code is 1. An interrupted rollback is finished by the next one.
    #[command(after_help = ROLLBACK_EXAMPLES)]
    Rollback(RollbackArgs),

    /// Destroy the stack
    ///
    /// Asks for confirmation: on AWS for the stage's name, with --local for `y`. A user pool that has users is retained, with
    /// the resources it needs, unless --delete-users gives their exact number.
    #[command(after_help = DOWN_EXAMPLES)]
    Down {
        /// Delete the user pool although it has N users
        #[arg(long, value_name = "N", value_parser = number::users)]
        delete_users: Option<u64>,

        /// The name of the stack, when `deployment.serviceName` was changed after the deployment
        #[arg(long, value_name = "NAME")]
        service_name: Option<String>,
    },

    /// Watch for changes and redeploy
    ///
    /// Deploys as `up` does. Then, whenever the config or a function's folder is saved, it plans again. A change of code only
    /// is deployed at once. Other changes are shown and need confirmation; where there is no terminal, they are left, unless
    /// --yes is given. After an error the next save tries again. A save is not followed by the checks of `up`. Ctrl-C ends
    /// it. The state is locked only while a change is deployed.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(NewArgs),

    /// Send a request to a route
    ///
    /// Finds the route in the config, signs in where --as says so, sends the request and prints the body. When API Gateway
    /// rejects it, stderr says why and what to check. A protected route is called without a token when there is none: the
    /// response is a 401. A public route never gets a token.
    #[command(after_help = CALL_EXAMPLES)]
    Call(CallArgs),

    /// Invoke a function directly
    ///
    /// Prints the payload that it returns, and on stderr the end of its log. When the function fails, its error is shown
    /// and the exit code is 1.
    #[command(after_help = INVOKE_EXAMPLES)]
    Invoke(InvokeArgs),

    /// Show the logs of the functions and the API
    ///
    /// Several functions are shown together, in the order of time. Every line has its time, its function, the beginning
    /// of its request id, which Lambda's own lines show whole, and the message. Lines that CloudWatch receives more than 30
    /// seconds after later ones are not seen by --follow.
    #[command(after_help = LOGS_EXAMPLES)]
    Logs(LogsArgs),

    /// Draw the infrastructure of the config
    ///
    /// Prints the client, the API with its routes, the authorizer and the functions as a Mermaid flowchart, a DOT graph or an
    /// SVG image.
    #[command(after_help = "Examples:\n  stackctl graph\n  stackctl graph --format svg > stack.svg")]
    Graph {
        /// The format of the graph
        #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
        format: GraphFormat,
    },

    /// Print the IAM policy that a deployer needs
    ///
    /// The least permissions of the user or role that runs stackctl for this config, limited to the names and tags of the
    /// stack. Sends no request to AWS. Several documents are printed when the policy is longer than IAM allows for one.
    #[command(after_help = POLICY_EXAMPLES)]
    Policy(PolicyArgs),

    /// Manage the local emulator
    Local {
        #[command(subcommand)]
        command: LocalCommand,
    },

    /// Create users, sign them in and manage them
    ///
    /// Uses the stack's user pool, or any other with --user-pool-id.
    User(UserArgs),

    /// Show, print or move the state
    State {
        #[command(subcommand)]
        command: StateCommand,
    },

    /// Force-release the state lock
    ///
    /// Shows the lock holder. Asks for confirmation. A lock of a process that died is released by itself: this is for one
    /// that does not end. A process that loses the lock saves nothing more and stops; the next command finds what it did
    /// until then.
    #[command(after_help = UNLOCK_EXAMPLES)]
    Unlock,

    /// Rebuild a missing or damaged state
    ///
    /// Finds the resources with the stack's ownership tags, and by their names the ones without tags that belong to those;
    /// shows them, and writes a state of them. Asks for confirmation, but not with --local. Changes nothing on AWS. A damaged
    /// state is moved aside; an intact one is never changed.
    #[command(after_help = RECOVER_EXAMPLES)]
    Recover,

    /// Print the completion script for a shell
    ///
    /// Completes commands and flags, and also stages, routes, functions, outputs and releases of the config and its state on
    /// this machine, and groups of the local emulator.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },

    /// Write the man pages into a folder
    #[command(after_help = "Examples:\n  stackctl man ~/.local/share/man/man1 && man stackctl-up")]
    Man {
        /// The folder, which must exist
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },

    /// Print the version, with its commit and date
    Version,
}

impl Command {
    /// The command that does the same again.
    pub(super) fn again(&self) -> hint::SuggestedCommand {
        match self {
            Self::Up { plan, arguments } => {
                let plan = plan.as_ref().map(|plan| format!(" {}", hint::for_a_shell(&plan.display().to_string())));
                hint::SuggestedCommand::stack("up").args(&(plan.unwrap_or_default() + &arguments.words()))
            }
            Self::Watch(new) => hint::SuggestedCommand::stack("watch").args(&new.words()),
            Self::Down { delete_users, service_name } => {
                let users = delete_users.map(|users| format!(" --delete-users {users}"));
                let name = service_name.as_ref().map(|name| format!(" --service-name {name}"));
                hint::SuggestedCommand::stack("down").args(&users.into_iter().chain(name).collect::<String>())
            }
            other => hint::SuggestedCommand::stack(other.name()),
        }
    }

    /// The name of the command in events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Validate { .. } => "validate",
            Self::Plan(_) => "plan",
            Self::Show { .. } => "show",
            Self::Up { .. } => "up",
            Self::Watch(_) => "watch",
            Self::Down { .. } => "down",
            Self::History => "history",
            Self::List => "list",
            Self::Rollback(_) => "rollback",
            Self::Status { .. } => "status",
            Self::Recover => "recover",
            Self::Outputs { .. } => "outputs",
            Self::User(user) => user.command.name(),
            Self::Call(_) => "call",
            Self::Invoke(_) => "invoke",
            Self::Logs(_) => "logs",
            Self::Graph { .. } => "graph",
            Self::Policy(_) => "policy",
            Self::State { command } => command.name(),
            Self::Unlock => "unlock",
            Self::Local { command } => command.name(),
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Version => "version",
        }
    }
}
