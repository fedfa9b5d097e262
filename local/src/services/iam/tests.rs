//! Tests of IAM: input validation, and how other services use roles.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::Request;

use crate::{
    emulator::Emulator,
    services::iam::Permission,
    store::settings::{Settings, Weather},
};

const TRUST: &str =
    r#"{"Statement":{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}}"#;

const ARN: &str = "arn:aws:iam::000000000000:role/path/r";

const LAMBDA: &str = "lambda.amazonaws.com";

async fn call(emulator: &Emulator, action: &str, members: &[(&str, &str)]) {
    let (status, body) = answer(emulator, action, members).await;
    assert_eq!(status, 200, "{body}");
}

async fn answer(emulator: &Emulator, action: &str, members: &[(&str, &str)]) -> (u16, String) {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("Action", action).append_pair("Version", "2010-05-08").append_pair("RoleName", "r");
    body.extend_pairs(members);
    let request = Request::post("/").header("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/iam/aws4_request");
    let answer = emulator.handle(request.body(Bytes::from(body.finish())).unwrap()).await.unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.into_body().to_vec()).unwrap())
}

#[tokio::test]
async fn documents_descriptions_and_tags_accept_only_iams_characters() {
    let emulator = Emulator::new(Settings::default());
    create(&emulator, TRUST).await;
    let document = |sign: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{sign}"}}}}"#
        )
    };
    let (latin, dash) = (document("ü"), document("—"));
    let put = |document| [("PolicyName", "p"), ("PolicyDocument", document)];
    call(&emulator, "PutRolePolicy", &put(&latin)).await;
    let printable =
        "The specified value for policyDocument is invalid. It must contain only printable ASCII characters.";
    let (status, body) = answer(&emulator, "PutRolePolicy", &put(&dash)).await;
    assert!(status == 400 && body.contains("ValidationError") && body.contains(printable), "{body}");
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "5€")];
    let description = [("Description", "5€")];
    let cases = [
        ("TagRole", &tag[..], "tags.1.member.value", r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
        ("UpdateRole", &description, "description", r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"),
    ];
    for (action, members, member, pattern) in cases {
        let (status, body) = answer(&emulator, action, members).await;
        let text = format!(
            "Value '5€' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
        );
        assert!(status == 400 && body.contains("ValidationError"), "{body}");
        assert!(body.replace("&apos;", "'").contains(&text), "{body}");
    }
}

#[tokio::test]
async fn only_an_existing_aws_managed_policy_can_be_attached() {
    let emulator = Emulator::new(Settings::default());
    create(&emulator, TRUST).await;
    let cases = [
        ("aws:policy/ReadOnlyAccess", 200, "AttachRolePolicyResponse"),
        (
            "aws:policy/ReadOnlyAcess",
            404,
            "Policy arn:aws:iam::aws:policy/ReadOnlyAcess does not exist or is not attachable.",
        ),
        ("aws:policy/AWSLambdaBasicExecutionRole", 404, "does not exist or is not attachable."),
        ("000000000000:policy/mine", 404, "does not exist or is not attachable."),
        (
            "aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
            400,
            "Cannot attach a Service Role Policy to a Customer Role.",
        ),
    ];
    for (name, status, text) in cases {
        let arn = format!("arn:aws:iam::{name}");
        let (answered, body) = answer(&emulator, "AttachRolePolicy", &[("PolicyArn", &arn)]).await;
        assert_eq!(answered, status, "{body}");
        assert!(body.contains(text), "{body}");
    }
}

async fn create(emulator: &Emulator, trust: &str) {
    call(emulator, "CreateRole", &[("Path", "/path/"), ("AssumeRolePolicyDocument", trust)]).await;
}

fn assumable(emulator: &Emulator, service: &str) -> bool {
    let world = emulator.world();
    world.iam.role(ARN).is_some_and(|role| role.assumable_by(service, emulator.now()))
}

#[tokio::test(start_paused = true)]
async fn a_role_is_assumable_only_after_propagation_even_if_recreated() {
    let weather = Weather { role_propagation: Duration::from_secs(10), ..Weather::default() };
    let emulator = Emulator::new(Settings { weather, ..Settings::default() });
    for _ in 0..2 {
        create(&emulator, TRUST).await;
        assert!(!assumable(&emulator, LAMBDA));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(assumable(&emulator, LAMBDA));
        call(&emulator, "DeleteRole", &[]).await;
        assert!(!assumable(&emulator, LAMBDA));
    }
}

#[tokio::test]
async fn a_role_is_assumable_only_by_the_services_it_trusts() {
    let emulator = Emulator::new(Settings::default());
    create(&emulator, TRUST).await;
    assert!(assumable(&emulator, LAMBDA));
    assert!(!assumable(&emulator, "apigateway.amazonaws.com"));
    assert!(emulator.world().iam.role("arn:aws:iam::000000000000:role/r").is_none(), "the path is part of the ARN");
    let deny = TRUST.replace("Allow", "Deny");
    call(&emulator, "UpdateAssumeRolePolicy", &[("PolicyDocument", &deny)]).await;
    assert!(!assumable(&emulator, LAMBDA));
}

#[tokio::test]
async fn a_role_allows_what_its_policies_allow_and_deny_wins() {
    let emulator = Emulator::new(Settings::default());
    create(&emulator, TRUST).await;
    let group = "arn:aws:logs:r:000000000000:log-group:/aws/lambda/f";
    let allows = |action: &str, resource: &str| emulator.world().iam.allows(ARN, action, resource);
    assert!(!allows("logs:CreateLogGroup", group));
    let inline = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":["logs:CreateLogStream","logs:Put*"],"Resource":"{group}:*"}}}}"#
    );
    call(&emulator, "PutRolePolicy", &[("PolicyName", "p"), ("PolicyDocument", &inline)]).await;
    assert!(allows("logs:PutLogEvents", &format!("{group}:log-stream:s")));
    assert!(!allows("logs:PutLogEvents", &format!("{group}-2:log-stream:s")));
    assert!(!allows("logs:CreateLogGroup", group));
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    call(&emulator, "AttachRolePolicy", &[("PolicyArn", basic)]).await;
    assert!(allows("logs:CreateLogGroup", group));
    let deny =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"logs:PutLogEvents","Resource":"*"}}"#;
    call(&emulator, "PutRolePolicy", &[("PolicyName", "deny"), ("PolicyDocument", deny)]).await;
    assert!(!allows("logs:CreateLogGroup", group));
    assert!(allows("logs:PutLogEvents", group));
}

