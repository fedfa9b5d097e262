//! Finds what happened in the function when API Gateway responded in its place.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;

use super::route::RequestedRoute;
use crate::{
    check::{FailedExecution, again, failed, request_id},
    diagnosis::{self, Execution, RouteTarget, called_function},
    engine::{Key, Resource as _, served_release},
    http::HttpClient,
    logs::{Cause, Line, RequestIds, Source, cause, is_system, recent},
    resources::{self, log_group::LogGroup},
    session::{DeployedStack, Run, Session},
    stack::log_group_name,
};

/// How far this machine's clock may be ahead of the clock of AWS.
const SKEW: Duration = Duration::from_secs(5);

/// The wait before an empty log is read again.
const PAUSE: Duration = Duration::from_secs(1);

/// Finds the function that the live deployment calls, why it failed, and what it logged. What cannot be found is left
/// out, because the response is shown in any case.
pub(super) async fn find(
    run: &Run,
    (deployed, client): (&DeployedStack, &HttpClient),
    (requested, target, answer): (&RequestedRoute<'_>, RouteTarget<'_>, &Response<Bytes>),
    since: Timestamp,
) -> Execution {
    if !called_function(answer) {
        return Execution::default();
    }
    let failed = match (deployed.state.endpoint.as_deref().filter(|_| run.options.local), request_id(answer)) {
        (Some(endpoint), Some(id)) => failed(client, endpoint, id).await.unwrap_or_default(),
        _ => FailedExecution::default(),
    };
    let config = &deployed.config;
    let named = failed.function_name().map(|name| {
        let found = config.functions.keys().find(|function| config.function_name(function) == name);
        found.map_or_else(|| name.to_owned(), Clone::clone)
    });
    let named = named.or_else(|| of_release(deployed, requested));
    let function = named.as_deref().or(target.function()).filter(|name| config.functions.contains_key(*name));
    let lines = match function.filter(|_| answer.status() != StatusCode::INTERNAL_SERVER_ERROR) {
        Some(function) => logged(run, deployed, function, since).await,
        None => Vec::new(),
    };
    let mut execution = of_invocation(&lines, &failed);
    execution.function = named;
    execution
}

/// The function that the live release calls, as it is recorded; none while a change is not confirmed.
fn of_release(deployed: &DeployedStack, requested: &RequestedRoute<'_>) -> Option<String> {
    let release = served_release(&deployed.state, &resources::catalog())?;
    let live = again(&deployed.config, &release.checks).ok()?.config;
    diagnosis::find(&live, requested.method, requested.path).ok()?.function().map(str::to_owned)
}

/// The lines of a function's log since the request; none when it cannot be read.
async fn logged(run: &Run, deployed: &DeployedStack, function: &str, since: Timestamp) -> Vec<Line> {
    let Ok(session) = deployed.connect(run).await else { return Vec::new() };
    let Session { cloud, .. } = &session;
    let local = session.is_local();
    if !local {
        let message = format!("reading the log of `{function}`");
        run.report.note(message);
    }
    let source = Source { key: Key::new(LogGroup::KIND, function), group: log_group_name(&deployed.config, function) };
    let (since, pause) =
        if local { (since, Duration::ZERO) } else { (since.saturating_sub(SKEW).unwrap_or(since), PAUSE) };
    recent(cloud, (&run.report, &run.cancel.interrupt), source, (since, pause)).await
}

/// What the lines say of the invocation; of all of them where its id is not known.
fn of_invocation(lines: &[Line], failed: &FailedExecution) -> Execution {
    let mut ids = RequestIds::default();
    let of_it = |id: Option<String>| failed.invocation.is_none() || id.is_none() || id == failed.invocation;
    let lines: Vec<&str> = lines.iter().filter(|line| of_it(ids.of(line))).map(|line| line.message.as_str()).collect();
    let cause = match &failed.malformed {
        Some(what) => Some(Cause::Malformed(Some(what.clone()))),
        None => cause(lines.iter().copied()),
    };
    let shown = lines.iter().filter(|line| !is_system(line));
    Execution { function: None, cause, lines: shown.map(|line| (*line).to_owned()).collect() }
}
