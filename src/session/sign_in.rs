//! Signs in a user of the pool, for `user auth` and `call --as`.

use std::collections::BTreeMap;

use super::{Pool, Run, password, terminal::Terminal};
use crate::{
    cli::SignInArgs,
    failure::Failure,
    users::{SignIn, Tokens},
};

/// Signs in a user of a pool with a password that is given or prompted for.
///
/// # Errors
/// When there is no password, or Cognito rejects the sign-in.
pub(crate) async fn sign_in(run: &Run, pool: &Pool, user: &str, arguments: &SignInArgs) -> Result<Tokens, Failure> {
    let people = pool.people(run);
    let client = pool.client(&people, arguments.client_id.as_deref()).await?;
    // Fails before the prompt when the client does not allow sign-in with a password.
    client.check_flow().map_err(|error| pool.failure(&error))?;
    let password = password::known(run, arguments.password_stdin, user).await?;
    let prompt = &Terminal(run);
    let attributes = BTreeMap::new();
    let sign_in = SignIn { people: &people, client: &client, prompt, user, chosen: None, attributes };
    sign_in.with(&password).await.map_err(|error| pool.failure(&error))
}
