//! `stackctl user set-password`.

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::Failure,
    report::{UserAction, UserChanged},
    session::{OnInterrupt, Pool, Run, password, terminal},
    users::PoolSettings,
};

/// What was asked for.
pub(crate) struct PasswordRequest {
    pub(crate) name: String,
    pub(crate) temporary: bool,
    pub(crate) password_stdin: bool,
}

pub(crate) async fn run(run: &Run, pool: &PoolArgs, wanted: &PasswordRequest) -> Result<Exit, Failure> {
    let given = password::given(run, wanted.password_stdin).await?;
    if given.is_none() && !terminal::is_there(run) {
        return Err(password::nobody());
    }
    let pool = Pool::open(run, pool).await?;
    let people = pool.people(run);
    let set = async {
        let policy = PoolSettings::read(&people).await?.password_policy;
        let chosen = password::chosen(run, given, &policy).await?;
        run.cancel.on_interrupt(OnInterrupt::Leave);
        people.set_password(&wanted.name, &chosen, wanted.temporary).await
    };
    set.await.map_err(|error| pool.failure(&error))?;
    let action = if wanted.temporary { UserAction::TemporaryPasswordSet } else { UserAction::PasswordSet };
    run.report.tell(&UserChanged::new(&wanted.name, action));
    Ok(Exit::Done)
}
