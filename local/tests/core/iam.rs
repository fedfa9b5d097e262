//! IAM.

use serde_json::{Value, json};
use stackctl_local::{Cloud, Settings};

use crate::{PERMISSIONS, Reply, TRUST, cloud, iam, refusal, refused, role};

async fn put_policy(cloud: &Cloud, policy: &str, document: &str) -> Reply {
    let members = [("RoleName", "a"), ("PolicyName", policy), ("PolicyDocument", document)];
    iam(cloud, "PutRolePolicy", &members).await
}

async fn attach(cloud: &Cloud, arn: &str) -> Reply {
    iam(cloud, "AttachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await
}

fn decoded(text: &str) -> String {
    assert!(!text.contains(['{', '"', ' ', ':', '/']), "URL-encoded: {text}");
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

#[tokio::test]
async fn a_role_reads_back_as_it_was_made_with_its_document_encoded() {
    let cloud = cloud();
    let members = [
        ("RoleName", "a"),
        ("Path", "/stackctl/one/"),
        ("AssumeRolePolicyDocument", TRUST),
        ("Description", "of a test"),
        ("MaxSessionDuration", "7200"),
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "v"),
    ];
    let made = iam(&cloud, "CreateRole", &members).await;
    let read = iam(&cloud, "GetRole", &[("RoleName", "A")]).await;
    for reply in [&made, &read] {
        assert_eq!(reply.element("Arn").unwrap(), "arn:aws:iam::000000000000:role/stackctl/one/a");
        assert_eq!(reply.element("Path").unwrap(), "/stackctl/one/");
        assert_eq!(decoded(&reply.element("AssumeRolePolicyDocument").unwrap()), TRUST);
        assert_eq!(reply.element("Description").unwrap(), "of a test");
        assert_eq!(reply.element("MaxSessionDuration").unwrap(), "7200");
        assert_eq!((reply.elements("Key"), reply.elements("Value")), (vec!["k".into()], vec!["v".into()]));
        assert!(reply.element("RoleId").unwrap().starts_with("AROA"));
        assert!(reply.element("CreateDate").unwrap().parse::<jiff::Timestamp>().is_ok());
    }
    assert_eq!(made.element("RoleId"), read.element("RoleId"));
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let cloud = cloud();
    assert_eq!(role(&cloud, "Name").await.status, 200);
    assert_eq!(
        refused(&role(&cloud, "nAME").await),
        refusal(409, "EntityAlreadyExists", "Role with name nAME already exists.")
    );
}

#[tokio::test]
async fn a_role_made_again_has_another_id() {
    let cloud = cloud();
    let first = role(&cloud, "a").await.element("RoleId");
    assert_eq!(iam(&cloud, "DeleteRole", &[("RoleName", "a")]).await.status, 200);
    assert_ne!(role(&cloud, "a").await.element("RoleId"), first);
}

#[tokio::test]
async fn every_operation_on_a_missing_role_says_so() {
    let cloud = cloud();
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    for operation in [
        "GetRole",
        "UpdateRole",
        "UpdateAssumeRolePolicy",
        "DeleteRole",
        "TagRole",
        "UntagRole",
        "ListRoleTags",
        "PutRolePolicy",
        "GetRolePolicy",
        "DeleteRolePolicy",
        "ListRolePolicies",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "ListAttachedRolePolicies",
        "ListInstanceProfilesForRole",
    ] {
        let document = if operation == "UpdateAssumeRolePolicy" { TRUST } else { PERMISSIONS };
        let members = [("RoleName", "gone"), ("PolicyName", "p"), ("PolicyDocument", document), ("PolicyArn", arn)];
        assert_eq!(
            refused(&iam(&cloud, operation, &members).await),
            refusal(404, "NoSuchEntity", "The role with name gone cannot be found."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_missing_policy_says_so() {
    let cloud = cloud();
    role(&cloud, "a").await;
    for operation in ["GetRolePolicy", "DeleteRolePolicy"] {
        assert_eq!(
            refused(&iam(&cloud, operation, &[("RoleName", "a"), ("PolicyName", "p")]).await),
            refusal(404, "NoSuchEntity", "The role policy with name p cannot be found.")
        );
    }
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    assert_eq!(
        refused(&iam(&cloud, "DetachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await),
        refusal(404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/ReadOnlyAccess was not found.")
    );
}

#[tokio::test]
async fn names_paths_and_numbers_are_within_the_model() {
    let cloud = cloud();
    let long = "x".repeat(65);
    let long_description = "d".repeat(1001);
    let create = |more: Vec<(&'static str, String)>| {
        let cloud = cloud.clone();
        async move {
            let mut members = vec![("AssumeRolePolicyDocument", TRUST)];
            members.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            refused(&iam(&cloud, "CreateRole", &members).await)
        }
    };
    let text = str::to_owned;
    for (members, message) in [
        (
            vec![],
            text(
                "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null",
            ),
        ),
        (
            vec![("RoleName", long.clone())],
            format!(
                "1 validation error detected: Value '{long}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"
            ),
        ),
        (
            vec![("RoleName", text("a b"))],
            text(
                "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
            ),
        ),
        (
            vec![("RoleName", text("a")), ("Path", text("stackctl"))],
            text(
                "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
            ),
        ),
        (
            vec![("RoleName", text("a")), ("MaxSessionDuration", text("60"))],
            text(
                "1 validation error detected: Value '60' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
            ),
        ),
        (
            vec![("RoleName", text("a")), ("MaxSessionDuration", text("43201"))],
            text(
                "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200",
            ),
        ),
        (
            vec![("RoleName", text("a")), ("Description", long_description.clone())],
            format!(
                "1 validation error detected: Value '{long_description}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 1000"
            ),
        ),
    ] {
        assert_eq!(create(members).await, (400, text("ValidationError"), message));
    }
    assert_eq!(
        refused(&iam(&cloud, "ListRoles", &[("MaxItems", "1001")]).await),
        refusal(
            400,
            "ValidationError",
            "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"
        )
    );
}

#[tokio::test]
async fn a_trust_policy_must_be_one() {
    let cloud = cloud();
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
            refused(&iam(&cloud, "CreateRole", &members).await),
            refusal(400, "MalformedPolicyDocument", message),
            "{document}"
        );
    }
    role(&cloud, "a").await;
    assert_eq!(
        refused(&iam(&cloud, "UpdateAssumeRolePolicy", &[("RoleName", "a"), ("PolicyDocument", "{")]).await),
        refusal(400, "MalformedPolicyDocument", "This policy contains invalid Json")
    );
}

#[tokio::test]
async fn a_permissions_policy_must_be_one() {
    let cloud = cloud();
    role(&cloud, "a").await;
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
            refused(&put_policy(&cloud, "p", &document).await),
            refusal(400, "MalformedPolicyDocument", message),
            "{document}"
        );
    }
}

#[tokio::test]
async fn inline_policies_are_overwritten_and_count_together_without_white_space() {
    let cloud = cloud();
    role(&cloud, "a").await;
    let sized = |size: usize| {
        let frame = PERMISSIONS.replace("\"*\"", "\"arn:\"");
        frame.replace("arn:", &format!("arn:{}", "x".repeat(size - frame.len())))
    };
    assert_eq!(put_policy(&cloud, "p", &sized(10_000)).await.status, 200);
    assert_eq!(put_policy(&cloud, "p", &sized(10_001)).await.status, 200, "the new one takes the old one's place");
    assert_eq!(put_policy(&cloud, "q", &sized(239)).await.status, 200);
    let over = refusal(409, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role a");
    assert_eq!(refused(&put_policy(&cloud, "q", &sized(240)).await), over);
    let spaced = sized(239).replace(',', " ,\n   ");
    assert_eq!(put_policy(&cloud, "q", &spaced).await.status, 200);
    let read = iam(&cloud, "GetRolePolicy", &[("RoleName", "a"), ("PolicyName", "q")]).await;
    let document = read.element("PolicyDocument").unwrap();
    assert_eq!(percent_encoding::percent_decode_str(&document).decode_utf8().unwrap(), spaced);
    let listed = iam(&cloud, "ListRolePolicies", &[("RoleName", "a")]).await;
    assert_eq!(listed.elements("member"), ["p", "q"]);
}

#[tokio::test]
async fn a_trust_policy_has_a_quota() {
    let cloud = cloud();
    let document = TRUST.replace("sts:AssumeRole", &format!("sts:{}", "x".repeat(2048)));
    let reply = iam(&cloud, "CreateRole", &[("RoleName", "a"), ("AssumeRolePolicyDocument", &document)]).await;
    assert_eq!(refused(&reply), refusal(409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"));
}

#[tokio::test]
async fn managed_policies_attach_once_up_to_ten_and_only_those_of_aws() {
    let cloud = cloud();
    role(&cloud, "a").await;
    let arn = |name: &str| format!("arn:aws:iam::aws:policy/{name}");
    for number in 0..10 {
        assert_eq!(attach(&cloud, &arn(&format!("service-role/P{number}"))).await.status, 200);
    }
    assert_eq!(attach(&cloud, &arn("service-role/P0")).await.status, 200);
    assert_eq!(
        refused(&attach(&cloud, &arn("Eleventh")).await),
        refusal(409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
    );
    assert_eq!(
        refused(&attach(&cloud, "arn:aws:iam::000000000000:policy/mine").await),
        refusal(
            404,
            "NoSuchEntity",
            "Policy arn:aws:iam::000000000000:policy/mine does not exist or is not attachable."
        )
    );
    assert_eq!(
        refused(&attach(&cloud, "AWSLambdaBasicExecutionRole").await),
        refusal(400, "InvalidInput", "ARN AWSLambdaBasicExecutionRole is not valid.")
    );
    let listed = iam(&cloud, "ListAttachedRolePolicies", &[("RoleName", "a"), ("PathPrefix", "/service-role/")]).await;
    assert_eq!(listed.elements("PolicyName").len(), 10);
    assert_eq!(listed.elements("PolicyName")[0], "P0");
    assert_eq!(listed.elements("PolicyArn")[0], arn("service-role/P0"));
}

#[tokio::test]
async fn a_role_goes_only_when_its_policies_are_gone() {
    let cloud = cloud();
    role(&cloud, "a").await;
    put_policy(&cloud, "p", PERMISSIONS).await;
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    attach(&cloud, arn).await;
    let delete = || async { iam(&cloud, "DeleteRole", &[("RoleName", "a")]).await };
    assert_eq!(
        refused(&delete().await),
        refusal(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
    );
    assert_eq!(iam(&cloud, "DetachRolePolicy", &[("RoleName", "a"), ("PolicyArn", arn)]).await.status, 200);
    assert_eq!(
        refused(&delete().await),
        refusal(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
    );
    assert_eq!(iam(&cloud, "DeleteRolePolicy", &[("RoleName", "a"), ("PolicyName", "p")]).await.status, 200);
    assert_eq!(iam(&cloud, "ListInstanceProfilesForRole", &[("RoleName", "a")]).await.status, 200);
    assert_eq!(delete().await.status, 200);
    assert_eq!(iam(&cloud, "GetRole", &[("RoleName", "a")]).await.status, 404);
}

#[tokio::test]
async fn an_update_leaves_what_is_absent() {
    let cloud = cloud();
    let members = [("RoleName", "a"), ("AssumeRolePolicyDocument", TRUST), ("Description", "kept")];
    iam(&cloud, "CreateRole", &members).await;
    iam(&cloud, "UpdateRole", &[("RoleName", "a"), ("MaxSessionDuration", "7200")]).await;
    let read = iam(&cloud, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!(
        (read.element("Description"), read.element("MaxSessionDuration")),
        (Some("kept".into()), Some("7200".into()))
    );
    iam(&cloud, "UpdateRole", &[("RoleName", "a"), ("Description", "")]).await;
    let read = iam(&cloud, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!((read.element("Description"), read.element("MaxSessionDuration")), (None, Some("7200".into())));
    let trust = TRUST.replace("lambda", "edgelambda");
    iam(&cloud, "UpdateAssumeRolePolicy", &[("RoleName", "a"), ("PolicyDocument", &trust)]).await;
    let read = iam(&cloud, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!(decoded(&read.element("AssumeRolePolicyDocument").unwrap()), trust);
}

#[tokio::test]
async fn tags_are_unique_whatever_their_case_and_at_most_fifty() {
    let cloud = cloud();
    role(&cloud, "a").await;
    let tag = |keys: Vec<String>| {
        let cloud = cloud.clone();
        async move {
            let names: Vec<_> = (1..=keys.len()).map(|n| format!("Tags.member.{n}.Key")).collect();
            let values: Vec<_> = (1..=keys.len()).map(|n| format!("Tags.member.{n}.Value")).collect();
            let mut members = vec![("RoleName", "a")];
            for ((name, value), key) in names.iter().zip(&values).zip(&keys) {
                members.extend([(name.as_str(), key.as_str()), (value.as_str(), "v")]);
            }
            iam(&cloud, "TagRole", &members).await
        }
    };
    assert_eq!(
        refused(&tag(vec!["k".into(), "K".into()]).await),
        refusal(400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    );
    assert_eq!(
        refused(&tag(vec!["aws:x".into()]).await),
        refusal(400, "InvalidInput", "Caller is not allowed to modify reserved tag keys")
    );
    assert_eq!(tag((0..50).map(|n| format!("k{n}")).collect()).await.status, 200);
    assert_eq!(tag(vec!["K0".into()]).await.status, 200, "it takes the place of k0");
    assert_eq!(
        refused(&tag(vec!["one-more".into()]).await),
        refusal(409, "LimitExceeded", "The number of tags has reached the maximum limit.")
    );
}

#[tokio::test]
async fn roles_are_listed_by_path_in_pages_without_their_tags() {
    let cloud = Cloud::new(Settings { page_size: Some(2), ..Settings::default() });
    for (name, path) in [("a", "/one/"), ("b", "/one/"), ("c", "/two/"), ("d", "/one/deep/")] {
        let members = [
            ("RoleName", name),
            ("Path", path),
            ("AssumeRolePolicyDocument", TRUST),
            ("Tags.member.1.Key", "k"),
            ("Tags.member.1.Value", "v"),
        ];
        iam(&cloud, "CreateRole", &members).await;
    }
    let first = iam(&cloud, "ListRoles", &[("PathPrefix", "/one/"), ("MaxItems", "100")]).await;
    assert_eq!(
        (first.elements("RoleName"), first.element("IsTruncated")),
        (vec!["a".into(), "b".into()], Some("true".into()))
    );
    assert_eq!(first.elements("Tags"), Vec::<String>::new());
    let marker = first.element("Marker").unwrap();
    let second = iam(&cloud, "ListRoles", &[("PathPrefix", "/one/"), ("Marker", &marker)]).await;
    assert_eq!((second.elements("RoleName"), second.element("IsTruncated")), (vec!["d".into()], Some("false".into())));
    assert_eq!(second.element("Marker"), None);
    assert_eq!(
        refused(&iam(&cloud, "ListRoles", &[("Marker", "!")]).await),
        refusal(400, "ValidationError", "Invalid Marker.")
    );
}
