//! Starts and stops the emulator in the background. When several commands do so at the same time, one of them acts and
//! the others wait.

use std::{
    convert::Infallible,
    fs::{self, File},
    io,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{
    Home,
    home::Remembered,
    probe::{self, Door},
};
use crate::{
    cli::{self, ListenArgs},
    failure::Failure,
    hint::{Hint, SuggestedCommand},
};

/// The timeout for a start or a stop, generous for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) pid: u32,
    /// The way to its own endpoints.
    pub(crate) door: Door,
    /// Whether this command started it.
    pub(crate) started: bool,
}

/// The emulator, when it is running.
pub(crate) async fn running(home: &Home) -> Option<Server> {
    let server = home.remembered()?;
    // The process ID distinguishes our emulator from that of another folder which has taken the port.
    let door = home.door()?;
    let health = probe::health(&door).await.filter(|health| health.pid == server.pid)?;
    Some(Server { url: server.url(), pid: health.pid, door, started: false })
}

/// The emulator. Starts it when it is not running.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn ensure(home: &Home) -> Result<Server, Failure> {
    start(home, &ListenArgs::default()).await
}

/// The emulator with these settings. Starts it when it is not running.
///
/// # Errors
/// When it cannot be started, or runs with other settings.
pub(crate) async fn start(home: &Home, listen: &ListenArgs) -> Result<Server, Failure> {
    if let Some(server) = current(home).await {
        return as_wanted(home, server, listen);
    }
    let _turn = take_turn(home).await?;
    if let Some(server) = current(home).await {
        return as_wanted(home, server, listen);
    }
    halt(home).await?;
    if home.is_occupied() {
        return Err(unresponsive(home));
    }
    if let Some(port) = listen.port {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| not_free(port, &error))?;
    }
    let log_start = fs::metadata(home.log()).map_or(0, |log| log.len());
    let child = spawn(home, listen).map_err(|error| Failure::io("the local emulator cannot be started", &error))?;
    await_start(home, child, log_start).await
}

/// Replaces this process with the emulator, which runs in the terminal and prints each request.
///
/// # Errors
/// When an emulator of this folder is running, or the process cannot be replaced.
pub(crate) async fn in_foreground(home: &Home, listen: &ListenArgs, json: bool) -> Result<Infallible, Failure> {
    if let Some(server) = running(home).await {
        let failure = Failure::failed(format!("the local emulator is already running at {}", server.url));
        return Err(failure.hint(SuggestedCommand::stack("local stop").then(" stops it")));
    }
    if home.is_occupied() {
        return Err(unresponsive(home));
    }
    let failure = |error| Failure::io("the local emulator cannot be started", &error);
    let mut command = command(home, listen).map_err(failure)?;
    command.arg("--access-log").args(json.then_some("--json"));
    Err(failure(command.exec()))
}

/// Stops the emulator and deletes its data and the states of its stacks.
///
/// # Errors
/// When it does not stop, or the data cannot be deleted.
pub(crate) async fn reset(home: &Home) -> Result<(), Failure> {
    let _turn = take_turn(home).await?;
    halt(home).await?;
    if home.is_occupied() {
        return Err(unresponsive(home));
    }
    home.clear().map_err(|error| Failure::io("the data of the local emulator cannot be deleted", &error))
}

/// The failure when a port cannot be listened on.
pub(super) fn not_free(port: u16, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::failed(format!("port {port} is used by another process"))
            .hint("choose another port with `--port`, or none for a free one"),
        io::ErrorKind::PermissionDenied => {
            Failure::failed(format!("port {port} requires more rights")).hint("choose a port above 1023 with `--port`")
        }
        _ => Failure::io(format!("cannot listen on port {port}"), error),
    }
}

/// The running emulator, if it has these settings.
fn as_wanted(home: &Home, server: Server, listen: &ListenArgs) -> Result<Server, Failure> {
    let wanted_idle = listen.idle_stop.map(|idle| idle.as_secs());
    let idle = home.remembered().and_then(|server| server.idle_stop).unwrap_or(0);
    let flag = if listen.port.is_some_and(|port| port != server.door.port) {
        "--port"
    } else if wanted_idle.is_some_and(|wanted| wanted != idle) {
        "--idle-stop"
    } else if listen.weather.is_some_and(|weather| home.weather() != Some(weather)) {
        "--weather"
    } else {
        return Ok(server);
    };
    let failure = Failure::failed(format!("the local emulator is already running at {}", server.url));
    let hint =
        Hint::from(format!("`{flag}` has an effect at the next start; ")).run(SuggestedCommand::stack("local stop"));
    Err(failure.hint(hint.text(" stops it")))
}

