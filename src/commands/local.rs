//! `stackctl local …`.

use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::time::interval;

use crate::{
    cli::{MailArgs, StartArgs},
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::{ActivityLine, Card, EmulatorList, EmulatorStatus, EmulatorVariables, Mail},
    session::{
        OnInterrupt, Run,
        confirm::{self, Act, Question},
        emulator::{self, Home, Server, background, ensure, not_enforced, registry::Registry},
    },
};

/// The pause between two reads of a list.
const BETWEEN_READS: Duration = Duration::from_millis(250);

pub(crate) async fn start(run: &Run, arguments: &StartArgs) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    if arguments.foreground {
        match background::in_foreground(&home, &arguments.listen, run.options.json).await? {}
    }
    let server = background::start(&home, &arguments.listen).await?;
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
        run.report.data(&EmulatorStatus { state, url, pid: Some(pid), ..EmulatorStatus::default() });
        return Ok(Exit::Done);
    }
    let activity = match &running {
        Some(server) => emulator::status(&server.door).await.ok(),
        None => None,
    };
    let data_bytes = home.has_data().then(|| home.data_bytes());
    let idle_stop_seconds = activity.as_ref().and_then(|_| home.idle_stop());
    run.report.data(&EmulatorStatus {
        activity,
        folder: data_bytes.map(|_| home.shown()),
        data_bytes,
        idle_stop_seconds,
        not_enforced: not_enforced(),
        ..EmulatorStatus::of(running.map(|server| (server.url, server.pid)))
    });
    Ok(Exit::Done)
}

/// Lists the emulators of all folders.
pub(crate) async fn list(run: &Run) -> Result<Exit, Failure> {
    let registry = Registry::of(&run.options.environment).ok_or_else(|| {
        Failure::usage("the local emulators cannot be listed: neither `HOME` nor `XDG_STATE_HOME` is an absolute path")
    })?;
    run.report.data(&EmulatorList { emulators: registry.running().await });
    Ok(Exit::Done)
}

/// Deletes the data of the emulator, after a confirmation.
pub(crate) async fn reset(run: &Run) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    if home.has_data() || home.states().exists() {
        let folder = home.shown();
        let text = format!("Delete all data of the local emulator in {folder}, and the states of its stacks");
        let hint = Hint::from("run ").run(SuggestedCommand::stack("local reset").yes());
        confirm::ask(run, &Question { act: Act::ResetEmulator, text, hint }).await?;
        background::reset(&home).await?;
    }
    run.report.data(&EmulatorStatus { state: "reset", ..EmulatorStatus::default() });
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

/// Prints what happens: requests, sign-ins, messages and function logs.
pub(crate) async fn logs(run: &Run, follow: bool) -> Result<Exit, Failure> {
    show(run, "activity", follow, |line: &ActivityLine| (line.id.clone(), true)).await
}

/// Prints the messages that Cognito would have sent.
pub(crate) async fn mail(run: &Run, arguments: &MailArgs) -> Result<Exit, Failure> {
    let is_wanted = |to: &str| arguments.to.as_ref().is_none_or(|wanted| to.eq_ignore_ascii_case(wanted));
    show(run, "mail", arguments.follow, |message: &Mail| (message.id.clone(), is_wanted(&message.recipient))).await
}

/// Prints the wanted entries of a list of the emulator, and waits for further ones with `follow`. `read` returns the ID
/// of an entry, and whether it is wanted.
async fn show<T: Card + DeserializeOwned>(
    run: &Run,
    list: &str,
    follow: bool,
    read: impl Fn(&T) -> (String, bool),
) -> Result<Exit, Failure> {
    let server = background::running(&Home::beside(&run.options.config)).await;
    let server = server.ok_or_else(|| {
        let hint = Hint::from("start it with ").run(SuggestedCommand::stack("local start"));
        Failure::failed("the local emulator is not running").hint(hint)
    })?;
    let unread = |reason| Failure::failed(format!("the {list} of the local emulator cannot be read: {reason}"));
    let mut newest = String::new();
    let mut ticks = interval(BETWEEN_READS);
    run.cancel.on_interrupt(OnInterrupt::End);
    loop {
        ticks.tick().await;
        for entry in emulator::entries::<T>(&server, list, &newest).await.map_err(unread)? {
            let (id, is_wanted) = read(&entry);
            if is_wanted {
                run.report.data(&entry);
            }
            newest = id;
        }
        if !follow {
            return Ok(Exit::Done);
        }
    }
}

fn tell(run: &Run, state: &'static str, server: Option<&Server>) {
    run.report
        .data(&EmulatorStatus { state, ..EmulatorStatus::of(server.map(|server| (server.url.clone(), server.pid))) });
}
