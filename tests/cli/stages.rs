//! Mistyped stages and renamed stacks.

use std::fs;

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

/// Declares two stages in addition to the default one.
fn declare(sandbox: &Sandbox) {
    sandbox.edit("\"routes\": {", "\"stages\": { \"prod\": {}, \"test\": {} },\n  \"routes\": {");
}

const UNDECLARED: &str = "\
error: stage `prdo` is neither declared in config.json nor recorded
  declared: dev, prod, test
hint: did you mean `prod`?
";

const CREATE: &str = "hint: to create this stage, declare it in `stages` or pass `--new-stage`\n";

#[test]
fn a_mistyped_stage_creates_no_stack() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    declare(&sandbox);
    for line in ["plan", "up --yes", "watch --yes", "validate"] {
        let ran = sandbox.run(&format!("{line} --stage prdo --quiet"));
        assert_eq!((ran.code, ran.err), (2, format!("{UNDECLARED}{CREATE}")), "{line}");
    }
    assert_eq!(aws.writes_since(0), [""; 0]);
    assert!(!sandbox.path("state/shop.prdo.json").exists());
    for stage in ["dev", "prod"] {
        assert_eq!(sandbox.run(&format!("plan --stage {stage}")).code, 0, "{stage} is declared");
    }
    sandbox.done("validate --stage prdo --new-stage");
    sandbox.done("up --stage prdo --new-stage --yes");
    assert_eq!(sandbox.run("up --stage prdo --yes").code, 0, "the stage is recorded");
    sandbox.done("validate --stage prdo");
    sandbox.done("down --stage prdo --yes");
    assert_eq!(sandbox.run("plan --stage prdo").code, 2, "the stage is not recorded any more");
    let again = sandbox.run("down --stage prdo --yes");
    assert_eq!(again.code, 0, "a second `down` finds that it is done: {}", again.err);
}

#[test]
fn commands_that_use_a_stack_name_the_stages_that_exist() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    declare(&sandbox);
    sandbox.done("up --stage prod --yes");
    let told = UNDECLARED.replace("hint:", "  recorded: prod\nhint:");
    for line in ["down --yes", "status", "outputs", "history", "logs", "call GET /hello", "invoke hello", "rollback"] {
        let ran = sandbox.run(&format!("{line} --stage prdo --quiet"));
        assert_eq!((ran.code, ran.err.as_str()), (2, told.as_str()), "{line}");
    }
    assert_eq!(sandbox.run("user list --stage prdo --quiet").err, told);
}

