//! IAM: trust policies, inline policies and attached policies.

use serde_json::{Value, json};
use stackctl_local::Emulator;

use crate::{PERMISSIONS, Reply, TRUST, emulator, iam, refusal, refused, role};

async fn put_policy(emulator: &Emulator, policy: &str, document: &str) -> Reply {
    let members = [("RoleName", "a"), ("PolicyName", policy), ("PolicyDocument", document)];
    iam(emulator, "PutRolePolicy", &members).await
}

async fn attach(emulator: &Emulator, arn: &str) -> Reply {
    iam(emulator, "AttachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await
}

#[tokio::test]
async fn a_missing_policy_is_no_such_entity() {
    let emulator = emulator();
    role(&emulator, "a").await;
    for operation in ["GetRolePolicy", "DeleteRolePolicy"] {
        assert_eq!(
            refused(&iam(&emulator, operation, &[("RoleName", "a"), ("PolicyName", "p")]).await),
            refusal(404, "NoSuchEntity", "The role policy with name p cannot be found.")
        );
    }
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    assert_eq!(
        refused(&iam(&emulator, "DetachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await),
        refusal(404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/ReadOnlyAccess was not found.")
    );
}

#[tokio::test]
async fn an_invalid_trust_policy_is_rejected() {
    let emulator = emulator();
    let with = |change: fn(&mut Value)| {
        let mut document: Value = serde_json::from_str(TRUST).unwrap();
        change(&mut document);
        document.to_string()
    };
    for (document, message) in [
        ("{".to_owned(), "This policy contains invalid Json"),
        (with(|document| document["Statement"] = Value::Null), "Missing required field Effect"),
        ("{}".to_owned(), "Missing required field Statement"),
        (
            with(|document| _ = document["Statement"][0].as_object_mut().unwrap().remove("Principal")),
            "Missing required field Principal",
        ),
        (
            with(|document| _ = document["Statement"][0].as_object_mut().unwrap().remove("Effect")),
            "Missing required field Effect",
        ),
        (
            with(|document| _ = document["Statement"][0].as_object_mut().unwrap().remove("Action")),
            "Missing required field Action",
        ),
        (with(|document| document["Statement"][0]["Resource"] = json!("*")), "Has prohibited field Resource"),
        (
            with(|document| document["Statement"][0]["Action"] = json!("s3:GetObject")),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            with(|document| document["Statement"][0]["Principal"] = json!({ "Service": "lambda" })),
            "Invalid principal in policy: &quot;SERVICE&quot;:&quot;lambda&quot;",
        ),
        (with(|document| document["Version"] = json!("2020-01-01")), "Syntax errors in policy."),
        (with(|document| document["Extra"] = json!(1)), "Syntax errors in policy."),
    ] {
        let members = [("RoleName", "a"), ("AssumeRolePolicyDocument", document.as_str())];
        assert_eq!(
            refused(&iam(&emulator, "CreateRole", &members).await),
            refusal(400, "MalformedPolicyDocument", message),
            "{document}"
        );
    }
    role(&emulator, "a").await;
    assert_eq!(
        refused(&iam(&emulator, "UpdateAssumeRolePolicy", &[("RoleName", "a"), ("PolicyDocument", "{")]).await),
        refusal(400, "MalformedPolicyDocument", "This policy contains invalid Json")
    );
}

#[tokio::test]
async fn an_invalid_permissions_policy_is_rejected() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let with = |change: fn(&mut Value)| {
        let mut document: Value = serde_json::from_str(PERMISSIONS).unwrap();
        change(&mut document);
        document.to_string()
    };
    for (document, message) in [
        ("{".to_owned(), "Syntax errors in policy."),
        (
            with(|document| _ = document.as_object_mut().unwrap().remove("Version")),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (with(|document| document["Statement"] = json!([])), "Syntax errors in policy."),
        (with(|document| document["Statement"][0]["Effect"] = json!("allow")), "Syntax errors in policy."),
        (
            with(|document| document["Statement"][0]["Principal"] = json!("*")),
            "Policy document should not specify a principal.",
        ),
        (
            with(|document| _ = document["Statement"][0].as_object_mut().unwrap().remove("Action")),
            "Policy statement must contain actions.",
        ),
        (
            with(|document| _ = document["Statement"][0].as_object_mut().unwrap().remove("Resource")),
            "Policy statement must contain resources.",
        ),
        (
            with(|document| document["Statement"][0]["Action"] = json!("PutLogEvents")),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            with(|document| document["Statement"][0]["Resource"] = json!("mine")),
            "Resource mine must be in ARN format or &quot;*&quot;.",
        ),
        (
            with(|document| {
                document["Statement"][0]["Sid"] = json!("One");
                let again = document["Statement"][0].clone();
                document["Statement"].as_array_mut().unwrap().push(again);
            }),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
    ] {
        assert_eq!(
            refused(&put_policy(&emulator, "p", &document).await),
            refusal(400, "MalformedPolicyDocument", message),
            "{document}"
        );
    }
}

#[tokio::test]
async fn inline_policies_are_overwritten_and_their_total_size_excludes_white_space() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let sized = |size: usize| {
        let frame = PERMISSIONS.replace("\"*\"", "\"arn:\"");
        frame.replace("arn:", &format!("arn:{}", "x".repeat(size - frame.len())))
    };
    assert_eq!(put_policy(&emulator, "p", &sized(10_000)).await.status, 200);
    assert_eq!(put_policy(&emulator, "p", &sized(10_001)).await.status, 200, "the new one replaces the old one");
    assert_eq!(put_policy(&emulator, "q", &sized(239)).await.status, 200);
    let over = refusal(409, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role a");
    assert_eq!(refused(&put_policy(&emulator, "q", &sized(240)).await), over);
    let spaced = sized(239).replace(',', " ,\n   ");
    assert_eq!(put_policy(&emulator, "q", &spaced).await.status, 200);
    let read = iam(&emulator, "GetRolePolicy", &[("RoleName", "a"), ("PolicyName", "q")]).await;
    let document = read.element("PolicyDocument").unwrap();
    assert_eq!(percent_encoding::percent_decode_str(&document).decode_utf8().unwrap(), spaced);
    let listed = iam(&emulator, "ListRolePolicies", &[("RoleName", "a")]).await;
    assert_eq!(listed.elements("member"), ["p", "q"]);
}

#[tokio::test]
async fn a_trust_policy_has_a_quota() {
    let emulator = emulator();
    let document = TRUST.replace("sts:AssumeRole", &format!("sts:{}", "x".repeat(2048)));
    let reply = iam(&emulator, "CreateRole", &[("RoleName", "a"), ("AssumeRolePolicyDocument", &document)]).await;
    assert_eq!(refused(&reply), refusal(409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"));
}

#[tokio::test]
async fn at_most_ten_managed_policies_attach_and_only_those_of_aws() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let arn = |name: &str| format!("arn:aws:iam::aws:policy/{name}");
    let ten = [
        "AWSLambdaBasicDurableExecutionRolePolicy",
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaMSKExecutionRole",
        "AWSLambdaRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "AmazonAPIGatewayPushToCloudWatchLogs",
    ];
    for name in ten {
        assert_eq!(attach(&emulator, &arn(&format!("service-role/{name}"))).await.status, 200, "{name}");
    }
    assert_eq!(attach(&emulator, &arn(&format!("service-role/{}", ten[0]))).await.status, 200);
    assert_eq!(
        refused(&attach(&emulator, &arn("ReadOnlyAccess")).await),
        refusal(409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
    );
    assert_eq!(
        refused(&attach(&emulator, "arn:aws:iam::000000000000:policy/mine").await),
        refusal(
            404,
            "NoSuchEntity",
            "Policy arn:aws:iam::000000000000:policy/mine does not exist or is not attachable."
        )
    );
    assert_eq!(
        refused(&attach(&emulator, "AWSLambdaBasicExecutionRole").await),
        refusal(400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    );
    let listed =
        iam(&emulator, "ListAttachedRolePolicies", &[("RoleName", "a"), ("PathPrefix", "/service-role/")]).await;
    assert_eq!(listed.elements("PolicyName").len(), 10);
    assert_eq!(listed.elements("PolicyName")[0], ten[0]);
    assert_eq!(listed.elements("PolicyArn")[0], arn(&format!("service-role/{}", ten[0])));
}

#[tokio::test]
async fn a_role_is_deleted_only_after_its_policies() {
    let emulator = emulator();
    role(&emulator, "a").await;
    put_policy(&emulator, "p", PERMISSIONS).await;
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    attach(&emulator, arn).await;
    let delete = || async { iam(&emulator, "DeleteRole", &[("RoleName", "a")]).await };
    assert_eq!(
        refused(&delete().await),
        refusal(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
    );
    assert_eq!(iam(&emulator, "DetachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await.status, 200);
    assert_eq!(
        refused(&delete().await),
        refusal(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
    );
    assert_eq!(iam(&emulator, "DeleteRolePolicy", &[("RoleName", "a"), ("PolicyName", "p")]).await.status, 200);
    assert_eq!(iam(&emulator, "ListInstanceProfilesForRole", &[("RoleName", "a")]).await.status, 200);
    assert_eq!(delete().await.status, 200);
    assert_eq!(iam(&emulator, "GetRole", &[("RoleName", "a")]).await.status, 404);
}
