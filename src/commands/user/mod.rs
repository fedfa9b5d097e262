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
    session::App,
};

pub(crate) async fn run(app: &App, arguments: UserArgs) -> Result<Exit, Failure> {
    let UserArgs { pool, command } = arguments;
    match command {
        UserCommand::Create { name, attributes, send_invite, sign_in } => {
            let wanted = create::Wanted { name, attributes: attributes.into_iter().collect(), send_invite, sign_in };
            create::run(app, &pool, &wanted).await
        }
        UserCommand::Auth { name, sign_in } => auth::run(app, &pool, &name, &sign_in).await,
        UserCommand::List { limit } => list::run(app, &pool, limit).await,
        UserCommand::Show { name } => show::run(app, &pool, &name).await,
        UserCommand::Delete { name } => delete::run(app, &pool, &name).await,
        UserCommand::Disable { name } => switch::disable(app, &pool, &name).await,
        UserCommand::Enable { name } => switch::enable(app, &pool, &name).await,
        UserCommand::SetPassword { name, temporary, password_stdin } => {
            let wanted = set_password::Wanted { name, temporary, password_stdin };
            set_password::run(app, &pool, &wanted).await
        }
        UserCommand::Group { command } => match command {
            GroupCommand::Add { name, group, create } => group::add(app, &pool, [&name, &group], create).await,
            GroupCommand::Remove { name, group } => group::remove(app, &pool, [&name, &group]).await,
        },
        UserCommand::Token { command: TokenCommand::Inspect { token } } => token::inspect(app, &pool, token).await,
    }
}
