//! `stackctl watch` on the local emulator, where functions run, and how long a save takes there (`just watch-pace`).

use std::time::{Duration, Instant};

use stackctl::watch::QUIET;

use super::{
    sandbox::Sandbox,
    scripted,
    watch::{Watching, ask, replace, wait_until},
};
use crate::harness::process::TIMEOUT;

const CODE: &str = "items/bootstrap";

#[test]
fn a_function_responds_differently_after_a_save() {
    let sandbox = Sandbox::scripted().up();
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, CODE, &scripted::BOOTSTRAP.replace("as you like it", "as they like it"));
    assert_eq!(watching.cycle(), ("deployed".into(), vec![CODE.into()]));
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as they like it");
    assert_eq!(watching.interrupted().0, 0);
}

#[test]
fn a_function_that_does_not_start_is_reported_at_once() {
    let sandbox = Sandbox::scripted().up();
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, CODE, &scripted::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    assert_eq!(watching.cycle().0, "deployed");
    let mut messages: Vec<String> =
        (0..2).map(|_| watching.until("error")["errors"][0]["message"].as_str().unwrap().to_owned()).collect();
    messages.sort();
    for (name, message) in ["items", "other"].iter().zip(messages) {
        assert!(message.starts_with(&format!("`{name}` cannot start: Runtime.ExitError: ")), "{message}");
        assert!(message.ends_with("Runtime exited with error: exit status 1"), "{message}");
    }
    replace(&sandbox, CODE, scripted::BOOTSTRAP);
    assert_eq!(watching.cycle().0, "deployed");
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as you like it");
    let (code, rest) = watching.interrupted();
    assert!(rest.iter().all(|event| event["event"] != "error"), "{rest:?}");
    assert_eq!(code, 0);
}

#[test]
fn an_interrupted_watch_starts_no_function() {
    let sandbox = Sandbox::scripted().up();
    let url = sandbox.run("outputs invoke_url --local").out;
    let cloud = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let watching = Watching::new(&sandbox, "--local");
    // All steps are done and recorded when old versions are looked for, which is done again some time later.
    let throttled = r#"{ "operation": "lambda:ListVersionsByFunction", "skip": 0, "times": 3, "effect": "Throttle" }"#;
    ask(cloud, "POST /_stackctl/faults", throttled);
    let looks = || ask(cloud, "GET /_stackctl/calls", "").matches("ListVersionsByFunction").count();
    let before = looks();
    replace(&sandbox, CODE, &scripted::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    wait_until(|| looks() > before);
    let (code, rest) = watching.interrupted();
    let [.., cycle, done] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((code, &cycle["outcome"], &done["event"]), (0, &"deployed".into(), &"done".into()), "{rest:?}");
}

const ROUNDS: usize = 21;

#[test]
#[ignore = "it measures: `just watch-pace`"]
fn the_pace_of_a_watch() {
    let sandbox = Sandbox::scripted().up();
    let api = Api::of(&sandbox);
    let starts = median(|round| {
        sandbox.write(CODE, &answering(&format!("up {round}")));
        sandbox.done("up --local --yes --no-check");
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
    scripted::BOOTSTRAP.replace("as you like it", text)
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
