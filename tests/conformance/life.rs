//! The steps of a stack's life, on any server.

use std::sync::Arc;

use serde_json::json;

use super::{
    buckets,
    clients::Clients,
    corrections,
    emulator::Emulator,
    project::{Project, REGION},
    proxy::{Correct, Proxy},
};
use crate::harness::Secrets;

/// A server with a project.
pub(crate) struct World {
    // Fields are dropped in this order.
    pub(crate) project: Project,
    pub(crate) clients: Clients,
    proxy: Proxy,
    _emulator: Emulator,
}

/// The ids and the URL of a deployed stack.
pub(crate) struct Stack {
    pub(crate) rest_api_id: String,
    pub(crate) user_pool_id: String,
    pub(crate) client_id: String,
    pub(crate) invoke_url: String,
}

impl World {
    pub(crate) fn moto() -> Self {
        let mut world = Self::of(Emulator::moto(), corrections::Moto::default());
        world.project.is_served = false;
        world
    }

    pub(crate) fn ministack() -> Self {
        Self::of(Emulator::ministack(true), corrections::Ministack)
    }

    /// A ministack without authorization checks, for requests with the credentials of the local emulator.
    pub(crate) fn ministack_for_everybody() -> Self {
        Self::of(Emulator::ministack(false), corrections::Ministack)
    }

    fn of(emulator: Emulator, corrections: impl Correct) -> Self {
        let secrets = Arc::<Secrets>::default();
        let proxy = Proxy::start(emulator.url(), corrections, Arc::clone(&secrets));
        let url = proxy.url();
        Self { project: Project::example(&url, secrets), clients: Clients::of(&url), proxy, _emulator: emulator }
    }

    /// The URL of the server.
    pub(crate) fn url(&self) -> String {
        self.proxy.url()
    }

    /// Deploys the stack, and expects a second `up` to change nothing.
    pub(crate) async fn comes_up(&mut self) -> Stack {
        assert!(self.clients.inventory().await.is_empty(), "the server is empty");
        self.project.configure(|config| config["deployment"]["tags"] = json!({ "team": "api" }));
        let up = self.project.up().await;
        self.project.expect_in_sync().await;
        Stack {
            rest_api_id: up.output("rest_api_id"),
            user_pool_id: up.output("user_pool_id"),
            client_id: up.output("client_id"),
            invoke_url: up.output("invoke_url"),
        }
    }

    /// Deploys new code, and expects the deployment of the API to stay.
    pub(crate) async fn takes_new_code(&self, stack: &Stack) {
        let before = (self.clients.code("myname1-dev-test").await, self.clients.served(&stack.rest_api_id).await);
        self.project.edit_handlers("Hello from", "Greetings from");
        self.project.up().await;
        let after = (self.clients.code("myname1-dev-test").await, self.clients.served(&stack.rest_api_id).await);
        assert_ne!(before.0, after.0, "the code is new");
        assert_eq!(before.1, after.1, "the deployment is the same");
        self.project.expect_in_sync().await;
    }

    /// Adds a route, and expects a new live deployment.
    pub(crate) async fn takes_a_route(&mut self, stack: &Stack) {
        let before = self.clients.served(&stack.rest_api_id).await;
        self.project.configure(|config| {
            config["routes"]["GET /items/{id}"] = json!({ "function": "test", "auth": "none" });
        });
        self.project.up().await;
        assert!(self.clients.paths(&stack.rest_api_id).await.contains("/items/{id}"));
        assert_ne!(before, self.clients.served(&stack.rest_api_id).await, "the stage has a new deployment");
        self.project.expect_in_sync().await;
    }

    /// Removes the route, and expects only the paths of the route to be deleted.
    pub(crate) async fn loses_the_route(&mut self, stack: &Stack) {
        let before = self.clients.served(&stack.rest_api_id).await;
        self.project.configure(|config| {
            let routes = config["routes"].as_object_mut().expect("routes are an object");
            routes.remove("GET /items/{id}").expect("the route is in the config");
        });
        self.project.up().await;
        let paths: Vec<String> = self.clients.paths(&stack.rest_api_id).await.into_iter().collect();
        assert_eq!(paths, ["/", "/test", "/test_auth"]);
        assert_ne!(before, self.clients.served(&stack.rest_api_id).await, "the stage has a new deployment");
        self.project.expect_in_sync().await;
    }

    /// Updates settings of all resources in place.
    pub(crate) async fn takes_new_settings(&mut self, stack: &Stack) {
        self.project.configure(|config| {
            config["userPool"]["passwordPolicy"]["minimumLength"] = json!(10);
            config["userPool"]["autoVerifiedAttributes"] = json!(["email"]);
            config["client"]["accessTokenValidityMinutes"] = json!(15);
            config["client"]["explicitAuthFlows"] =
                json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]);
            config["functions"]["test"]["memory"] = json!(256);
            config["functions"]["test"]["environment"] = json!({ "GREETING": "hello" });
            config["functions"]["test"]["logRetentionDays"] = json!(7);
            config["functions"]["test"]["managedPolicies"] =
                json!(["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]);
            config["api"] = json!({ "description": "An API", "throttle": { "rate": 50, "burst": 20 } });
            config["cors"] = json!({ "allowedOrigins": ["https://example.com"] });
        });
        self.project.up().await;
        let (minimum_length, access_token_validity) = self.settings(stack).await;
        assert_eq!((minimum_length, access_token_validity), (Some(10), Some(15)));
        self.project.expect_in_sync().await;
    }

    /// The minimum password length of the pool and the lifetime of the client's access tokens.
    pub(crate) async fn settings(&self, stack: &Stack) -> (Option<i32>, Option<i32>) {
        let cognito = &self.clients.cognito;
        let pool = cognito.describe_user_pool().user_pool_id(&stack.user_pool_id).send().await;
        let pool = pool.expect("the pool exists").user_pool.expect("the response describes it");
        let client = cognito.describe_user_pool_client().user_pool_id(&stack.user_pool_id).client_id(&stack.client_id);
        let client =
            client.send().await.expect("the client exists").user_pool_client.expect("the response describes it");
        let minimum_length = pool.policies().and_then(|policies| policies.password_policy()?.minimum_length());
        (minimum_length, client.access_token_validity())
    }

    /// Moves the state to a bucket, and deploys from there.
    pub(crate) async fn keeps_its_state_in_a_bucket(&mut self) {
        buckets::create(&self.clients.s3, "acme-states", Some(REGION)).await.expect("the bucket is created");
        self.project.configure(|config| config["state"] = json!({ "s3": { "bucket": "acme-states" } }));
        let refused = self.project.run(&["up"], 1).await;
        assert!(refused.text.contains("`stackctl state migrate` moves it"), "{}", refused.text);
        self.project.run(&["state", "migrate"], 0).await;
        self.project.expect_in_sync().await;
        let object = self.clients.s3.get_object().bucket("acme-states").key("stackctl/myname1.dev.json").send().await;
        let bytes = object.expect("the state exists").body.collect().await.expect("the body is complete").to_vec();
        self.project.check_secrets("the state in the bucket", &String::from_utf8_lossy(&bytes));
    }

    /// Destroys the stack, and expects no resources to be left.
    pub(crate) async fn goes_down(&self, consent: &[&str]) {
        let arguments = [&["down"], consent].concat();
        self.project.run(&arguments, 0).await;
        let left = self.clients.inventory().await;
        assert!(left.is_empty(), "nothing is left: {left:?}");
        let again = self.project.run(&["down"], 0).await;
        assert_eq!(again.writes(), 0, "nothing is left to delete\n{}", again.text);
    }
}
