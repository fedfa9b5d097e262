//! The commands, one file per verb. They combine the other modules and choose the exit code. They neither print nor
//! exit.

mod call;
mod complete;
mod completions;
mod down;
mod graph;
mod history;
mod init;
mod invoke;
mod list;
mod local;
mod logs;
mod man;
mod outputs;
mod plan;
mod policy;
mod recover;
mod rollback;
mod show;
mod state;
mod status;
mod unlock;
mod up;
mod user;
mod validate;
mod watch;

use std::{ffi::OsString, num::NonZero, process::ExitCode};

use tokio::runtime::{Builder, Runtime};

use crate::{
    cli::{self, Command, LocalCommand},
    exit::Exit,
    failure::Failure,
    hint::{self, Hint},
    report::{self, Done, Look},
    session::{OnInterrupt, Run, emulator, signals},
};

/// The last year in which the clock is assumed to be right.
const LATEST_YEAR: i16 = 2200;

/// Runs the command of the command line.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    if let Some(completed) = complete::run(arguments) {
        return completed;
    }
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            let machine = arguments.iter().any(|argument| argument == "--json");
            return report::usage(&answer, machine).into();
        }
    };
    let run = Run::new(cli.options);
    if run.options.config_found {
        run.report.note(format!("using {}", run.options.config.display()));
    }
    let ended = check_clock(&run).and_then(|()| tokio_runtime()).and_then(|runtime| {
        let ended = runtime.block_on(signals::heeding(&run, dispatch(&run, cli.command)));
        // After a second interrupt, requests and a prompt may still be in progress. They are not waited for.
        runtime.shutdown_background();
        ended
    });
    let exit = ended.unwrap_or_else(|failure| {
        run.report.fail(&failure);
        failure.exit
    });
    if run.report.look() == Look::Json {
        run.report.data(&Done { command: run.options.command, exit, bill: run.meter.bill() });
    }
    delivered(&run, exit).into()
}

/// The exit code when results could not be written: the reader must not mistake the run for a success.
fn delivered(run: &Run, exit: Exit) -> Exit {
    let Some(error) = run.report.undelivered() else { return exit };
    let failure = Failure::io("the results cannot be written to stdout", &error);
    let changed = run.cancel.policy() == OnInterrupt::Finish;
    let outputs = || Hint::from("the changes are recorded; ").run(hint::SuggestedCommand::stack("outputs"));
    run.report.complain(&failure.with_hints(changed.then(|| outputs().text(" prints the results again"))));
    if exit == Exit::Done { Exit::Failed } else { exit }
}

/// Checks that the clock is plausible. Times beyond the year 9999 cannot be represented, and AWS rejects signatures
/// with a time far in the past.
fn check_clock(run: &Run) -> Result<(), Failure> {
    let year = run.options.today.year();
    if year <= LATEST_YEAR {
        return Ok(());
    }
    Err(Failure::failed(format!("this machine's clock shows the year {year}")).hint("set the clock right"))
}

fn tokio_runtime() -> Result<Runtime, Failure> {
    // The number of threads is set here, not read: an invalid `TOKIO_WORKER_THREADS` would panic inside tokio.
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|error| Failure::io("the asynchronous runtime cannot be started", &error))
}

async fn dispatch(run: &Run, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => init::run(run, &arguments),
        Command::Validate { new_stage } => validate::run(run, new_stage).await,
        Command::Plan(arguments) => plan::run(run, arguments).await,
        Command::Up { plan, arguments } => up::run(run, plan.as_deref(), arguments).await,
        Command::Show { file } => show::run(run, &file),
        Command::Watch(new) => Box::pin(watch::run(run, new)).await,
        Command::Down { delete_users, .. } => down::run(run, delete_users).await,
        Command::Recover => recover::run(run).await,
        Command::List => list::run(run).await,
        Command::History => history::run(run).await,
        Command::Rollback(arguments) => Box::pin(rollback::run(run, arguments)).await,
        Command::Status { detailed } => status::run(run, detailed).await,
        Command::Outputs { key, form } => outputs::run(run, key.as_deref(), form).await,
        Command::User(arguments) => user::run(run, arguments).await,
        Command::Call(arguments) => call::run(run, &arguments).await,
        Command::Invoke(arguments) => invoke::run(run, &arguments).await,
        Command::Logs(arguments) => logs::run(run, &arguments).await,
        Command::Graph { format } => graph::run(run, format),
        Command::Policy(arguments) => policy::run(run, &arguments),
        Command::State { command } => state::run(run, command).await,
        Command::Unlock => unlock::run(run).await,
        Command::Local { command } => match command {
            LocalCommand::Start(arguments) => local::start(run, &arguments).await,
            LocalCommand::Stop => local::stop(run).await,
            LocalCommand::Env => local::env(run).await,
            LocalCommand::Status => local::status(run).await,
            LocalCommand::List => local::list(run).await,
            LocalCommand::Reset => local::reset(run).await,
            LocalCommand::Logs { follow } => local::logs(run, follow).await,
            LocalCommand::Mail(arguments) => local::mail(run, &arguments).await,
            LocalCommand::Serve(arguments) => emulator::serve(run, &arguments).await,
        },
        Command::Completions { shell } => Ok(completions::run(run, shell)),
        Command::Man { folder } => man::run(run, &folder),
        Command::Version => {
            run.report.raw(format!("stackctl {}\n", cli::VERSION).as_bytes());
            Ok(Exit::Done)
        }
    }
}
