//! What a check has found, and what the functions have logged meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    bearer::Bearer,
    execution::{FailedExecution, failed, request_id},
    probe::Probe,
    runner::CheckRunner,
    transport::Transport,
};
use crate::{
    diagnosis::{called_function, remedy},
    engine::{Key, Resource as _, StoreError},
    logs::{Cause, Line, RequestIds, Source, cause, is_system, recent},
    resources::log_group::LogGroup,
    stack::log_group_name,
    users::UserError,
};

/// How much of an answer's body is shown, in bytes.
const SHOWN: usize = 1024;

/// How many lines of a log are shown: the last ones.
const LINES: usize = 20;

/// What a check has found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// How many requests got the answer that they must get.
    pub passed: usize,
    /// How many had no answer, however often they were sent, because there were too many.
    pub throttled: usize,
    /// Those that got another answer, or none.
    pub findings: Vec<Finding>,
    /// Those whose answer is right, and that browsers block where a page of another origin sends them.
    pub blocked: Vec<Finding>,
    /// Routes to functions that no request has called as a page does.
    pub cors_unknown: Vec<String>,
    /// Why not everything could be asked.
    pub unmade: Option<Unmade>,
    /// Why the check's user is still there.
    pub left: Option<UserError>,
    /// How long it took.
    pub took: Duration,
}

/// Why a check could not be made to its end.
#[derive(Debug)]
pub enum Unmade {
    /// There is no user to sign in as.
    User(UserError),
    /// There is no user pool or no app client on record.
    NoPool,
    /// Requests were throttled, and nothing else was wrong.
    Throttled,
    /// What is about to be made, or is gone, cannot be put on record.
    State(StoreError),
}

/// A request that did not get the answer that it must get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// As `GET /items without a token`.
    pub request: String,
    /// What is wrong, each a sentence without its end.
    pub wrong: Vec<String>,
    /// The beginning of the answer's body, unless it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The function that was called, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Why the function failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What helps against that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What it has logged meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// The id that API Gateway gave the request.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// Whether API Gateway answered in the place of the function.
    #[serde(skip)]
    pub unanswered_by_function: bool,
}

impl Finding {
    /// There was no answer.
    pub(super) fn unanswered(probe: &Probe, reason: String) -> Self {
        Self {
            request: probe.to_string(),
            wrong: vec![reason],
            body: None,
            function: probe.function.clone(),
            cause: None,
            remedy: None,
            logs: Vec::new(),
            request_id: None,
            unanswered_by_function: false,
        }
    }

    /// There was another answer. Tokens that it repeats are withheld.
    pub(super) fn answered(probe: &Probe, answer: &Response<Bytes>, (wrong, tokens): (Vec<String>, &Bearer)) -> Self {
        let body = tokens.withhold(&String::from_utf8_lossy(answer.body()));
        let mut shown = body.trim_end().to_owned();
        if shown.len() > SHOWN {
            let end = (0..=SHOWN).rev().find(|end| shown.is_char_boundary(*end)).unwrap_or_default();
            shown.truncate(end);
            shown.push('…');
        }
        let body = (!shown.is_empty()).then_some(shown);
        Self {
            request: probe.to_string(),
            wrong,
            body,
            function: probe.function.clone(),
            cause: None,
            remedy: None,
            logs: Vec::new(),
            request_id: request_id(answer).map(str::to_owned),
            unanswered_by_function: called_function(answer),
        }
    }
}

/// Adds what the functions behind these findings have logged, and the cause where API Gateway answered in a function's
/// place.
pub(super) async fn add_logs<C: Transport>(
    check: &CheckRunner<'_, C>,
    findings: &mut [Finding],
    (since, tokens): (Timestamp, &Bearer),
) {
    let functions: BTreeSet<String> = findings.iter().filter_map(|finding| finding.function.clone()).collect();
    let mut logs = BTreeMap::new();
    for function in functions {
        let group = log_group_name(check.config, &function);
        let source = Source { key: Key::new(LogGroup::KIND, &function), group };
        let pause = Duration::from_secs(1).min(check.propagation.doubt);
        let lines = recent(check.cloud, (check.events, check.interrupt), source, (since, pause)).await;
        logs.insert(function, lines);
    }
    for finding in findings.iter_mut().filter(|finding| finding.unanswered_by_function) {
        let lines = finding.function.as_ref().and_then(|function| logs.get(function));
        finding.cause = find_cause(check, finding, lines.map_or(&[], Vec::as_slice)).await;
        let function = finding.function.as_deref().unwrap_or_default();
        finding.remedy = finding.cause.as_ref().and_then(|cause| remedy(cause, function, check.config));
    }
    for finding in findings {
        let lines = finding.function.as_ref().and_then(|function| logs.remove(function)).unwrap_or_default();
        let shown = lines.iter().filter(|line| !is_system(&line.message)).map(|line| tokens.withhold(&line.message));
        let shown: Vec<String> = shown.collect();
        let old = shown.len().saturating_sub(LINES);
        finding.logs = shown[old..].to_vec();
    }
}

/// The cause of a failure: the emulator knows it of every request, elsewhere it is read from the log where one request
/// alone called the function.
async fn find_cause<C: Transport>(check: &CheckRunner<'_, C>, finding: &Finding, lines: &[Line]) -> Option<Cause> {
    let request_id = finding.request_id.as_deref();
    let failed = match (check.emulator, request_id) {
        (Some(endpoint), Some(id)) => failed(check.courier, endpoint, id).await.unwrap_or_default(),
        _ => FailedExecution::default(),
    };
    if failed.malformed.is_some() {
        return Some(Cause::Malformed(failed.malformed));
    }
    let mut ids = RequestIds::default();
    let lines: Vec<(Option<String>, &Line)> = lines.iter().map(|line| (ids.of(line), line)).collect();
    let requests: BTreeSet<&String> = lines.iter().filter_map(|(id, _)| id.as_ref()).collect();
    if failed.invocation.is_none() && requests.len() > 1 {
        return None;
    }
    let of_it = |id: &Option<String>| failed.invocation.is_none() || id.is_none() || *id == failed.invocation;
    cause(lines.iter().filter(|(id, _)| of_it(id)).map(|(_, line)| line.message.as_str()))
}

impl From<UserError> for Unmade {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

impl From<StoreError> for Unmade {
    fn from(error: StoreError) -> Self {
        Self::State(error)
    }
}
