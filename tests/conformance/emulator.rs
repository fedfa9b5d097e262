//! A server that imitates AWS, as a child process on its own port.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::http;

/// The variable with the path of the virtual environment that `tests/conformance/run` creates.
const VENV: &str = "STACKCTL_CONFORMANCE_VENV";

/// The imports of Python alone take seconds, and longer on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// A running server; it is stopped when this value is dropped.
pub(crate) struct Emulator {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Emulator {
    /// Starts moto, with AWS's managed policies.
    pub(crate) fn moto() -> Self {
        let port = free_port();
        let mut command = program("moto_server");
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        Self::start(command, port, "/moto-api/")
    }

    /// Starts ministack, with or without authorization checks, and with its HTTP server only.
    pub(crate) fn ministack(checks_callers: bool) -> Self {
        let port = free_port();
        let mut command = program("ministack");
        command
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("AUTH", checks_callers.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("IOT_MTLS_PORT", "0");
        Self::start(command, port, "/_ministack/health")
    }

    /// Its URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn start(mut command: Command, port: u16, ready: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let log = File::create(folder.path().join("log")).expect("the log can be written");
        let errors = log.try_clone().expect("the log can be shared");
        // The files of the server are deleted with this folder.
        command.env("HOME", folder.path()).env("TMPDIR", folder.path()).current_dir(folder.path());
        let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        let child = child.unwrap_or_else(|error| panic!("{} does not start: {error}", command.get_program().display()));
        let mut emulator = Self { child, url: format!("http://127.0.0.1:{port}"), folder };
        emulator.wait_until_ready(ready);
        emulator
    }

    fn wait_until_ready(&mut self, path: &str) {
        let deadline = Instant::now() + READY_WITHIN;
        let url = format!("{}{path}", self.url);
        while !http::get(&url, None).is_ok_and(|answer| answer.status == 200) {
            let ended = self.child.try_wait().expect("the status of a child can be read");
            assert!(ended.is_none(), "the server ended before it responded:\n{}", self.log());
            assert!(Instant::now() < deadline, "the server does not respond at {url}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The log of the server so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder of the programs that `tests/conformance/run` has installed.
pub(crate) fn programs() -> PathBuf {
    let venv = std::env::var(VENV).unwrap_or_else(|_| panic!("{VENV} is not set; run tests/conformance/run"));
    Path::new(&venv).join("bin")
}

fn program(name: &str) -> Command {
    let programs = programs();
    let mut command = Command::new(programs.join(name));
    // Python of the virtual environment comes first, for the functions that a server runs.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env_clear().env("PATH", format!("{}:{path}", programs.display())).env("PYTHONUNBUFFERED", "1");
    command
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("a bound listener has an address").port()
}
