//! Variables inside strings.

use insta::assert_snapshot;

use super::harness::Folder;

fn description(text: &str) -> Folder {
    Folder::with_section(&format!(r#""api": {{ "description": "{text}" }}"#))
}

#[test]
fn stage_region_and_environment_are_substituted_on_loading() {
    let folder = description("${stage} in ${region} by ${env:WHO}, $5").variable("WHO", "me").stage("prod");
    assert_eq!(folder.load().unwrap().config.api.description, "prod in eu-west-1 by me, $5");
}

#[test]
fn the_account_is_substituted_when_it_is_known() {
    let config = description("${account}, $${account}, $$${account}").load().unwrap().config;
    assert!(config.needs_account());
    assert_eq!(config.with_account("123456789012").api.description, "123456789012, ${account}, $${account}");
}

#[test]
fn the_account_is_known_when_the_file_names_it() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "accountId": "123456789012" },
  "functions": {},
  "routes": {},
  "api": { "description": "in ${account}" }
}"#,
    );
    let config = folder.load().unwrap().config;
    assert!(!config.needs_account());
    assert_eq!(config.api.description, "in 123456789012");
}

#[test]
fn two_dollars_escape_a_variable() {
    let config = description("$${stage} $$${stage} $${").load().unwrap().config;
    assert_eq!(config.with_account("123456789012").api.description, "${stage} $${stage} ${");
}

#[test]
fn values_of_environment_variables_are_not_expanded() {
    let folder = description("${env:WHAT}").variable("WHAT", "${account} ${stage}");
    assert_eq!(folder.load().unwrap().config.with_account("123456789012").api.description, "${account} ${stage}");
}

#[test]
fn every_variable_that_cannot_be_substituted_is_a_problem() {
    let mut reported = vec![
        description("${stgae} ${env:MISSING} ${aws:username} ${stage").problems(),
        description("${env:A:-${stage}}").problems(),
        Folder::with_deployment(
            r#""serviceName": "shop",
    "stage": "${stage}",
    "region": "${region}",
    "accountId": "${account}""#,
        )
        .problems(),
    ];
    let folder = || Folder::with_section(r#""userPool": { "mfa": "${env:MFA}" }"#);
    assert_eq!(folder().variable("MFA", "ON").problems(), "");
    reported.push(folder().variable("MFA", "MAYBE").problems());
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json:5:27: api.description: `${stgae}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: did you mean `${stage}`?
    error: config.json:5:27: api.description: `${aws:username}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: for the text itself, write `$${aws:username}`
    error: config.json:5:27: api.description: `${` is not closed by `}`
    hint: for the text `${` itself, write `$${`
    error: config.json:5:27: api.description: the environment variable `MISSING` is not set
    hint: set it: `export MISSING=…`, or name a default: `${env:MISSING:-…}`
    error: config.json:5:27: api.description: the default of `${env:A}` has a variable in it
    hint: a default is plain text
    error: config.json:4:14: deployment.stage: `${stage}` cannot be used to find out itself
    error: config.json:5:15: deployment.region: `${region}` cannot be used to find out itself
    error: config.json:6:18: deployment.accountId: `${account}` cannot be used here: the account is known only after AWS was asked
    error: config.json:5:24: userPool.mfa: `MAYBE` is not allowed
      allowed are: OFF, OPTIONAL, ON
    ");
}

#[test]
fn a_default_replaces_an_unset_or_empty_variable() {
    let folder = description("${env:A:-one} ${env:B:-two words} ${env:C:-} ${env:D:-x:-y} ${env:E:-e}");
    let folder = folder.variable("B", "").variable("E", "five");
    assert_eq!(folder.load().unwrap().config.api.description, "one two words  x:-y five");
}

#[test]
fn stage_and_region_may_come_from_the_environment() {
    let folder =
        Folder::with_deployment(r#""serviceName": "shop", "stage": "${env:STAGE}", "region": "${env:REGION}""#)
            .variable("STAGE", "prod")
            .variable("REGION", "eu-west-1");
    let deployment = folder.load().unwrap().config.deployment;
    assert_eq!((deployment.stage.as_str(), deployment.region.as_str()), ("prod", "eu-west-1"));
}

#[test]
fn a_variable_of_a_stage_that_was_not_chosen_may_be_unset() {
    let folder = Folder::with_section(r#""stages": { "prod": { "api": { "description": "${env:MISSING}" } } }"#);
    assert_eq!(folder.problems(), "");
}

#[test]
fn names_are_measured_with_an_account_in_them() {
    let folder = Folder::with_deployment(&format!(
        r#""serviceName": "shop", "region": "eu-west-1", "userPoolName": "{}${{account}}""#,
        "p".repeat(116)
    ));
    assert_eq!(folder.problems(), "");
}
