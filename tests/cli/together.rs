//! Two `up`s at the same moment, on a stack that is not there yet: one does the work, and the other waits for it or is
//! refused with its name. AWS, S3 included, is played by a local cloud in this process.

use std::thread;

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
        // With patience the second waits for the first; without, it may be refused.
        let patience = if round % 2 == 0 { " --lock-timeout 5m" } else { "" };
        let both = at_once(&sandbox, &format!("up --yes{patience}"));
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

/// Two runs of one line that begin together.
fn at_once(sandbox: &Sandbox, line: &str) -> [Ran; 2] {
    thread::scope(|scope| [(), ()].map(|()| scope.spawn(|| sandbox.run(line))).map(|run| run.join().unwrap()))
}
