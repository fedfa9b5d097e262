//! Explains error responses of API Gateway: the reason and what to check.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    execution::{Execution, remedy},
    rejection::Rejection,
    route::RouteTarget,
    token::{Claims, TokenUse, USER_SCOPE, is_for_users, wanted},
};
use crate::{
    config::{Config, RouteAuth},
    failure::Fault,
    hint::{Hint, SuggestedCommand},
};

/// The request, as far as it matters for the explanation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) config: &'a Config,
    /// The method and path, such as `GET /items/7`.
    pub(crate) request: &'a str,
    /// The matching route of the config.
    pub(crate) target: RouteTarget<'a>,
    /// The `Authorization` header.
    pub(crate) token: Option<&'a str>,
    /// The function invocation, as far as it is known.
    pub(crate) execution: &'a Execution,
    /// The ID of the user pool that authorizes requests to the API.
    pub(crate) pool_id: Option<&'a str>,
    /// The current time, in seconds since 1970.
    pub(crate) now: i64,
}

/// Explains why API Gateway rejected a request and what to check; `None` if the response is not a gateway response.
pub(crate) fn explain(sent: &Sent<'_>, answer: &Response<Bytes>) -> Option<Fault> {
    let status = answer.status();
    let (rejection, message) = rejection(answer)?;
    let error_type = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok())?;
    // Messages about a signature contain the token.
    let message = Some(message).filter(|message| !message.is_empty() && !error_type.contains("Signature"));
    let message = message.as_deref().or(status.canonical_reason()).unwrap_or_default();
    Some(in_words(sent, rejection, &format!("{} {message}", status.as_u16())))
}

impl Sent<'_> {
    /// The function in the live deployment, or otherwise the one in the config.
    fn function(&self) -> &str {
        self.execution.function.as_deref().or(self.target.function()).unwrap_or("the function")
    }
}

/// Whether API Gateway responded with an error after it called, or tried to call, a function.
pub(crate) fn called_function(answer: &Response<Bytes>) -> bool {
    let rejection = rejection(answer).map(|(rejection, _)| rejection);
    matches!(rejection, Some(Rejection::NotCalled | Rejection::Failed | Rejection::TimedOut))
}

/// Whether API Gateway throttled a request.
pub(crate) fn is_throttled(answer: &Response<Bytes>) -> bool {
    rejection(answer).is_some_and(|(rejection, _)| rejection == Rejection::Throttled)
}

/// The reason for a gateway response, and its message; `None` if the response is not a gateway response.
fn rejection(answer: &Response<Bytes>) -> Option<(Rejection, String)> {
    let error_type = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok())?;
    let message = message(answer.body());
    Some((Rejection::of(answer.status().as_u16(), error_type, &message), message))
}

/// The `message` in a gateway response's body.
fn message(body: &[u8]) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    body.as_ref().and_then(|body| body.get("message")?.as_str()).unwrap_or_default().to_owned()
}

fn in_words(sent: &Sent<'_>, rejection: Rejection, answer: &str) -> Fault {
    let Sent { request, .. } = sent;
    let fault = |what: &str| Fault::new(format!("{request}: {what} ({answer})"));
    let function = sent.function();
    match rejection {
        Rejection::Unauthorized => {
            let verify = SuggestedCommand::stack("user token inspect").then(" verifies its signature");
            unauthorized(sent, fault("API Gateway rejected it"), ("the token itself does not show why", verify))
        }
        Rejection::Expired => {
            let clock = Hint::from("this machine's clock differs from AWS's: set it right");
            unauthorized(sent, fault("API Gateway rejected it"), ("by AWS's clock the token has expired", clock))
        }
        Rejection::Throttled => throttled(sent, fault("requests come faster than the API takes them")),
        Rejection::NotDeployed => fault("what is deployed has no such route")
            .detail("the config has it, so what is deployed is another version of it")
            .hint(
                SuggestedCommand::stack("plan")
                    .then(" shows what differs, ")
                    .run(SuggestedCommand::stack("up"))
                    .text(" deploys it"),
            ),
        Rejection::Forbidden => fault("API Gateway has no such API or stage, or does not accept requests this way")
            .detail("its execute-api endpoint may be switched off, or a firewall (WAF) may block the request")
            .hint(SuggestedCommand::stack("status").then(" shows whether the API and its stage exist")),
        Rejection::AccessDenied => fault("a policy denies it")
            .hint("check the resource policy of the REST API, which stackctl does not manage"),
        Rejection::QuotaExceeded => {
            fault("a quota is used up").hint("check the usage plans of the account, which stackctl does not manage")
        }
        Rejection::TooLarge => fault("the request is larger than API Gateway accepts")
            .hint("the limit is 10 MB for a body, 6 MB for the event of a function, and 10,240 bytes for the headers"),
        Rejection::MediaType => {
            fault("API Gateway does not take this media type").hint("`-H 'Content-Type: …'` sends another one")
        }
        Rejection::NotCalled => not_called(fault(&format!("API Gateway could not call `{function}`"))),
        Rejection::Failed => failed(sent, answer),
        Rejection::TimedOut => {
            let fault = sent.execution.with_lines(fault(&format!("`{function}` did not respond in time")), function);
            timed_out(sent, fault)
        }
        Rejection::Unavailable => fault("AWS is in trouble").hint("try again in a moment"),
        Rejection::Other => fault("API Gateway rejected it"),
    }
}

