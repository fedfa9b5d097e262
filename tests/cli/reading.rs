//! What only looks writes nothing, anywhere: neither in the cloud nor beside the configuration.

use stackctl_local::Settings;

use super::{cloud::Served, ownership::made_anew_by_hand, sandbox::Sandbox};

/// Everything that only looks, as a person and as a machine would run it.
const LOOKS: [&str; 13] = [
    "validate",
    "plan",
    "plan --detailed-exitcode --json",
    "status",
    "status --detailed-exitcode --json",
    "outputs",
    "outputs --json",
    "outputs --env",
    "plan -vv",
    "state show",
    "state show --json",
    "state pull",
    "unlock --yes",
];

/// Runs all of them; answers their exit codes.
fn looked_at(aws: &Served, sandbox: &Sandbox) -> Vec<i32> {
    let (world, files) = (aws.cloud.snapshot().to_string(), sandbox.files());
    let mut codes = Vec::new();
    for line in LOOKS {
        let before = aws.cloud.call_log().len();
        codes.push(sandbox.run(line).code);
        assert_eq!(aws.cloud.snapshot().to_string(), world, "{line} has changed the cloud");
        assert_eq!(sandbox.files(), files, "{line} has changed files");
        assert_eq!(aws.writes_since(before), [""; 0], "{line}");
    }
    codes
}

fn deployed(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox
}

#[test]
fn a_look_at_nothing_writes_nothing() {
    let aws = Served::new(Settings::default());
    assert_eq!(looked_at(&aws, &aws.sandbox()), [0, 0, 3, 0, 3, 1, 1, 1, 0, 1, 1, 1, 0]);
}

#[test]
fn a_look_at_what_is_as_it_is_to_be_writes_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = deployed(&aws);
    assert_eq!(looked_at(&aws, &sandbox), [0; 13]);
    assert_eq!(sandbox.run("down --yes").code, 0);
    assert_eq!(looked_at(&aws, &sandbox), [0, 0, 3, 0, 3, 1, 1, 1, 0, 0, 0, 0, 0]);
}

#[test]
fn a_look_at_drift_writes_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = deployed(&aws);
    aws.by_hand(async |cloud| {
        let role = "shop-dev-hello-eu-west-1";
        cloud.iam.update_role().role_name(role).description("by hand").send().await.unwrap();
    });
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    assert_eq!(looked_at(&aws, &sandbox), [0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_look_at_an_interrupted_run_writes_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    assert_eq!(sandbox.run("up --yes").code, 4);
    assert_eq!(looked_at(&aws, &sandbox), [0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_look_at_what_is_somebody_elses_writes_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = deployed(&aws);
    made_anew_by_hand(&aws);
    assert_eq!(looked_at(&aws, &sandbox), [0, 1, 1, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn a_look_at_a_damaged_state_writes_nothing() {
    let aws = Served::new(Settings::default());
    let sandbox = deployed(&aws);
    let state = std::fs::read_to_string(sandbox.path("state/shop.dev.json")).unwrap();
    sandbox.write("state/shop.dev.json", &state[..state.len() / 2]);
    assert_eq!(looked_at(&aws, &sandbox), [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
}
