//! Responses of functions, and the responses that clients get for them.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{Api, proxy};

/// Returns the result of the Python expression in the request's body.
const PUPPET: &str = "
import time
def handler(event, context):
    return eval(event['body'])
";

async fn puppet() -> Api {
    let api = Api::new().await;
    api.function("POST /", "puppet", PUPPET, &json!({})).await;
    api.deploy().await;
    api
}

const BROKEN: (u16, &str) = (502, r#"{"message": "Internal server error"}"#);

#[tokio::test]
async fn status_headers_and_body_are_returned_to_the_client() {
    let api = puppet().await;
    let answer = "{'statusCode': '201', 'headers': {'X-One': 1, 'Server': 'mine', 'Expect': 'b', 'X-Both': 'a'}, \
                  'multiValueHeaders': {'Set-Cookie': ['a=1', 'b=2'], 'x-both': ['a', 'b']}, 'body': 'text'}";
    let reply = api.send(Request::post("/"), "", answer).await;
    assert_eq!((reply.status, reply.text.as_str()), (201, "text"));
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!((reply.header("x-one"), reply.header("x-amzn-remapped-server")), ("1", "mine"));
    assert_eq!(reply.header("x-amzn-remapped-expect"), "b");
    let all = |name: &str| reply.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(all("x-both"), ["a", "b"]);
    let trace = reply.header("x-amzn-trace-id");
    assert!(trace.starts_with("Root=1-") && trace.contains(";Parent=") && trace.ends_with(";Sampled=0"), "{trace}");
    assert!(!reply.header("x-amzn-requestid").is_empty() && !reply.header("x-amz-apigw-id").is_empty());
    let bare = api.send(Request::post("/"), "", "{'statusCode': 204, 'body': None, 'headers': None}").await;
    assert_eq!((bare.status, bare.text.as_str()), (204, ""));
}

#[tokio::test]
async fn no_member_of_a_response_is_required() {
    let api = puppet().await;
    for (answer, text) in [("{}", ""), ("{'headers': {'a': 'b'}}", ""), ("{'body': 'x'}", "x")] {
        let reply = api.send(Request::post("/"), "", answer).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, text), "{answer}");
    }
}

/// The emulator's record of a failed integration.
async fn execution(api: &Api, request_id: &str) -> (u16, Value) {
    let path = format!("/_stackctl/executions/{request_id}");
    let reply = api.test.send(Request::get(path).body(bytes::Bytes::new()).unwrap()).await;
    (reply.status, serde_json::from_str(&reply.text).unwrap())
}

#[tokio::test]
async fn malformed_responses_and_errors_return_502_and_record_the_cause() {
    let api = puppet().await;
    let members = "members are: statusCode, headers, multiValueHeaders, body, isBase64Encoded";
    let unknown = |name| format!("`{name}` is not a member of a response; {members}");
    for (answer, malformed) in [
        ("None", json!("the response is null, not an object")),
        ("'text'", json!("the response is a string, not an object")),
        ("{'message': 'no status'}", json!(unknown("message"))),
        ("{'statusCode': 200, 'cookies': ['a=1']}", json!(unknown("cookies"))),
        ("{'statusCode': 'abc'}", json!("`statusCode` is a string, not a number from 200 to 599")),
        ("{'statusCode': 101}", json!("`statusCode` is the number 101, not a number from 200 to 599")),
        ("{'statusCode': 7}", json!("`statusCode` is the number 7, not a number from 200 to 599")),
        ("{'statusCode': 200, 'body': {'not': 'text'}}", json!("`body` is an object, not a string")),
        ("{'statusCode': 200, 'headers': {'a': []}}", json!("`headers.a` is a list, not a string")),
        ("{'headers': []}", json!("`headers` is a list, not an object")),
        ("{'multiValueHeaders': {'a': 'b'}}", json!("`multiValueHeaders.a` is a string, not a list")),
        (
            "{'statusCode': 200, 'headers': {'a b': '1'}}",
            json!("`a b` is not a header that can be sent, or its value is not"),
        ),
        ("{'statusCode': 200, 'isBase64Encoded': 'yes'}", json!("`isBase64Encoded` is a string, not true or false")),
        ("1 / 0", Value::Null),
        ("exit(1)", Value::Null),
        ("{'body': 'x' * 6291557}", Value::Null),
    ] {
        let reply = api.send(Request::post("/"), "", answer).await;
        assert_eq!((reply.status, reply.text.as_str()), BROKEN, "{answer}");
        assert_eq!(reply.header("x-amzn-errortype"), "InternalServerErrorException");
        let (status, execution) = execution(&api, reply.header("x-amzn-requestid")).await;
        assert_eq!((status, &execution["malformed"]), (200, &malformed), "{answer}");
        assert!(execution["function"].as_str().unwrap().ends_with(":function:puppet"), "{execution}");
    }
    let served = api.send(Request::post("/"), "", "{}").await;
    assert_eq!(execution(&api, served.header("x-amzn-requestid")).await.0, 404);
}

