//! `stackctl watch`: deploys after saves, and the API calls of each.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::Value;
use stackctl::watch::QUIET;

use super::{emulator::ServedEmulator, locks::bob, sandbox::Sandbox, scripted};
use crate::harness::process::{Process, Stream, TIMEOUT};

/// A running `watch` and its events. It is stopped when this value is dropped.
pub(super) struct Watching(Process);

impl Watching {
    /// Starts a `watch`, and waits until it is watching.
    pub(super) fn new(sandbox: &Sandbox, flags: &str) -> Self {
        let mut watching = Self::begin(sandbox, flags);
        watching.until("watching");
        watching
    }

    /// Starts a `watch`.
    pub(super) fn begin(sandbox: &Sandbox, flags: &str) -> Self {
        Self(sandbox.start(&mut sandbox.command(&format!("watch --json {flags}"))))
    }

    /// Waits for the next event of this name.
    pub(super) fn until(&mut self, name: &str) -> Value {
        loop {
            let line = self.0.line(Stream::Stdout).unwrap_or_else(|| panic!("no event `{name}`"));
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }

    /// The outcome and the saved files of the next cycle.
    pub(super) fn cycle(&mut self) -> (String, Vec<String>) {
        let cycle = self.until("cycle");
        let files = cycle["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned());
        (cycle["outcome"].as_str().unwrap().to_owned(), files.collect())
    }

    /// Interrupts the `watch`, and returns its exit code and the remaining events.
    pub(super) fn interrupted(self) -> (i32, Vec<Value>) {
        self.0.signal(Signal::INT);
        let ran = self.0.end();
        (ran.code, ran.out.lines().map(|event| serde_json::from_str(event).unwrap()).collect())
    }
}

/// Replaces a file by renaming another one, as editors do.
pub(super) fn replace(sandbox: &Sandbox, name: &str, text: &str) {
    sandbox.write(&format!("{name}~"), text);
    fs::rename(sandbox.path(&format!("{name}~")), sandbox.path(name)).unwrap();
}

/// Waits until a condition holds.
pub(super) fn wait_until(happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < TIMEOUT, "timeout");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The body of a local emulator's response, without starting a process.
pub(super) fn ask(host: &str, request: &str, body: &str) -> String {
    ask_with(host, request, "", body)
}

/// The response of an endpoint of the emulator itself, to a request with a proof of the sandbox's access key.
fn ask_control(sandbox: &Sandbox, request: &str, body: &str) -> String {
    let keys = std::fs::read(sandbox.path(".stackctl/local/credentials.json")).unwrap();
    let keys: serde_json::Value = serde_json::from_slice(&keys).unwrap();
    let key = |name: &str| keys[name].as_str().unwrap().to_owned();
    let (method, path) = request.split_once(' ').unwrap();
    let credentials = stackctl_local::UserCredentials::new(key("access_key_id"), key("secret_access_key"));
    let proof = credentials.proof(&[method, path, "once", body]);
    let host = format!("127.0.0.1:{}", sandbox.server()["port"]);
    ask_with(&host, request, &format!("x-stackctl-nonce: once\r\nx-stackctl-proof: {proof}\r\n"), body)
}

fn ask_with(host: &str, request: &str, headers: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head =
        format!("{request} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n");
    connection.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// The API calls since `before`.
fn calls_since(aws: &ServedEmulator, before: &BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let now = aws.cloud.call_counts();
    let more = now.into_iter().map(|(name, count)| (name.clone(), count - before.get(&name).copied().unwrap_or(0)));
    more.filter(|(_, count)| *count > 0).collect()
}

const CODE: &str = "hello/bootstrap";
const ROUTE: &str = "\"GET /hello\":";
const MORE: &str = "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":";

#[test]
fn a_save_of_code_reads_and_deploys_its_function_alone() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "");
    for text in ["#!/bin/sh\n# one\n", "#!/bin/sh\n# two\n"] {
        let before = aws.cloud.call_counts();
        replace(&sandbox, CODE, text);
        let cycle = watching.until("cycle");
        assert_eq!((&cycle["outcome"], &cycle["code_only"]), (&"deployed".into(), &true.into()), "{cycle}");
        assert_eq!((&cycle["functions"][0], &cycle["steps"]["update"]), (&"hello".into(), &1.into()), "{cycle}");
        assert_eq!(cycle["files"], serde_json::json!([CODE]));
        let calls = [
            ("GetAlias", 1),
            // The function before the update, and until the update is done.
            ("GetFunction", 2),
            ("ListVersionsByFunction", 1),
            ("PublishVersion", 1),
            ("UpdateAlias", 1),
            ("UpdateFunctionCode", 1),
        ];
        assert_eq!(calls_since(&aws, &before), calls.map(|(call, count)| (format!("lambda:{call}"), count)));
    }
    assert_eq!(watching.interrupted().0, 0);
    sandbox.done("plan --detailed-exitcode");
}

#[test]
fn a_save_without_a_change_does_nothing() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "");
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, &fs::read_to_string(sandbox.path(CODE)).unwrap());
    sandbox.write("hello/__pycache__/bootstrap.pyc", "x");
    sandbox.edit("{\n", "{ // with a reason\n");
    sandbox.edit("// with a reason\n", "");
    sandbox.write("hello/.bootstrap.swp", "x");
    // The first save with a reported cycle.
    sandbox.edit("\"hello\": {", "\"hello\": { \"nonsense\": 1,");
    assert_eq!(watching.cycle().0, "failed");
    assert_eq!(calls_since(&aws, &before), []);
    let (code, rest) = watching.interrupted();
    let done = rest.last().unwrap();
    assert_eq!((code, &done["event"], &done["writes"]), (0, &"done".into(), &0.into()), "{rest:?}");
}

