//! `stackctl user delete`: deletes a user after confirmation.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    hint::SuggestedCommand,
    report::{UserAction, UserChanged},
    session::{
        OnInterrupt, Pool, Run,
        confirm::{self, Act, Question},
    },
};

pub(crate) async fn run(run: &Run, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    let text = format!("Delete user {user} from {}", pool.words());
    let hint = SuggestedCommand::pool("user delete").args(&format!(" {user}")).yes().then(&format!(" deletes {user}"));
    confirm::ask(run, &Question { act: Act::DeleteUser, text, hint }).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    pool.people(run).delete(user).await.map_err(|error| pool.failure(&error))?;
    run.report.tell(&UserChanged::new(user, UserAction::Deleted));
    Ok(Exit::Done)
}
