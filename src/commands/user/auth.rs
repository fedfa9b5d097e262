//! `stackctl user auth`: signs a user in and prints the token.

use crate::{
    cli::{PoolArgs, SignInArgs},
    exit::Exit,
    failure::Failure,
    report::SignedIn,
    session::{Pool, Run, sign_in},
    users::Tokens,
};

pub(crate) async fn run(run: &Run, pool: &PoolArgs, user: &str, arguments: &SignInArgs) -> Result<Exit, Failure> {
    let pool = Pool::open(run, pool).await?;
    let tokens = sign_in(run, &pool, user, arguments).await?;
    show(run, user, &tokens, arguments.access_token);
    Ok(Exit::Done)
}

/// Prints one of the tokens, or all of them with `--json`.
pub(super) fn show(run: &Run, user: &str, tokens: &Tokens, access: bool) {
    run.report.data(&SignedIn { user, tokens, access });
}
