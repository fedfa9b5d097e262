//! A function that responds as its caller requests, to test all kinds of requests and failures.

/// A config with several routes to the function, with every kind of authorization.
pub(super) const CONFIG: &str = r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev" },
  "functions": {
    "items": { "source": "items", "handler": "bootstrap", "runtime": "provided.al2023", "timeout": 10 },
    "other": { "source": "items", "handler": "bootstrap", "runtime": "provided.al2023", "timeout": 10 }
  },
  "routes": {
    "POST /echo": { "function": "items", "auth": "none" },
    "GET /items": { "function": "items" },
    "GET /items/{id}": { "function": "items" },
    "GET /admin": { "function": "items", "auth": { "scopes": ["shop/admin"] } },
    "GET /mine": { "function": "items", "auth": { "scopes": ["aws.cognito.signin.user.admin"] } }
  }
}
"#;

/// Responds to API requests with the event, or as the parameter `as` says. On invocation it can raise an error. With
/// `knock` it connects to a port, and responds a minute later.
pub(super) const BOOTSTRAP: &str = r#"#!/usr/bin/env python3
import http.client, json, os, socket, time

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def ask(method, path, body=None):
    api.request(method, "/2018-06-01/runtime/invocation/" + path, body)
    answer = api.getresponse()
    return answer.headers.get("Lambda-Runtime-Aws-Request-Id"), answer.read()

def knock(port):
    socket.create_connection(("127.0.0.1", int(port)))
    time.sleep(60)

def answer(event):
    if "knock" in event:
        knock(event["knock"])
    if "httpMethod" not in event:
        return {"got": event}
    query = event["queryStringParameters"] or {}
    if "knock" in query:
        knock(query["knock"])
    wanted = query.get("as")
    if wanted == "nonsense":
        return "nonsense"
    if wanted:
        return {"statusCode": int(wanted), "body": "as you like it"}
    received = {name.lower(): value for name, value in event["headers"].items()}
    headers = {name: received.get(name.lower()) for name in ["Content-Type", "X-Amount"]}
    claims = event["requestContext"].get("authorizer", {}).get("claims", {})
    seen = {"headers": headers, "query": event["queryStringParameters"], "parameters": event["pathParameters"],
            "body": event["body"], "token": claims.get("token_use")}
    return {"statusCode": 200, "body": json.dumps(seen)}

while True:
    request, event = ask("GET", "next")
    event = json.loads(event)
    print("hello from", event.get("path", "nowhere"), flush=True)
    if "raise" in event:
        trace = ['  File "app.py", line 3, in handler\n    raise ValueError()\n']
        error = {"errorType": "ValueError", "errorMessage": event["raise"], "stackTrace": trace}
        ask("POST", request + "/error", json.dumps(error))
    else:
        ask("POST", request + "/response", json.dumps(answer(event)))
"#;
