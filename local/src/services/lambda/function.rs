//! A function, its versions, and their temporary states after a creation or an update.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{aliases::Alias, permissions::Policy, refusals, settings::Settings};
use crate::{
    store::table::{Row, Stored, Table},
    wire::error::AwsError,
};

/// A function and everything that is deleted with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The unqualified ARN.
    pub(crate) arn: String,
    pub(crate) latest: Version,
    /// The published versions, by number.
    pub(super) versions: Table<u64, Version>,
    /// The highest published version number. Numbers are never reused.
    pub(super) published: u64,
    pub(super) aliases: Table<String, Alias>,
    pub(super) tags: BTreeMap<String, String>,
    /// By qualifier. The policy of the unqualified function has an empty qualifier.
    pub(super) policies: Table<String, Policy>,
    pub(crate) reserved_concurrency: Option<u32>,
    /// The end of the `Pending` state, on the emulator's clock. A restart of the emulator ends it, too.
    #[serde(skip)]
    pub(super) pending_until: Duration,
    /// The end of the `InProgress` state of the last update.
    #[serde(skip)]
    pub(super) updating_until: Duration,
    /// When the next update is accepted although no read has shown the end of the last change.
    #[serde(skip)]
    pub(super) unread_until: Duration,
}

/// How long a change lasts that no delay of the settings makes longer: until the function is read or used, and no longer
/// than this. The response to the change shows it in any case.
pub(super) const UNREAD: Duration = Duration::from_millis(50);

/// One version: code and configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `$LATEST` or a number.
    pub(crate) label: String,
    pub(crate) settings: Settings,
    pub(crate) architecture: String,
    /// The name of the zip in the blob store.
    pub(crate) blob: String,
    pub(crate) code_sha256: String,
    pub(super) code_size: usize,
    /// Milliseconds since 1970.
    pub(super) last_modified: i64,
    /// Changes whenever the version changes. While a change is in progress, the version has another id.
    pub(crate) revision_id: String,
    /// The description of `$LATEST` when this version was published.
    #[serde(default)]
    pub(super) source_description: Option<String>,
    /// The end of the `Pending` state of a published version, on the emulator's clock. A restart of the emulator ends
    /// it, too.
    #[serde(skip)]
    pub(super) pending_until: Duration,
}

impl Row for Function {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("versions", &mut self.versions), ("aliases", &mut self.aliases), ("policies", &mut self.policies)]
    }
}

impl Row for Version {}
impl Row for Alias {}
impl Row for Policy {}

/// The lifecycle phase of a function or version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Pending,
    Updating,
    Settled,
}

impl Function {
    /// The phase of `$LATEST`. Published versions do not change.
    pub(super) fn phase(&self, now: Duration) -> Phase {
        if now < self.pending_until {
            Phase::Pending
        } else if now < self.updating_until {
            Phase::Updating
        } else {
            Phase::Settled
        }
    }

    /// Rejects an update while another change is in progress, and before the function has been read or used since.
    pub(super) fn check_updatable(&self, now: Duration) -> Result<(), AwsError> {
        self.check_changeable(now)?;
        if now < self.unread_until { Err(self.update_in_progress()) } else { Ok(()) }
    }

    fn update_in_progress(&self) -> AwsError {
        refusals::conflict(format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {}",
            self.arn
        ))
    }

    /// Rejects a change while another one is in progress.
    pub(super) fn check_changeable(&self, now: Duration) -> Result<(), AwsError> {
        match self.phase(now) {
            Phase::Pending => Err(still_pending()),
            Phase::Updating => Err(self.update_in_progress()),
            Phase::Settled => Ok(()),
        }
    }

    /// The phase of a version.
    pub(super) fn phase_of(&self, version: &Version, now: Duration) -> Phase {
        match (self.phase(now), version.label.as_str()) {
            (Phase::Pending, _) => Phase::Pending,
            (phase, "$LATEST") => phase,
            _ if now < version.pending_until => Phase::Pending,
            _ => Phase::Settled,
        }
    }

    /// The revision of what a qualifier names: the function, a version or an alias.
    pub(super) fn revision_of(&self, qualifier: &str) -> String {
        match self.aliases.get(qualifier) {
            Some(alias) => alias.revision_id.clone(),
            None if qualifier.is_empty() => self.latest.revision_id.clone(),
            None => self.version(Some(qualifier)).map(|version| version.revision_id.clone()).unwrap_or_default(),
        }
    }

    /// Ends a change that only waits to be read.
    pub(super) fn has_been_read(&mut self) {
        self.unread_until = Duration::ZERO;
    }

    /// Rejects an invocation while the version is `Pending`. A function that is being updated can be invoked.
    pub(super) fn check_invocable(&self, version: &Version, now: Duration) -> Result<(), AwsError> {
        if self.phase_of(version, now) == Phase::Pending { Err(still_pending()) } else { Ok(()) }
    }

    /// The version that a qualifier names. For an alias, it is the primary version.
    pub(super) fn version(&self, qualifier: Option<&str>) -> Option<&Version> {
        let qualifier = qualifier.unwrap_or("$LATEST");
        self.labelled(self.aliases.get(qualifier).map_or(qualifier, |alias| &alias.function_version))
    }

    /// The version that gets the next request to a qualifier.
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

    /// Publishes `$LATEST` unless it has not changed since the last published version; a changed description is a change.
    /// A new version is `Pending` until `pending_until`, and gives `$LATEST` another revision.
    pub(super) fn publish(&mut self, description: Option<&str>, pending_until: Duration) -> Version {
        let mut settings = self.latest.settings.clone();
        if let Some(description) = description {
            settings.description = description.into();
        }
        if let Some(last) = self.versions.get(&self.published)
            && last.code_sha256 == self.latest.code_sha256
            && last.architecture == self.latest.architecture
            && last.source_description.as_ref().is_none_or(|source| *source == self.latest.settings.description)
            && (Settings { description: String::new(), ..last.settings.clone() })
                == (Settings { description: String::new(), ..settings.clone() })
        {
            return last.clone();
        }
        self.published += 1;
        let (label, revision_id) = (self.published.to_string(), new_revision());
        let source_description = Some(self.latest.settings.description.clone());
        let version =
            Version { label, settings, revision_id, source_description, pending_until, ..self.latest.clone() };
        self.latest.revision_id = new_revision();
        self.versions.insert(self.published, version.clone());
        version
    }
}

impl Version {
    /// The revision that a version shows in a phase.
    pub(super) fn revision_in(&self, phase: Phase) -> String {
        match Uuid::parse_str(&self.revision_id) {
            Ok(revision) if phase != Phase::Settled => Uuid::from_u128(revision.as_u128() ^ 1).to_string(),
            _ => self.revision_id.clone(),
        }
    }

    /// The log group of this version.
    pub(crate) fn log_group(&self, function_name: &str) -> String {
        self.settings.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{function_name}"))
    }
}

fn still_pending() -> AwsError {
    refusals::conflict(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    )
}

/// A new unique revision id.
pub(super) fn new_revision() -> String {
    Uuid::new_v4().to_string()
}

/// Rejects a change that is based on an outdated revision.
pub(super) fn check_revision(wanted: Option<&str>, present: &str) -> Result<(), AwsError> {
    if wanted.is_some_and(|wanted| wanted != present) {
        Err(refusals::precondition_failed("GetFunction/GetAlias"))
    } else {
        Ok(())
    }
}
