//! `stackctl user auth`: signs a user in and prints the token.

use std::collections::BTreeMap;

use super::{
    super::{app::App, terminal::Terminal},
    password,
    pool::Pool,
};
use crate::{
    cli::{PoolArgs, SignInArgs},
    error::Failure,
    exit::Exit,
    people::{SignIn, Tokens},
    report::{Message, SignedIn},
};

pub(crate) async fn run(app: &App, pool: &PoolArgs, user: &str, arguments: &SignInArgs) -> Result<Exit, Failure> {
    let pool = Pool::open(app, pool).await?;
    let tokens = sign_in(app, &pool, user, arguments).await?;
    show(app, user, &tokens, arguments.access_token);
    Ok(Exit::Done)
}

/// Signs a user of a pool in, with a password that is given or asked for.
///
/// # Errors
/// When there is no password, or Cognito refuses.
pub(crate) async fn sign_in(app: &App, pool: &Pool, user: &str, arguments: &SignInArgs) -> Result<Tokens, Failure> {
    let people = pool.people(app);
    let client = pool.client(&people, arguments.client_id.as_deref()).await?;
    // Nobody types a password for a client that takes none.
    client.check_flow().map_err(|error| pool.failure(&error))?;
    let password = password::known(app, arguments.password_stdin, user).await?;
    let prompt = &Terminal(app);
    let attributes = BTreeMap::new();
    let sign_in = SignIn { people: &people, client: &client, prompt, user, chosen: None, attributes };
    sign_in.with(&password).await.map_err(|error| pool.failure(&error))
}

/// Prints one of the tokens, or all of them for a machine.
pub(super) fn show(app: &App, user: &str, tokens: &Tokens, access: bool) {
    app.report.data(&Message::SignedIn(&SignedIn { user, tokens, access }));
}
