//! Plan files: `plan --out`, `show` and `up FILE`. The sandbox looks for secrets in every file that a run writes.

use std::fs;

use rustix::process::Signal;
use serde_json::Value;
use stackctl_local::Settings;

use super::{
    emulator::{ServedEmulator, slow},
    sandbox::Sandbox,
};

const SECRET: &str = "hunter2-hunter2";

/// A deployed stack with a pending change of a secret and of a plain setting.
fn changed() -> (ServedEmulator, Sandbox) {
    let (aws, sandbox) = ServedEmulator::deployed();
    sandbox.edit(
        r#""provided.al2023" }"#,
        &format!(r#""provided.al2023", "timeout": 7, "environment": {{ "TOKEN": "{SECRET}" }} }}"#),
    );
    (aws, sandbox)
}

/// The event of a type.
fn event(events: &[Value], name: &str) -> Value {
    events.iter().find(|event| event["event"] == name).cloned().unwrap_or_default()
}

/// The text with `N` for each number of a line about a serial: how often a state is saved depends on time.
fn unnumbered(text: &str) -> String {
    let line = |line: &str| {
        let mut pinned = line.to_owned();
        if line.contains("serial") {
            pinned = line.chars().map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect();
            while pinned.contains("##") {
                pinned = pinned.replace("##", "#");
            }
        }
        pinned.replace('#', "N") + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn a_plan_is_written_shown_and_applied_once() {
    let (_aws, sandbox) = changed();
    let planned = sandbox.run("plan --out plan.json --detailed-exitcode");
    assert_eq!(planned.code, 3, "{}", planned.err);
    let file = fs::read_to_string(sandbox.path("plan.json")).unwrap();
    assert!(!file.contains(SECRET), "{file}");
    assert!(file.len() < 16_000, "{} bytes", file.len());
    let written: Value = serde_json::from_str(&file).unwrap();
    let created = written["plan_file"]["created_at"].as_str().unwrap().split('.').next().unwrap();
    insta::assert_snapshot!(unnumbered(&sandbox.transcript("show plan.json").replace(created, "TIME")), @r"
    exit code 0
    --- stdout
      ~ lambda_function.hello    shop-dev-hello
          environment.TOKEN: (secret, changes)
          timeout: 29 → 7

    plan: 1 to update; 9 unchanged
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    plan.json: of TIMEZ, by stackctl N.N.N, based on serial N of the state
    ");
    assert_eq!(sandbox.done("show plan.json").out, planned.out);
    assert_eq!(sandbox.done("show plan.json -v").out, sandbox.run("plan -v").out);
    let shown = sandbox.events("show plan.json --quiet");
    assert_eq!(event(&shown, "plan"), event(&sandbox.events("plan"), "plan"));
    assert_eq!(event(&shown, "plan_file")["format"], 1);

    let verbose = sandbox.run("plan -v").out;
    assert!(verbose.ends_with(
        "3 calls to change it:\n     1 lambda:PublishVersion\n     1 lambda:UpdateAlias\n     1 lambda:UpdateFunctionConfiguration\n"
    ), "{verbose}");

    let applied = sandbox.done("up plan.json --yes");
    assert!(applied.err.contains("\nplan: 1 to update; 9 unchanged\n"), "{}", applied.err);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    insta::assert_snapshot!(unnumbered(&sandbox.transcript("up plan.json --yes")), @r"
    exit code 1
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: plan.json: the plan does not apply any more. Nothing was changed.
      state: serial N then, N now
      live: lambda_function.hello has changed
    hint: `stackctl plan --out plan.json` writes a new plan
    ");
}

#[test]
fn a_plan_is_rejected_when_config_code_or_a_live_resource_has_changed() {
    let (aws, sandbox) = changed();
    sandbox.run("plan --out plan.json --quiet");
    sandbox.edit(SECRET, "hunter3-hunter3");
    sandbox.edit(r#""timeout": 7"#, r#""timeout": 8"#);
    sandbox.write("hello/more", "more");
    aws.by_hand(async |cloud| {
        let update = cloud.iam.update_role().role_name("shop-dev-hello-eu-west-1");
        update.description("by hand").send().await.unwrap();
    });
    insta::assert_snapshot!(sandbox.transcript("up plan.json --yes"), @r"
    exit code 1
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: plan.json: the plan does not apply any more. Nothing was changed.
      config: `functions.hello` has changed
      config: `functions.hello.environment.TOKEN` has changed
      package: the code of `hello` has changed
      live: iam_role.hello has changed
    hint: `stackctl plan --out plan.json` writes a new plan
    ");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 3, "nothing was changed");

    // The planner rejects the config by itself; the message names what was edited, too.
    sandbox.run("plan --out plan.json --quiet");
    sandbox.edit("\"functions\"", "\"userPool\": { \"usernameAttributes\": [\"email\"] },\n  \"functions\"");
    insta::assert_snapshot!(sandbox.transcript("up plan.json --yes --quiet"), @r#"    exit code 1
    error: user_pool.main: `userPool.usernameAttributes` cannot be changed from `[]` to `["email"]`: AWS would have to replace it, and the users in it would be lost
    error: plan.json: the plan does not apply any more. Nothing was changed.
      config: `userPool.usernameAttributes` has changed
    hint: set `userPool.usernameAttributes` back to `[]`
    hint: or deploy a second stack under another `deployment.serviceName` or stage, and move the users there
    hint: `stackctl plan --out plan.json` writes a new plan
    "#);
}

#[test]
fn a_plan_of_another_stage_and_a_file_that_is_no_plan_are_rejected() {
    let (_aws, sandbox) = changed();
    sandbox.run("plan --out plan.json --stage prod --new-stage --quiet");
    sandbox.write("edited.json", &fs::read_to_string(sandbox.path("plan.json")).unwrap().replace("29", "30"));
    sandbox.write("cut.json", "{\n  \"checksum\": \"");
    insta::assert_snapshot!(sandbox.session(&[
        "up plan.json --yes",
        "up edited.json --yes",
        "show cut.json",
        "show none.json",
    ]), @r"
    $ up plan.json --yes
    exit code 2
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: plan.json: the plan is for another stack or place. Nothing was changed.
      stage: `prod` in the file, `dev` in this run
    hint: `stackctl up plan.json --stage prod` selects its stage

    $ up edited.json --yes
    exit code 2
    error: edited.json: the plan file is damaged: its checksum does not match: it was cut, or edited
    hint: `stackctl plan --out edited.json` writes a new plan

    $ show cut.json
    exit code 2
    error: cut.json: the plan file is damaged: it is not JSON: line 2 column 15
    hint: `stackctl plan --out cut.json` writes a new plan

    $ show none.json
    exit code 2
    error: none.json: the plan file cannot be read
      No such file or directory
    ");
    // The plan says itself that the stage is new.
    let ran = sandbox.done("up plan.json --yes --stage prod");
    assert!(ran.err.contains("\nplan: 10 to create\n"), "{}", ran.err);
}

#[test]
fn kept_packages_are_applied_without_the_functions_folders() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.done("plan --out plan.json --with-packages --quiet");
    fs::remove_dir_all(sandbox.path("hello")).unwrap();
    sandbox.done("up plan.json --yes");

    sandbox.write("hello/bootstrap", super::sandbox::BOOTSTRAP);
    sandbox.write("hello/more", "more");
    sandbox.done("plan --out plan.json --with-packages --quiet");
    let zips: Vec<_> =
        fs::read_dir(sandbox.path("plan.json.packages")).unwrap().map(|zip| zip.unwrap().path()).collect();
    assert_eq!(zips.len(), 1, "those of the earlier plan are deleted: {zips:?}");
    fs::write(&zips[0], "no zip").unwrap();
    let name = zips[0].file_name().unwrap().to_str().unwrap();
    let damaged = sandbox.transcript("up plan.json --yes").replace(name, "HASH.zip");
    insta::assert_snapshot!(damaged, @r"
    exit code 2
    error: plan.json.packages/HASH.zip: the package of `hello` cannot be used
      it is not the package of the plan
    hint: keep `plan.json.packages` with the plan file, as `plan --with-packages` wrote both
    ");
}

#[test]
fn an_interrupted_plan_is_continued_by_the_same_command_and_only_while_nothing_else_has_changed() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    sandbox.done("plan --out plan.json --quiet");
    let mut run = sandbox.start(&mut sandbox.command("up plan.json --yes --parallel 2"));
    run.until("  created  ");
    run.signal(Signal::KILL);
    run.end();
    let aws = aws.calm();
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    let refused = sandbox.transcript("up plan.json --yes --quiet");
    insta::assert_snapshot!(refused, @r"
    exit code 1
    error: plan.json: the plan does not apply any more. Nothing was changed.
      config: `functions.hello` has changed
    hint: `stackctl plan --out plan.json` writes a new plan
    hint: `stackctl up` finishes the interrupted run with a new plan
    ");
    sandbox.edit(r#", "timeout": 7"#, "");
    let ran = sandbox.done("up plan.json --yes");
    assert!(ran.err.contains("\ncontinuing an interrupted run of plan.json\n"), "{}", ran.err);
    aws.resumes(&sandbox);
}
