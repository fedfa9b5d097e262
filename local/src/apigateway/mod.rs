//! API Gateway's control plane for REST APIs: what is edited, what is deployed, and which stage serves what.
//!
//! It stores what the data plane serves and knows nothing of requests to a deployed API.

mod model;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    cloud::Cloud,
    error::{Answered, AwsError},
};

pub(crate) use model::{
    Authorizer, GatewayResponse, Integration, IntegrationResponse, IntegrationType, MethodResponse, MethodSetting,
    MethodSnapshot, Served, Snapshot, SnapshotResource, Stage,
};

/// The part of the world that belongs to this service.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ApiGateway {
    apis: BTreeMap<String, model::RestApi>,
}

impl ApiGateway {
    /// Finds what a stage serves: the stage itself and the deployment that it points to.
    pub(crate) fn served(&self, api: &str, stage: &str) -> Option<Served<'_>> {
        let api = self.apis.get(api)?;
        let stage = api.stages.get(stage)?;
        let snapshot = &api.deployments.get(&stage.deployment_id)?.snapshot;
        Some(Served { stage, snapshot, endpoint_disabled: api.settings.disable_execute_api_endpoint })
    }
}

/// Carries out one call.
pub(crate) async fn handle(_cloud: &Cloud, call: &Call) -> Answered {
    Err(AwsError::not_imitated(&call.name()))
}
