//! `stackctl user …`: one file per verb.

mod auth;
mod create;
mod password;
mod pool;

pub(crate) use auth::sign_in;
pub(crate) use pool::Pool;

use super::app::App;
use crate::{
    cli::{UserArgs, UserCommand},
    error::Failure,
    exit::Exit,
};

pub(crate) async fn run(app: &App, arguments: UserArgs) -> Result<Exit, Failure> {
    let UserArgs { pool, command } = arguments;
    match command {
        UserCommand::Create { name, attributes, send_invite, sign_in } => {
            let wanted = create::Wanted { name, attributes: attributes.into_iter().collect(), send_invite, sign_in };
            create::run(app, &pool, &wanted).await
        }
        UserCommand::Auth { name, sign_in } => auth::run(app, &pool, &name, &sign_in).await,
    }
}
