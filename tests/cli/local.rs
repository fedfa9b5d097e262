//! The local emulator in the background: it starts once, keeps its data, and never uses AWS credentials.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::Command,
    thread,
    time::Duration,
};

use super::sandbox::Sandbox;
use crate::harness::process::{Process, TIMEOUT};

fn kill(signal: &str, pid: &serde_json::Value) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

#[test]
fn the_emulator_is_started_found_and_stopped() {
    let sandbox = Sandbox::new();
    // The status has more lines on a machine that cannot enforce everything.
    let pinned = |line: &str| sandbox.pinned(&sandbox.run(line).out).lines().next().unwrap().to_owned() + "\n";
    assert_eq!(pinned("local status"), "local emulator: not running\n");
    assert_eq!(pinned("local start"), "local emulator: started at http://127.0.0.1:PORT (process PID)\n");
    assert_eq!(pinned("local start"), "local emulator: running at http://127.0.0.1:PORT (process PID)\n");
    assert_eq!(pinned("local status"), "local emulator: running at http://127.0.0.1:PORT (process PID)\n");
    assert_eq!(pinned("local stop"), "local emulator: stopped at http://127.0.0.1:PORT (process PID)\n");
    assert_eq!(pinned("local stop"), "local emulator: not running\n");
}

#[test]
fn only_the_users_access_key_is_accepted() {
    let sandbox = Sandbox::new();
    let exports = sandbox.run("local env").out;
    let values: Vec<&str> = exports.lines().map(|line| line.split_once('=').unwrap().1.trim_matches('\'')).collect();
    let server = sandbox.server();
    assert_eq!(values[0], server["url"]);
    assert_eq!(
        exports,
        format!(
            "export AWS_ENDPOINT_URL='{}'\nexport AWS_ACCESS_KEY_ID='{}'\nexport AWS_SECRET_ACCESS_KEY='{}'\n",
            values[0], values[1], values[2]
        )
    );
    let port = u16::try_from(server["port"].as_u64().unwrap()).unwrap();
    for request in ["POST /_stackctl/stop", "GET /_stackctl/health", "POST /_stackctl/faults"] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 403 "), "{request}: {answer}");
    }
    let mode = fs::metadata(sandbox.path(".stackctl/local/credentials.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(sandbox.run("local env").out, exports, "the key stays");
    sandbox.done("local stop");
    assert_eq!(sandbox.run("local env").out, exports, "the key stays after a restart");
}

#[test]
fn the_status_lists_what_the_machine_cannot_enforce() {
    let sandbox = Sandbox::new();
    let mut without_programs = sandbox.command("local status");
    insta::assert_snapshot!(sandbox.transcript_of(without_programs.env("PATH", "/nowhere")), @r"
    exit code 0
    --- stdout
    local emulator: not running
      not enforced here: a private /tmp of the configured size: functions share this machine's
      not enforced here: a read-only file system: functions can write wherever you can, but not to their code
      not enforced here: a separate process tree: functions see this machine's processes
    ");
}

#[test]
fn a_suspended_emulator_is_reported_as_not_responding() {
    let sandbox = Sandbox::new();
    sandbox.done("local start");
    let pid = sandbox.server()["pid"].clone();
    kill("-STOP", &pid);
    let [status, stop] = ["local status", "local stop"].map(|line| sandbox.pinned(&sandbox.transcript(line)));
    kill("-CONT", &pid);
    insta::assert_snapshot!(status, @r"
    exit code 0
    --- stdout
    local emulator: not responding at http://127.0.0.1:PORT (process PID)
    ");
    insta::assert_snapshot!(stop.replace(&pid.to_string(), "PID"), @r"
    exit code 1
    error: the local emulator does not respond
      its process is PID
    hint: if it is suspended, `kill -CONT PID` resumes it; `kill -9 PID` ends it, and its data is safe
    ");
    assert_eq!(sandbox.run("local stop").code, 0);
}

#[test]
fn a_stop_waits_for_the_process_even_with_half_a_request_in_flight() {
    let sandbox = Sandbox::new();
    for _ in 0..3 {
        sandbox.done("local start");
        let server = sandbox.server();
        let mut half =
            TcpStream::connect(("127.0.0.1", u16::try_from(server["port"].as_u64().unwrap()).unwrap())).unwrap();
        half.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf").unwrap();
        sandbox.done("local stop");
        assert_eq!(sandbox.run("local status").out.lines().next(), Some("local emulator: not running"));
    }
}

#[test]
fn a_killed_emulator_comes_back_with_its_data_and_url() {
    let sandbox = Sandbox::new().up();
    let before = sandbox.server();
    kill("-9", &before["pid"]);
    let events = sandbox.events("status --local --detailed-exitcode");
    assert_eq!(events.last().unwrap()["exit"], 0, "{events:?}");
    assert_eq!(sandbox.server()["url"], before["url"]);
    assert_ne!(sandbox.server()["pid"], before["pid"]);
}

#[test]
fn on_another_port_the_emulator_has_the_same_data() {
    let sandbox = Sandbox::new().up();
    let before = sandbox.server();
    sandbox.done("local stop");
    let port = u16::try_from(before["port"].as_u64().unwrap()).unwrap();
    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    sandbox.done("status --local --detailed-exitcode");
    assert_ne!(sandbox.server()["url"], before["url"]);
    let url = sandbox.run("outputs --local path_url").out;
    assert!(url.starts_with(sandbox.server()["url"].as_str().unwrap()), "{url}");
}

#[test]
fn of_several_starts_at_once_one_wins_and_all_find_it() {
    let sandbox = Sandbox::new();
    let starts: Vec<Process> = (0..3).map(|_| sandbox.start(&mut sandbox.command("local start"))).collect();
    let said: Vec<String> = starts.into_iter().map(|start| start.end().out).collect();
    assert_eq!(said.iter().filter(|text| text.contains("started")).count(), 1, "{said:?}");
    let pid = format!("(process {})", sandbox.server()["pid"]);
    assert!(said.iter().all(|text| text.contains(&pid)), "{said:?}");
}

#[test]
fn an_emulator_whose_folder_was_removed_ends() {
    let sandbox = Sandbox::new();
    sandbox.done("local start");
    let pid = sandbox.server()["pid"].clone();
    fs::remove_dir_all(sandbox.path(".stackctl")).unwrap();
    let alive = || Command::new("kill").args(["-0", &pid.to_string()]).output().unwrap().status.success();
    assert!((0..150).any(|_| {
        thread::sleep(Duration::from_millis(100));
        !alive()
    }));
}

#[test]
fn the_log_of_an_emulator_that_does_not_start_is_shown() {
    let sandbox = Sandbox::new();
    sandbox.write(".stackctl/local/cloud/emulator.sqlite3", "torn");
    let ran = sandbox.run("up --local");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("error: the local emulator exited immediately\n  error: the local emulator cannot be opened\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.ends_with("hint: its log is .stackctl/local/log\n"), "{}", ran.err);
}

#[test]
fn the_emulator_never_reads_credentials_nor_calls_other_hosts() {
    // All settings that could redirect a client point to this port, which no request may reach.
    let decoy = TcpListener::bind("127.0.0.1:0").unwrap();
    decoy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", decoy.local_addr().unwrap());
    let sandbox = Sandbox::new()
        .with("AWS_PROFILE", "not-there")
        .with("AWS_CONFIG_FILE", "/not/there")
        .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        .with("AWS_ENDPOINT_URL", &url)
        .with("AWS_ENDPOINT_URL_LAMBDA", &url)
        .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)
        .with("AWS_EC2_METADATA_DISABLED", "false")
        .with("http_proxy", &url)
        .with("HTTPS_PROXY", &url);
    for line in ["up --local", "status --local", "down --local --yes"] {
        let ran = sandbox.run(line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    }
    assert_eq!(decoy.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "a request arrived");
    let environment = fs::read(format!("/proc/{}/environ", sandbox.server()["pid"])).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("AWS_"), "the server has no AWS variables");
}

#[test]
fn a_runtime_without_an_interpreter_is_rejected_before_any_change() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        r#""handler": "bootstrap", "runtime": "provided.al2023""#,
        r#""handler": "shop.Hello::answer", "runtime": "java21""#,
    );
    insta::assert_snapshot!(sandbox.transcript("up --local"), @r"
    exit code 1
    error: the local emulator does not run java21; it runs python*, nodejs* and provided* functions, others only on AWS
    hint: without `--local` the functions run on AWS
    ");
    assert!(!sandbox.path(".stackctl").exists());
}
