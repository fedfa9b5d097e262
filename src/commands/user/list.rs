//! `stackctl user list`.

use crate::{
    check,
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::UserTable,
    session::{Pool, Run},
};

pub(crate) async fn run(run: &Run, pool: &PoolArgs, limit: Option<u32>) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    let at_most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let (users, more) = pool.people(run).list(at_most).await.map_err(|error| pool.failure(&error))?;
    run.report.data(&UserTable { users: &users, more });
    if users.iter().any(|user| user.name().starts_with(check::USER_PREFIX)) {
        let message = "stackctl-check-… is a temporary user of a check; the next `up` or `down` deletes it";
        run.report.note(message);
    }
    Ok(Exit::Done)
}