#[test]
fn other_changes_wait_for_an_up_and_code_is_deployed_meanwhile() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "");
    sandbox.edit(ROUTE, MORE);
    let plan = watching.until("plan");
    assert_eq!(plan["counts"]["update"], 2, "{plan}");
    let left = watching.until("cycle");
    assert_eq!((&left["outcome"], &left["command"]), (&"not_confirmed".into(), &"stackctl up".into()));
    sandbox.done("up --yes");
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle(), ("deployed".into(), vec![CODE.into()]));
    let looks = calls_since(&aws, &before).iter().map(|(_, count)| count).sum::<usize>();
    assert!(looks > 20, "all resources are read after another process has deployed: {looks}");
    let before = aws.cloud.call_counts();
    replace(&sandbox, CODE, "#!/bin/sh\n# two\n");
    assert_eq!(watching.cycle().0, "deployed");
    let looks = calls_since(&aws, &before).iter().map(|(_, count)| count).sum::<usize>();
    assert_eq!(looks, 7);
}

#[test]
fn with_yes_every_change_is_deployed() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "--yes");
    sandbox.edit(ROUTE, MORE);
    let cycle = watching.until("cycle");
    assert_eq!((&cycle["outcome"], &cycle["code_only"]), (&"deployed".into(), &false.into()), "{cycle}");
    assert_eq!(watching.interrupted().0, 0);
    sandbox.done("plan --detailed-exitcode");
}

#[test]
fn a_failure_is_reported_and_the_next_save_resumes() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "");
    aws.refuse("lambda:UpdateAlias");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    let error = watching.until("error");
    assert_eq!(
        error["hints"][0]["message"], "0 of 1 steps are done and recorded; the next save tries again",
        "{error}"
    );
    assert_eq!(watching.cycle().0, "failed");
    // A save that changes nothing resumes, too.
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle().0, "deployed");
    fs::remove_file(sandbox.path(CODE)).unwrap();
    assert_eq!(watching.cycle(), ("failed".into(), vec![CODE.into()]));
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert_eq!(watching.cycle().0, "no_change");
    assert_eq!(watching.interrupted().0, 0);
}

#[test]
fn a_deleted_function_is_not_created_without_confirmation() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "");
    aws.delete_function("shop-dev-hello");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    assert!(watching.until("plan")["counts"]["create"].as_u64() > Some(0));
    assert_eq!(watching.cycle().0, "not_confirmed");
}

#[test]
fn a_config_of_another_stack_is_not_deployed() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let mut watching = Watching::new(&sandbox, "--yes");
    let before = aws.cloud.call_counts();
    sandbox.edit("\"stage\": \"dev\"", "\"stage\": \"prod\"");
    let error = &watching.until("error")["errors"][0];
    assert_eq!(error["message"], "config.json: `deployment.stage` is `prod` now, and `dev` is at work");
    assert_eq!((watching.cycle().0, calls_since(&aws, &before)), ("failed".into(), vec![]));
    sandbox.edit("\"stage\": \"prod\"", "\"stage\": \"dev\"");
    assert_eq!(watching.cycle().0, "no_change");
}