#[tokio::test]
async fn an_integration_timeout_returns_504() {
    let api = puppet().await;
    let mut slow = proxy("puppet");
    slow["timeoutInMillis"] = json!(300);
    api.method("POST /slow", &json!({}), &slow).await;
    api.deploy().await;
    let answer = "{'statusCode': 200, 'body': str(time.sleep(1.5))}";
    let reply = api.send(Request::post("/"), "/slow", answer).await;
    assert_eq!((reply.status, reply.text.as_str()), (504, r#"{"message": "Endpoint request timed out"}"#));
    assert_eq!(api.send(Request::post("/"), "", "{'statusCode': 200}").await.status, 200);
}

#[tokio::test]
async fn a_function_timeout_returns_502() {
    let api = puppet().await;
    let path = "/2015-03-31/functions/puppet/configuration";
    api.test.call(Method::PUT, path, &json!({ "Timeout": 1 })).await.done();
    let reply = api.send(Request::post("/"), "", "{'statusCode': 200, 'body': str(time.sleep(20))}").await;
    assert_eq!((reply.status, reply.text.as_str()), BROKEN);
}

#[tokio::test]
async fn a_missing_permission_or_function_returns_500() {
    let api = puppet().await;
    let wanted = (500, r#"{"message": "Internal server error"}"#);
    let statement = "/2015-03-31/functions/puppet/policy/api";
    api.test.call(Method::DELETE, statement, &Value::Null).await.done();
    let reply = api.send(Request::post("/"), "", "{'statusCode': 200}").await;
    assert_eq!((reply.status, reply.text.as_str()), wanted);
    api.permit("puppet").await;
    assert_eq!(api.send(Request::post("/"), "", "{'statusCode': 200}").await.status, 200);
    api.test.call(Method::DELETE, "/2015-03-31/functions/puppet", &Value::Null).await.done();
    let reply = api.send(Request::post("/"), "", "{'statusCode': 200}").await;
    assert_eq!((reply.status, reply.text.as_str()), wanted);
}

#[tokio::test]
async fn requests_over_the_limits_return_413() {
    let api = puppet().await;
    let plain = || Request::post("/");
    for (request, body, message) in [
        (plain(), 10_485_761, "HTTP content length exceeded 10485760 bytes."),
        (plain(), 6 * 1024 * 1024, "Request Too Long"),
        (plain().header("x-long", "x".repeat(10_240)), 1, "HTTP header is larger than 10240 bytes."),
    ] {
        let reply = api.send(request, "", &"x".repeat(body)).await;
        assert_eq!((reply.status, reply.json()), (413, json!({ "message": message })));
        assert_eq!(reply.header("x-amzn-errortype"), "RequestEntityTooLargeException");
    }
    assert_eq!(api.send(plain().header("x-long", "x".repeat(10_000)), "", "{}").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_request_does_not_block_others() {
    let api = puppet().await;
    assert_eq!(api.send(Request::post("/"), "", "{'statusCode': 200}").await.status, 200);
    let slow = api.send(Request::post("/"), "", "{'statusCode': 200, 'body': str(time.sleep(1))}");
    let quick = async {
        let began = std::time::Instant::now();
        api.edit(Method::GET, "/resources", &Value::Null).await;
        began.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!(slow.status, 200);
    assert!(quick < std::time::Duration::from_millis(800), "{quick:?}");
}
