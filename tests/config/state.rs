//! Where the state is stored.

use insta::assert_snapshot;
use stackctl::config::StateLocation;

use super::harness::Folder;

fn state(section: &str) -> StateLocation {
    Folder::with_section(section).load().unwrap_or_else(|problems| panic!("{problems}")).config.state
}

#[test]
fn a_state_folder_has_a_name() {
    assert_snapshot!(Folder::with_section(r#""state": { "path": "" }"#).problems(), @"
    error: config.json:5:22: state.path: the folder has no name
    hint: leave the key out for `state`
    ");
}

#[test]
fn a_bucket_requires_only_its_name() {
    let s3 = state(r#""state": { "s3": { "bucket": "acme-states" } }"#).s3.unwrap();
    assert_eq!(
        (s3.bucket.as_str(), s3.key.as_str(), s3.region.as_str(), s3.owner),
        ("acme-states", "stackctl/shop.dev.json", "eu-west-1", None)
    );
    let folder = Folder::with_section(r#""state": { "s3": { "bucket": "acme-states" } }"#).stage("prod");
    assert_eq!(folder.load().unwrap().config.state.s3.unwrap().key, "stackctl/shop.prod.json");
}

#[test]
fn the_settings_of_a_bucket_are_used_unchanged() {
    let section = r#""state": { "s3": {
        "bucket": "states-${account}", "key": "team/${stage}", "region": "us-east-1", "owner": "210987654321"
    } }"#;
    let s3 = Folder::with_section(section).load().unwrap().config.with_account("123456789012").state.s3.unwrap();
    assert_eq!(
        (s3.bucket.as_str(), s3.key.as_str(), s3.region.as_str(), s3.owner.as_deref()),
        ("states-123456789012", "team/dev", "us-east-1", Some("210987654321"))
    );
}

#[test]
fn what_s3_or_the_lock_beside_it_would_reject_is_rejected() {
    let section = r#""state": { "s3": {
    "bucket": "Acme_States",
    "key": "team//shop.json",
    "region": "Ireland",
    "owner": "acme"
  } }"#;
    assert_snapshot!(Folder::with_section(section).problems(), @r"
    error: config.json:6:15: state.s3.bucket: `Acme_States` is not the name of a bucket
      a bucket name consists of 3 to 63 lowercase letters, digits, hyphens and single dots, and starts and ends with a letter or digit
    error: config.json:7:12: state.s3.key: `team//shop.json` is not a good key
      a key is written like `team/shop.json`, without an empty part between slashes
    error: config.json:8:15: state.s3.region: `Ireland` is not a Region
      a Region is written like `us-west-2`
    error: config.json:9:14: state.s3.owner: `acme` is not an account id
      an account id has 12 digits
    ");
    assert_snapshot!(Folder::with_section(r#""state": { "s3": { "key": "" } }"#).problems(), @r"
    error: config.json:5:20: state.s3: the key `bucket` is missing
      bucket: The bucket's name
    error: config.json:5:29: state.s3.key: the object has no name
    hint: leave the key out for a name with the stage in it
    ");
    let long = format!(r#""state": {{ "s3": {{ "bucket": "acme", "key": "{}" }} }}"#, "k".repeat(1001));
    assert_snapshot!(Folder::with_section(&long).problems(), @r"
    error: config.json:5:47: state.s3.key: the key has 1001 bytes
      1000 are allowed
    ");
    for bucket in ["acme-states", "a.b.c", "123", "states-${account}"] {
        let section = format!(r#""state": {{ "s3": {{ "bucket": "{bucket}" }} }}"#);
        assert_eq!(Folder::with_section(&section).problems(), "");
    }
    for bucket in ["ab", "-acme", "acme.", "a..b", "acme/states", "s3://acme"] {
        let section = format!(r#""state": {{ "s3": {{ "bucket": "{bucket}" }} }}"#);
        let problems = Folder::with_section(&section).problems();
        assert!(problems.contains("is not the name of a bucket"), "{bucket}: {problems}");
    }
}

#[test]
fn a_state_is_in_one_place() {
    assert_snapshot!(Folder::with_section(r#""state": { "path": "x", "s3": { "bucket": "acme" } }"#).problems(), @r"
    error: config.json:5:12: state: the state cannot be in two places
    hint: remove one of `path` and `s3`
    ");
}

#[test]
fn a_stage_may_have_its_state_elsewhere() {
    let section = r#""state": { "path": "records" },
  "stages": { "prod": { "state": { "s3": { "bucket": "acme" } } }, "test": { "state": { "path": "other" } } }"#;
    let of = |stage: &str| Folder::with_section(section).stage(stage).load().unwrap().config.state;
    assert_eq!((of("dev").path.as_str(), of("dev").s3), ("records", None));
    assert_eq!(of("prod").s3.unwrap().key, "stackctl/shop.prod.json");
    assert_eq!((of("test").path.as_str(), of("test").s3), ("other", None));

    let section = r#""state": { "s3": { "bucket": "acme", "region": "us-east-1" } },
  "stages": { "prod": { "state": { "s3": { "bucket": "acme-prod" } } }, "test": { "state": { "path": "other" } } }"#;
    let of = |stage: &str| Folder::with_section(section).stage(stage).load().unwrap().config.state;
    let prod = of("prod").s3.unwrap();
    assert_eq!((prod.bucket.as_str(), prod.region.as_str()), ("acme-prod", "us-east-1"));
    assert_eq!((of("test").path.as_str(), of("test").s3), ("other", None));
}

#[test]
fn stages_do_not_share_an_object() {
    let section = |key: &str, stages: &str| {
        Folder::with_section(&format!(
            r#""state": {{ "s3": {{ "bucket": "acme", "key": "{key}" }} }},
  "stages": {{ {stages} }}"#
        ))
    };
    let prod = r#""prod": { "userPool": { "mfa": "ON" } }"#;
    assert_snapshot!(section("shop.json", prod).problems(), @r"
    error: config.json:5:47: state.s3.key: the stages `dev` and `prod` would share one state
    hint: put `${stage}` into the key, or leave it out
    ");
    assert_snapshot!(section("shop.json", prod).stage("prod").problems(), @"");
    assert_eq!(section("shop.json", "").problems(), "");
    assert_eq!(section("shop/${stage}.json", prod).problems(), "");
    let own = r#""prod": { "state": { "s3": { "key": "live.json" } } }"#;
    assert_eq!(section("shop.json", own).problems(), "");
    assert_eq!(section("shop.json", own).stage("prod").problems(), "");
}
