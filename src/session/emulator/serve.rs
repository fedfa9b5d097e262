//! The emulator itself: a background process that listens on 127.0.0.1 only.

use std::{convert::Infallible, fs::File, net::Ipv4Addr, time::Duration};

use stackctl_local::{Emulator, Entry, Settings, UserCredentials, Weather};
use tokio::{net::TcpListener, sync::mpsc};

use super::{
    Home,
    background::not_free,
    home::{Keys, Remembered},
    registry,
};
use crate::{
    cli::{ServeArgs, WeatherName},
    exit::Exit,
    failure::Failure,
    report::ActivityLine,
    session::{OnInterrupt, Run},
};

/// The interval at which the emulator checks whether it is still in use.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The role with which API Gateway writes logs on the emulator. On AWS it must be set up per account.
const LOG_ROLE: &str = "arn:aws:iam::000000000000:role/api-gateway-writes-logs";

pub(crate) async fn serve(run: &Run, arguments: &ServeArgs) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    home.make().map_err(|error| Failure::io("the folder of the local emulator cannot be created", &error))?;
    // Held until the process ends. A command that stops the emulator waits for it.
    let lock = locked(&home).await?;
    // Opening takes the lock of the data, so two emulators can never share it.
    let weather = arguments.listen.weather.map(|WeatherName::Aws| Weather::aws()).unwrap_or_default();
    let settings = Settings { cloudwatch_role_arn: Some(LOG_ROLE.to_owned()), weather, ..Settings::default() };
    let cloud = Emulator::open(&home.cloud(), settings)
        .map_err(|error| Failure::io("the local emulator cannot be opened", &error))?;
    let Keys { access_key_id, secret_access_key, .. } =
        home.make_keys().map_err(|error| Failure::io("the access key of the local emulator cannot be kept", &error))?;
    cloud.require_signatures(UserCredentials::new(access_key_id, secret_access_key));
    let idle_stop = arguments.listen.idle_stop.or_else(|| home.remembered()?.idle_stop.map(Duration::from_secs));
    let idle_stop = idle_stop.filter(|idle| !idle.is_zero());
    let listener = listen(&home, arguments.listen.port).await?;
    let address = listener.local_addr().map_err(|error| Failure::io("the port has no address", &error))?;
    let remember = || {
        let server = home.server(address.port(), (idle_stop, arguments.listen.weather))?;
        home.remember(&server).map(|()| server)
    };
    let server = remember().map_err(|error| Failure::io("the port cannot be remembered", &error))?;
    let listed = registry::Registry::of(&run.options.environment).map(|registry| registry.add(&home)).transpose();
    if let Err(error) = &listed {
        // It works, too.
        run.report.note(format!("`stackctl local list` does not show this emulator: {error}"));
    }
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let idle = cloud.clone();
    let ended = async {
        tokio::select! {
            () = run.cancel.interrupt.wait() => {}
            () = abandoned(&home, &server) => {}
            () = async { idle.idle(idle_stop.unwrap_or_default()).await }, if idle_stop.is_some() => {
                run.report.note("the local emulator stopped, because it was not used");
            }
        }
    };
    let requests = access_log(&cloud, arguments.access_log);
    if arguments.access_log {
        run.report.note(format!("the local emulator runs at {}; Ctrl-C stops it", server.url()));
    }
    let printing = print(run, requests);
    let outcome = tokio::select! {
        outcome = stackctl_local::serve(cloud, listener, ended) => outcome,
        never = printing => match never {},
    };
    outcome.map_err(|error| Failure::io("the local emulator failed", &error))?;
    drop(listed);
    // The lock is released by the end of the process, after everything else.
    std::mem::forget(lock);
    Ok(Exit::Done)
}

/// The requests that are handled from now on, if they are printed.
fn access_log(cloud: &Emulator, wanted: bool) -> mpsc::UnboundedReceiver<Entry> {
    let (sender, requests) = mpsc::unbounded_channel();
    if wanted {
        cloud.listen(move |entry| {
            if entry.kind == "request" {
                // The receiver lives as long as the server.
                let _ = sender.send(entry.clone());
            }
        });
    }
    requests
}

async fn print(run: &Run, mut requests: mpsc::UnboundedReceiver<Entry>) -> Infallible {
    while let Some(entry) = requests.recv().await {
        let entry = serde_json::to_value(&entry).and_then(serde_json::from_value::<ActivityLine>);
        if let Ok(line) = entry {
            run.report.data(&line);
        }
    }
    std::future::pending().await
}

/// Locks the file that tells other commands that this process runs. A command that looks has it for a moment, too.
async fn locked(home: &Home) -> Result<File, Failure> {
    let lock = home.process_lock().map_err(|error| Failure::io("the local emulator cannot be locked", &error))?;
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..50 {
        ticks.tick().await;
        if lock.try_lock().is_ok() {
            return Ok(lock);
        }
    }
    Err(Failure::failed("another local emulator runs in this folder"))
}

/// Completes when commands can no longer find this emulator: its folder was deleted, or another emulator replaced it.
async fn abandoned(home: &Home, server: &Remembered) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    while home.remembered().as_ref() == Some(server) {
        looks.tick().await;
    }
}

/// Listens on the wanted port; without one on the recorded port, so that URLs stay valid, or else on any free port.
async fn listen(home: &Home, wanted: Option<u16>) -> Result<TcpListener, Failure> {
    if let Some(port) = wanted {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        return listener.map_err(|error| not_free(port, &error));
    }
    if let Some(before) = home.remembered()
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, before.port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| Failure::io("no free port", &error))
}
