//! Two `up`s at the same moment, on a stack that is not there yet: one does the work, and the other waits for it or is
//! refused with its name. AWS, S3 included, is played by a local cloud in this process.

use std::process::{Child, Stdio};

use stackctl_local::Settings;

use super::{
    bucket,
    cloud::Served,
    sandbox::{Ran, Sandbox},
};

/// How often two race in every run of the tests; `.ci/run` lets them race fifty times.
const FEW: usize = 5;
const MANY: usize = 50;

#[test]
fn of_two_ups_at_once_on_a_file_one_does_the_work() {
    race(FEW, on_a_file);
}

#[test]
fn of_two_ups_at_once_on_a_bucket_one_does_the_work() {
    race(FEW, on_a_bucket);
}

#[test]
#[ignore = "a minute long; `.ci/run` runs it"]
fn fifty_times_two_ups_at_once_on_a_file_never_make_two_pools() {
    race(MANY, on_a_file);
}

#[test]
#[ignore = "a minute long; `.ci/run` runs it"]
fn fifty_times_two_ups_at_once_on_a_bucket_never_make_two_pools() {
    race(MANY, on_a_bucket);
}

fn on_a_file() -> (Served, Sandbox) {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    (aws, sandbox)
}

fn on_a_bucket() -> (Served, Sandbox) {
    bucket::served(Settings::default())
}

/// Lets two runs begin at once, again and again; tells how many were refused.
fn race(rounds: usize, begin: impl Fn() -> (Served, Sandbox)) {
    let mut refused = 0;
    for round in 1..=rounds {
        let (aws, sandbox) = begin();
        // Whoever is refused has asked for nothing to wait; whoever has, waits for the other.
        let patience = if round % 2 == 0 { " --lock-timeout 5m" } else { "" };
        let both: Vec<Child> = (0..2).map(|_| start(&sandbox, &format!("up --yes{patience}"))).collect();
        let both: Vec<Ran> = both.into_iter().map(ended).collect();
        let losers: Vec<&Ran> = both.iter().filter(|ran| ran.code != 0).collect();
        assert!(losers.len() < 2, "round {round}: nobody did the work: {both:?}");
        assert!(losers.is_empty() || patience.is_empty(), "round {round}: one did not wait: {losers:?}");
        for loser in losers {
            let holder = "the state is locked by `stackctl up` of ann on ";
            assert!(loser.code == 5 && loser.err.contains(holder), "round {round}: {loser:?}");
            refused += 1;
        }
        let calls = aws.cloud.call_counts();
        for create in ["cognito-idp:CreateUserPool", "cognito-idp:CreateUserPoolClient", "apigateway:CreateRestApi"] {
            assert_eq!(calls[create], 1, "round {round}: {create}");
        }
        assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "round {round}");
    }
    println!("{rounds} rounds: {refused} refused, {} waited or came after", rounds - refused);
}

fn start(sandbox: &Sandbox, line: &str) -> Child {
    sandbox.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
