//! Tests of the control plane, by single requests.

mod account;
mod authorizers;
mod deploying;
mod import_findings;
mod imports;
mod integrations;
mod lists;
mod methods;
mod pacing;
mod patches;
mod resources;
mod rest_apis;
mod stages;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::handle;
use crate::{
    emulator::Emulator,
    store::settings::{Settings, Weather},
    wire::{
        answer::Answer,
        call::{Call, Service},
    },
};

pub(super) const POOL: &str = "arn:aws:cognito-idp:us-west-2:000000000000:userpool/us-west-2_abc";
pub(super) const URI: &str = "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:\
                              000000000000:function:hello/invocations";

/// An emulator with one API, and a client for its operations.
pub(super) struct Client {
    pub(super) emulator: Emulator,
    pub(super) api: String,
    pub(super) root: String,
}

impl Client {
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn in_weather(weather: Weather) -> Self {
        Self::with(Settings { weather, ..Settings::default() })
    }

    pub(super) fn with(settings: Settings) -> Self {
        let mut client = Self { emulator: Emulator::new(settings), api: String::new(), root: String::new() };
        let regional = json!({ "types": ["REGIONAL"] });
        let api = client.call("CreateRestApi", json!({ "name": "shop", "endpointConfiguration": regional }));
        client.api = text(&api, "id");
        client.root = text(&api, "rootResourceId");
        client
    }

    /// Sends a request that must succeed. Adds the API's ID unless the input has one.
    pub(super) fn call(&self, operation: &str, input: Value) -> Value {
        self.send(operation, input, "").unwrap_or_else(|refusal| panic!("{operation}: {refusal}"))
    }

    /// Sends a request that must be rejected; returns `status Code: message`.
    pub(super) fn refusal(&self, operation: &str, input: Value) -> String {
        match self.send(operation, input, "") {
            Ok(answer) => panic!("{operation}: returned {answer}"),
            Err(refusal) => refusal,
        }
    }

    pub(super) fn send(&self, operation: &str, mut input: Value, body: &str) -> Result<Value, String> {
        if !self.api.is_empty() && input.get("restApiId").is_none() {
            input["restApiId"] = self.api.as_str().into();
        }
        let call = call(Service::ApiGateway, operation, input, body);
        match handle(&self.emulator, &call) {
            Ok(Answer::Members(members)) => Ok(members),
            Ok(Answer::Raw(_)) => panic!("{operation}: the response has no members"),
            Err(refusal) => Err(format!("{} {}: {}", refusal.status, refusal.code, refusal.message)),
        }
    }

    pub(super) fn import(&self, mode: &str, document: &Value) -> Result<Value, String> {
        self.send("PutRestApi", json!({ "mode": mode }), &document.to_string())
    }

    pub(super) fn resource(&self, parent: &str, part: &str) -> String {
        text(&self.call("CreateResource", json!({ "parentId": parent, "pathPart": part })), "id")
    }

    pub(super) fn method(&self, resource: &str, verb: &str) {
        self.call("PutMethod", json!({ "resourceId": resource, "httpMethod": verb, "authorizationType": "NONE" }));
    }

    /// Creates the Lambda proxy integration of a method.
    pub(super) fn integration(&self, resource: &str, verb: &str) -> Value {
        self.call("PutIntegration", proxy(resource, verb))
    }

    /// Creates the method `GET` of the root and its integration.
    pub(super) fn served_root(&self) {
        self.method(&self.root, "GET");
        self.integration(&self.root, "GET");
    }

    pub(super) fn authorizer(&self, name: &str) -> String {
        text(&self.call("CreateAuthorizer", cognito(name)), "id")
    }

    /// Creates a deployment and the stage `dev` that points to it.
    pub(super) fn deployed(&self) -> String {
        self.served_root();
        text(&self.call("CreateDeployment", json!({ "stageName": "dev" })), "id")
    }

    /// Creates a role that a service can assume, with an optional AWS managed policy.
    pub(super) fn role(&self, service: &str, policy: Option<&str>) {
        let trust = json!({ "Statement": {
            "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole",
        } });
        let role = json!({ "RoleName": "logs", "AssumeRolePolicyDocument": trust.to_string() });
        self.iam("CreateRole", role);
        if let Some(policy) = policy {
            let arn = format!("arn:aws:iam::aws:policy/{policy}");
            self.iam("AttachRolePolicy", json!({ "RoleName": "logs", "PolicyArn": arn }));
        }
    }

    fn iam(&self, operation: &str, input: Value) {
        let call = call(Service::Iam, operation, input, "");
        crate::services::iam::handle(&self.emulator, &call)
            .unwrap_or_else(|error| panic!("{operation}: {}", error.message));
    }

    pub(super) fn patch(&self, operation: &str, mut ids: Value, patches: Value) -> Result<Value, String> {
        ids["patchOperations"] = patches;
        self.send(operation, ids, "")
    }
}

fn call(service: Service, operation: &str, input: Value, body: &str) -> Call {
    Call {
        service,
        operation: operation.into(),
        region: "us-west-2".into(),
        path: String::new(),
        input,
        body: Bytes::copy_from_slice(body.as_bytes()),
        headers: HeaderMap::new(),
    }
}

pub(super) const ROLE: &str = "arn:aws:iam::000000000000:role/logs";
pub(super) const PUSH_LOGS: &str = "service-role/AmazonAPIGatewayPushToCloudWatchLogs";

pub(super) fn proxy(resource: &str, verb: &str) -> Value {
    json!({
        "resourceId": resource,
        "httpMethod": verb,
        "type": "AWS_PROXY",
        "integrationHttpMethod": "POST",
        "uri": URI,
    })
}

pub(super) fn cognito(name: &str) -> Value {
    json!({
        "name": name,
        "type": "COGNITO_USER_POOLS",
        "providerARNs": [POOL],
        "identitySource": "method.request.header.Authorization",
    })
}

pub(super) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// One patch, with an optional value.
pub(super) fn patch(op: &str, path: &str, value: Option<&str>) -> Value {
    match value {
        Some(value) => json!({ "op": op, "path": path, "value": value }),
        None => json!({ "op": op, "path": path }),
    }
}
