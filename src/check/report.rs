//! What a check has found, and what the functions have logged meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::{Bearer, Check, probe::Probe};
use crate::{
    engine::{Key, Resource as _},
    logs::{Line, Source, Tail, Wanted, own},
    people::PeopleError,
    resources::log_group::LogGroup,
    stack::log_group_name,
    state::StateError,
};

/// How much of an answer's body is shown, in bytes.
const SHOWN: usize = 1024;

/// How many lines of a log are shown: the last ones.
const LINES: usize = 20;

/// How often a log is looked at for lines that CloudWatch takes in late.
const LOOKS: usize = 5;

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
    /// Routes of whose functions no request tells whether browsers block what they return.
    pub cors_unknown: Vec<String>,
    /// Why not everything could be asked.
    pub unmade: Option<Unmade>,
    /// Why the check's user is still there.
    pub left: Option<PeopleError>,
    /// How long it took.
    pub took: Duration,
}

/// Why a check could not be made to its end.
#[derive(Debug)]
pub enum Unmade {
    /// There is nobody to sign in as.
    User(PeopleError),
    /// There is no user pool or no app client on record.
    NoPool,
    /// Requests were throttled, and nothing else was wrong.
    Throttled,
    /// What is about to be made, or is gone, cannot be put on record.
    State(StateError),
}

/// A request that did not get the answer that it must get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// What it has logged meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
}

impl Finding {
    /// There was no answer.
    pub(super) fn unanswered(probe: &Probe, reason: String) -> Self {
        Self {
            request: probe.to_string(),
            wrong: vec![reason],
            body: None,
            function: probe.function.clone(),
            logs: Vec::new(),
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
        Self { request: probe.to_string(), wrong, body, function: probe.function.clone(), logs: Vec::new() }
    }
}

/// Adds what the functions behind these findings have logged. A log that cannot be read is left out: the finding is what
/// matters.
pub(super) async fn add_logs<C>(check: &Check<'_, C>, findings: &mut [Finding], (since, tokens): (Timestamp, &Bearer)) {
    let functions: BTreeSet<String> = findings.iter().filter_map(|finding| finding.function.clone()).collect();
    let mut logs = BTreeMap::new();
    for function in functions {
        let lines = logged(check, &function, since).await;
        logs.insert(function, lines.iter().map(|line| tokens.withhold(line)).collect::<Vec<_>>());
    }
    for finding in findings {
        let lines = finding.function.as_ref().and_then(|function| logs.remove(function));
        finding.logs = lines.unwrap_or_default();
    }
}

/// The last lines that a function has logged, without those that Lambda adds.
async fn logged<C>(check: &Check<'_, C>, function: &str, since: Timestamp) -> Vec<String> {
    let source = Source { key: Key::new(LogGroup::KIND, function), group: log_group_name(check.config, function) };
    let wanted = Wanted { since, filter: None };
    let mut tail = Tail::new(check.cloud, (check.events, check.interrupt), vec![source], wanted);
    let mut lines = Vec::new();
    for _ in 0..LOOKS {
        let read = tail.read(|line| lines.extend(message(&line))).await;
        if !lines.is_empty() || read.is_err() {
            break;
        }
        super::rounds::pause(Duration::from_secs(1).min(check.patience.doubt)).await;
    }
    let old = lines.len().saturating_sub(LINES);
    lines.split_off(old)
}

/// What a function itself has written, or Lambda about its failure.
fn message(line: &Line) -> Option<String> {
    own(&line.message).is_none().then(|| line.message.clone())
}
