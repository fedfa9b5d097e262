//! The connection of a run to its cloud, and the place of the state, which may need it.

use std::path::Path;

use super::{app::App, local};
use crate::{
    aws::{Connection, Options},
    config::{Deployment, Loaded, S3Location},
    engine::ResourceError,
    error::Failure,
    exit::Exit,
    report::Message,
    state::{Backend, LocalStore, S3Store},
};

/// Connects to where a configuration means, once in a run, and makes sure that it is of the account that it allows.
///
/// # Errors
/// When there is no connection, or it is of another account.
pub(crate) async fn open<'a>(app: &'a App, loaded: &Loaded) -> Result<&'a Connection, Failure> {
    let deployment = &loaded.config.deployment;
    let connection = connect(app, Some(deployment.region.clone()), &loaded.path).await?;
    check_account(app, deployment, &connection.account)?;
    Ok(connection)
}

/// Connects to a Region, once in a run; the local cloud is that of the configuration at `config`, which need not exist.
///
/// # Errors
/// When there are no credentials, or nobody answers.
pub(crate) async fn connect<'a>(
    app: &'a App,
    region: Option<String>,
    config: &Path,
) -> Result<&'a Connection, Failure> {
    if let Some(connection) = app.connection() {
        return Ok(connection);
    }
    let local = if app.common.local { Some(local_url(app, config).await?) } else { None };
    let options = Options { region, profile: app.common.profile.clone(), local, http_client: None };
    let connection = Box::pin(Connection::open(options)).await.map_err(|error| no_connection(app, &error))?;
    Ok(app.bill(connection))
}

/// Where the state of a configuration is kept. Those of the local cloud have a folder of their own.
///
/// # Errors
/// When it is in a bucket, and there is no connection.
pub(crate) async fn store(app: &App, loaded: &Loaded) -> Result<Box<dyn Backend>, Failure> {
    if app.common.local {
        return Ok(Box::new(on_local(loaded)));
    }
    let state = &loaded.config.state;
    if state.s3.is_none() {
        return Ok(Box::new(in_folder(loaded, &loaded.path.with_file_name(&state.path))));
    }
    let state = loaded.config.with_account(&open(app, loaded).await?.account).state;
    in_bucket(app, loaded, &state.s3.expect("it was there before the account was")).await
}

/// The state of a configuration in a folder.
pub(crate) fn in_folder(loaded: &Loaded, folder: &Path) -> LocalStore {
    let Deployment { service_name, stage, .. } = &loaded.config.deployment;
    LocalStore::new(folder, service_name, stage)
}

/// The state of a configuration on the local cloud.
pub(crate) fn on_local(loaded: &Loaded) -> LocalStore {
    in_folder(loaded, &local::Home::beside(&loaded.path).states())
}

/// A state in a bucket.
///
/// # Errors
/// When there is no connection.
pub(crate) async fn in_bucket(app: &App, loaded: &Loaded, s3: &S3Location) -> Result<Box<dyn Backend>, Failure> {
    let bucket = open(app, loaded).await?.bucket(&s3.bucket, &s3.region, s3.owner.as_deref());
    Ok(Box::new(S3Store::new(bucket, &s3.key)))
}

/// The local cloud stands in for whatever account the configuration means.
fn check_account(app: &App, deployment: &Deployment, account: &str) -> Result<(), Failure> {
    let wanted = deployment.account_id.as_ref().filter(|_| !app.common.local);
    let Some(wanted) = wanted.filter(|wanted| *wanted != account) else { return Ok(()) };
    let message = format!("these credentials are of account {account}, not of {wanted}");
    Err(Failure::new(Exit::Usage, message)
        .detail("`deployment.accountId` allows no other account")
        .hint("choose the right credentials with `--profile`"))
}

fn no_connection(app: &App, error: &ResourceError) -> Failure {
    match &app.common.profile {
        _ if app.common.local => Failure::resource("the local cloud cannot be used", error),
        Some(profile) => Failure::resource(format!("AWS cannot be used with the profile `{profile}`"), error),
        None => Failure::resource("AWS cannot be used", error),
    }
}

/// Where the local cloud of a configuration answers, which need not exist; it is started when it does not run.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn local_url(app: &App, config: &Path) -> Result<String, Failure> {
    let server = local::ensure(&local::Home::beside(config)).await?;
    if server.started {
        let message = format!("started the local cloud at {}; `stackctl local stop` ends it", server.url);
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(server.url)
}
