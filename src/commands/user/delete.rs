//! `stackctl user delete`: removes a user for good, after asking.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::Message,
    session::{
        App, OnInterrupt, Pool,
        confirm::{self, Act, Question},
    },
};

pub(crate) async fn run(app: &App, pool: &PoolArgs, user: &str) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    let text = format!("Delete user {user} from {}", pool.words());
    let hint = format!("`stackctl user delete {user}{} --yes` deletes {user}", pool.flags());
    confirm::ask(app, &Question { act: Act::DeleteUser, text, hint }).await?;
    app.set_on_interrupt(OnInterrupt::Leave);
    pool.people(app).delete(user).await.map_err(|error| pool.failure(&error))?;
    app.report.tell(&Message::Note { message: &format!("deleted {user}") });
    Ok(Exit::Done)
}
