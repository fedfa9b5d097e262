//! `stackctl local …`.

use crate::{
    exit::Exit,
    failure::Failure,
    report::EmulatorStatus,
    session::{
        Run,
        emulator::{Home, Server, background, ensure},
    },
};

pub(crate) async fn start(run: &Run) -> Result<Exit, Failure> {
    let server = ensure(&Home::beside(&run.options.config)).await?;
    let state = if server.started { "started" } else { "running" };
    tell(run, state, Some(&server));
    Ok(Exit::Done)
}

pub(crate) async fn stop(run: &Run) -> Result<Exit, Failure> {
    match background::stop(&Home::beside(&run.options.config)).await? {
        Some(server) => tell(run, "stopped", Some(&server)),
        None => tell(run, "not running", None),
    }
    Ok(Exit::Done)
}

pub(crate) async fn status(run: &Run) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    let running = background::running(&home).await;
    let unresponsive = if running.is_none() { background::unresponsive_process(&home) } else { None };
    if let Some(pid) = unresponsive {
        run.report.data(&EmulatorStatus { state: "not responding", url: home.url(), pid: Some(pid) });
        return Ok(Exit::Done);
    }
    tell(run, if running.is_some() { "running" } else { "not running" }, running.as_ref());
    Ok(Exit::Done)
}

fn tell(run: &Run, state: &'static str, server: Option<&Server>) {
    run.report
        .data(&EmulatorStatus { state, ..EmulatorStatus::of(server.map(|server| (server.url.clone(), server.pid))) });
}
