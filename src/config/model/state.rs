//! Where stackctl stores the state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where stackctl stores the state: in a folder, or in an S3 bucket for a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct StateLocation {
    /// A folder, relative to this file, with one file per service and stage.
    pub path: String,

    /// An object in an S3 bucket, instead of a folder. States of the local emulator stay in `.stackctl/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "S3Location")]
    pub s3: Option<S3Location>,
}

impl Default for StateLocation {
    fn default() -> Self {
        Self { path: "state".to_owned(), s3: None }
    }
}

/// An object in an S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct S3Location {
    /// The bucket's name. The bucket must exist and should have versioning; `stackctl up` prints how to create it.
    pub bucket: String,

    /// The object's key. Without it: `stackctl/<serviceName>.<stage>.json`. Its lock is beside it, as `<key>.lock`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,

    /// The bucket's Region. Without it: `deployment.region`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,

    /// The account that owns the bucket, 12 digits. Without it: the account of the stack. S3 denies every call if another
    /// account owns the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub owner: Option<String>,
}

impl S3Location {
    /// The default key of a state.
    #[must_use]
    pub fn usual_key(service_name: &str, stage: &str) -> String {
        format!("stackctl/{service_name}.{stage}.json")
    }
}
