//! What can be told besides the events of the engine. Each is an event of `--json` by its serialised form.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde::{Serialize, Serializer};

use super::{
    Answer, Cycle, FoundTable, HistoryTable, Invoked, LogLine, PlanTable, RolledBack, RolledForward, SignedIn,
    StateCard, StatusTable, TokenCard, Unavailable, UserCard, UserTable, Watching,
};
use crate::{
    check::{CheckReport, Finding},
    engine::Verb,
    exit::Exit,
    failure::{Failure, Fault},
    stack::Outputs,
    state::{LockNews, SeenLock},
};

/// One thing to tell.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Message<'a> {
    /// Which stack, and where.
    Target(&'a Target),
    /// Which user pool, and where, when it is none of a stack.
    Pool(&'a PoolTarget),
    /// Something worth knowing.
    Note {
        /// A fragment.
        message: &'a str,
    },
    /// What works but surprises.
    Warning(&'a Fault),
    /// Somebody else's lock is waited for.
    Lock(&'a LockNews),
    /// Who holds a lock that may be taken away.
    Locked {
        /// What is locked.
        place: &'a str,
        /// By whom.
        #[serde(flatten)]
        lock: &'a SeenLock,
    },
    /// What is to be done.
    Plan(&'a PlanTable),
    /// What was found of a stack that has lost its state.
    Found(&'a FoundTable),
    /// It was recorded.
    Recovered(&'a Recovered),
    /// What there is.
    Status(&'a StatusTable),
    /// What is recorded.
    State(&'a StateCard<'a>),
    /// A plan was carried out, whole or in part.
    Executed {
        /// How many steps were done, by verb.
        steps: &'a BTreeMap<Verb, usize>,
        /// How long that took.
        #[serde(rename = "seconds", serialize_with = "seconds")]
        took: Duration,
    },
    /// Saves are waited for.
    Watching(&'a Watching<'a>),
    /// A change was taken from its save to its end.
    Cycle(&'a Cycle),
    /// The releases.
    History(&'a HistoryTable<'a>),
    /// An earlier release is served again.
    RolledBack(&'a RolledBack<'a>),
    /// What was live before a rollback is live again.
    RolledForward(&'a RolledForward<'a>),
    /// A release was passed over.
    Unavailable(&'a Unavailable<'a>),
    /// What is served was checked.
    #[serde(serialize_with = "checked")]
    Checked(&'a CheckReport),
    /// URLs and ids.
    Outputs(&'a Outputs),
    /// One of them.
    Output {
        /// Which.
        name: &'a str,
        /// The value.
        value: &'a str,
    },
    /// Users of a pool.
    Users(&'a UserTable<'a>),
    /// One of them.
    User(&'a UserCard<'a>),
    /// A token that was looked into.
    Token(&'a TokenCard<'a>),
    /// Somebody has signed in.
    SignedIn(&'a SignedIn<'a>),
    /// The answer to a request. People are given its bytes instead.
    Answer(&'a Answer<'a>),
    /// A function was called.
    Invoked(&'a Invoked<'a>),
    /// A line of a log.
    LogLine(&'a LogLine<'a>),
    /// What to do next.
    Next {
        /// Commands, each with a remark.
        commands: &'a [String],
    },
    /// The files of an example were written.
    Written {
        /// In order.
        files: &'a [&'a str],
        /// Where.
        folder: &'a Path,
    },
    /// A configuration is sound.
    Valid {
        /// The file.
        config: &'a Path,
        /// The stages that were checked.
        stages: &'a [ValidStage],
    },
    /// Whether the local cloud runs.
    Local(&'a LocalCloud),
    /// Why the command failed.
    Error(&'a Failure),
    /// The last one: how it ended and what it cost.
    Done(&'a Done),
}

/// A stage whose configuration is sound.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ValidStage {
    /// Its name.
    pub(crate) stage: String,
    /// How many functions it has.
    pub(crate) functions: usize,
    /// How many routes.
    pub(crate) routes: usize,
}

/// Which stack, and where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Target {
    /// `deployment.serviceName`.
    pub(crate) stack: String,
    /// The stage.
    pub(crate) stage: String,
    /// The Region.
    pub(crate) region: String,
    /// Twelve digits.
    pub(crate) account: String,
    /// What stands in for AWS, when something does.
    pub(crate) endpoint: Option<String>,
    /// Whether that is the local cloud.
    pub(crate) local: bool,
}

impl Target {
    /// The stack and its stage, as in `shop, stage dev`.
    pub(crate) fn subject(&self) -> String {
        format!("{}, stage {}", self.stack, self.stage)
    }

    /// Where it is, as in `account 123456789012 in eu-west-1`.
    pub(crate) fn location(&self) -> String {
        location(&self.account, &self.region, self.endpoint.as_deref(), self.local)
    }
}

impl PoolTarget {
    /// Where it is, as in `account 123456789012 in eu-west-1`.
    pub(crate) fn location(&self) -> String {
        location(&self.account, &self.region, self.endpoint.as_deref(), self.local)
    }
}

fn location(account: &str, region: &str, endpoint: Option<&str>, local: bool) -> String {
    let at = endpoint.map(|url| format!(" at {url}")).unwrap_or_default();
    if local { "the local emulator".to_owned() } else { format!("account {account} in {region}{at}") }
}

/// A state that was rebuilt.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Recovered {
    /// Where it is.
    pub(crate) state: String,
    /// How many things it knows.
    pub(crate) resources: usize,
    /// Where the damaged one is kept that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) damaged: Option<String>,
}

/// Which user pool, and where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PoolTarget {
    /// The pool's id.
    pub(crate) user_pool_id: String,
    /// The Region.
    pub(crate) region: String,
    /// Twelve digits.
    pub(crate) account: String,
    /// What stands in for AWS, when something does.
    pub(crate) endpoint: Option<String>,
    /// Whether that is the local cloud.
    pub(crate) local: bool,
}

/// Whether the local cloud runs, and where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LocalCloud {
    /// What the command did or found: `started`, `stopped`, `running`, `not running`.
    pub(crate) state: &'static str,
    /// Where it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// Its process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
}

/// How a command ended and what it cost.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Done {
    /// The command.
    pub(crate) command: &'static str,
    /// The exit code.
    pub(crate) exit: Exit,
    /// How many calls reached out to AWS, by `service:Operation`.
    pub(crate) calls: BTreeMap<String, u64>,
    /// How many of them only read.
    pub(crate) reads: u64,
    /// How many of them may change something.
    pub(crate) writes: u64,
    /// How often the state was saved.
    pub(crate) saves: u64,
    /// How long it all took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub(crate) took: Duration,
}

/// A check, as a machine reads it.
#[derive(Serialize)]
struct Checked<'a> {
    /// How many requests got the answer that they must get.
    passed: usize,
    /// How many had no answer because there were too many.
    throttled: usize,
    /// The others.
    failed: &'a [Finding],
    /// Those that passed, and whose response browsers block.
    blocked: &'a [Finding],
    /// Routes to functions that were not asked.
    cors_unknown: &'a [String],
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    took: Duration,
}

fn checked<S: Serializer>(report: &CheckReport, serializer: S) -> Result<S::Ok, S::Error> {
    let CheckReport { passed, throttled, findings, blocked, cors_unknown, took, .. } = report;
    let (passed, throttled, took) = (*passed, *throttled, *took);
    Checked { passed, throttled, failed: findings, blocked, cors_unknown, took }.serialize(serializer)
}

pub(super) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*duration))
}

/// Seconds, to the millisecond.
pub(super) fn rounded(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
