//! Stages and stacks that may be mistaken: a stage that is mistyped, a stack that was renamed. AWS is played by a local cloud
//! in this process.

use stackctl_local::Settings;

use super::{bucket, cloud::Served, sandbox::Sandbox};

/// Declares two stages beside the usual one.
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
fn a_stage_that_is_mistyped_creates_no_stack() {
    let aws = Served::new(Settings::default());
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
    assert_eq!(sandbox.run("validate --stage prdo --new-stage").code, 0);
    assert_eq!(sandbox.run("plan --stage prdo --new-stage").code, 0);
    assert_eq!(sandbox.run("up --stage prdo --new-stage --yes").code, 0);
    assert_eq!(sandbox.run("up --stage prdo --yes").code, 0, "it is recorded now");
    assert_eq!(sandbox.run("validate --stage prdo").code, 0);
    assert_eq!(sandbox.run("down --stage prdo --yes").code, 0);
    assert_eq!(sandbox.run("plan --stage prdo").code, 2, "nothing of it is recorded any more");
    let again = sandbox.run("down --stage prdo --yes");
    assert_eq!(again.code, 0, "a second `down` finds that it is done: {}", again.err);
}

#[test]
fn commands_that_use_a_stack_name_the_stages_there_are() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    declare(&sandbox);
    assert_eq!(sandbox.run("up --stage prod --yes").code, 0);
    let told = UNDECLARED.replace("hint:", "  recorded: prod\nhint:");
    for line in ["down --yes", "status", "outputs", "history", "logs", "call GET /hello", "invoke hello", "rollback"] {
        let ran = sandbox.run(&format!("{line} --stage prdo --quiet"));
        assert_eq!((ran.code, ran.err.as_str()), (2, told.as_str()), "{line}");
    }
    assert_eq!(sandbox.run("user list --stage prdo --quiet").err, told);
}

