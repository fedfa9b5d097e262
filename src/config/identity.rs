//! Which stack a configuration means, and where its state is: all that most commands need of it.

use std::path::{Path, PathBuf};

use super::interpolate::resolve_account;
use super::model::{Config, S3Location, StateLocation};
use super::problem::Problem;
use super::tree::JsonNode;

/// The keys that do not say which stack is meant or where its state is. Whatever is not listed here is needed by every
/// command, so that an unknown or misspelt key is never passed over.
const NOT_NEEDED: &[&str] = &[
    "$schema",
    "api",
    "client",
    "cors",
    "deployment.clientName",
    "deployment.tags",
    "deployment.userPoolName",
    "functions",
    "routes",
    "userPool",
];

/// Which stack a configuration means, and where its state is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The configuration file.
    pub path: PathBuf,
    pub service_name: String,
    pub stage: String,
    pub region: String,
    /// The only account that the stack may be in.
    pub account_id: Option<String>,
    /// Where the state is; `${account}` may still stand in it.
    pub state: StateLocation,
}

impl Identity {
    /// Reads it from a document that was made whole; `None` when a part of it is missing.
    pub(super) fn of(document: &JsonNode, path: &Path) -> Option<Self> {
        let deployment = document.get("deployment")?;
        let text = |name: &str| deployment.text_of(name).map(str::to_owned);
        let state = document.get("state").map(|state| serde_json::from_value(state.to_json()));
        Some(Self {
            path: path.to_owned(),
            service_name: text("serviceName")?,
            stage: text("stage")?,
            region: text("region")?,
            account_id: text("accountId"),
            state: state.transpose().ok()?.unwrap_or_default(),
        })
    }

    /// The identity of a whole configuration.
    pub(super) fn of_config(config: &Config, path: &Path) -> Self {
        let deployment = &config.deployment;
        Self {
            path: path.to_owned(),
            service_name: deployment.service_name.clone(),
            stage: deployment.stage.clone(),
            region: deployment.region.clone(),
            account_id: deployment.account_id.clone(),
            state: config.state.clone(),
        }
    }

    /// The place of the state in a bucket, with the account's id in the place of `${account}`.
    #[must_use]
    pub fn bucket(&self, account: &str) -> Option<S3Location> {
        let known = |text: &str| resolve_account(text, account);
        self.state.s3.as_ref().map(|s3| S3Location {
            bucket: known(&s3.bucket),
            key: known(&s3.key),
            region: known(&s3.region),
            owner: s3.owner.as_deref().map(known),
        })
    }
}

/// Says whether a place of the document belongs to the identity of the stack in this stage.
pub(super) fn is_part(path: &str, stage: &str) -> bool {
    let path = match path.strip_prefix("stages.") {
        None => path,
        Some(rest) => match rest.strip_prefix(stage) {
            Some("") => return true,
            Some(rest) if rest.starts_with('.') => &rest[1..],
            // What another stage says is about another stack.
            _ => return false,
        },
    };
    !path.is_empty() && !NOT_NEEDED.iter().any(|known| is_within(path, known))
}

/// Says whether a problem is one of the identity.
pub(super) fn is_affected(problem: &Problem, stage: &str) -> bool {
    is_part(&problem.path, stage)
}

fn is_within(path: &str, section: &str) -> bool {
    path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
