//! What a plan file says.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::digests::{Salt, config_digests, live_digests};
use crate::{
    cli::NewArgs,
    engine::State,
    package::Package,
    report::{Estimate, PlanFileCard, PlanTable, Target},
    resources::{Writes, writes},
    session::{Session, Survey},
    stack::FunctionPackages,
};

/// The format that this version writes and reads.
pub(super) const FORMAT: u32 = 1;

/// A plan, and digests of everything that it was made from. It has no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanFile {
    pub(super) format: u32,
    /// The version that wrote it.
    pub(super) written_by: String,
    pub(super) created_at: Timestamp,
    /// Random: it is in every digest, so that digests of two files cannot be compared.
    pub(super) id: String,
    pub(super) target: Target,
    /// The flags of `plan` that allow a new stage or a new stack.
    #[serde(default)]
    pub(super) new: NewArgs,
    /// The state; `None` when there was none.
    pub(super) state: Option<StateVersion>,
    /// The digests of the config, by part. Of an environment variable it has four digits only.
    pub(super) config: BTreeMap<String, String>,
    /// The packages, by function.
    pub(super) packages: BTreeMap<String, PackageDigests>,
    /// Whether the packages are in the folder beside the file.
    pub(super) with_packages: bool,
    /// The digests of the live resources.
    pub(super) live: BTreeMap<String, String>,
    pub(super) plan: PlanTable,
}

/// A version of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateVersion {
    pub(super) lineage: String,
    pub(super) serial: u64,
}

/// The digests of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageDigests {
    /// Of the files in it.
    pub(super) source_hash: String,
    /// Of the zip, as Lambda returns it.
    pub(super) code_sha256: String,
}

/// The digests of the config, and of the packages by function.
pub(super) struct Sources {
    pub(super) config: BTreeMap<String, String>,
    pub(super) packages: BTreeMap<String, PackageDigests>,
}

impl Sources {
    pub(super) fn of(salt: Salt<'_>, session: &Session, packages: &FunctionPackages) -> Self {
        let digests = |(name, package): (&String, &Arc<Package>)| {
            let (source_hash, code_sha256) = (package.source_hash.clone(), package.code_sha256.clone());
            (name.clone(), PackageDigests { source_hash, code_sha256 })
        };
        Self { config: config_digests(salt, &session.config), packages: packages.iter().map(digests).collect() }
    }
}

/// What a plan was made from.
#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub(crate) session: &'a Session,
    pub(crate) packages: &'a FunctionPackages,
    pub(crate) survey: &'a Survey,
}

/// The plan of a survey as it is shown, with the calls that it makes. The local emulator has no quotas.
pub(crate) fn table(session: &Session, survey: &Survey) -> PlanTable {
    let Writes { calls, at_least, quota } = writes(&survey.plan, &survey.observed);
    let quota = quota.filter(|_| !session.is_local());
    PlanTable::new(&survey.plan, &session.catalog).with_estimate(Estimate {
        writes: calls.into_iter().map(|(operation, count)| (operation.to_owned(), count)).collect(),
        quota_seconds: if quota.is_some() { at_least.as_secs() } else { 0 },
        quota: quota.map(str::to_owned),
    })
}

impl PlanFile {
    /// The plan of a survey.
    pub(crate) fn new(basis: Basis<'_>, with_packages: bool) -> Self {
        Self { with_packages, ..Self::of(basis, Uuid::new_v4().to_string()) }
    }

    /// The same file made of what is there now.
    pub(super) fn anew(&self, basis: Basis<'_>) -> Self {
        Self { with_packages: self.with_packages, ..Self::of(basis, self.id.clone()) }
    }

    fn of(Basis { session, packages, survey }: Basis<'_>, id: String) -> Self {
        let State { lineage, serial, .. } = &survey.state;
        let salt = Salt(&id);
        let Sources { config, packages } = Sources::of(salt, session, packages);
        Self {
            format: FORMAT,
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: Timestamp::now(),
            target: session.target(),
            new: session.new,
            state: (*serial > 0).then(|| StateVersion { lineage: lineage.clone(), serial: *serial }),
            config,
            packages,
            with_packages: false,
            live: live_digests(salt, &survey.observed, &session.catalog),
            plan: table(session, survey).written(),
            id,
        }
    }

    /// What is shown of the file besides the plan.
    pub(crate) fn card(&self, path: &Path) -> PlanFileCard {
        PlanFileCard {
            file: path.display().to_string(),
            format: self.format,
            written_by: self.written_by.clone(),
            created_at: self.created_at,
            serial: self.state.as_ref().map(|state| state.serial),
            packages: self.with_packages.then(|| super::packages::folder(path).display().to_string()),
        }
    }

    /// The stack that it is for.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// The plan.
    pub(crate) fn table(&self) -> PlanTable {
        self.plan.clone()
    }
}
