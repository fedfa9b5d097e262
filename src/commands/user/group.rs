//! `stackctl user group add` and `remove`.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    hint::SuggestedCommand,
    report::{UserAction, UserChanged},
    session::{OnInterrupt, Pool, Run},
    users::{UserError, Users},
};

pub(crate) async fn add(run: &Run, pool: &PoolArgs, names: [&str; 2], create: bool) -> Result<Exit, Failure> {
    let [user, group] = names;
    let pool = Pool::open(run, pool).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    let added = add_or_create(&pool.people(run), user, group, create).await;
    added.map_err(|error| match &error {
        UserError::NoGroup { .. } => pool.failure(&error).hint(
            SuggestedCommand::pool("user group add").args(&format!(" {user} {group} --create")).then(" creates it"),
        ),
        _ => pool.failure(&error),
    })?;
    run.report.tell(&UserChanged::new(user, UserAction::AddedToGroup).group(group));
    Ok(Exit::Done)
}

/// A group is made only when it is missing, so that its settings stay as they are.
async fn add_or_create(people: &Users<'_>, user: &str, group: &str, create: bool) -> Result<(), UserError> {
    match people.add_to_group(user, group).await {
        Err(UserError::NoGroup { .. }) if create => {
            people.create_group(group).await?;
            people.add_to_group(user, group).await
        }
        outcome => outcome,
    }
}

pub(crate) async fn remove(run: &Run, pool: &PoolArgs, names: [&str; 2]) -> Result<Exit, Failure> {
    let [user, group] = names;
    let pool = Pool::open(run, pool).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    pool.people(run).remove_from_group(user, group).await.map_err(|error| pool.failure(&error))?;
    // Cognito returns the same response when the user was not in the group.
    run.report.tell(&UserChanged::new(user, UserAction::RemovedFromGroup).group(group));
    Ok(Exit::Done)
}