#[test]
fn a_second_stage_of_a_config_without_stages_is_created_only_on_purpose() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("plan --stage anything").code, 0, "there is no other stage");
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(sandbox.transcript("plan --stage deb"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage deb, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: stage `deb` is neither declared in config.json nor recorded
      declared: dev
      recorded: dev
    hint: did you mean `dev`?
    hint: to create this stage, declare it in `stages` or pass `--new-stage`
    ");
    assert_eq!(sandbox.run("up --stage deb --new-stage --yes").code, 0);
    sandbox.edit(r#""stage": "dev""#, r#""stage": "next""#);
    assert_eq!(sandbox.run("plan").code, 0, "the file itself names it");
}

#[test]
fn a_usual_stage_that_nothing_names_is_not_created_beside_declared_ones() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    declare(&sandbox);
    sandbox.edit(r#", "stage": "dev""#, "");
    let ran = sandbox.run("plan");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("stage `dev` is neither declared in config.json nor recorded\n  declared: prod, test\n"));
    sandbox.edit(r#""region": "eu-west-1""#, r#""region": "eu-west-1", "stage": "${env:STAGE}""#);
    assert_eq!(sandbox.ran(&mut sandbox.shell("STAGE=test stackctl plan")).code, 0);
    assert_eq!(sandbox.ran(&mut sandbox.shell("STAGE=tets stackctl plan")).code, 2, "it may be mistyped there");
}

#[test]
fn a_stack_that_was_renamed_is_named_with_the_ways_out() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let before = aws.cloud.call_log().len();
    sandbox.edit(r#""serviceName": "shop""#, r#""serviceName": "store""#);
    insta::assert_snapshot!(sandbox.transcript("plan"), @r"
    exit code 2
    --- stdout
    --- stderr
    store, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: config.json:2:34: deployment.serviceName: `store` would be a second stack: `shop`, stage dev, was deployed from this file
      10 resources of `shop` are recorded in account 000000000000 in eu-west-1
    hint: to keep it, set `deployment.serviceName` back to `shop`
    hint: to delete it first, run `stackctl down --service-name shop`
    hint: to create `store` beside it, pass `--new-stack`
    ");
    let ran = sandbox.run("up --yes");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(aws.writes_since(before), [""; 0]);
    assert_eq!(sandbox.run("plan --new-stack").code, 0);
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 0
    --- stdout
    --- stderr
    store, stage dev: nothing to delete: no state at state/store.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    warning: config.json:2:34: deployment.serviceName: `shop`, stage dev, was deployed from this file before
      10 resources of `shop` are recorded in account 000000000000 in eu-west-1
    hint: `stackctl down --service-name shop` deletes it
    ");
    assert_eq!(sandbox.run("down --service-name shop --yes").code, 0);
    assert_eq!(sandbox.run("up --yes").code, 0, "nothing is left of it");
    assert!(sandbox.run("outputs invoke_url").code == 0);
    assert_eq!(sandbox.run("down --yes").code, 0);
}

#[test]
fn other_configs_that_share_a_folder_are_no_renamed_stacks() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let config = std::fs::read_to_string(sandbox.path("config.json")).unwrap();
    sandbox.write("other.json", &config.replace("shop", "store"));
    assert_eq!(sandbox.run("up --config other.json --yes").code, 0);
    sandbox.write(
        "service/config.json",
        &config.replace("shop", "service").replacen('{', r#"{ "state": { "path": "../state" },"#, 1),
    );
    sandbox.write("service/hello/bootstrap", "#!/bin/sh\n");
    assert_eq!(sandbox.run("up --config service/config.json --yes").code, 0);
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
fn a_bucket_of_many_stacks_names_only_what_is_of_this_file() {
    let (_aws, sandbox) = bucket::served(Settings::default());
    assert_eq!(sandbox.run("up --yes").code, 0);
    let config = std::fs::read_to_string(sandbox.path("config.json")).unwrap();
    sandbox.write("other/config.json", &config.replace("shop", "store"));
    sandbox.write("other/hello/bootstrap", "#!/bin/sh\n");
    assert_eq!(sandbox.run("up --config other/config.json --yes").code, 0);
    sandbox.edit(r#""serviceName": "shop""#, r#""serviceName": "boutique""#);
    let ran = sandbox.run("plan");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("`boutique` would be a second stack: `shop`, stage dev, was deployed"), "{}", ran.err);
    assert!(!ran.err.contains("store"), "{}", ran.err);
    let ran = sandbox.run("outputs --stage dve");
    assert!(
        ran.err.contains(
            "stage `dve` is neither declared in config.json nor recorded\n  declared: dev\n  recorded: dev\n"
        ),
        "{}",
        ran.err
    );
}

#[test]
fn every_stage_is_validated_and_each_problem_told_once() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        "\"routes\": {",
        r#""stages": {
    "prod": { "routes": { "GET /more": { "function": "helo" } } },
    "test": { "functions": { "more": { "source": "more", "handler": "bootstrap", "runtime": "provided.al2023" } } }
  },
  "routes": {"#,
    );
    insta::assert_snapshot!(sandbox.transcript("validate"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: config.json:5:54: stages.prod.routes."GET /more".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    error: config.json:6:50: stages.test.functions.more.source: there is no folder `more`
      the path starts from the folder of this file
    "#);
    insta::assert_snapshot!(sandbox.transcript("validate --stage test"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: config.json:6:50: stages.test.functions.more.source: there is no folder `more`
      the path starts from the folder of this file
    ");
    sandbox.edit("helo", "hello");
    sandbox.write("more/bootstrap", "#!/bin/sh\n");
    insta::assert_snapshot!(sandbox.transcript("validate"), @r"
    exit code 0
    --- stdout
    config.json is valid in every stage:
      dev: 1 function, 2 routes
      prod: 1 function, 3 routes
      test: 2 functions, 2 routes
    --- stderr
    ");
    assert_eq!(sandbox.events("validate")[0]["stages"][1]["routes"], 3);
}

#[test]
fn a_deploy_is_refused_for_its_own_stage_only_and_warns_of_others() {
    let aws = Served::new(Settings::default());
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
