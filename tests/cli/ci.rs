//! The local state of runs on a CI machine.

use super::sandbox::Sandbox;

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
