//! Where a password comes from. It is never an argument, because other processes can read those.

use std::io;

use super::{
    Run,
    terminal::{self, Terminal},
};
use crate::{
    failure::Failure,
    users::{PasswordRules, Prompt as _, Secret, UserError},
};

const VARIABLE: &str = "STACKCTL_PASSWORD";

/// The password from the first line of stdin when `from_stdin` is set, or from the environment variable.
///
/// # Errors
/// When it is empty or cannot be read.
pub(crate) async fn given(run: &Run, from_stdin: bool) -> Result<Option<Secret>, Failure> {
    let (text, place) = if from_stdin {
        let line = tokio::task::spawn_blocking(terminal::read_line).await.map_err(io::Error::other).flatten();
        let line = line.map_err(|error| Failure::io("the password cannot be read from stdin", &error))?;
        (line.trim_end_matches(['\r', '\n']).to_owned(), "the first line of stdin")
    } else if let Some(value) = run.options.environment.get(VARIABLE).filter(|value| !value.is_empty()) {
        (value.clone(), VARIABLE)
    } else {
        return Ok(None);
    };
    if text.is_empty() {
        return Err(Failure::usage(format!("no password: {place} is empty")));
    }
    Ok(Some(Secret::new(text)))
}

/// The password to sign in with.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) async fn known(run: &Run, from_stdin: bool, user: &str) -> Result<Secret, Failure> {
    if let Some(password) = given(run, from_stdin).await? {
        return Ok(password);
    }
    if !terminal::is_there(run) {
        return Err(nobody());
    }
    let typed = Terminal(run).hidden(&format!("password of {user}: ")).await;
    typed.map_err(|error| Failure::failed(UserError::from(error)))
}

/// A password to be set, which must meet the pool's policy.
pub(crate) async fn chosen(run: &Run, given: Option<Secret>, policy: &PasswordRules) -> Result<Secret, UserError> {
    match given {
        Some(password) => policy.check(&password).map(|()| password),
        None => policy.choose(&Terminal(run), "password").await,
    }
}

/// The failure when a password is required and cannot be prompted for.
pub(crate) fn nobody() -> Failure {
    Failure::usage("no password, and cannot prompt for one: not a terminal")
        .hint(format!("give it in the first line of stdin with `--password-stdin`, or in {VARIABLE}"))
}
