//! `stackctl user disable` and `enable`.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::{UserAction, UserChanged},
    session::{OnInterrupt, Pool, Run},
};

pub(crate) async fn disable(run: &Run, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    pool.people(run).disable(user).await.map_err(|error| pool.failure(&error))?;
    run.report.tell(&UserChanged::new(user, UserAction::Disabled));
    Ok(Exit::Done)
}

pub(crate) async fn enable(run: &Run, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    pool.people(run).enable(user).await.map_err(|error| pool.failure(&error))?;
    run.report.tell(&UserChanged::new(user, UserAction::Enabled));
    Ok(Exit::Done)
}
