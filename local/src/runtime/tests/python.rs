//! The Python runtime: handlers, contexts, errors.

use serde_json::{Value, json};

use super::{answered, failed, test};
use crate::testing::{function, function_arn};

#[tokio::test]
async fn a_handler_gets_its_event_and_context() {
    let test = test().await;
    let source = "
def handler(event, context):
    return {
        'event': event,
        'name': context.function_name,
        'version': context.function_version,
        'arn': context.invoked_function_arn,
        'memory': context.memory_limit_in_mb,
        'group': context.log_group_name,
        'request': context.aws_request_id,
        'left': 0 < context.get_remaining_time_in_millis() <= 3000,
    }
";
    test.make_function("hello", ("main.py", source), json!({})).await;
    let reply = test.invoke("hello", &json!({ "größe": [1, null, "ü"] })).await;
    assert_eq!(reply.header("x-amz-executed-version"), "$LATEST");
    let request_id = reply.header("x-amzn-requestid").to_owned();
    let wanted = json!({
        "event": { "größe": [1, null, "ü"] },
        "name": "hello",
        "version": "$LATEST",
        "arn": function_arn("hello"),
        "memory": "128",
        "group": "/aws/lambda/hello",
        "request": request_id,
        "left": true,
    });
    assert_eq!(answered(reply), wanted);
}

#[tokio::test]
async fn a_handler_may_be_in_a_folder() {
    let test = test().await;
    let source = "import sibling\ndef run(event, context): return sibling.WORD";
    let mut members = function("hello", &[("api/main.py", source), ("sibling.py", "WORD = 'found'")]);
    members["Handler"] = json!("api/main.run");
    test.call(http::Method::POST, "/2015-03-31/functions", &members).await.done();
    assert_eq!(answered(test.invoke("hello", &json!({})).await), "found");
}

#[tokio::test]
async fn an_exception_is_reported_as_by_lambda() {
    let test = test().await;
    let source = "
def handler(event, context):
    broken(event)

def broken(event):
    raise ValueError('no ' + event['what'])
";
    test.make_function("hello", ("main.py", source), json!({})).await;
    let reply = test.invoke("hello", &json!({ "what": "luck" })).await;
    let mut error = failed(&reply);
    assert_eq!(error["requestId"].take(), reply.header("x-amzn-requestid"));
    let trace = error["stackTrace"].take();
    assert_eq!(
        error,
        json!({ "errorMessage": "no luck", "errorType": "ValueError", "requestId": null, "stackTrace": null })
    );
    let frames: Vec<_> = trace.as_array().unwrap().iter().map(|frame| frame.as_str().unwrap()).collect();
    assert_eq!(frames.len(), 2, "{frames:?}");
    assert!(
        frames[0].starts_with("  File \"") && frames[0].contains("main.py\", line 3, in handler\n    broken(event)\n")
    );
    let again = failed(&test.invoke("hello", &json!({ "what": "time" })).await);
    assert_eq!(again["errorMessage"], "no time");
}

#[tokio::test]
async fn import_and_serialization_failures_have_lambdas_error_types() {
    let test = test().await;
    let cases = [
        (
            "missing",
            "import nothing_of_this_name\ndef handler(e, c): pass",
            "Runtime.ImportModuleError",
            "Unable to import module 'main': No module named 'nothing_of_this_name'",
        ),
        ("nameless", "pass", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("syntax", "def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'main': "),
        (
            "set",
            "def handler(e, c): return {1}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
    ];
    for (name, source, kind, message) in cases {
        test.make_function(name, ("main.py", source), json!({})).await;
        let error = failed(&test.invoke(name, &Value::Null).await);
        assert_eq!(error["errorType"], kind);
        assert!(error["errorMessage"].as_str().unwrap().starts_with(message), "{error}");
    }
}

#[tokio::test]
async fn invalid_payloads_never_reach_the_function() {
    let test = test().await;
    test.make_function("hello", ("main.py", "def handler(e, c): return e"), json!({})).await;
    let request = |body: Vec<u8>| {
        http::Request::post("/2015-03-31/functions/hello/invocations")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/lambda/aws4_request, Signature=0",
            )
            .body(body.into())
            .unwrap()
    };
    let malformed = test.send(request(b"{".to_vec())).await.refused();
    assert_eq!((malformed.0, malformed.1.as_str()), (400, "InvalidRequestContentException"));
    let large = test.send(request(vec![b'1'; 6_291_457])).await.refused();
    assert_eq!((large.0, large.1.as_str()), (413, "RequestTooLargeException"));
    assert_eq!(answered(test.send(request(Vec::new())).await), json!({}));
}

#[tokio::test]
async fn a_response_beyond_six_megabytes_is_an_error() {
    let test = test().await;
    test.make_function("hello", ("main.py", "def handler(e, c): return 'x' * 6_300_000"), json!({})).await;
    assert_eq!(failed(&test.invoke("hello", &json!({})).await)["errorType"], "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn results_are_serialized_as_by_lambda() {
    let test = test().await;
    let source = "
import collections, decimal, json, math, time, http.client
D = decimal.Decimal
Point = collections.namedtuple('Point', 'x')
RESULTS = {
    'decimal': [D('10'), D('12345678901234567.10'), D('1E+3'), D('-0.0')],
    'not a number': [math.nan, D('NaN'), math.inf],
    'bytes inside': {b'key': [b'text', (1, Point(2))]},
    'bytes': b'\\xff raw',
    'text': 'gr\\u00fc\\u00df',
}
def handler(event, context):
    json.dumps = json.loads = http.client.HTTPConnection.request = time.time = None
    return RESULTS[event]
";
    test.make_function("hello", ("main.py", source), json!({})).await;
    for (name, wanted) in [
        ("decimal", "[10, 12345678901234567.10, 1E+3, -0.0]".as_bytes()),
        ("not a number", b"[NaN, NaN, Infinity]"),
        ("bytes inside", br#"{"key": ["text", [1, {"x": 2}]]}"#),
        ("bytes", b"\xff raw"),
        ("text", "\"grüß\"".as_bytes()),
    ] {
        let reply = test.invoke("hello", &json!(name)).await;
        assert_eq!(String::from_utf8_lossy(&reply.text.into_bytes()), String::from_utf8_lossy(wanted), "{name}");
    }
}
