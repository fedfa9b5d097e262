//! What is deployed: the API as deployments froze it, and the stages that serve them.

#![expect(clippy::struct_field_names, reason = "the names are those of AWS's API model")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Authorizer, GatewayResponse, Integration, MethodResponse, Texts};

/// One frozen state of an API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) created_date: i64,
    pub(crate) snapshot: Snapshot,
}

/// Everything that a deployment froze.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    /// Sorted by path; resources without methods are left out.
    pub(crate) resources: Vec<SnapshotResource>,
    /// By id.
    pub(crate) authorizers: BTreeMap<String, Authorizer>,
    /// The customised ones, by response type.
    pub(crate) gateway_responses: BTreeMap<String, GatewayResponse>,
    pub(crate) binary_media_types: Vec<String>,
}

/// One path of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotResource {
    pub(crate) id: String,
    pub(crate) path: String,
    /// By verb; `ANY` stands for those that are not named.
    pub(crate) methods: BTreeMap<String, MethodSnapshot>,
}

/// One verb of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodSnapshot {
    pub(crate) authorization_type: String,
    pub(crate) authorizer_id: Option<String>,
    pub(crate) authorization_scopes: Vec<String>,
    pub(crate) api_key_required: bool,
    pub(crate) operation_name: Option<String>,
    pub(crate) integration: Option<Integration>,
    pub(crate) method_responses: BTreeMap<String, MethodResponse>,
}

/// A name in the URL that serves one deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stage {
    pub(crate) stage_name: String,
    pub(crate) deployment_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_certificate_id: Option<String>,
    pub(crate) cache_cluster_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_cluster_size: Option<String>,
    pub(crate) cache_cluster_status: String,
    /// By `*/*` or `path/VERB`, the path without its leading slash and with `~1` for the others.
    pub(crate) method_settings: BTreeMap<String, MethodSetting>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) variables: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) documentation_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_log_settings: Option<AccessLogSettings>,
    pub(crate) tracing_enabled: bool,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) tags: Texts,
    pub(crate) created_date: i64,
    pub(crate) last_updated_date: i64,
}

/// Where a stage writes a line for each request, and which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessLogSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_arn: Option<String>,
}

/// What a stage does with the requests to one method, or to all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the switches are AWS's")]
pub(crate) struct MethodSetting {
    pub(crate) metrics_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logging_level: Option<String>,
    pub(crate) data_trace_enabled: bool,
    pub(crate) throttling_burst_limit: i64,
    /// Requests per second.
    pub(crate) throttling_rate_limit: f64,
    pub(crate) caching_enabled: bool,
    pub(crate) cache_ttl_in_seconds: u32,
    pub(crate) cache_data_encrypted: bool,
    pub(crate) require_authorization_for_cache_control: bool,
    pub(crate) unauthorized_cache_control_header_strategy: String,
}

/// What one stage of one API serves now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) snapshot: &'a Snapshot,
    /// Whether the API refuses calls to its own host name.
    pub(crate) endpoint_disabled: bool,
}
