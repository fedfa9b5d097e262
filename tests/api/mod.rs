//! The API's routes and its stage on a local emulator: both ways of writing, interruptions, and changes by hand.

mod access_logs;
mod bounds;
mod bytes;
mod cors;
mod routes;
mod stages;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use stackctl::{
    aws::Clients,
    engine::{Found, Interrupt, Key, Kind, Resource, ResourceError, Silent, StepContext},
    resources::{
        api_routes::{self, ApiRoutes, Auth, Route},
        authorizer::{self, Authorizer},
        rest_api::{self, RestApi},
        stage,
    },
};
use stackctl_local::{Effect, Fault, Settings};

use crate::harness::{Bridge, claim, connect_by};

/// An API on its own local emulator, with an authorizer.
pub(crate) struct Api {
    pub(crate) local: stackctl_local::Emulator,
    pub(crate) cloud: Clients,
    pub(crate) id: String,
    pub(crate) authorizer_id: String,
    key: Key,
    interrupt: Interrupt,
}

impl Api {
    pub(crate) async fn new() -> Self {
        Self::on(Settings::default()).await
    }

    pub(crate) async fn on(settings: Settings) -> Self {
        let local = stackctl_local::Emulator::new(settings);
        let client = Bridge::client(&local);
        Self::by(local, client).await
    }

    /// An API that is reached through this client.
    pub(crate) async fn by(local: stackctl_local::Emulator, client: SharedHttpClient) -> Self {
        let cloud = connect_by(client).await;
        let key = Key::new(Kind::new("api_routes"), "main");
        let pool = cloud.cognito.create_user_pool().pool_name("people").send().await.unwrap();
        let arn = pool.user_pool.unwrap().arn.unwrap();
        let (id, authorizer_id, interrupt) = (String::new(), String::new(), Interrupt::new());
        let mut api = Self { local, cloud, id, authorizer_id, key, interrupt };
        let spec = rest_api::Spec {
            name: "api".into(),
            description: "mine".into(),
            endpoint_type: "REGIONAL".into(),
            binary_media_types: BTreeSet::from(["image/png".into()]),
            tags: BTreeMap::new(),
        };
        api.id = RestApi::create(&api.context(), &spec, &claim("ours", &api.key)).await.unwrap().id;
        let spec = authorizer::Spec {
            rest_api_id: api.id.clone().into(),
            name: "people".into(),
            provider_arns: vec![arn.into()],
            identity_source: "method.request.header.Authorization".into(),
            ttl_seconds: 60,
        };
        api.authorizer_id = Authorizer::create(&api.context(), &spec, &claim("ours", &api.key)).await.unwrap().id;
        api
    }

    pub(crate) fn context(&self) -> StepContext<'_, Clients> {
        StepContext { cloud: &self.cloud, key: &self.key, events: &Silent, interrupt: &self.interrupt, slot: None }
    }

    /// A spec with these routes, such as `GET /a`; those with a trailing `!` require the authorizer.
    pub(crate) fn spec(&self, routes: &[&str]) -> api_routes::Spec {
        let protected = routes.iter().any(|route| route.ends_with('!'));
        api_routes::Spec {
            rest_api_id: self.id.clone().into(),
            authorizer_id: protected.then(|| self.authorizer_id.clone().into()),
            routes: routes.iter().map(|text| (text.trim_end_matches('!').to_owned(), route(text))).collect(),
            preflights: BTreeMap::new(),
            gateway_responses: BTreeMap::new(),
            unrouted: BTreeSet::new(),
        }
    }

    /// The spec of a stage with this fingerprint.
    pub(crate) fn stage(&self, fingerprint: &str) -> stage::Spec {
        stage::Spec {
            rest_api_id: self.id.clone().into(),
            name: "dev".into(),
            description: None,
            fingerprint: fingerprint.into(),
            throttling: BTreeMap::new(),
            access_log: None,
            tags: BTreeMap::new(),
        }
    }

    pub(crate) async fn write(&self, spec: &api_routes::Spec) -> Result<(), ResourceError> {
        self.write_in(spec, api_routes::Way::Cheaper).await
    }

    pub(crate) async fn write_in(&self, spec: &api_routes::Spec, way: api_routes::Way) -> Result<(), ResourceError> {
        // Boxed: the SDK's futures are large.
        Box::pin(api_routes::write(&self.context(), spec, way)).await.map(drop)
    }

    /// The live spec; an API with nothing below its root counts as no routes.
    pub(crate) async fn read(&self) -> api_routes::Spec {
        let outputs = api_routes::Outputs { rest_api_id: self.id.clone() };
        match ApiRoutes::read(&self.context(), &outputs, &claim("ours", &self.key)).await.unwrap() {
            Found::Ours(live) => live.spec,
            Found::Nothing => self.spec(&[]),
            Found::NotOurs(unmanaged) => panic!("{unmanaged:?}"),
        }
    }

    /// How many requests of each API Gateway operation arrive during `work`; operations without requests are left out.
    pub(crate) async fn counted<T>(&self, work: impl Future<Output = T>) -> (T, BTreeMap<String, usize>) {
        let before = self.local.call_counts();
        let result = work.await;
        let since = self.local.call_counts().into_iter().filter_map(|(operation, count)| {
            let more = count - before.get(&operation).copied().unwrap_or(0);
            (more > 0).then(|| (operation.trim_start_matches("apigateway:").to_owned(), more))
        });
        (result, since.collect())
    }

    pub(crate) fn trouble(&self, operation: Option<&str>, skip: usize, times: usize, effect: Effect) {
        self.local.add_fault(Fault { operation: operation.map(Into::into), skip, times, effect });
    }
}

fn route(text: &str) -> Route {
    Route {
        function: "arn:aws:lambda:us-west-2:000000000000:function:f".into(),
        auth: if text.ends_with('!') { Auth::Cognito } else { Auth::None },
        scopes: BTreeSet::new(),
        timeout_millis: 29_000,
        unmanaged: BTreeMap::new(),
    }
}

/// Expected counts.
pub(crate) fn counts(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}
