//! A served emulator with a function, an API with a public and a protected route, and users.

use std::{
    io::{Cursor, Write as _},
    net::SocketAddr,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use stackctl_local::Emulator;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use zip::{ZipWriter, write::SimpleFileOptions};

const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "000000000000";
const PASSWORD: &str = "Bench-mark-1";
const SOURCE: &str = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'ok'}\n";

/// What the requests are sent to.
pub(crate) struct Stack {
    pub(crate) address: SocketAddr,
    path: String,
    token: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Stack {
    pub(crate) async fn new(emulator: &Emulator, users: usize, routes: usize) -> Self {
        function(emulator).await;
        let (pool, client) = pool(emulator, users).await;
        let api = api(emulator, &pool, routes).await;
        let sign_in = json!({
            "ClientId": client,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "user-0", "PASSWORD": PASSWORD },
        });
        let tokens = cognito(emulator, "InitiateAuth", &sign_in).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = stackctl_local::serve(emulator.clone(), listener, async { drop(stopped.await) });
        Self {
            address,
            path: format!("/_aws/execute-api/{api}/dev"),
            token: text(&tokens["AuthenticationResult"], "IdToken"),
            stop,
            server: tokio::spawn(serving),
        }
    }

    pub(crate) fn public(&self) -> String {
        format!("GET {}/public HTTP/1.1\r\nhost: {}\r\n\r\n", self.path, self.address)
    }

    pub(crate) fn protected(&self) -> String {
        let token = &self.token;
        format!("GET {}/protected HTTP/1.1\r\nhost: {}\r\nauthorization: {token}\r\n\r\n", self.path, self.address)
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.server.await.unwrap().unwrap();
    }
}

async fn function(emulator: &Emulator) {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let logs = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}"#;
    iam(emulator, &[("Action", "CreateRole"), ("RoleName", "worker"), ("AssumeRolePolicyDocument", trust)]).await;
    let policy = [("RoleName", "worker"), ("PolicyName", "logs"), ("PolicyDocument", logs)];
    iam(emulator, &[&[("Action", "PutRolePolicy")], &policy[..]].concat()).await;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("main.py", SimpleFileOptions::default()).unwrap();
    zip.write_all(SOURCE.as_bytes()).unwrap();
    let zip = STANDARD.encode(zip.finish().unwrap().into_inner());
    let members = json!({
        "FunctionName": "bench",
        "Role": format!("arn:aws:iam::{ACCOUNT}:role/worker"),
        "Runtime": "python3.13",
        "Handler": "main.handler",
        "Code": { "ZipFile": zip },
    });
    rest(emulator, "lambda", "POST /2015-03-31/functions", &members).await;
    let permission = json!({
        "StatementId": "api", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"
    });
    rest(emulator, "lambda", "POST /2015-03-31/functions/bench/policy", &permission).await;
}

/// Creates a pool with these users, of whom there is at least one; returns the ids of the pool and its client.
async fn pool(emulator: &Emulator, users: usize) -> (String, String) {
    let pool = cognito(emulator, "CreateUserPool", &json!({ "PoolName": "bench" })).await;
    let pool = text(&pool["UserPool"], "Id");
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows });
    let client = cognito(emulator, "CreateUserPoolClient", &client).await;
    for number in 0..users.max(1) {
        let name = format!("user-{number}");
        let email = json!([{ "Name": "email", "Value": format!("{name}@example.com") }]);
        let user =
            json!({ "UserPoolId": pool, "Username": name, "UserAttributes": email, "MessageAction": "SUPPRESS" });
        cognito(emulator, "AdminCreateUser", &user).await;
    }
    let password = json!({ "UserPoolId": pool, "Username": "user-0", "Password": PASSWORD, "Permanent": true });
    cognito(emulator, "AdminSetUserPassword", &password).await;
    (pool, text(&client["UserPoolClient"], "ClientId"))
}

/// Creates and deploys an API with these routes; returns its id.
async fn api(emulator: &Emulator, pool: &str, routes: usize) -> String {
    let api = rest(emulator, "apigateway", "POST /restapis", &json!({ "name": "bench" })).await;
    let id = text(&api, "id");
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:bench");
    let uri = format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations");
    let integration = json!({ "type": "aws_proxy", "httpMethod": "POST", "uri": uri });
    let open = json!({ "get": { "x-amazon-apigateway-integration": integration } });
    let closed = json!({ "get": { "security": [{ "pool": [] }], "x-amazon-apigateway-integration": integration } });
    let mut paths: serde_json::Map<String, Value> =
        (2..routes).map(|number| (format!("/part{}/{{id}}/route{number}", number % 40), open.clone())).collect();
    paths.extend([("/public".to_owned(), open), ("/protected".to_owned(), closed)]);
    let arn = format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}");
    let document = json!({
        "openapi": "3.0.1",
        "info": { "title": "bench", "version": "1" },
        "paths": paths,
        "components": { "securitySchemes": { "pool": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": { "type": "cognito_user_pools", "providerARNs": [arn] },
        } } },
    });
    rest(emulator, "apigateway", &format!("PUT /restapis/{id}?mode=overwrite"), &document).await;
    rest(emulator, "apigateway", &format!("POST /restapis/{id}/deployments"), &json!({ "stageName": "dev" })).await;
    id
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

async fn iam(emulator: &Emulator, members: &[(&str, &str)]) {
    let form = form_urlencoded::Serializer::new("Version=2010-05-08".to_owned()).extend_pairs(members).finish();
    let request = signed("POST /", "iam").header("content-type", "application/x-www-form-urlencoded");
    send(emulator, request.body(form.into()).unwrap()).await;
}

async fn cognito(emulator: &Emulator, operation: &str, members: &Value) -> Value {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let request = signed("POST /", "cognito-idp").header("x-amz-target", target);
    send(emulator, request.body(members.to_string().into()).unwrap()).await
}

async fn rest(emulator: &Emulator, service: &str, what: &str, members: &Value) -> Value {
    send(emulator, signed(what, service).body(members.to_string().into()).unwrap()).await
}

fn signed(what: &str, service: &str) -> http::request::Builder {
    let (method, path) = what.split_once(' ').unwrap();
    let scope = format!("AKIDLOCAL/20260101/{REGION}/{service}/aws4_request");
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    Request::builder().method(method).uri(path).header("authorization", signature)
}

async fn send(emulator: &Emulator, request: Request<Bytes>) -> Value {
    let place = request.uri().to_string();
    let response = emulator.handle(request).await.unwrap();
    let body = String::from_utf8_lossy(response.body());
    assert!(response.status().is_success(), "{place}: {} {body}", response.status());
    serde_json::from_str(&body).unwrap_or_default()
}
