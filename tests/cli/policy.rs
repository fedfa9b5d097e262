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
    insta::assert_snapshot!(sandbox.transcript("policy --trust github:acme/shop:main --account 123456789012"), @"");
    insta::assert_snapshot!(sandbox.transcript("policy --trust github:acme/shop"), @"");
    insta::assert_snapshot!(sandbox.transcript("policy --trust gitlab:acme/shop"), @"");
    insta::assert_snapshot!(sandbox.transcript("policy --account 12"), @"");
}
