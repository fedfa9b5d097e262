//! `stackctl user list`.

use crate::{
    check,
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::{Message, UserTable},
    session::{App, Pool},
};

pub(crate) async fn run(app: &App, pool: &PoolArgs, limit: Option<u32>) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    let at_most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let (users, more) = pool.people(app).list(at_most).await.map_err(|error| pool.failure(&error))?;
    app.report.data(&Message::Users(&UserTable { users: &users, more }));
    if users.iter().any(|user| user.name().starts_with(check::USER_PREFIX)) {
        let message = "a stackctl-check-… is there only for a check; the next `up` or `down` removes it";
        app.report.tell(&Message::Note { message });
    }
    Ok(Exit::Done)
}
