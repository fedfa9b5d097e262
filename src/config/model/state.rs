//! Where stackctl keeps its record of what it made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where stackctl keeps its record of what it made: in a folder, or in a bucket for everybody who deploys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct StateLocation {
    /// A folder, relative to this file. It holds one file per service and stage.
    pub path: String,

    /// An object in an S3 bucket, in the place of a folder. `--local` keeps its states apart, in `.stackctl/`.
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
    /// The bucket's name. It must be there, and should keep versions; `stackctl up` says how it is made.
    pub bucket: String,

    /// The object's key. Without it: `stackctl/<serviceName>.<stage>.json`. Its lock is beside it, as `<key>.lock`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,

    /// The bucket's Region. Without it: `deployment.region`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,

    /// The account that the bucket belongs to, 12 digits. Without it: the account that is deployed to. Every call is
    /// refused when the bucket is somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub owner: Option<String>,
}

impl S3Location {
    /// The key of a state without one of its own.
    #[must_use]
    pub fn usual_key(service_name: &str, stage: &str) -> String {
        format!("stackctl/{service_name}.{stage}.json")
    }
}
