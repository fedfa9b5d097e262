//! Parsing requests and rendering responses.

use serde_json::json;

use crate::{emulator, form, iam, logs, refusal, refused, refused_json, request, role, send, targeted};

#[tokio::test]
async fn unsupported_operations_return_501_in_the_protocol_of_the_request() {
    let emulator = emulator();
    let reply = iam(&emulator, "CreateUser", &[("UserName", "a")]).await;
    assert_eq!(refused(&reply), refusal(501, "NotImplemented", "the local emulator does not imitate iam:CreateUser"));
    let reply = logs(&emulator, "StartQuery", json!({})).await;
    assert_eq!(
        refused_json(&reply),
        refusal(501, "NotImplemented", "the local emulator does not imitate logs:StartQuery")
    );
    let reply = send(&emulator, targeted("DynamoDB_20120810.ListTables", &json!({}))).await.unwrap();
    assert_eq!(
        refused_json(&reply),
        refusal(501, "NotImplemented", "the local emulator does not imitate the target `DynamoDB_20120810.ListTables`")
    );
    let reply = send(&emulator, request("GET", "/2015-03-31/event-source-mappings", &[], "")).await.unwrap();
    assert_eq!((reply.status, reply.code.as_deref()), (501, Some("NotImplemented")));
    assert_eq!(
        reply.json(),
        json!({
            "Type": "Service",
            "Message": "the local emulator does not imitate lambda:ListEventSourceMappings",
            "message": "the local emulator does not imitate lambda:ListEventSourceMappings",
        })
    );
    let reply = send(&emulator, request("GET", "/usageplans?limit=3", &[], "")).await.unwrap();
    assert_eq!(reply.json(), json!({ "message": "the local emulator does not imitate apigateway:GetUsagePlans" }));
}

#[tokio::test]
async fn an_unsigned_call_is_rejected_in_the_protocol_of_the_request() {
    let emulator = emulator();
    let mut unsigned = form("GetRole", &[("RoleName", "a")]);
    unsigned.headers_mut().remove("authorization");
    assert_eq!(
        refused(&send(&emulator, unsigned).await.unwrap()),
        refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    );
    let mut unsigned = targeted("Logs_20140328.DescribeLogGroups", &json!({}));
    unsigned.headers_mut().remove("authorization");
    assert_eq!(
        refused_json(&send(&emulator, unsigned).await.unwrap()),
        refusal(400, "MissingAuthenticationTokenException", "Missing Authentication Token")
    );
    for path in ["/2015-03-31/functions", "/restapis"] {
        let mut unsigned = request("GET", path, &[], "");
        unsigned.headers_mut().remove("authorization");
        let reply = send(&emulator, unsigned).await.unwrap();
        assert_eq!((reply.status, reply.code.as_deref()), (403, Some("MissingAuthenticationTokenException")));
        assert_eq!(reply.json()["message"], "Missing Authentication Token");
    }
}

#[tokio::test]
async fn signing_in_requires_no_signature() {
    let emulator = emulator();
    let mut unsigned = targeted("AWSCognitoIdentityProviderService.InitiateAuth", &json!({}));
    unsigned.headers_mut().remove("authorization");
    let reply = send(&emulator, unsigned).await.unwrap();
    assert_ne!(reply.code.as_deref(), Some("MissingAuthenticationTokenException"));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_rejected() {
    let emulator = emulator();
    for (body, message) in [
        ("{", "Could not parse request body into json: EOF while parsing an object at line 1 column 1"),
        ("[]", "Start of structure or map found where not expected."),
    ] {
        let target = [("x-amz-target", "Logs_20140328.DescribeLogGroups")];
        let reply = send(&emulator, request("POST", "/", &target, body)).await.unwrap();
        assert_eq!(refused_json(&reply), refusal(400, "SerializationException", message));
    }
}

#[tokio::test]
async fn a_form_may_have_lists_and_empty_lists() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let tags = [
        ("RoleName", "a"),
        ("Tags.member.2.Key", "second"),
        ("Tags.member.2.Value", ""),
        ("Tags.member.1.Key", "first"),
        ("Tags.member.1.Value", "1 + 2"),
    ];
    assert_eq!(iam(&emulator, "TagRole", &tags).await.status, 200);
    let listed = iam(&emulator, "ListRoleTags", &[("RoleName", "a")]).await;
    assert_eq!(listed.elements("Key"), ["first", "second"]);
    assert_eq!(listed.elements("Value"), ["1 + 2", ""]);
    assert_eq!(iam(&emulator, "UntagRole", &[("RoleName", "a"), ("TagKeys", "")]).await.status, 200);
    let keys = [("RoleName", "a"), ("TagKeys.member.1", "FIRST"), ("TagKeys.member.2", "unknown")];
    assert_eq!(iam(&emulator, "UntagRole", &keys).await.status, 200);
    assert_eq!(iam(&emulator, "ListRoleTags", &[("RoleName", "a")]).await.elements("Key"), ["second"]);
}

#[tokio::test]
async fn special_characters_are_escaped_in_xml() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let described = [("RoleName", "a"), ("Description", "<1 & 2>")];
    assert_eq!(iam(&emulator, "UpdateRole", &described).await.status, 200);
    let read = iam(&emulator, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!(read.elements("Description"), ["&lt;1 &amp; 2&gt;"]);
}

#[tokio::test]
async fn an_invalid_number_in_a_form_is_rejected() {
    let reply = iam(&emulator(), "ListRoles", &[("MaxItems", "many")]).await;
    assert_eq!(refused(&reply), refusal(400, "MalformedInput", "Invalid value for MaxItems: many"));
}

#[tokio::test]
async fn an_invalid_number_in_a_query_is_rejected() {
    let reply = send(&emulator(), request("GET", "/restapis?limit=many", &[], "")).await.unwrap();
    assert_eq!((reply.status, reply.code.as_deref()), (400, Some("SerializationException")));
    assert_eq!(reply.json(), json!({ "message": "class java.lang.String can not be converted to an Integer" }));
}

#[tokio::test]
async fn the_caller_belongs_to_the_configured_account() {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let reply = send(&emulator(), request("POST", "/", &[], body)).await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body.starts_with(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
    ));
    assert_eq!(reply.element("Account").unwrap(), "000000000000");
    assert_eq!(reply.element("Arn").unwrap(), "arn:aws:iam::000000000000:user/local");
}
