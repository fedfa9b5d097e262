//! `stackctl local …`.

use std::time::Duration;

use tokio::time::interval;

use crate::{
    cli::MailArgs,
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::{EmulatorStatus, EmulatorVariables},
    session::{
        OnInterrupt, Run,
        emulator::{self, Home, Server, background, ensure, not_enforced},
    },
};

/// The pause between two reads of the messages.
const BETWEEN_READS: Duration = Duration::from_millis(500);

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
        let (state, url) = ("not responding", home.url());
        run.report.data(&EmulatorStatus { state, url, pid: Some(pid), ..EmulatorStatus::of(None) });
        return Ok(Exit::Done);
    }
    let found = EmulatorStatus::of(running.map(|server| (server.url, server.pid)));
    run.report.data(&EmulatorStatus { not_enforced: not_enforced(), ..found });
    Ok(Exit::Done)
}

pub(crate) async fn env(run: &Run) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    let server = ensure(&home).await?;
    let keys = home.keys().ok_or_else(|| {
        Failure::failed("the local emulator has no access key")
            .hint("`stackctl local stop`, then `stackctl local start` creates one")
    })?;
    run.report.data(&EmulatorVariables {
        aws_endpoint_url: server.url,
        aws_access_key_id: keys.access_key_id,
        aws_secret_access_key: keys.secret_access_key,
    });
    Ok(Exit::Done)
}

/// Prints the messages that Cognito would have sent, and waits for further ones with `follow`.
pub(crate) async fn mail(run: &Run, arguments: &MailArgs) -> Result<Exit, Failure> {
    let server = background::running(&Home::beside(&run.options.config)).await;
    let server = server.ok_or_else(|| {
        let hint = Hint::from("start it with ").run(SuggestedCommand::stack("local start"));
        Failure::failed("the local emulator is not running").hint(hint)
    })?;
    let unread = |reason| Failure::failed(format!("the messages of the local emulator cannot be read: {reason}"));
    let mut last = String::new();
    let mut ticks = interval(BETWEEN_READS);
    run.cancel.on_interrupt(OnInterrupt::End);
    loop {
        ticks.tick().await;
        for message in emulator::mail(&server, &last).await.map_err(unread)? {
            if arguments.to.as_ref().is_none_or(|to| message.recipient.eq_ignore_ascii_case(to)) {
                run.report.data(&message);
            }
            last = message.id;
        }
        if !arguments.follow {
            return Ok(Exit::Done);
        }
    }
}

fn tell(run: &Run, state: &'static str, server: Option<&Server>) {
    run.report
        .data(&EmulatorStatus { state, ..EmulatorStatus::of(server.map(|server| (server.url.clone(), server.pid))) });
}
