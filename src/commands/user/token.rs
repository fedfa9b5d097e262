//! `stackctl user token inspect`: decodes a token and validates it.

use std::{io, time::Duration};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::{
    cli::PoolArgs,
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    http::HttpClient,
    report::{TokenCard, lasting},
    session::{
        Run, connection, deployed, project,
        terminal::{self, Terminal},
    },
    stack::Outputs,
    users::{Issuer, Prompt as _, TokenProblem, WebKeys, WebToken},
};

/// The request timeout. A key set is a small document.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn inspect(run: &Run, pool: &PoolArgs, given: Option<String>) -> Result<Exit, Failure> {
    let token = WebToken::read(&text(run, given).await?).map_err(Failure::usage)?;
    let expected = Expected::of(run, pool).await?;
    let now = Timestamp::now().as_second();
    let verdict = expected.judge(&token, now).await;
    run.report.data(&TokenCard {
        valid: verdict.is_ok(),
        problem: verdict.as_ref().err().map(|fault| fault.message.as_str()),
        expires_in: token.time("exp").map(|expires| expires - now),
        claims: &token.claims,
    });
    let failure = |mut fault: Fault| {
        fault.message = format!("the token is {}", fault.message);
        Failure { exit: Exit::Failed, errors: vec![fault], hints: Vec::new() }
    };
    verdict.map(|()| Exit::Done).map_err(failure)
}

/// The token from the command line or, more safely, from stdin.
async fn text(run: &Run, given: Option<String>) -> Result<String, Failure> {
    let text = match given.filter(|given| given != "-") {
        Some(given) => {
            let hint = Hint::from("pass it on stdin to ").run(SuggestedCommand::pool("user token inspect"));
            let warning = Fault::new("others on this machine can read the token on the command line").hint(hint);
            run.report.warn(&warning);
            Ok(given)
        }
        None if terminal::is_there(run) => Terminal(run).hidden("token: ").await.map(|token| token.reveal().to_owned()),
        None => tokio::task::spawn_blocking(terminal::read_line).await.map_err(io::Error::other).flatten(),
    };
    let text = text.map_err(|error| Failure::io("the token cannot be read", &error))?;
    let text = text.trim();
    // Accepts a token copied from a header or from JSON.
    Ok(text.strip_prefix("Bearer ").unwrap_or(text).trim_matches('"').to_owned())
}

/// The expected issuer of the token.
struct Expected {
    /// The endpoint, when it is not that of AWS.
    endpoint: Option<String>,
    /// The user pool; `None` when neither a flag nor a stack names one.
    pool_id: Option<String>,
}

impl Expected {
    /// The issuer from the flags, or from the stack when there is one.
    async fn of(run: &Run, pool: &PoolArgs) -> Result<Self, Failure> {
        let mut expected = Self { endpoint: None, pool_id: pool.user_pool_id.clone() };
        if expected.pool_id.is_none()
            && run.options.config.exists()
            && let Some(state) = deployed::recorded(run, &project::identify(run)?).await?
        {
            let outputs = Outputs::of(&state);
            expected = Self { endpoint: outputs.endpoint, pool_id: outputs.user_pool_id };
        }
        if run.options.local {
            expected.endpoint = Some(connection::local_url(run, &run.options.config).await?);
        }
        Ok(expected)
    }

    /// Checks the token.
    async fn judge(&self, token: &WebToken, now: i64) -> Result<(), Fault> {
        let issuer = token.issuer().ok_or_else(|| Fault::new("not valid: no Cognito user pool has issued it"))?;
        let keys = self.keys(&issuer).await?;
        token.verify(&keys, now).map_err(|problem| not_valid(token, problem, now))?;
        match &self.pool_id {
            Some(pool_id) if *pool_id != issuer.pool_id => {
                Err(Fault::new(format!("of another user pool: {}, not {pool_id}", issuer.pool_id)))
            }
            _ => Ok(()),
        }
    }

    /// The public keys of the pool, from AWS or the configured endpoint.
    async fn keys(&self, issuer: &Issuer) -> Result<WebKeys, Fault> {
        let url = match &self.endpoint {
            None if issuer.is_local => {
                let fault = Fault::new(format!("not checked: the local emulator issued it, as {}", issuer.url));
                return Err(fault.hint("add `--local`"));
            }
            Some(endpoint) => format!("{endpoint}/{}", issuer.pool_id),
            None => issuer.url.clone(),
        };
        let not_checked =
            || Fault::new(format!("not checked: the keys of user pool {} cannot be read", issuer.pool_id));
        let request = Request::get(format!("{url}/.well-known/jwks.json")).body(Bytes::new());
        let request = request.map_err(|error| not_checked().detail(error))?;
        let answer = HttpClient::new(TIMEOUT).send(request).await.map_err(|error| {
            let fault = not_checked().detail(&error);
            error.hint().map_or(fault.clone(), |hint| fault.hint(hint))
        })?;
        if !answer.status().is_success() {
            let fault = not_checked().detail(format!("{url} answers with {}", answer.status()));
            return Err(if self.endpoint.is_none() {
                fault.hint("add `--local` when it is of the local emulator")
            } else {
                fault
            });
        }
        serde_json::from_slice(answer.body())
            .map_err(|_| not_checked().detail(format!("{url} does not return a JSON Web Key Set")))
    }
}

fn not_valid(token: &WebToken, problem: TokenProblem, now: i64) -> Fault {
    match (problem, token.time("exp")) {
        (TokenProblem::Expired, Some(expires)) => {
            Fault::new(format!("not valid: it expired {} ago", lasting(now - expires)))
        }
        _ => Fault::new(format!("not valid: {problem}")),
    }
}
