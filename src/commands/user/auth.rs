//! `stackctl user auth`: signs a user in and prints the token.

use crate::{
    cli::{PoolArgs, SignInArgs},
    exit::Exit,
    failure::Failure,
    report::{Message, SignedIn},
    session::{App, Pool, sign_in},
    users::Tokens,
};

pub(crate) async fn run(app: &App, pool: &PoolArgs, user: &str, arguments: &SignInArgs) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    let tokens = sign_in(app, &pool, user, arguments).await?;
    show(app, user, &tokens, arguments.access_token);
    Ok(Exit::Done)
}

/// Prints one of the tokens, or all of them for a machine.
pub(super) fn show(app: &App, user: &str, tokens: &Tokens, access: bool) {
    app.report.data(&Message::SignedIn(&SignedIn { user, tokens, access }));
}
