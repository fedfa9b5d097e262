//! What an operator sees of the local emulator: its status, its list, its logs; and how it is started and reset.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::sandbox::Sandbox;
use crate::harness::process::{Stream, TIMEOUT};

/// Sends a request to the emulator and returns the status line.
fn get(sandbox: &Sandbox, path: &str) -> String {
    let port = u16::try_from(sandbox.server()["port"].as_u64().unwrap()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_status_and_the_logs_show_what_happens() {
    let sandbox = Sandbox::scripted().up();
    sandbox.done("call POST /echo --local --query token=not-to-be-shown");
    let status = sandbox.run("local status").out;
    let fact = |name: &str| {
        let line = status.lines().find(|line| line.trim_start().starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {status}")).trim_start()[name.len()..].trim().to_owned()
    };
    assert_eq!(fact("functions"), "shop-dev-items (1 environment), shop-dev-other (1 environment)");
    assert_eq!(fact("services"), "apigateway, cognito-idp, iam, lambda, logs, s3, sts");
    assert!(fact("data").ends_with(" in .stackctl/local") && fact("requests").parse::<u32>().unwrap() > 20, "{status}");
    let events = sandbox.events("local status");
    let server = sandbox.server();
    assert_eq!(
        [&events[1]["port"], &events[1]["pid"], &events[1]["url"]],
        [&server["port"], &server["pid"], &server["url"]]
    );
    assert_eq!(
        events[1]["activity"]["functions"][0],
        json!({ "function": "shop-dev-items", "environments": 1, "busy": 0 })
    );
    assert!(events[1]["data_bytes"].as_u64().unwrap() > 1000);

    let logs = sandbox.run("local logs").out;
    assert!(!logs.contains("not-to-be-shown"), "{logs}");
    let api = logs.lines().position(|line| line.contains(" POST    /dev/echo  200  ") || line.ends_with("/dev/echo"));
    let log = logs.lines().position(|line| line.contains("shop-dev-items  hello from /echo"));
    assert!(log.is_some() && api.or(log) >= log, "{logs}");
    let events = sandbox.events("local logs");
    let kinds = |event: &&Value| event["kind"] == "request" && event["operation"] == "lambda:CreateFunction";
    assert_eq!(events.iter().filter(kinds).count(), 2, "{events:?}");
    assert!(events.iter().all(|event| event["event"] != "activity" || event["at"].is_string()));
}

#[test]
fn logs_follow_what_happens_until_ctrl_c() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("local logs --follow"), @r"
    exit code 1
    error: the local emulator is not running
    hint: start it with `stackctl local start`
    ");
    sandbox.done("local start");
    let mut logs = sandbox.start(&mut sandbox.command("local logs --follow"));
    get(&sandbox, "/later?token=secret");
    assert!(logs.line(Stream::Stdout).unwrap().contains(" GET     /later  501  "));
    logs.signal(Signal::INT);
    assert_eq!(logs.end().code, 0);
}

#[test]
fn a_chosen_port_is_kept_and_one_in_use_is_an_error() {
    let sandbox = Sandbox::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let transcript = |line: &str| sandbox.transcript(line).replace(&port.to_string(), "NUMBER");
    insta::assert_snapshot!(transcript(&format!("local start --port {port}")), @r"
    exit code 1
    error: port NUMBER is used by another process
    hint: choose another port with `--port`, or none for a free one
    ");
    insta::assert_snapshot!(transcript("local start --port 0"), @r"
    exit code 2
    error: invalid value '0' for '--port <PORT>': expected a whole number from 1 to 65535

    For more information, try '--help'.
    ");
    drop(taken);
    for line in [&format!("local start --port {port}"), "local start", &format!("local start --port {port}")] {
        assert!(sandbox.done(line).out.contains(&format!("127.0.0.1:{port} ")), "{line}");
    }
    insta::assert_snapshot!(transcript("local start --port 1"), @r"
    exit code 1
    error: the local emulator is already running at http://127.0.0.1:PORT
    hint: `--port` has an effect at the next start; `stackctl local stop` stops it
    ");
    sandbox.done("local stop");
    assert!(sandbox.done("local start").out.contains(&format!("127.0.0.1:{port} ")), "it is kept");
}

#[test]
fn an_emulator_stops_when_it_is_not_used() {
    let sandbox = Sandbox::new();
    sandbox.done("local start --idle-stop 1h");
    assert!(sandbox.run("local status").out.contains("  idle stop  after 60 minutes without use\n"));
    insta::assert_snapshot!(sandbox.pinned(&sandbox.transcript("local start --idle-stop 1s")), @r"
    exit code 1
    error: the local emulator is already running at http://127.0.0.1:PORT
    hint: `--idle-stop` has an effect at the next start; `stackctl local stop` stops it
    ");
    insta::assert_snapshot!(sandbox.pinned(&sandbox.transcript("local start --weather aws")), @r"
    exit code 1
    error: the local emulator is already running at http://127.0.0.1:PORT
    hint: `--weather` has an effect at the next start; `stackctl local stop` stops it
    ");
    sandbox.done("local stop");
    sandbox.done("local start --idle-stop 1s --weather aws");
    assert_eq!(sandbox.server()["weather"], "aws");
    let log = || fs::read_to_string(sandbox.path(".stackctl/local/log")).unwrap_or_default();
    wait_until("it stops", || log().contains("the local emulator stopped, because it was not used\n"));
}

#[test]
fn a_reset_deletes_the_data_and_the_states_after_a_confirmation() {
    let sandbox = Sandbox::new().up();
    let before = sandbox.server();
    insta::assert_snapshot!(sandbox.transcript("local reset"), @r"
    exit code 2
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: run `stackctl local reset --yes`
    ");
    assert!(sandbox.run("outputs --local rest_api_id").code == 0);
    assert_eq!(sandbox.done("local reset --yes").out, "local emulator: reset\n");
    assert_eq!(sandbox.done("local status").out.lines().next(), Some("local emulator: not running"));
    assert!(!sandbox.path(".stackctl/local/cloud").exists() && !sandbox.path(".stackctl/local/state").exists());
    assert_eq!(sandbox.done("local reset").out, "local emulator: reset\n", "there is nothing to confirm");
    sandbox.done("up --local");
    assert_eq!(sandbox.server()["url"], before["url"]);
}

#[test]
fn the_list_has_the_emulators_that_run() {
    let homes = tempfile::tempdir().unwrap();
    let home = homes.path().to_str().unwrap();
    let [one, other] = [0, 1].map(|_| Sandbox::new().with("XDG_STATE_HOME", home));
    let list = || one.events("local list")[1]["emulators"].as_array().unwrap().clone();
    assert_eq!(one.done("local list").out, "no local emulator is running\n");
    one.done("local start");
    other.done("local start");
    let mut found: Vec<Value> = list().iter().map(|row| json!([row["url"], row["pid"]])).collect();
    let mut started: Vec<Value> =
        [&one, &other].map(|sandbox| json!([sandbox.server()["url"], sandbox.server()["pid"]])).into();
    found.sort_by_key(Value::to_string);
    started.sort_by_key(Value::to_string);
    assert_eq!(found, started);
    let text = one.done("local list").out;
    assert!(
        text.starts_with("URL ") && text.contains(other.path("").to_str().unwrap().trim_end_matches('/')),
        "{text}"
    );
    let pid = other.server()["pid"].to_string();
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    wait_until("the killed one is left out", || list().len() == 1);
    one.done("local stop");
    assert_eq!(list(), Vec::<Value>::new());
    assert_eq!(fs::read_dir(homes.path().join("stackctl/emulators")).unwrap().count(), 0, "stale records are deleted");
}

#[test]
fn in_the_foreground_each_request_is_printed_until_ctrl_c() {
    let sandbox = Sandbox::new().with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-not-for-it");
    let port = free_port();
    let mut server = sandbox.start(&mut sandbox.command(&format!("local start --foreground --port {port}")));
    assert_eq!(
        server.line(Stream::Stderr).unwrap(),
        format!("the local emulator runs at http://127.0.0.1:{port}; Ctrl-C stops it")
    );
    insta::assert_snapshot!(sandbox.pinned(&sandbox.transcript("local start --foreground")), @r"
    exit code 1
    error: the local emulator is already running at http://127.0.0.1:PORT
    hint: `stackctl local stop` stops it
    ");
    let environment = fs::read(format!("/proc/{}/environ", server.id())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("AWS_"), "it has none of the credentials");
    get(&sandbox, "/one?token=secret");
    let line = server.line(Stream::Stdout).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!((&words[1..4], words[5]), (&["GET", "/one", "501"][..], "ms"), "{line}");
    server.signal(Signal::INT);
    let ran = server.end();
    assert_eq!((ran.code, ran.err), (0, String::new()));
    assert_eq!(sandbox.run("local status").out.lines().next(), Some("local emulator: not running"));
}
