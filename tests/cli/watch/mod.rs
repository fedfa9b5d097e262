//! `stackctl watch`: saves, what becomes of them, and how much each costs.

mod cycles;
mod interrupts;
mod local;
mod pace;
mod told;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{cloud::Served, sandbox::Sandbox};

/// Nothing takes as long as this, unless it never happens.
const PATIENCE: Duration = Duration::from_mins(2);

/// A watch that is under way, as a machine hears it. It ends with the test.
struct Watching {
    child: Child,
    events: Receiver<Value>,
}

impl Watching {
    /// Begins one, which has nothing to do at first.
    fn new(sandbox: &Sandbox, flags: &str) -> Self {
        let watching = Self::begin(sandbox, flags);
        watching.until("watching");
        watching
    }

    /// Begins one.
    fn begin(sandbox: &Sandbox, flags: &str) -> Self {
        let mut command = sandbox.command(&format!("watch --json {flags}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, events) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, events }
    }

    /// Waits for the next event of this name.
    fn until(&self, name: &str) -> Value {
        loop {
            let event = self.events.recv_timeout(PATIENCE).unwrap_or_else(|end| panic!("{end}: no event `{name}`"));
            if event["event"] == name {
                return event;
            }
        }
    }

    /// How the next cycle ends, and what was saved for it.
    fn cycle(&self) -> (String, Vec<String>) {
        let cycle = self.until("cycle");
        let files = cycle["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned());
        (cycle["outcome"].as_str().unwrap().to_owned(), files.collect())
    }

    /// Interrupts it and answers its exit code, with the events that were not waited for.
    fn interrupted(mut self) -> (Option<i32>, Vec<Value>) {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        (code, self.events.iter().collect())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
        assert!(began.elapsed() < PATIENCE, "it never happens");
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
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
