//! How soon a save answers: measured by `just watch-pace`, and no matter of passing or failing.

use std::time::{Duration, Instant};

use stackctl::watch::QUIET;

use super::{TIMEOUT, Watching, ask, replace};
use crate::cli::{obedient, sandbox::Sandbox};

const ROUNDS: usize = 21;
const CODE: &str = "items/bootstrap";

#[test]
#[ignore = "it measures: `just watch-pace`"]
fn the_pace_of_a_watch() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
    let api = Api::of(&sandbox);
    let starts = median(|round| {
        sandbox.write(CODE, &answering(&format!("up {round}")));
        assert_eq!(sandbox.run("up --local --yes --no-check").code, 0);
        let (cold, warm) = (api.ask().1, api.ask().1);
        cold.saturating_sub(warm)
    });
    let watching = Watching::new(&sandbox, "--local");
    let saves = median(|round| {
        let text = format!("watch {round}");
        let saved = Instant::now();
        replace(&sandbox, CODE, &answering(&text));
        while api.ask().0 != text {
            assert!(saved.elapsed() < TIMEOUT, "{text:?} is never answered");
        }
        saved.elapsed()
    });
    assert_eq!(watching.interrupted().0, 0);
    let [saves, starts, rest, quiet] =
        [saves, starts, saves.saturating_sub(starts), QUIET].map(|time| time.as_secs_f64() * 1000.0);
    println!(
        "medians of {ROUNDS}: {saves:.0} ms from a save to its answer, {starts:.0} ms of them the function's own start"
    );
    println!(
        "the rest is {rest:.0} ms, {:.1} times the {quiet:.0} ms in which nothing more may be saved",
        rest / quiet
    );
}

/// The function that answers this.
fn answering(text: &str) -> String {
    obedient::BOOTSTRAP.replace("as you like it", text)
}

/// Of so many rounds.
fn median(measured: impl FnMut(usize) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(measured).collect();
    times.sort();
    times[ROUNDS / 2]
}

/// A route of the stack, asked without a process in between.
struct Api {
    host: String,
    path: String,
}

impl Api {
    fn of(sandbox: &Sandbox) -> Self {
        let url = sandbox.run("outputs invoke_url --local").out;
        let (host, stage) = url.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
        Self { host: host.into(), path: format!("/{stage}/echo?as=200") }
    }

    /// The answer, and how long it took.
    fn ask(&self) -> (String, Duration) {
        let asked = Instant::now();
        (ask(&self.host, &format!("POST {}", self.path), ""), asked.elapsed())
    }
}
