//! What the stack is called and where it goes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the stack is called and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Deployment {
    /// Begins the name of everything that is made. Letters, digits and hyphens, beginning with a letter.
    pub service_name: String,

    /// The AWS Region, such as `us-west-2`. May be left out when `--region` names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,

    /// The stage when `--stage` names none. It is the first part of every URL's path.
    #[serde(default = "default_stage")]
    pub stage: String,

    /// The user pool's name. Without it: `<serviceName>-<stage>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_pool_name: String,

    /// The app client's name. Without it: `<serviceName>-<stage>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_name: String,

    /// The only account this may be deployed to, 12 digits. Without it any account will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub account_id: Option<String>,

    /// Tags for everything that can bear them. At most 45; AWS allows 50 and stackctl needs the others.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

fn default_stage() -> String {
    "dev".to_owned()
}
