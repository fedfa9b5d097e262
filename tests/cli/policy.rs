//! `stackctl policy`, without an account.

use serde_json::Value;

use super::sandbox::Sandbox;

#[test]
fn the_policy_is_printed_for_a_stage_for_all_and_for_a_reader() {
    let sandbox = Sandbox::new();
    let policy: Value = serde_json::from_str(&sandbox.done("policy --quiet").out).unwrap();
    let text = policy.to_string();
    assert!(text.contains("role/stackctl/shop/dev/*") && text.contains("function:shop-dev-*"), "{text}");
    let all = sandbox.done("policy --all-stages --quiet").out;
    assert!(all.contains("role/stackctl/shop/*/*") && !all.contains("dev"), "{all}");
    let events = sandbox.events("policy --read-only --account 123456789012");
    let event = events.iter().find(|event| event["event"] == "policy").unwrap();
    let size = event["size"].as_u64().unwrap();
    assert!((1_000..2_500).contains(&size), "{size}");
    let roles = &event["document"]["Statement"][1];
    assert_eq!(roles["Resource"][0], "arn:aws:iam::123456789012:role/stackctl/shop/dev/*");
    assert!(roles["Action"].as_array().unwrap().iter().all(|action| !action.as_str().unwrap().contains(":Create")));
}

#[test]
fn the_trust_policy_names_the_repository_and_needs_the_account() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("policy --trust github:acme/shop:main --account 123456789012"), @r#"
    exit code 0
    --- stdout
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
          },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main"
            }
          }
        }
      ]
    }
    "#);
    insta::assert_snapshot!(sandbox.transcript("policy --trust github:acme/shop"), @r"
    exit code 2
    error: the trust policy needs the id of the account, whose identity provider it names
    hint: add `--account ID`, or set `deployment.accountId` in the config
    ");
    insta::assert_snapshot!(sandbox.transcript("policy --trust gitlab:acme/shop"), @r"
    exit code 2
    error: invalid value 'gitlab:acme/shop' for '--trust <SUBJECT>': expected `github:OWNER/REPOSITORY`, or with `:` and a branch, `refs/tags/v*`, `environment:NAME` or `pull_request` at its end

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(sandbox.transcript("policy --account 12"), @r"
    exit code 2
    error: invalid value '12' for '--account <ID>': expected 12 digits

    For more information, try '--help'.
    ");
}
