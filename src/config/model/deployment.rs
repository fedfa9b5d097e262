//! The name and the place of the stack.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and the place of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Deployment {
    /// The prefix of every resource name. Letters, digits and hyphens, starting with a letter.
    pub service_name: String,

    /// The AWS Region, such as `us-west-2`. Optional with `--region`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,

    /// The stage, unless `--stage` is given. It is the first part of every URL's path.
    #[serde(default = "default_stage")]
    pub stage: String,

    /// The user pool's name. Without it: `<serviceName>-<stage>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_pool_name: String,

    /// The app client's name. Without it: `<serviceName>-<stage>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_name: String,

    /// The only account to deploy to, 12 digits. Without it any account is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub account_id: Option<String>,

    /// Tags for every resource that supports tags. At most 45: AWS allows 50, and stackctl needs the others.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

fn default_stage() -> String {
    "dev".to_owned()
}
