//! The commands: one file per verb. They join what the other modules do, decide on the exit code, and neither print nor
//! exit.

mod call;
mod completions;
mod down;
mod graph;
mod history;
mod init;
mod invoke;
mod local;
mod logs;
mod man;
mod outputs;
mod plan;
mod recover;
mod rollback;
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
    report::{self, Message},
    session::{App, OnInterrupt, emulator, lock, signals},
};

/// The last year in which a clock is believed.
const LATEST_YEAR: i16 = 2200;

/// Does what the command line asks.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            let machine = arguments.iter().any(|argument| argument == "--json");
            return report::usage(&answer, machine).into();
        }
    };
    let mut common = cli.common;
    if let Command::Down { service_name, .. } = &cli.command {
        common.service_name.clone_from(service_name);
    }
    let app = App::new(common, cli.command.name());
    if app.common.config_found {
        app.report.tell(&Message::Note { message: &format!("using {}", app.common.config.display()) });
    }
    let exit = match check_clock(&app).and_then(|()| tokio_runtime()) {
        Ok(runtime) => {
            let ended = runtime.block_on(signals::heeding(&app, dispatch(&app, cli.command)));
            runtime.block_on(lock::release(&app));
            // A second interrupt leaves calls and a question under way; nobody waits for them.
            runtime.shutdown_background();
            ended
        }
        Err(failure) => Err(failure),
    };
    let exit = exit.unwrap_or_else(|failure| {
        let exit = failure.exit;
        app.fail(failure);
        exit
    });
    app.finish(exit);
    delivered(&app, exit).into()
}

/// How the run ends when its results could not be written: whoever redirected them must not take it for done.
fn delivered(app: &App, exit: Exit) -> Exit {
    let Some(error) = app.report.undelivered() else { return exit };
    let failure = Failure::io("the results cannot be written to stdout", &error);
    let changed = (app.on_interrupt() == OnInterrupt::Finish)
        .then_some("what was done is recorded; `stackctl outputs` tells the results again");
    app.report.complain(&failure.with_hints(changed.map(str::to_owned)).with_flags(&app.flags()));
    if exit == Exit::Done { Exit::Failed } else { exit }
}

/// Makes sure that times can be computed with: beyond the year 9999 they cannot, and long before nothing that is signed
/// with one is accepted.
fn check_clock(app: &App) -> Result<(), Failure> {
    let year = app.today().year();
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

async fn dispatch(app: &App, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => init::run(app, &arguments),
        Command::Validate { new_stage } => validate::run(app, new_stage).await,
        Command::Plan { detailed, new } => plan::run(app, detailed, new).await,
        Command::Up(arguments) => up::run(app, arguments).await,
        Command::Watch(new) => Box::pin(watch::run(app, new)).await,
        Command::Down { delete_users, .. } => down::run(app, delete_users).await,
        Command::Recover => recover::run(app).await,
        Command::History => history::run(app).await,
        Command::Rollback(arguments) => Box::pin(rollback::run(app, arguments)).await,
        Command::Status { detailed } => status::run(app, detailed).await,
        Command::Outputs { key, form } => outputs::run(app, key.as_deref(), form).await,
        Command::User(arguments) => user::run(app, arguments).await,
        Command::Call(arguments) => call::run(app, &arguments).await,
        Command::Invoke(arguments) => invoke::run(app, &arguments).await,
        Command::Logs(arguments) => logs::run(app, &arguments).await,
        Command::Graph { format } => graph::run(app, format),
        Command::State { command } => state::run(app, command).await,
        Command::Unlock => unlock::run(app).await,
        Command::Local { command } => match command {
            LocalCommand::Start => local::start(app).await,
            LocalCommand::Stop => local::stop(app).await,
            LocalCommand::Status => local::status(app).await,
            LocalCommand::Serve => emulator::serve(app).await,
        },
        Command::Completions { shell } => Ok(completions::run(app, shell)),
        Command::Man { folder } => man::run(app, &folder),
        Command::Version => {
            app.report.raw(format!("stackctl {}\n", cli::VERSION).as_bytes());
            Ok(Exit::Done)
        }
    }
}
