//! Recorded responses of AWS: `recordings/judge.py` makes the recorded calls on the local emulator and compares.

use std::{env, io::Write as _, path::Path, process::Command};

use stackctl_local::{Emulator, Settings};
use tokio::net::TcpListener;

use super::{emulator::programs, with_models::is_committed};
use crate::harness::process::Process;

/// The variable with the folder of the recordings, which `tests/conformance/run` sets.
const RECORDINGS: &str = "STACKCTL_RECORDINGS";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the recordings that tests/conformance/run finds"]
async fn every_difference_from_recorded_responses_has_a_reason() {
    let Some(recordings) = env::var_os(RECORDINGS) else {
        eprintln!("NOT RUN: {RECORDINGS} is not set; the local emulator was not compared with recorded responses");
        return;
    };
    let emulator = Emulator::new(Settings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(stackctl_local::serve(emulator.clone(), listener, std::future::pending()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/recordings/judge.py");
    let mut command = Command::new(programs().join("python"));
    command.arg(script).arg(url).env(RECORDINGS, recordings);
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    command.env_remove("AWS_PROFILE").env("AWS_CONFIG_FILE", "/dev/null");
    let ran = tokio::task::spawn_blocking(move || Process::run_with(&mut command, "")).await.unwrap();
    emulator.stop();
    serving.await.unwrap().unwrap();
    std::io::stderr().write_all(ran.err.as_bytes()).unwrap();
    assert_eq!(ran.code, 0, "the differences are printed above");
    is_committed("recordings", "docs/emulator.md", &ran.out);
}
