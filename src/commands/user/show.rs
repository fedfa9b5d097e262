//! `stackctl user show`.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::UserCard,
    session::{Pool, Run},
    users::UserError,
};

pub(crate) async fn run(run: &Run, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    let people = pool.people(run);
    let look = async {
        let unknown = || UserError::UnknownUser { user: user.to_owned() };
        let person = people.find(user).await?.ok_or_else(unknown)?;
        let groups = people.groups_of(user).await?;
        Ok::<_, UserError>((person, groups))
    };
    let (person, groups) = look.await.map_err(|error| pool.failure(&error))?;
    run.report.data(&UserCard { user: &person, groups: &groups });
    Ok(Exit::Done)
}
