//! `stackctl local …`.

use crate::{
    exit::Exit,
    failure::Failure,
    report::{LocalCloud, Message},
    session::{
        App,
        emulator::{Home, Server, background, ensure},
    },
};

pub(crate) async fn start(app: &App) -> Result<Exit, Failure> {
    let server = ensure(&Home::beside(&app.common.config)).await?;
    let state = if server.started { "started" } else { "running" };
    tell(app, state, Some(&server));
    Ok(Exit::Done)
}

pub(crate) async fn stop(app: &App) -> Result<Exit, Failure> {
    match background::stop(&Home::beside(&app.common.config)).await? {
        Some(server) => tell(app, "stopped", Some(&server)),
        None => tell(app, "not running", None),
    }
    Ok(Exit::Done)
}

pub(crate) async fn status(app: &App) -> Result<Exit, Failure> {
    let running = background::running(&Home::beside(&app.common.config)).await;
    tell(app, if running.is_some() { "running" } else { "not running" }, running.as_ref());
    Ok(Exit::Done)
}

fn tell(app: &App, state: &'static str, server: Option<&Server>) {
    let (url, pid) = (server.map(|server| server.url.clone()), server.map(|server| server.pid));
    app.report.data(&Message::Local(&LocalCloud { state, url, pid }));
}
