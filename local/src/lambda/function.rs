//! A function, its versions, and the state an update or a creation leaves it in for a while.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{aliases::Alias, permissions::Policy, refusals, settings::Settings};
use crate::error::AwsError;

/// A function with everything that dies with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Unqualified.
    pub(crate) arn: String,
    pub(crate) latest: Version,
    /// Published ones, by number.
    pub(super) versions: BTreeMap<u64, Version>,
    /// The number of the version published last, which is never given again.
    pub(super) published: u64,
    pub(super) aliases: BTreeMap<String, Alias>,
    pub(super) tags: BTreeMap<String, String>,
    /// By qualifier; the unqualified function's own under the empty one.
    pub(super) policies: BTreeMap<String, Policy>,
    pub(crate) reserved_concurrency: Option<u32>,
    /// Until when, on the cloud's clock, the function is `Pending`; a restart of the cloud ends it.
    #[serde(skip)]
    pub(super) pending_until: Duration,
    /// Until when the last update is `InProgress`.
    #[serde(skip)]
    pub(super) updating_until: Duration,
}

/// One version: code and configuration that belong together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `$LATEST` or a number.
    pub(crate) label: String,
    pub(crate) settings: Settings,
    pub(crate) architecture: String,
    /// The key of the zip in the cloud's blobs.
    pub(crate) blob: String,
    pub(crate) code_sha256: String,
    pub(super) code_size: usize,
    /// Milliseconds since 1970.
    pub(super) last_modified: i64,
    /// Changes with every change of the version.
    pub(crate) revision_id: String,
    /// Until when, on the cloud's clock, a published version is `Pending`; a restart of the cloud ends it.
    #[serde(skip)]
    pub(super) pending_until: Duration,
}

/// Where a function is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Pending,
    Updating,
    Settled,
}

impl Function {
    /// Where `$LATEST` is; nothing that is published changes any more.
    pub(super) fn phase(&self, now: Duration) -> Phase {
        if now < self.pending_until {
            Phase::Pending
        } else if now < self.updating_until {
            Phase::Updating
        } else {
            Phase::Settled
        }
    }

    /// Refuses a change while another one is under way.
    pub(super) fn check_changeable(&self, now: Duration) -> Result<(), AwsError> {
        match self.phase(now) {
            Phase::Pending => Err(still_pending()),
            Phase::Updating => Err(refusals::conflict(format!(
                "The operation cannot be performed at this time. An update is in progress for resource: {}",
                self.arn
            ))),
            Phase::Settled => Ok(()),
        }
    }

    /// Where a version is in its life.
    pub(super) fn phase_of(&self, version: &Version, now: Duration) -> Phase {
        match (self.phase(now), version.label.as_str()) {
            (Phase::Pending, _) => Phase::Pending,
            (phase, "$LATEST") => phase,
            _ if now < version.pending_until => Phase::Pending,
            _ => Phase::Settled,
        }
    }

    /// Refuses to invoke what does not exist yet; a function that is being updated can be invoked.
    pub(super) fn check_invocable(&self, version: &Version, now: Duration) -> Result<(), AwsError> {
        if self.phase_of(version, now) == Phase::Pending { Err(still_pending()) } else { Ok(()) }
    }

    /// The version a qualifier names; an alias leads to the version it points to, whatever share another one has.
    pub(super) fn version(&self, qualifier: Option<&str>) -> Option<&Version> {
        let qualifier = qualifier.unwrap_or("$LATEST");
        self.labelled(self.aliases.get(qualifier).map_or(qualifier, |alias| &alias.function_version))
    }

    /// The version that the next request to a qualifier gets.
    pub(super) fn drawn(&self, qualifier: Option<&str>) -> Option<&Version> {
        let qualifier = qualifier.unwrap_or("$LATEST");
        self.labelled(self.aliases.get(qualifier).map_or(qualifier, Alias::draw))
    }

    fn labelled(&self, label: &str) -> Option<&Version> {
        if label == "$LATEST" {
            return Some(&self.latest);
        }
        label.parse().ok().and_then(|number: u64| self.versions.get(&number))
    }

    pub(super) fn has_code(&self, blob: &str) -> bool {
        std::iter::once(&self.latest).chain(self.versions.values()).any(|version| version.blob == blob)
    }

    /// Publishes `$LATEST`, unless it is what was published last. A new version is `Pending` until then.
    pub(super) fn publish(&mut self, description: Option<&str>, pending_until: Duration) -> Version {
        let mut settings = self.latest.settings.clone();
        if let Some(description) = description {
            settings.description = description.into();
        }
        if let Some(last) = self.versions.get(&self.published)
            && last.code_sha256 == self.latest.code_sha256
            && last.architecture == self.latest.architecture
            && (Settings { description: String::new(), ..last.settings.clone() })
                == (Settings { description: String::new(), ..settings.clone() })
        {
            return last.clone();
        }
        self.published += 1;
        let (label, revision_id) = (self.published.to_string(), new_revision());
        let version = Version { label, settings, revision_id, pending_until, ..self.latest.clone() };
        self.versions.insert(self.published, version.clone());
        version
    }
}

impl Version {
    /// Where this version's output goes.
    pub(crate) fn log_group(&self, function_name: &str) -> String {
        self.settings.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{function_name}"))
    }
}

fn still_pending() -> AwsError {
    refusals::conflict(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    )
}

/// A revision id that nothing had before.
pub(super) fn new_revision() -> String {
    Uuid::new_v4().to_string()
}

/// Refuses a change based on another revision than the present one.
pub(super) fn check_revision(wanted: Option<&str>, present: &str) -> Result<(), AwsError> {
    if wanted.is_some_and(|wanted| wanted != present) { Err(refusals::precondition_failed()) } else { Ok(()) }
}