/// Explains that the function failed or returned a malformed response.
fn failed(sent: &Sent<'_>, answer: &str) -> Fault {
    let (function, execution) = (sent.function(), sent.execution);
    let logs = logs(function).then(" shows what it logged");
    let what = match &execution.cause {
        Some(cause) => cause.of(function),
        None => format!("`{function}` failed or returned an invalid response"),
    };
    let fault = execution.with_lines(Fault::new(format!("{}: {what} ({answer})", sent.request)), function);
    let fault = match execution.cause.as_ref().and_then(|cause| remedy(cause, function, sent.config)) {
        Some(remedy) => fault.hint(remedy),
        None => fault,
    };
    if execution.lines.is_empty() { fault.hint(logs) } else { fault }
}

fn not_called(fault: Fault) -> Fault {
    fault
        .detail("the permission to invoke it is missing, the function is missing, or too many invocations run at once")
        .hint(
            SuggestedCommand::stack("status")
                .then(" shows what is missing, ")
                .run(SuggestedCommand::stack("up"))
                .text(" creates it again"),
        )
}

/// Explains what is wrong with the token, as far as its claims show.
fn unauthorized(sent: &Sent<'_>, fault: Fault, otherwise: (&str, Hint)) -> Fault {
    let auth = sent.target.auth();
    let Some(wanted) = wanted(auth) else {
        return fault
            .detail("the route is public in the config, so a different version of the config is deployed")
            .hint(SuggestedCommand::stack("up").then(" deploys the config"));
    };
    let Some(token) = sent.token else {
        let detail = format!("no token was sent, and the route asks for {}", wanted.described());
        return fault.detail(detail).hint(way_in(auth));
    };
    let Some(claims) = Claims::read(token) else {
        return fault.detail("what was sent is not a token of a user pool").hint(way_in(auth));
    };
    let (detail, hint) = flaw(sent, wanted, &claims).unwrap_or_else(|| (otherwise.0.to_owned(), otherwise.1));
    fault.detail(detail).hint(hint)
}

/// A hint how to get a valid token for the route.
fn way_in(auth: &RouteAuth) -> Hint {
    if is_for_users(auth) {
        return "`--as mail@example.com` signs in and sends the right one".into();
    }
    format!("signing in gives `{USER_SCOPE}` only: other scopes come from the OAuth endpoints of the pool's domain")
        .into()
}

/// The first reason to reject a token, with a hint.
fn flaw(sent: &Sent<'_>, wanted: TokenUse, claims: &Claims) -> Option<(String, Hint)> {
    let auth = sent.target.auth();
    if let Some(pool) = sent.pool_id.filter(|pool| *pool != claims.pool_id) {
        let detail = format!("the token is of user pool {}, and the API asks {pool}", claims.pool_id);
        return Some((detail, way_in(auth)));
    }
    if claims.expires <= sent.now {
        return Some((format!("the token expired {} ago", elapsed(sent.now - claims.expires)), way_in(auth)));
    }
    let is = if claims.token_use == "id" { TokenUse::Id } else { TokenUse::Access };
    if is != wanted {
        let detail = format!("{} was sent, and the route asks for {}", is.described(), wanted.described());
        return Some((detail, way_in(auth)));
    }
    let RouteAuth::Scopes(wanted) = auth else { return None };
    if claims.scopes.iter().any(|scope| wanted.contains(scope)) {
        return None;
    }
    let (has, wanted) = (quoted(&claims.scopes), quoted(wanted));
    Some((format!("the token has the scopes {has}, and the route asks for one of {wanted}"), way_in(auth)))
}

fn throttled(sent: &Sent<'_>, fault: Fault) -> Fault {
    match &sent.config.api.throttle {
        Some(throttle) => fault
            .detail(format!(
                "`api.throttle` allows {} requests per second, with a burst of {}",
                throttle.rate, throttle.burst
            ))
            .hint("send fewer, or raise `api.throttle`"),
        None => {
            fault.detail("the config sets no `api.throttle`, so the limits of the account apply").hint("send fewer")
        }
    }
}

fn timed_out(sent: &Sent<'_>, fault: Fault) -> Fault {
    let function = sent.function();
    let timeout = sent.config.functions.get(function).map_or(0, |function| function.timeout);
    fault
        .detail(format!("API Gateway waits for 29 s; the function runs for up to {timeout} s"))
        .hint(logs(function).then(" shows its log"))
}

fn logs(function: &str) -> SuggestedCommand {
    SuggestedCommand::stack("logs").args(&format!(" {function} --since 5m"))
}

fn quoted<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    texts.into_iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn elapsed(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86400 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86400),
    }
}
