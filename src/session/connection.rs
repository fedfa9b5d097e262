//! The connection of a run to AWS or the local emulator, and the store of the state, which may need it.

use std::path::Path;

use super::{Run, emulator, local_state, reachability};
use crate::{
    aws::{ConnectOptions, Connection},
    config::{Identity, S3Location},
    exit::Exit,
    failure::Failure,
    state::{Backend, FileStore, S3Store},
};

/// Connects to the account and Region of a config, once per run, and checks that the account is the configured one.
///
/// # Errors
/// When there is no connection, or it is to another account.
pub(crate) async fn open<'a>(run: &'a Run, identity: &Identity) -> Result<&'a Connection, Failure> {
    local_state::refuse_on_ci(run, identity)?;
    let connection = connect(run, Some(identity.region.clone()), &identity.path).await?;
    check_account(run, identity, &connection.account)?;
    Ok(connection)
}

/// Connects to a Region, once per run. With `--local`, connects to the emulator of the config file at `config`, which
/// need not exist.
///
/// # Errors
/// When there are no credentials or no response.
pub(crate) async fn connect<'a>(
    run: &'a Run,
    region: Option<String>,
    config: &Path,
) -> Result<&'a Connection, Failure> {
    if let Some(connection) = run.meter.connection() {
        return Ok(connection);
    }
    let local = if run.options.local { Some(local_url(run, config).await?) } else { None };
    if local.is_none() {
        reachability::check_profile(run).await?;
    }
    let host =
        if local.is_some() { "the local emulator".to_owned() } else { reachability::host(run, region.as_deref()) };
    let keys = local.as_ref().and_then(|_| emulator::Home::beside(config).keys());
    let options = ConnectOptions {
        region: region.clone(),
        profile: reachability::profile(run),
        local,
        local_keys: keys.map(|keys| (keys.access_key_id, keys.secret_access_key)),
        // In the weather `aws` the emulator throttles as AWS does.
        paced: run.options.local && emulator::Home::beside(config).weather().is_some(),
        http_client: None,
    };
    let _progress = run.report.progress(format!("connecting to {host}"));
    let waiting = || run.report.note(format!("waiting for a response from {host}"));
    let opened = reachability::with_notice(Box::pin(Connection::open(options)), waiting).await;
    let connection = opened.unwrap_or_else(|| Err(reachability::no_answer(&host)));
    let connection = connection.map_err(|error| reachability::no_connection(run, region.as_deref(), &error))?;
    Ok(run.meter.connected(connection))
}

/// The store of a config's state. With `--local`, states are in a folder of their own.
///
/// # Errors
/// When the state is in a bucket, and there is no connection.
pub(crate) async fn store(run: &Run, identity: &Identity) -> Result<Box<dyn Backend>, Failure> {
    if run.options.local {
        return Ok(Box::new(on_local(identity)));
    }
    local_state::refuse_on_ci(run, identity)?;
    if identity.state.s3.is_none() {
        return Ok(Box::new(in_folder(identity, &identity.path.with_file_name(&identity.state.path))));
    }
    let s3 = identity.bucket(&open(run, identity).await?.account);
    in_bucket(run, identity, &s3.expect("the config names a bucket")).await
}

/// The store of a config's state in a folder.
pub(crate) fn in_folder(identity: &Identity, folder: &Path) -> FileStore {
    FileStore::new(folder, &identity.service_name, &identity.stage)
}

/// The store of a config's state on the local emulator.
pub(crate) fn on_local(identity: &Identity) -> FileStore {
    in_folder(identity, &emulator::Home::beside(&identity.path).states())
}

/// The store of a state in a bucket.
///
/// # Errors
/// When there is no connection.
pub(crate) async fn in_bucket(run: &Run, identity: &Identity, s3: &S3Location) -> Result<Box<dyn Backend>, Failure> {
    let bucket = open(run, identity).await?.bucket(&s3.bucket, &s3.region, s3.owner.as_deref());
    Ok(Box::new(S3Store::new(bucket, &s3.key)))
}

/// The local emulator accepts any configured account.
fn check_account(run: &Run, identity: &Identity, account: &str) -> Result<(), Failure> {
    let wanted = identity.account_id.as_ref().filter(|_| !run.options.local);
    let Some(wanted) = wanted.filter(|wanted| *wanted != account) else { return Ok(()) };
    let message = format!("these credentials are of account {account}, not of {wanted}");
    Err(Failure::new(Exit::Usage, message)
        .detail("`deployment.accountId` allows no other account")
        .hint("choose the right credentials with `--profile`"))
}

/// The URL of the local emulator of a config file, which need not exist. Starts the emulator when it is not running.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn local_url(run: &Run, config: &Path) -> Result<String, Failure> {
    let server = emulator::ensure(&emulator::Home::beside(config)).await?;
    if server.started {
        let message = format!("started the local emulator at {}; `stackctl local stop` stops it", server.url);
        run.report.note(message);
    }
    Ok(server.url)
}
