//! `stackctl user …`: one file per verb.

mod auth;
mod create;
mod delete;
mod group;
mod list;
mod set_password;
mod show;
mod switch;
mod token;

use crate::{
    cli::{GroupCommand, TokenCommand, UserArgs, UserCommand},
    exit::Exit,
    failure::Failure,
    session::Run,
};

pub(crate) async fn run(run: &Run, arguments: UserArgs) -> Result<Exit, Failure> {
    let UserArgs { pool, command } = arguments;
    match command {
        UserCommand::Create { name, attributes, send_invite, sign_in } => {
            let wanted =
                create::CreateRequest { name, attributes: attributes.into_iter().collect(), send_invite, sign_in };
            create::run(run, &pool, &wanted).await
        }
        UserCommand::Auth { name, sign_in } => auth::run(run, &pool, &name, &sign_in).await,
        UserCommand::List { limit } => list::run(run, &pool, limit).await,
        UserCommand::Show { name } => show::run(run, &pool, &name).await,
        UserCommand::Delete { name } => delete::run(run, &pool, &name).await,
        UserCommand::Disable { name } => switch::disable(run, &pool, &name).await,
        UserCommand::Enable { name } => switch::enable(run, &pool, &name).await,
        UserCommand::SetPassword { name, temporary, password_stdin } => {
            let wanted = set_password::PasswordRequest { name, temporary, password_stdin };
            set_password::run(run, &pool, &wanted).await
        }
        UserCommand::Group { command } => match command {
            GroupCommand::Add { name, group, create } => group::add(run, &pool, [&name, &group], create).await,
            GroupCommand::Remove { name, group } => group::remove(run, &pool, [&name, &group]).await,
        },
        UserCommand::Token { command: TokenCommand::Inspect { token } } => token::inspect(run, &pool, token).await,
    }
}
