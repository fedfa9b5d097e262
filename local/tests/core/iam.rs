//! IAM: roles.

use stackctl_local::{Emulator, Settings};

use crate::{PERMISSIONS, TRUST, emulator, iam, refusal, refused, role};

fn decoded(text: &str) -> String {
    assert!(!text.contains(['{', '"', ' ', ':', '/']), "URL-encoded: {text}");
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

#[tokio::test]
async fn a_role_reads_back_as_created_with_its_document_encoded() {
    let emulator = emulator();
    let members = [
        ("RoleName", "a"),
        ("Path", "/stackctl/one/"),
        ("AssumeRolePolicyDocument", TRUST),
        ("Description", "of a test"),
        ("MaxSessionDuration", "7200"),
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "v"),
    ];
    let made = iam(&emulator, "CreateRole", &members).await;
    let read = iam(&emulator, "GetRole", &[("RoleName", "A")]).await;
    for reply in [&made, &read] {
        assert_eq!(reply.element("Arn").unwrap(), "arn:aws:iam::000000000000:role/stackctl/one/a");
        assert_eq!(reply.element("Path").unwrap(), "/stackctl/one/");
        assert_eq!(decoded(&reply.element("AssumeRolePolicyDocument").unwrap()), TRUST);
        assert_eq!(reply.element("Description").unwrap(), "of a test");
        assert_eq!((reply.elements("Key"), reply.elements("Value")), (vec!["k".into()], vec!["v".into()]));
        assert!(reply.element("RoleId").unwrap().starts_with("AROA"));
        assert!(reply.element("CreateDate").unwrap().parse::<jiff::Timestamp>().is_ok());
    }
    assert_eq!(read.element("MaxSessionDuration").unwrap(), "7200");
    assert_eq!(made.element("RoleId"), read.element("RoleId"));
}

#[tokio::test]
async fn role_names_are_unique_whatever_their_case() {
    let emulator = emulator();
    assert_eq!(role(&emulator, "Name").await.status, 200);
    assert_eq!(
        refused(&role(&emulator, "nAME").await),
        refusal(409, "EntityAlreadyExists", "Role with name nAME already exists.")
    );
}

#[tokio::test]
async fn a_recreated_role_has_another_id() {
    let emulator = emulator();
    let first = role(&emulator, "a").await.element("RoleId");
    assert_eq!(iam(&emulator, "DeleteRole", &[("RoleName", "a")]).await.status, 200);
    assert_ne!(role(&emulator, "a").await.element("RoleId"), first);
}

#[tokio::test]
async fn every_operation_on_a_missing_role_returns_no_such_entity() {
    let emulator = emulator();
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
        let members = [
            ("RoleName", "gone"),
            ("PolicyName", "p"),
            ("PolicyDocument", document),
            ("PolicyArn", arn),
            ("Tags", ""),
            ("TagKeys", ""),
        ];
        assert_eq!(
            refused(&iam(&emulator, operation, &members).await),
            refusal(404, "NoSuchEntity", "The role with name gone cannot be found."),
            "{operation}"
        );
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
async fn names_paths_and_numbers_must_match_the_api_model() {
    let emulator = emulator();
    let long = "x".repeat(65);
    let long_description = "d".repeat(1001);
    let create = |more: Vec<(&'static str, String)>| {
        let emulator = emulator.clone();
        async move {
            let mut members = vec![("AssumeRolePolicyDocument", TRUST)];
            members.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            refused(&iam(&emulator, "CreateRole", &members).await)
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
        refused(&iam(&emulator, "ListRoles", &[("MaxItems", "1001")]).await),
        refusal(
            400,
            "ValidationError",
            "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"
        )
    );
}

#[tokio::test]
async fn an_update_does_not_change_absent_members() {
    let emulator = emulator();
    let members = [("RoleName", "a"), ("AssumeRolePolicyDocument", TRUST), ("Description", "kept")];
    iam(&emulator, "CreateRole", &members).await;
    iam(&emulator, "UpdateRole", &[("RoleName", "a"), ("MaxSessionDuration", "7200")]).await;
    let read = iam(&emulator, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!(
        (read.element("Description"), read.element("MaxSessionDuration")),
        (Some("kept".into()), Some("7200".into()))
    );
    iam(&emulator, "UpdateRole", &[("RoleName", "a"), ("Description", "")]).await;
    let read = iam(&emulator, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!((read.element("Description"), read.element("MaxSessionDuration")), (None, Some("7200".into())));
    let trust = TRUST.replace("lambda", "edgelambda");
    iam(&emulator, "UpdateAssumeRolePolicy", &[("RoleName", "a"), ("PolicyDocument", &trust)]).await;
    let read = iam(&emulator, "GetRole", &[("RoleName", "a")]).await;
    assert_eq!(decoded(&read.element("AssumeRolePolicyDocument").unwrap()), trust);
}

#[tokio::test]
async fn tag_keys_are_unique_whatever_their_case_and_at_most_fifty() {
    let emulator = emulator();
    role(&emulator, "a").await;
    let tag = |keys: Vec<String>| {
        let emulator = emulator.clone();
        async move {
            let names: Vec<_> = (1..=keys.len()).map(|n| format!("Tags.member.{n}.Key")).collect();
            let values: Vec<_> = (1..=keys.len()).map(|n| format!("Tags.member.{n}.Value")).collect();
            let mut members = vec![("RoleName", "a")];
            for ((name, value), key) in names.iter().zip(&values).zip(&keys) {
                members.extend([(name.as_str(), key.as_str()), (value.as_str(), "v")]);
            }
            iam(&emulator, "TagRole", &members).await
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
    assert_eq!(tag(vec!["K0".into()]).await.status, 200, "it replaces k0");
    assert_eq!(
        refused(&tag(vec!["one-more".into()]).await),
        refusal(409, "LimitExceeded", "The number of tags has reached the maximum limit.")
    );
}

#[tokio::test]
async fn roles_are_listed_by_path_in_pages_without_tags() {
    let emulator = Emulator::new(Settings { page_size: Some(2), ..Settings::default() });
    for (name, path) in [("a", "/one/"), ("b", "/one/"), ("c", "/two/"), ("d", "/one/deep/")] {
        let members = [
            ("RoleName", name),
            ("Path", path),
            ("AssumeRolePolicyDocument", TRUST),
            ("Tags.member.1.Key", "k"),
            ("Tags.member.1.Value", "v"),
        ];
        iam(&emulator, "CreateRole", &members).await;
    }
    let first = iam(&emulator, "ListRoles", &[("PathPrefix", "/one/"), ("MaxItems", "100")]).await;
    assert_eq!(
        (first.elements("RoleName"), first.element("IsTruncated")),
        (vec!["a".into(), "b".into()], Some("true".into()))
    );
    assert_eq!(first.elements("Tags"), Vec::<String>::new());
    let marker = first.element("Marker").unwrap();
    let second = iam(&emulator, "ListRoles", &[("PathPrefix", "/one/"), ("Marker", &marker)]).await;
    assert_eq!((second.elements("RoleName"), second.element("IsTruncated")), (vec!["d".into()], Some("false".into())));
    assert_eq!(second.element("Marker"), None);
    assert_eq!(
        refused(&iam(&emulator, "ListRoles", &[("Marker", "!")]).await),
        refusal(400, "ValidationError", "Invalid Marker.")
    );
}
