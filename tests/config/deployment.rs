//! Names, Regions, the account and tags.

use insta::assert_snapshot;

use super::harness::Folder;

#[test]
fn a_service_name_that_an_aws_service_would_reject_is_rejected() {
    for name in ["my_shop", "1shop", "", "sh op"] {
        let folder = Folder::with_deployment(&format!(
            r#""serviceName": "{name}", "region": "eu-west-1", "userPoolName": "p", "clientName": "c""#
        ));
        assert_eq!(
            folder.problems(),
            format!(
                "error: config.json:3:20: deployment.serviceName: `{name}` is not a service name\n  \
                 a service name consists of letters, digits and hyphens, and starts with a letter"
            )
        );
    }
}

#[test]
fn a_region_must_look_like_one() {
    let folder = Folder::with_deployment(r#""serviceName": "shop", "region": "Ireland""#);
    assert_snapshot!(folder.problems(), @"
    error: config.json:3:38: deployment.region: `Ireland` is not a Region
      a Region is written like `us-west-2`
    ");
    for region in ["us-gov-west-1", "eu-isoe-west-1", "us-iso-east-1", "eusc-de-east-1", "ap-southeast-7"] {
        let folder = Folder::with_deployment(&format!(r#""serviceName": "shop", "region": "{region}""#));
        assert_eq!(folder.problems(), "");
    }
}

#[test]
fn a_region_has_the_form_that_it_has_in_arns() {
    for region in ["eu-west", "eu-west-12", "europe-west-1", "eu-west-north-1", "-west-1", "eusc-east-1", "eu--1"] {
        let folder = Folder::with_deployment(&format!(r#""serviceName": "shop", "region": "{region}""#));
        let problem = format!("error: config.json:3:38: deployment.region: `{region}` is not a Region");
        let problems = folder.problems();
        // A hint follows when a known Region is similar.
        let said: Vec<_> = problems.lines().filter(|line| !line.starts_with("hint: did you mean `")).collect();
        assert_eq!(said, [problem.as_str(), "  a Region is written like `us-west-2`"]);
    }
}

#[test]
fn the_region_may_be_set_by_the_flag_only() {
    let folder = Folder::with_deployment(r#""serviceName": "shop""#);
    assert_snapshot!(folder.problems(), @"
    error: config.json:2:17: deployment: no Region is named
    hint: add the key `region`, or pass `--region`
    ");
    assert_eq!(folder.region("us-east-1").load().unwrap().config.deployment.region, "us-east-1");
}

#[test]
fn flags_are_checked_like_the_file() {
    let folder = Folder::with_section("").stage("a b").region("mars");
    assert_snapshot!(folder.problems(), @"
    error: --stage: `a b` is not a stage name
      a stage has 1 to 128 letters, digits, hyphens and underscores
    error: --region: `mars` is not a Region
      a Region is written like `us-west-2`
    ");
}

#[test]
fn stage_pool_client_and_account_have_the_form_that_aws_requires() {
    let mut reported = vec![
        Folder::with(
            r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev/1" },
  "functions": {},
  "routes": {},
  "stages": { "prod!": {} }
}"#,
        )
        .problems(),
    ];
    let long = "p".repeat(129);
    let folder = Folder::with_deployment(&format!(
        r#""serviceName": "shop", "region": "eu-west-1",
    "userPoolName": "shop/pool",
    "clientName": "{long}""#
    ));
    let ascii =
        r#""serviceName": "shop", "region": "eu-west-1", "userPoolName": "größe", "clientName": "a b\tc+=,.@-_""#;
    reported.push(Folder::with_deployment(ascii).problems());
    let empty = r#""serviceName": "shop", "region": "eu-west-1", "userPoolName": "", "clientName": """#;
    reported.push(Folder::with_deployment(empty).problems());
    reported.push(folder.problems());
    reported.push(
        Folder::with_deployment(r#""serviceName": "shop", "region": "eu-west-1", "accountId": "12345""#).problems(),
    );
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:2:74: deployment.stage: `dev/1` is not a stage name
      a stage has 1 to 128 letters, digits, hyphens and underscores
    error: config.json:5:15: stages."prod!": `prod!` is not a stage name
      a stage has 1 to 128 letters, digits, hyphens and underscores
    error: config.json:3:67: deployment.userPoolName: Cognito rejects `ö` in the name
      allowed are letters from a to z, digits, spaces and _ + = , . @ -
    error: config.json:3:67: deployment.userPoolName: the name is empty
      Cognito takes 1 to 128 characters
    error: config.json:3:85: deployment.clientName: the name is empty
      Cognito takes 1 to 128 characters
    error: config.json:4:21: deployment.userPoolName: Cognito rejects `/` in the name
      allowed are letters from a to z, digits, spaces and _ + = , . @ -
    error: config.json:5:19: deployment.clientName: the name has 129 characters
      Cognito takes 128
    error: config.json:3:64: deployment.accountId: `12345` is not an account id
      an account id has 12 digits
    "#);
}

#[test]
fn tags_are_limited_to_what_every_service_accepts() {
    let key = "k".repeat(129);
    let value = "v".repeat(257);
    let folder = Folder::with_deployment(&format!(
        r#""serviceName": "shop", "region": "eu-west-1", "tags": {{
      "AWS:team": "a",
      "stackctl:stack": "b",
      "": "c",
      "{key}": "d",
      "what?": "e",
      "team": "{value}",
      "costs": "5 €",
      "marks": "e\u0301",
      "spaces": "5\u00a0m",
      "good": "a value: with / most + of = it - @ . _"
    }}"#
    ));
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:4:7: deployment.tags."AWS:team": AWS reserves keys that start with `aws:`
    error: config.json:5:7: deployment.tags."stackctl:stack": stackctl uses keys that start with `stackctl:` for its ownership tags
    error: config.json:6:7: deployment.tags."": the tag's key is empty
      AWS takes 1 to 128 characters
    error: config.json:7:7: deployment.tags.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: the tag's key has 129 characters
      AWS takes 128
    error: config.json:8:7: deployment.tags."what?": AWS rejects `?` in the tag's key
      allowed are letters, digits, spaces and _ . : / = + - @
    error: config.json:9:15: deployment.tags.team: the tag's value has 257 characters
      AWS takes 256
    error: config.json:10:16: deployment.tags.costs: AWS rejects `€` in the tag's value
      allowed are letters, digits, spaces and _ . : / = + - @
    error: config.json:11:16: deployment.tags.marks: AWS rejects `\u{301}` in the tag's value
      allowed are letters, digits, spaces and _ . : / = + - @
    "#);
}

#[test]
fn tags_leave_room_for_the_tags_of_stackctl() {
    let tags: Vec<_> = (0..46).map(|index| format!(r#""key{index}": """#)).collect();
    let folder = Folder::with_deployment(&format!(
        r#""serviceName": "shop", "region": "eu-west-1",
    "tags": {{ {} }}"#,
        tags.join(", ")
    ));
    assert_snapshot!(folder.problems(), @r"
    error: config.json:4:13: deployment.tags: 46 tags
      allowed are 45: AWS takes 50, and stackctl needs the others
    ");
}
