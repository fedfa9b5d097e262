//! API Gateway's control plane for REST APIs: definitions, deployments and stages.
//!
//! Requests to deployed APIs are handled by the data plane, which reads the live snapshot from here. Overlapping writes
//! to one API are rejected before they reach this module.

mod account;
mod asked;
mod authorizers;
mod deployed;
mod deployments;

mod gateway_responses;
mod integration_patches;
mod integrations;
mod lookup;
mod method_settings;
mod methods;
mod model;
mod openapi;
mod pacing;
mod patch;
mod refusal;
mod resources;
mod rest_api_patches;
mod rest_apis;
mod route;
mod stages;
mod tags;
#[cfg(test)]
mod tests;
mod validators;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::{
    emulator::Emulator,
    store::table::{Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

use asked::Asked;
pub(crate) use deployed::{AccessLogSettings, MethodSetting, MethodSnapshot, Served};
pub(crate) use model::{Authorizer, GatewayResponse, Integration, IntegrationResponse, IntegrationType};
pub(crate) use route::Found;

/// API Gateway's part of the store.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ApiGateway {
    apis: Table<String, model::RestApi>,
    account: account::Account,
    /// Not saved: a restart refills the buckets, as AWS does within 30 seconds. It has a lock of its own because
    /// counting a request does not change the store.
    #[serde(skip)]
    pacing: Mutex<pacing::Pacing>,
}

impl Clone for ApiGateway {
    /// A clone starts with full buckets, as after a restart.
    fn clone(&self) -> Self {
        Self { apis: self.apis.clone(), account: self.account.clone(), pacing: Mutex::default() }
    }
}

impl ApiGateway {
    /// The APIs, to be saved.
    pub(crate) fn apis(&mut self) -> &mut dyn Stored {
        &mut self.apis
    }

    /// The live stage and the snapshot of the deployment that it points to.
    pub(crate) fn served(&self, api: &str, stage: &str) -> Option<Served<'_>> {
        let api = self.apis.get(api)?;
        let stage = api.stages.get(stage)?;
        let snapshot = &api.deployments.get(&stage.deployment_id)?.snapshot;
        Some(Served { stage, snapshot, endpoint_disabled: api.settings.disable_execute_api_endpoint })
    }
}

/// Handles one request.
pub(crate) fn handle(emulator: &Emulator, call: &Call) -> Answered {
    let asked = Asked { call, settings: emulator.settings(), now: emulator.now() };
    let mut world = emulator.world();
    if asked.settings.weather.quotas {
        world.apigateway.pacing.lock().unwrap_or_else(PoisonError::into_inner).admit(call, asked.now)?;
    }
    account::check_role(&world, &asked)?;
    // Only writes borrow the store mutably, which marks it for saving.
    let answered = if call.operation.starts_with("Get") {
        READS.iter().find_map(|family| family(&world.apigateway, &asked))
    } else {
        WRITES.iter().find_map(|family| family(&mut world.apigateway, &asked))
    };
    answered.unwrap_or_else(|| Err(AwsError::not_imitated(&call.name())))
}

type Reads = fn(&ApiGateway, &Asked<'_>) -> Option<Answered>;
type Writes = fn(&mut ApiGateway, &Asked<'_>) -> Option<Answered>;

const READS: [Reads; 11] = [
    rest_apis::read,
    resources::read,
    methods::read,
    integrations::read,
    authorizers::read,
    validators::read,
    gateway_responses::read,
    deployments::read,
    stages::read,
    tags::read,
    account::read,
];
const WRITES: [Writes; 11] = [
    rest_apis::write,
    resources::write,
    methods::write,
    integrations::write,
    authorizers::write,
    validators::write,
    gateway_responses::write,
    deployments::write,
    stages::write,
    tags::write,
    account::write,
];
