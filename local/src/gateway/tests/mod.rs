//! Requests to deployed APIs.
//!
//! The tests that invoke functions require Python 3.

mod access_logs;
mod aliases;
mod answers;
mod authorizers;
mod events;
mod mocks;
mod routes;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    runtime::interpreter_for,
    testing::{ACCOUNT, REGION, Reply, TestEmulator, function_arn},
};

/// A REST API on its own emulator, edited through the control plane and called through the data plane.
#[derive(Debug)]
struct Api {
    test: TestEmulator,
    id: String,
    root: String,
}

impl Api {
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// An API with additional members.
    async fn with(more: Value) -> Self {
        let test = TestEmulator::with_worker().await;
        let mut members = json!({ "name": "pets", "endpointConfiguration": { "types": ["REGIONAL"] } });
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let api = test.call(Method::POST, "/restapis", &members).await.done();
        let member = |name: &str| api[name].as_str().unwrap().to_owned();
        Self { id: member("id"), root: member("rootResourceId"), test }
    }

    async fn edit(&self, method: Method, path: &str, body: &Value) -> Value {
        self.test.call(method, &format!("/restapis/{}{path}", self.id), body).await.done()
    }

    /// Creates the missing resources of a path; returns the ID of the last one.
    async fn resource(&self, path: &str) -> String {
        let resources = self.edit(Method::GET, "/resources?limit=500", &Value::Null).await;
        let (mut parent, mut reached) = (self.root.clone(), String::new());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            reached += "/";
            reached += part;
            let items = &resources["item"];
            let known = items.as_array().unwrap().iter().find(|resource| resource["path"] == reached);
            let resource = match known {
                Some(resource) => resource.clone(),
                None => self.edit(Method::POST, &format!("/resources/{parent}"), &json!({ "pathPart": part })).await,
            };
            resource["id"].as_str().unwrap().clone_into(&mut parent);
        }
        parent
    }

    /// Creates a method with these members and this integration; returns its path in the control plane.
    async fn method(&self, route: &str, members: &Value, integration: &Value) -> String {
        let (verb, path) = route.split_once(' ').unwrap();
        let place = format!("/resources/{}/methods/{verb}", self.resource(path).await);
        let mut method = json!({ "authorizationType": "NONE" });
        method.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.edit(Method::PUT, &place, &method).await;
        self.edit(Method::PUT, &format!("{place}/integration"), integration).await;
        place
    }

    /// Creates a function that API Gateway can invoke, and the method that invokes it.
    async fn function(&self, route: &str, name: &str, source: &str, members: &Value) {
        if let Err(missing) = interpreter_for("python3.13") {
            panic!("these tests require Python: {missing}");
        }
        self.test.make_function(name, ("main.py", source), json!({})).await;
        self.permit(name).await;
        self.method(route, members, &proxy(name)).await;
    }

    async fn permit(&self, name: &str) {
        let permission = json!({
            "StatementId": "api",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/*", self.id),
        });
        self.test.call(Method::POST, &format!("/2015-03-31/functions/{name}/policy"), &permission).await.done();
    }

    /// Deploys the API to the stage `dev`.
    async fn deploy(&self) -> String {
        let deployment = self.edit(Method::POST, "/deployments", &json!({ "stageName": "dev" })).await;
        deployment["id"].as_str().unwrap().to_owned()
    }

    async fn send(&self, request: http::request::Builder, path: &str, body: &str) -> Reply {
        let uri = format!("/_aws/execute-api/{}/dev{path}", self.id);
        self.test.send(request.uri(uri).body(Bytes::from(body.to_owned())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get("/"), path, "").await
    }
}

/// The proxy integration of a function.
fn proxy(function: &str) -> Value {
    let arn = function_arn(function);
    json!({
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"),
    })
}

/// An integration that always returns this status.
fn mock(status: u16) -> Value {
    json!({ "type": "MOCK", "requestTemplates": { "application/json": format!("{{\"statusCode\": {status}}}") } })
}

/// A function that returns its event.
const ECHO: &str = "
import json
def handler(event, context):
    return {'statusCode': 200, 'body': json.dumps(event)}
";
