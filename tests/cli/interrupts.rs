//! Ctrl-C and SIGTERM.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use stackctl_local::{Settings, Weather};

use super::{cloud::Served, sandbox::Sandbox};

fn slow() -> Settings {
    let weather = Weather { latency: Duration::from_millis(400), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Runs until the first step is done, then sends the signals, and returns exit code and the rest of stderr.
fn interrupted(sandbox: &Sandbox, signals: &[&str]) -> (Option<i32>, String) {
    let mut child = sandbox.command("up --yes").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("  created  ")));
    let mut rest = String::new();
    for (index, name) in signals.iter().enumerate() {
        if index > 0 {
            // The next one only counts as such when the one before was heard.
            rest += &(lines.by_ref().find(|line| line.starts_with("interrupted: ")).unwrap() + "\n");
        }
        signal(name, &child);
    }
    rest += &lines.map(|line| line + "\n").collect::<String>();
    (child.wait().unwrap().code(), rest)
}

#[test]
fn the_first_one_finishes_what_is_under_way() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let (code, rest) = interrupted(&sandbox, &["-TERM"]);
    assert_eq!(code, Some(130));
    assert!(rest.contains("\nerror: interrupted; what was under way is finished\nhint: "), "{rest}");
    assert!(rest.ends_with(" steps are done and recorded; run `stackctl up` to go on\n"), "{rest}");
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn the_second_one_stops_at_once_and_the_next_up_goes_on() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let (code, rest) = interrupted(&sandbox, &["-INT", "-INT"]);
    assert_eq!(code, Some(130));
    assert!(rest.contains("error: stopped at once, with calls under way\n"), "{rest}");
    assert!(rest.ends_with("hint: run `stackctl up` again: it finds what they did and goes on\n"), "{rest}");
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    let pools = aws.cloud.call_counts();
    assert_eq!(pools["cognito-idp:CreateUserPool"], 1, "{pools:?}");
}

#[test]
fn before_anything_is_changed_one_is_enough() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let sandbox = Sandbox::new()
        .with("AWS_ENDPOINT_URL", &url)
        .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI");
    let child = sandbox.command("plan").stderr(Stdio::piped()).spawn().unwrap();
    let _call = silent.accept().unwrap();
    signal("-INT", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: interrupted, before anything was changed\n");
}
