//! The connection of a run to its cloud, and the place of the state, which may need it.

use std::path::Path;

use super::{App, emulator, reachability};
use crate::{
    aws::{Connection, Options},
    config::{Identity, S3Location},
    exit::Exit,
    failure::Failure,
    report::Message,
    state::{Backend, FileStore, S3Store},
};

/// Connects to where a configuration means, once in a run, and makes sure that it is of the account that it allows.
///
/// # Errors
/// When there is no connection, or it is of another account.
pub(crate) async fn open<'a>(app: &'a App, identity: &Identity) -> Result<&'a Connection, Failure> {
    let connection = connect(app, Some(identity.region.clone()), &identity.path).await?;
    check_account(app, identity, &connection.account)?;
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
    if local.is_none() {
        reachability::check_profile(app).await?;
    }
    let host =
        if local.is_some() { "the local emulator".to_owned() } else { reachability::host(app, region.as_deref()) };
    let options = Options { region: region.clone(), profile: reachability::profile(app), local, http_client: None };
    let waiting = || app.report.tell(&Message::Note { message: &format!("waiting for a response from {host}") });
    let opened = reachability::patiently(Box::pin(Connection::open(options)), waiting).await;
    let connection = opened.unwrap_or_else(|| Err(reachability::no_answer(&host)));
    let connection = connection.map_err(|error| reachability::no_connection(app, region.as_deref(), &error))?;
    Ok(app.bill(connection))
}

/// Where the state of a configuration is kept. Those of the local cloud have a folder of their own.
///
/// # Errors
/// When it is in a bucket, and there is no connection.
pub(crate) async fn store(app: &App, identity: &Identity) -> Result<Box<dyn Backend>, Failure> {
    if app.common.local {
        return Ok(Box::new(on_local(identity)));
    }
    if identity.state.s3.is_none() {
        return Ok(Box::new(in_folder(identity, &identity.path.with_file_name(&identity.state.path))));
    }
    let s3 = identity.bucket(&open(app, identity).await?.account);
    in_bucket(app, identity, &s3.expect("it was there before the account was")).await
}

/// The state of a configuration in a folder.
pub(crate) fn in_folder(identity: &Identity, folder: &Path) -> FileStore {
    FileStore::new(folder, &identity.service_name, &identity.stage)
}

/// The state of a configuration on the local cloud.
pub(crate) fn on_local(identity: &Identity) -> FileStore {
    in_folder(identity, &emulator::Home::beside(&identity.path).states())
}

/// A state in a bucket.
///
/// # Errors
/// When there is no connection.
pub(crate) async fn in_bucket(app: &App, identity: &Identity, s3: &S3Location) -> Result<Box<dyn Backend>, Failure> {
    let bucket = open(app, identity).await?.bucket(&s3.bucket, &s3.region, s3.owner.as_deref());
    Ok(Box::new(S3Store::new(bucket, &s3.key)))
}

/// The local cloud stands in for whatever account the configuration means.
fn check_account(app: &App, identity: &Identity, account: &str) -> Result<(), Failure> {
    let wanted = identity.account_id.as_ref().filter(|_| !app.common.local);
    let Some(wanted) = wanted.filter(|wanted| *wanted != account) else { return Ok(()) };
    let message = format!("these credentials are of account {account}, not of {wanted}");
    Err(Failure::new(Exit::Usage, message)
        .detail("`deployment.accountId` allows no other account")
        .hint("choose the right credentials with `--profile`"))
}

/// Where the local cloud of a configuration answers, which need not exist; it is started when it does not run.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn local_url(app: &App, config: &Path) -> Result<String, Failure> {
    let server = emulator::ensure(&emulator::Home::beside(config)).await?;
    if server.started {
        let message = format!("started the local cloud at {}; `stackctl local stop` ends it", server.url);
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(server.url)
}
