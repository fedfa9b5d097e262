//! `stackctl watch`: saves, what becomes of them, and how much each costs.

mod cycles;
mod interrupts;
mod local;
mod pace;
mod told;

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

use super::{cloud::Served, sandbox::Sandbox};
use crate::harness::process::{Process, Stream, TIMEOUT};

/// A watch that is under way, as a machine hears it. It ends with the test.
struct Watching(Process);

impl Watching {
    /// Begins one, which has nothing to do at first.
    fn new(sandbox: &Sandbox, flags: &str) -> Self {
        let mut watching = Self::begin(sandbox, flags);
        watching.until("watching");
        watching
    }

    /// Begins one.
    fn begin(sandbox: &Sandbox, flags: &str) -> Self {
        Self(sandbox.start(&mut sandbox.command(&format!("watch --json {flags}"))))
    }

    /// Waits for the next event of this name.
    fn until(&mut self, name: &str) -> Value {
        loop {
            let line = self.0.line(Stream::Stdout).unwrap_or_else(|| panic!("no event `{name}`"));
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }

    /// How the next cycle ends, and what was saved for it.
    fn cycle(&mut self) -> (String, Vec<String>) {
        let cycle = self.until("cycle");
        let files = cycle["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned());
        (cycle["outcome"].as_str().unwrap().to_owned(), files.collect())
    }

    /// Interrupts it and answers its exit code, with the events that were not waited for.
    fn interrupted(self) -> (i32, Vec<Value>) {
        self.0.signal(Signal::INT);
        let ran = self.0.end();
        (ran.code, ran.out.lines().map(|event| serde_json::from_str(event).unwrap()).collect())
    }
}

/// A stack that is up, where nobody is asked.
fn up(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox
}

/// Puts a file in the place of another, as editors do.
fn replace(sandbox: &Sandbox, name: &str, text: &str) {
    sandbox.write(&format!("{name}~"), text);
    fs::rename(sandbox.path(&format!("{name}~")), sandbox.path(name)).unwrap();
}

/// What was called since `before`.
fn calls_since(aws: &Served, before: &BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let now = aws.cloud.call_counts();
    let more = now.into_iter().map(|(name, count)| (name.clone(), count - before.get(&name).copied().unwrap_or(0)));
    more.filter(|(_, count)| *count > 0).collect()
}

/// Waits for what happens elsewhere.
fn wait_until(happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < TIMEOUT, "it never happens");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The body of what a local cloud answers, without a process in between.
fn ask(host: &str, request: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head = format!("{request} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    connection.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