#[tokio::test]
async fn a_permissions_boundary_limits_what_the_policies_allow() {
    let emulator = Emulator::new(Settings::default());
    let boundary = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess";
    let members = [("AssumeRolePolicyDocument", TRUST), ("Path", "/path/"), ("PermissionsBoundary", boundary)];
    call(&emulator, "CreateRole", &members).await;
    let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let all = all.replace(r#"{"Statement""#, r#"{"Version":"2012-10-17","Statement""#);
    call(&emulator, "PutRolePolicy", &[("PolicyName", "p"), ("PolicyDocument", &all)]).await;
    let decide = |action: &str| {
        let permission = Permission { action: action.into(), resource: "*".into(), keys: BTreeMap::new() };
        emulator.world().iam.decide(ARN, &permission).map_err(|denial| denial.reason(action))
    };
    assert_eq!(decide("logs:PutLogEvents"), Ok(()));
    let reason = "because no permissions boundary allows the s3:GetObject action";
    assert_eq!(decide("s3:GetObject"), Err(reason.to_owned()));
}

#[tokio::test]
async fn a_caller_with_policies_may_do_what_they_allow() {
    let statement = serde_json::json!({
        "Effect": "Allow",
        "Action": ["iam:CreateRole", "iam:TagRole"],
        "Resource": "arn:aws:iam::*:role/shop/*",
        "Condition": { "StringEquals": { "aws:RequestTag/team": "a" } },
    });
    let policies = vec![serde_json::json!({ "Statement": statement })];
    let emulator = Emulator::new(Settings {
        caller_policies: BTreeMap::from([("a".to_owned(), policies)]),
        ..Settings::default()
    });
    let create = async |path, team| {
        let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", team)];
        let members = [("Path", path), ("AssumeRolePolicyDocument", TRUST)];
        answer(&emulator, "CreateRole", &[members.as_slice(), &tag].concat()).await
    };
    for (path, team) in [("/shop/", "b"), ("/other/", "a")] {
        let (status, body) = create(path, team).await;
        assert_eq!(status, 403);
        let message = "User: arn:aws:iam::000000000000:user/local is not authorized to perform: iam:CreateRole on \
                       resource: role r because no identity-based policy allows the iam:CreateRole action";
        assert!(body.contains(message), "{body}");
    }
    assert_eq!(create("/shop/", "a").await.0, 200);
    assert_eq!(emulator.needed_actions().into_iter().collect::<Vec<_>>(), ["iam:CreateRole", "iam:TagRole"]);
    assert_eq!(answer(&emulator, "GetRole", &[]).await.0, 403);
}
