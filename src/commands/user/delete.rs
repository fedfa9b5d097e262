//! `stackctl user delete`: removes a user for good, after asking.

use super::{
    super::{
        app::{App, OnInterrupt},
        terminal,
    },
    pool::Pool,
};
use crate::{
    cli::PoolArgs,
    error::Failure,
    exit::Exit,
    report::{Look, Message},
};

pub(crate) async fn run(app: &App, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    if !app.common.yes {
        confirm(app, user, &pool).await?;
    }
    app.set_on_interrupt(OnInterrupt::Leave);
    pool.people(app).delete(user).await.map_err(|error| pool.failure(&error))?;
    app.report.tell(&Message::Note { message: &format!("deleted {user}") });
    Ok(Exit::Done)
}

async fn confirm(app: &App, user: &str, pool: &Pool) -> Result<(), Failure> {
    if app.report.look() == Look::Json || !terminal::is_there() {
        return Err(Failure::usage(format!("nobody is here to confirm that {user} goes, so nothing was changed"))
            .hint(format!("`stackctl user delete {user}{} --yes` deletes them", pool.flags())));
    }
    match terminal::confirm(app, &format!("Delete {user} for good?")).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::failed("not confirmed, so nothing was changed")),
        Err(error) => Err(Failure::io("the answer cannot be read", &error)),
    }
}