#[test]
fn a_save_is_noticed_while_the_first_run_waits_for_the_lock() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let text = fs::read_to_string(sandbox.path("config.json")).unwrap();
    let lock = bob(&sandbox);
    let mut watching = Watching::begin(&sandbox, "--lock-timeout 10m");
    watching.until("lock");
    replace(&sandbox, "config.json", &text.replace("GET /hello", "GET /more"));
    drop(lock);
    watching.until("watching");
    assert_eq!(watching.cycle(), ("not_confirmed".into(), vec!["config.json".into()]));
}

const ITEMS: &str = "items/bootstrap";

#[test]
fn a_function_responds_differently_after_a_save() {
    let sandbox = Sandbox::scripted().up();
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, ITEMS, &scripted::BOOTSTRAP.replace("as you like it", "as they like it"));
    assert_eq!(watching.cycle(), ("deployed".into(), vec![ITEMS.into()]));
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as they like it");
    assert_eq!(watching.interrupted().0, 0);
}

#[test]
fn a_function_that_does_not_start_is_reported_at_once() {
    let sandbox = Sandbox::scripted().up();
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, ITEMS, &scripted::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    assert_eq!(watching.cycle().0, "deployed");
    let mut messages: Vec<String> =
        (0..2).map(|_| watching.until("error")["errors"][0]["message"].as_str().unwrap().to_owned()).collect();
    messages.sort();
    for (name, message) in ["items", "other"].iter().zip(messages) {
        assert!(message.starts_with(&format!("`{name}` cannot start: Runtime.ExitError: ")), "{message}");
        assert!(message.ends_with("Runtime exited with error: exit status 1"), "{message}");
    }
    replace(&sandbox, ITEMS, scripted::BOOTSTRAP);
    assert_eq!(watching.cycle().0, "deployed");
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as you like it");
    let (code, rest) = watching.interrupted();
    assert!(rest.iter().all(|event| event["event"] != "error"), "{rest:?}");
    assert_eq!(code, 0);
}

#[test]
fn an_interrupted_watch_starts_no_function() {
    let sandbox = Sandbox::scripted().up();
    let watching = Watching::new(&sandbox, "--local");
    // Old versions are listed after all steps are recorded, and a throttled request is retried later.
    let throttled = r#"{ "operation": "lambda:ListVersionsByFunction", "skip": 0, "times": 3, "effect": "Throttle" }"#;
    ask_control(&sandbox, "POST /_stackctl/faults", throttled);
    let looks = || ask_control(&sandbox, "GET /_stackctl/calls", "").matches("ListVersionsByFunction").count();
    let before = looks();
    replace(&sandbox, ITEMS, &scripted::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    wait_until(|| looks() > before);
    let (code, rest) = watching.interrupted();
    let [.., cycle, done] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((code, &cycle["outcome"], &done["event"]), (0, &"deployed".into(), &"done".into()), "{rest:?}");
}

const ROUNDS: usize = 21;

#[test]
#[ignore = "a measurement: `just watch-pace`"]
fn the_pace_of_a_watch() {
    let sandbox = Sandbox::scripted().up();
    let api = Api::of(&sandbox);
    let starts = median(|round| {
        sandbox.write(ITEMS, &answering(&format!("up {round}")));
        sandbox.done("up --local --yes --no-check");
        let (cold, warm) = (api.ask().1, api.ask().1);
        cold.saturating_sub(warm)
    });
    let watching = Watching::new(&sandbox, "--local");
    let saves = median(|round| {
        let text = format!("watch {round}");
        let saved = Instant::now();
        replace(&sandbox, ITEMS, &answering(&text));
        while api.ask().0 != text {
            assert!(saved.elapsed() < TIMEOUT, "{text:?} is never returned");
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

/// The code of the function with this response.
fn answering(text: &str) -> String {
    scripted::BOOTSTRAP.replace("as you like it", text)
}

/// The median of `ROUNDS` measurements.
fn median(measured: impl FnMut(usize) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(measured).collect();
    times.sort();
    times[ROUNDS / 2]
}

/// A route of the stack, called without starting a process.
struct Api {
    host: String,
    path: String,
}

impl Api {
    fn of(sandbox: &Sandbox) -> Self {
        let url = sandbox.run("outputs path_url --local").out;
        let (host, stage) = url.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
        Self { host: host.into(), path: format!("/{stage}/echo?as=200") }
    }

    /// The response, and its duration.
    fn ask(&self) -> (String, Duration) {
        let asked = Instant::now();
        (ask(&self.host, &format!("POST {}", self.path), ""), asked.elapsed())
    }
}