/// Stops the emulator. `None` when none is running.
///
/// # Errors
/// When it does not stop.
pub(crate) async fn stop(home: &Home) -> Result<Option<Server>, Failure> {
    // A stop creates nothing, not even the folder of the lock.
    if home.remembered().is_none() {
        return Ok(None);
    }
    let _turn = take_turn(home).await?;
    match halt(home).await? {
        None if home.is_occupied() => Err(unresponsive(home)),
        stopped => Ok(stopped),
    }
}

/// The process ID of the emulator, when it runs and does not respond.
pub(crate) fn unresponsive_process(home: &Home) -> Option<u32> {
    home.is_occupied().then(|| home.remembered().map(|server| server.pid)).flatten()
}

/// The emulator, when it is of this version. One left from before an upgrade is not used.
async fn current(home: &Home) -> Option<Server> {
    let server = running(home).await?;
    let health = probe::health(&server.door).await?;
    (health.version == env!("CARGO_PKG_VERSION")).then_some(server)
}

/// The failure when the process of the emulator runs and does not respond.
fn unresponsive(home: &Home) -> Failure {
    let failure = Failure::failed("the local emulator does not respond");
    let Some(Remembered { pid, .. }) = home.remembered() else { return failure };
    failure.detail(format!("its process is {pid}")).hint(format!(
        "if it is suspended, `kill -CONT {pid}` resumes it; `kill -9 {pid}` ends it, and its data is safe"
    ))
}

async fn halt(home: &Home) -> Result<Option<Server>, Failure> {
    let Some(server) = running(home).await else { return Ok(None) };
    let stuck = |reason| {
        Failure::failed(format!("the local emulator at {} does not stop: {reason}", server.url))
            .hint(format!("end it with `kill {}`; its data is safe", server.pid))
    };
    probe::stop(&server.door).await.map_err(stuck)?;
    let deadline = Instant::now() + TIMEOUT;
    let mut ticks = ticks();
    // It responds no more before its requests in flight have ended.
    while home.is_occupied() {
        if Instant::now() > deadline {
            return Err(stuck("its process still runs".to_owned()));
        }
        ticks.tick().await;
    }
    Ok(Some(server))
}

/// Waits until no other command starts or stops the emulator. Dropping the file releases the lock.
async fn take_turn(home: &Home) -> Result<File, Failure> {
    let failure = |error| Failure::io("the folder of the local emulator cannot be used", &error);
    let file = home.turn().map_err(failure)?;
    let deadline = Instant::now() + TIMEOUT;
    let mut ticks = ticks();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::Error(error)) => return Err(failure(error)),
            Err(fs::TryLockError::WouldBlock) if Instant::now() > deadline => {
                return Err(Failure::failed(
                    "timed out waiting for another command that is starting the local emulator",
                )
                .hint("see `stackctl local status`"));
            }
            Err(fs::TryLockError::WouldBlock) => {}
        }
        ticks.tick().await;
    }
}

fn spawn(home: &Home, listen: &ListenArgs) -> io::Result<Child> {
    let log = home.open_log()?;
    let mut command = command(home, listen)?;
    // A process group of its own: Ctrl-C in the terminal interrupts the command, not the emulator.
    command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
}

fn command(home: &Home, listen: &ListenArgs) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--config").arg(home.config()?).args(["--color", "never", "local", "serve"]).args(listen.words());
    // The user's credentials must not reach the emulator or the functions that run in it.
    command.env_clear().envs(cli::variables_of_emulator());
    Ok(command)
}

async fn await_start(home: &Home, mut child: Child, log_start: u64) -> Result<Server, Failure> {
    let deadline = Instant::now() + TIMEOUT;
    let mut ticks = ticks();
    loop {
        if let Some(server) = running(home).await.filter(|server| server.pid == child.id()) {
            return Ok(Server { started: true, ..server });
        }
        let ended = child.try_wait().map_err(|error| Failure::io("the local emulator cannot be monitored", &error))?;
        if ended.is_some() || Instant::now() > deadline {
            let _ = child.kill();
            let how = if ended.is_some() { "exited immediately" } else { "does not respond" };
            let failure = Failure::failed(format!("the local emulator {how}"));
            let failure = home.log_since(log_start).iter().fold(failure, Failure::detail);
            return Err(failure.hint(format!("its log is {}", home.log().display())));
        }
        ticks.tick().await;
    }
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_millis(20));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
