//! Deployments, their snapshots of the API, and the stages that point to them.

#![expect(clippy::struct_field_names, reason = "the names are from AWS's API model")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    model::{Authorizer, GatewayResponse, Integration, MethodResponse, Texts},
    route::Routes,
};

/// A deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) created_date: i64,
    pub(crate) snapshot: Snapshot,
}

/// The part of an API that a deployment freezes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    /// Sorted by path; resources without methods are omitted.
    pub(crate) resources: Vec<SnapshotResource>,
    /// By ID.
    pub(crate) authorizers: BTreeMap<String, Authorizer>,
    /// The customized ones, by response type.
    pub(crate) gateway_responses: BTreeMap<String, GatewayResponse>,
    pub(crate) binary_media_types: Vec<String>,
    #[serde(skip)]
    pub(crate) routes: Routes,
}

/// One resource of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotResource {
    pub(crate) id: String,
    pub(crate) path: String,
    /// By HTTP method; `ANY` matches all methods that have no entry.
    pub(crate) methods: BTreeMap<String, MethodSnapshot>,
}

/// One method of a snapshot.
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

/// A stage: a name in the URL that points to one deployment.
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
    /// By `*/*` or `path/METHOD`. The path has no leading slash, and `~1` stands for its other slashes.
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

/// The access log's format and destination.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessLogSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_arn: Option<String>,
}

/// The settings of a stage for one method or for all methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the flags are from AWS's API model")]
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

/// The live stage and snapshot of an API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) snapshot: &'a Snapshot,
    /// Whether requests to the default `execute-api` endpoint are rejected.
    pub(crate) endpoint_disabled: bool,
}