#[test]
fn a_second_stage_of_a_config_without_stages_is_created_only_on_purpose() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("plan --stage anything").code, 0, "there is no other stage");
    sandbox.done("up --yes");
    insta::assert_snapshot!(sandbox.transcript("plan --stage deb --quiet"), @r"
    exit code 2
    error: stage `deb` is neither declared in config.json nor recorded
      declared: dev
      recorded: dev
    hint: did you mean `dev`?
    hint: to create this stage, declare it in `stages` or pass `--new-stage`
    ");
    sandbox.done("up --stage deb --new-stage --yes");
    sandbox.edit(r#""stage": "dev""#, r#""stage": "next""#);
    assert_eq!(sandbox.run("plan").code, 0, "the config names the stage");
}

#[test]
fn the_default_stage_is_not_created_beside_declared_ones() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    declare(&sandbox);
    sandbox.edit(r#", "stage": "dev""#, "");
    let ran = sandbox.run("plan");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("stage `dev` is neither declared in config.json nor recorded\n  declared: prod, test\n"));
    sandbox.edit(r#""region": "eu-west-1""#, r#""region": "eu-west-1", "stage": "${env:STAGE}""#);
    assert_eq!(sandbox.ran(&mut sandbox.shell("STAGE=test stackctl plan")).code, 0);
    assert_eq!(sandbox.ran(&mut sandbox.shell("STAGE=tets stackctl plan")).code, 2, "the variable may be mistyped");
}

#[test]
fn a_renamed_stack_is_reported_with_hints() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let before = aws.cloud.call_log().len();
    sandbox.edit(r#""serviceName": "shop""#, r#""serviceName": "store""#);
    insta::assert_snapshot!(sandbox.transcript("plan --quiet"), @r"
    exit code 2
    error: config.json:2:34: deployment.serviceName: `store` would be a second stack: `shop`, stage dev, was deployed from this file
      10 resources of `shop` are recorded in account 000000000000 in eu-west-1
    hint: to keep it, set `deployment.serviceName` back to `shop`
    hint: to delete it first, run `stackctl down --service-name shop`
    hint: to create `store` beside it, pass `--new-stack`
    ");
    let ran = sandbox.run("up --yes");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(aws.writes_since(before), [""; 0]);
    sandbox.done("plan --new-stack");
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 0
    store, stage dev: nothing to delete: no state at state/store.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    warning: config.json:2:34: deployment.serviceName: `shop`, stage dev, was deployed from this file before
      10 resources of `shop` are recorded in account 000000000000 in eu-west-1
    hint: `stackctl down --service-name shop` deletes it
    ");
    sandbox.done("down --service-name shop --yes");
    assert_eq!(sandbox.run("up --yes").code, 0, "the old stack is destroyed");
    assert!(sandbox.run("outputs invoke_url").code == 0);
    sandbox.done("down --yes");
}

#[test]
fn other_configs_in_the_folder_are_not_renamed_stacks() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let config = fs::read_to_string(sandbox.path("config.json")).unwrap();
    sandbox.write("other.json", &config.replace("shop", "store"));
    sandbox.done("up --config other.json --yes");
    sandbox.write(
        "service/config.json",
        &config.replace("shop", "service").replacen('{', r#"{ "state": { "path": "../state" },"#, 1),
    );
    sandbox.write("service/hello/bootstrap", "#!/bin/sh\n");
    sandbox.done("up --config service/config.json --yes");
    sandbox.write(
        "service/config.json",
        &config.replace("shop", "renamed").replacen('{', r#"{ "state": { "path": "../state" },"#, 1),
    );
    let ran = sandbox.run("plan --config service/config.json");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`service`, stage dev, was deployed from this file\n"), "{}", ran.err);
    assert!(!ran.err.contains("shop") && !ran.err.contains("store"), "{}", ran.err);
}

#[test]
fn other_configs_in_the_bucket_are_not_renamed_stacks() {
    let (_aws, sandbox) = ServedEmulator::with_bucket(Settings::default());
    sandbox.done("up --yes");
    let config = fs::read_to_string(sandbox.path("config.json")).unwrap();
    sandbox.write("other/config.json", &config.replace("shop", "store"));
    sandbox.write("other/hello/bootstrap", "#!/bin/sh\n");
    sandbox.done("up --config other/config.json --yes");
    sandbox.edit(r#""serviceName": "shop""#, r#""serviceName": "boutique""#);
    let ran = sandbox.run("plan");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`shop`, stage dev, was deployed from this file\n"), "{}", ran.err);
    assert!(!ran.err.contains("store"), "{}", ran.err);
    let ran = sandbox.run("outputs --stage dve");
    assert!(ran.err.contains("  declared: dev\n  recorded: dev\n"), "{}", ran.err);
}

#[test]
fn a_deploy_fails_for_errors_of_its_own_stage_and_warns_of_others() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit(
        "\"routes\": {",
        "\"stages\": { \"prod\": { \"routes\": { \"GET /more\": { \"function\": \"helo\" } } } },\n  \"routes\": {",
    );
    let warning = "warning: config.json: stage prod has 1 error\nhint: `stackctl validate --stage prod` shows them\n";
    for line in ["plan", "up --yes"] {
        let ran = sandbox.run(line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        assert!(ran.err.starts_with(warning), "{line}: {}", ran.err);
    }
    assert_eq!(sandbox.run("plan --stage prod").code, 2);
}
