//! `stackctl user disable` and `enable`.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::Message,
    session::{App, OnInterrupt, Pool},
};

pub(crate) async fn disable(app: &App, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    app.set_on_interrupt(OnInterrupt::Leave);
    pool.people(app).disable(user).await.map_err(|error| pool.failure(&error))?;
    app.report.tell(&Message::Note { message: &format!("disabled {user}") });
    Ok(Exit::Done)
}

pub(crate) async fn enable(app: &App, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    app.set_on_interrupt(OnInterrupt::Leave);
    pool.people(app).enable(user).await.map_err(|error| pool.failure(&error))?;
    app.report.tell(&Message::Note { message: &format!("enabled {user}") });
    Ok(Exit::Done)
}
