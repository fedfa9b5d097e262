//! The calls that a function may make with its credentials.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{answered, test};
use crate::testing::{TestEmulator, role_arn};

/// Sends a call with the credentials of a function. Returns the status and the body.
async fn send(test: &TestEmulator, credentials: &Value, (service, head, body): (&str, &str, &str)) -> (u16, String) {
    let key = credentials[0].as_str().unwrap();
    let (method, path) = head.split_once(' ').unwrap();
    let (path, target) = path.split_once('#').unwrap_or((path, ""));
    let signature = format!("AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/{service}/aws4_request, Signature=0");
    let mut request = Request::builder().method(method).uri(path).header("authorization", signature);
    request = request.header("x-amz-security-token", credentials[1].as_str().unwrap());
    if service == "s3" {
        request = request.header("host", "s3.localhost").header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    }
    if !target.is_empty() {
        request = request.header("x-amz-target", target);
    }
    let reply = test.send(request.body(Bytes::from(body.to_owned())).unwrap()).await;
    (reply.status, reply.text)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of calls")]
async fn a_function_may_do_what_its_role_allows() {
    let test = test().await;
    let statements = json!([
        { "Effect": "Allow", "Action": ["cognito-idp:ListUsers", "logs:*"], "Resource": "*" },
        { "Effect": "Deny", "Action": "logs:DeleteLogGroup", "Resource": "*" },
        { "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*",
          "Condition": { "StringEquals": { "aws:RequestedRegion": "us-east-1" } } },
    ]);
    test.make_role("reader", &statements).await;
    let source =
        "import os\ndef handler(e, c): return [os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SESSION_TOKEN']]";
    test.make_function("hello", ("main.py", source), json!({ "Role": role_arn("reader") })).await;
    let credentials = answered(test.invoke("hello", &json!({})).await);
    let user = "User: arn:aws:sts::000000000000:assumed-role/reader/hello is not authorized to perform:";
    let cognito = "AWSCognitoIdentityProviderService";
    let identity = send(&test, &credentials, ("sts", "POST /", "Action=GetCallerIdentity&Version=2011-06-15")).await;
    assert!(identity.1.contains("<Arn>arn:aws:sts::000000000000:assumed-role/reader/hello</Arn>"), "{identity:?}");
    for (service, head, body, status, wanted) in [
        (
            "cognito-idp",
            format!("POST /#{cognito}.ListUsers"),
            r#"{"UserPoolId":"eu-west-1_none"}"#,
            400,
            "ResourceNotFound",
        ),
        (
            "cognito-idp",
            format!("POST /#{cognito}.AdminDeleteUser"),
            r#"{"UserPoolId":"eu-west-1_none","Username":"a"}"#,
            400,
            "cognito-idp:AdminDeleteUser on resource: arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_none \
             because no identity-based policy allows the cognito-idp:AdminDeleteUser action",
        ),
        (
            "logs",
            "POST /#Logs_20140328.DeleteLogGroup".into(),
            r#"{"logGroupName":"a"}"#,
            400,
            "logs:DeleteLogGroup on resource: arn:aws:logs:eu-west-1:000000000000:log-group:a:log-stream: with an explicit \
             deny in an identity-based policy",
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/other/invocations".into(),
            "{}",
            403,
            "lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:000000000000:function:other because no \
             identity-based policy allows the lambda:InvokeFunction action",
        ),
        (
            "iam",
            "POST /".into(),
            "Action=GetRole&Version=2010-05-08&RoleName=reader",
            403,
            "iam:GetRole on resource: role reader because no identity-based policy allows the iam:GetRole action",
        ),
    ] {
        let (got, answer) = send(&test, &credentials, (service, &head, body)).await;
        let wanted = if wanted.contains(" on ") { format!("{user} {wanted}") } else { wanted.to_owned() };
        assert!(got == status && answer.contains(&wanted), "{head}: {got} {answer}");
    }
    let stolen = json!([credentials[0], "another token"]);
    let (_, answer) = send(&test, &stolen, ("logs", "POST /#Logs_20140328.DescribeLogGroups", "{}")).await;
    assert!(answer.contains("The security token included in the request is invalid."), "{answer}");
}
