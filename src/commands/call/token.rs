//! The token of a request.

use http::HeaderValue;

use super::route::RequestedRoute;
use crate::{
    cli::{CallArgs, Data, SignInArgs},
    config::RouteAuth,
    diagnosis::{self, RouteTarget, TokenUse, USER_SCOPE},
    failure::Failure,
    session::{DeployedStack, Pool, Run, request_body, sign_in},
};

/// The environment variable of the token.
const VARIABLE: &str = "STACKCTL_TOKEN";

/// The token to send. `None` for a public route, or when no token was given.
///
/// # Errors
/// When the requested token is not available, or the route would reject it.
pub(super) async fn find(
    run: &Run,
    deployed: &DeployedStack,
    (requested, target): (&RequestedRoute<'_>, RouteTarget<'_>),
    arguments: &CallArgs,
) -> Result<Option<HeaderValue>, Failure> {
    let Some(wanted) = diagnosis::wanted(target.auth()) else {
        if arguments.user.is_some() || arguments.token_stdin {
            run.report.note("this route is public: no token is sent");
        }
        return Ok(None);
    };
    let token = if let Some(user) = &arguments.user {
        check_scopes(requested, target.auth())?;
        Some(of_user(run, deployed, wanted, (user, arguments)).await?)
    } else if arguments.token_stdin {
        Some(from_stdin(arguments).await?)
    } else {
        run.options.environment.get(VARIABLE).filter(|token| !token.is_empty()).cloned()
    };
    token.map(|token| header(&token)).transpose()
}

/// There is no sign-in for a token that the route would reject.
fn check_scopes(requested: &RequestedRoute<'_>, auth: &RouteAuth) -> Result<(), Failure> {
    let RouteAuth::Scopes(scopes) = auth else { return Ok(()) };
    if scopes.contains(USER_SCOPE) {
        return Ok(());
    }
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    Err(Failure::failed(format!("{requested} cannot be called by a user who signs in with a password"))
        .detail(format!(
            "the route asks for one of the scopes {}, and signing in gives only `{USER_SCOPE}`",
            scopes.join(", ")
        ))
        .hint(format!(
            "other scopes come from the OAuth endpoints of the pool's domain: put such a token into {VARIABLE}"
        )))
}

async fn of_user(
    run: &Run,
    deployed: &DeployedStack,
    wanted: TokenUse,
    (user, arguments): (&str, &CallArgs),
) -> Result<String, Failure> {
    if arguments.password_stdin && arguments.data == Some(Data::Stdin) {
        return Err(twice("password", "STACKCTL_PASSWORD"));
    }
    let session = deployed.connect(run).await?;
    let pool = Pool::of(session, deployed.outputs())?;
    let arguments = SignInArgs { password_stdin: arguments.password_stdin, ..SignInArgs::default() };
    let tokens = sign_in(run, &pool, user, &arguments).await?;
    let token = match wanted {
        TokenUse::Id => tokens.id,
        TokenUse::Access => tokens.access,
    };
    Ok(token.text.reveal().to_owned())
}

async fn from_stdin(arguments: &CallArgs) -> Result<String, Failure> {
    if arguments.data == Some(Data::Stdin) {
        return Err(twice("token", VARIABLE));
    }
    let text = request_body::stdin().await?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let token = String::from_utf8_lossy(line).trim().to_owned();
    if token.is_empty() {
        return Err(Failure::usage("no token came from stdin"));
    }
    Ok(token)
}

fn twice(what: &str, variable: &str) -> Failure {
    Failure::usage(format!("the {what} and the body cannot both come from stdin"))
        .hint(format!("the {what} can come in {variable}, the body from a file: `--data @FILE`"))
}

fn header(token: &str) -> Result<HeaderValue, Failure> {
    let mut value =
        HeaderValue::from_str(token).map_err(|_| Failure::usage("the token has characters that no header may have"))?;
    value.set_sensitive(true);
    Ok(value)
}
