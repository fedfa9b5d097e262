//! Runs on a CI machine: nothing asks, nothing guesses, and nothing that is missing is success.

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox};

/// The state would be lost with the machine, so the next run would create the stack a second time.
#[test]
fn a_local_state_on_a_ci_machine_is_rejected() {
    let error = "error: config.json: the state is in the folder state, which is lost with this CI machine\n  \
                 the next run would not know the stack. Nothing was changed.\n\
                 hint: keep the state in a bucket; in config.json: \"state\": { \"s3\": { \"bucket\": \"shop-states-ACCOUNT\" } }\n\
                 hint: `--allow-local-state` allows it, when the folder outlives this run\n";
    for variable in ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"] {
        let sandbox = Sandbox::new().with(variable, "true");
        for line in ["plan", "up --yes", "down --yes", "rollback --yes", "recover --yes", "watch --yes"] {
            let ran = sandbox.run(line);
            assert_eq!((ran.code, &*ran.err, &*ran.out), (2, error, ""), "{variable} {line}");
        }
        assert!(!sandbox.path("state").exists());
        if variable != "CI" {
            let away = sandbox.run("status").err;
            assert!(!away.contains("CI machine"), "{away}");
        }
    }
}

#[test]
fn a_local_state_on_a_ci_machine_can_be_allowed() {
    let lost = |sandbox: &Sandbox, line: &str| sandbox.run(line).err.contains("lost with this CI machine");
    let ci = Sandbox::new().with("CI", "true");
    assert!(lost(&ci, "plan"));
    for sandbox in [ci.with("CI", "false"), Sandbox::new().with("CI", "1").with("STACKCTL_ALLOW_LOCAL_STATE", "1")] {
        assert!(!lost(&sandbox, "plan"));
    }
    let ci = Sandbox::new().with("CI", "true");
    assert!(!lost(&ci, "plan --allow-local-state"));
    assert_eq!(ci.run("plan --local").code, 0, "the local emulator is on this machine anyway");
    ci.edit(r#""stage": "dev" }"#, r#""stage": "dev" }, "state": { "s3": { "bucket": "shop-states" } }"#);
    assert!(!lost(&ci, "plan"));
}

/// The transcript of lines on a pseudoterminal of a CI machine, each of which lacks something.
fn transcripts(sandbox: &Sandbox, lines: &[&str]) -> String {
    let transcript = |line: &&str| {
        let (code, out, screen) = Pty::new(sandbox.command(line)).ends();
        assert_ne!(code, 0, "{line} is no success: {out}{screen}");
        assert!(!screen.contains('\u{1b}'), "{line} prints colors or spinners: {screen:?}");
        sandbox.pinned(&format!("$ {line}\nexit code {code}\n{out}{screen}"))
    };
    lines.iter().map(transcript).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_missing_before_a_deploy_is_an_error_and_nothing_asks() {
    let missing = Sandbox::empty().with("CI", "true");
    let lines =
        ["validate", "plan", "up --yes", "status", "outputs", "history", "down --yes", "rollback --yes", "logs"];
    insta::assert_snapshot!(transcripts(&missing, &lines), @"");
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox().with("CI", "true");
    let lines = [
        "up",
        "status --detailed-exitcode",
        "outputs",
        "rollback --yes",
        "call GET /hello",
        "invoke hello",
        "logs",
        "user list",
        "state show",
    ];
    insta::assert_snapshot!(transcripts(&sandbox, &lines), @"");
    sandbox.edit(r#""functions":"#, r#""stages": { "dev": {}, "prod": {} }, "functions":"#);
    insta::assert_snapshot!(transcripts(&sandbox, &["plan --stage prd", "up --yes --stage prd", "down --yes --stage prd"]), @"");
    assert_eq!(aws.writes_since(0), [""; 0], "nothing was changed");
}

#[test]
fn what_is_missing_after_a_deploy_is_an_error_and_nothing_asks() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let sandbox = sandbox.with("CI", "true");
    let lines = [
        "down",
        "user create ann",
        "user set-password ann",
        "user auth ann",
        "user show ann",
        "user delete ann",
        "outputs nothing",
        "call GET /nothing",
        "invoke nothing",
        "rollback 7 --yes",
    ];
    insta::assert_snapshot!(transcripts(&sandbox, &lines), @"");
}
