//! The server itself: a process of its own in the background, on 127.0.0.1 only.

use std::{net::Ipv4Addr, time::Duration};

use stackctl_local::{Cloud, Settings};
use tokio::net::TcpListener;

use super::{Home, home::Remembered};
use crate::{
    exit::Exit,
    failure::Failure,
    session::{OnInterrupt, Run},
};

/// How often a server looks whether it is still wanted.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// As whom API Gateway writes logs here: nobody has to prepare an account for that.
const LOG_ROLE: &str = "arn:aws:iam::000000000000:role/api-gateway-writes-logs";

pub(crate) async fn serve(run: &Run) -> Result<Exit, Failure> {
    let home = Home::beside(&run.options.config);
    home.make().map_err(|error| Failure::io("the folder of the local cloud cannot be made", &error))?;
    // Opening takes the cloud's own lock: two servers can never share its data.
    let settings = Settings { cloudwatch_role_arn: Some(LOG_ROLE.to_owned()), ..Settings::default() };
    let cloud = Cloud::open(&home.cloud(), settings)
        .map_err(|error| Failure::io("the local cloud cannot be opened", &error))?;
    let listener = listen(&home).await?;
    let address = listener.local_addr().map_err(|error| Failure::io("the port has no address", &error))?;
    let remember = || {
        let server = home.server(address.port())?;
        home.remember(&server).map(|()| server)
    };
    let server = remember().map_err(|error| Failure::io("the port cannot be remembered", &error))?;
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let ended = async {
        tokio::select! {
            () = run.cancel.interrupt.wait() => {}
            () = abandoned(&home, &server) => {}
        }
    };
    stackctl_local::serve(cloud, listener, ended)
        .await
        .map_err(|error| Failure::io("the local cloud failed", &error))?;
    Ok(Exit::Done)
}

/// Completes when nobody can find this server any more: its folder was removed, or another server took over.
async fn abandoned(home: &Home, server: &Remembered) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    while home.remembered().as_ref() == Some(server) {
        looks.tick().await;
    }
}

/// Listens where it listened before, so that URLs stay valid, or where there is room.
async fn listen(home: &Home) -> Result<TcpListener, Failure> {
    if let Some(before) = home.remembered()
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, before.port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| Failure::io("there is no free port", &error))
}
