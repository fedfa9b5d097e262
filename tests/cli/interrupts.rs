//! Ctrl-C, SIGTERM and a closed terminal during a run.

use std::time::Duration;

use rustix::process::Signal;
use stackctl_local::{Settings, Weather};

use super::{
    emulator::{ServedEmulator, slow},
    sandbox::{Ran, Sandbox},
};
use crate::harness::{port::Port, process::Process};

/// An `up` that has created its first resource.
fn begun(sandbox: &Sandbox) -> Process {
    // These tests may themselves run under `nohup`, which their children would inherit.
    let mut run = sandbox.start(&mut sandbox.shell("exec env --default-signal=HUP stackctl up --yes --parallel 2"));
    run.until("  created  ");
    run
}

#[test]
fn the_first_signal_finishes_what_is_under_way() {
    for signal in [Signal::TERM, Signal::HUP] {
        let aws = ServedEmulator::new(slow());
        let sandbox = aws.sandbox();
        let run = begun(&sandbox);
        run.signal(signal);
        let Ran { code, err, .. } = run.end();
        assert_eq!(code, 130, "{signal:?}");
        assert!(err.contains("\nerror: interrupted; the calls in progress were finished\nhint: "), "{err}");
        assert!(err.ends_with(" steps are done and recorded; run `stackctl up` to continue\n"), "{err}");
        aws.resumes(&sandbox);
    }
}

#[test]
fn a_wait_ends_at_once() {
    let weather = Weather { role_propagation: Duration::from_hours(1), ..Weather::default() };
    let aws = ServedEmulator::new(Settings { weather, ..Settings::default() });
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("waiting for IAM");
    run.signal(Signal::TERM);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 130);
    // Other steps go on while this one waits.
    for part in [
        "interrupted: finishing the calls in progress; press Ctrl-C again to stop immediately, which is safe too\n",
        "  lambda_function.hello    stopped waiting for IAM to let Lambda assume the function's new role\n",
        "\n\nerror: interrupted; the calls in progress were finished\n  lambda_function.hello: stopped waiting for IAM to let \
         Lambda assume the function's new role\nhint: ",
        " of 10 steps are done and recorded; run `stackctl up` to continue\n",
    ] {
        assert!(rest.contains(part), "{rest}");
    }
}

#[test]
fn an_interrupted_down_is_finished_by_the_next_one() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    sandbox.done("up --yes");
    let mut run = sandbox.start(&mut sandbox.command("down --yes --parallel 1"));
    run.until("  deleted  ");
    run.signal(Signal::TERM);
    let Ran { code, err, .. } = run.end();
    assert_eq!(code, 130);
    assert!(err.ends_with(" steps are done and recorded; run `stackctl down` to continue\n"), "{err}");
    let _aws = aws.calm();
    sandbox.done("down --yes");
    assert!(sandbox.done("down --yes").err.contains(": nothing to delete: no resources are recorded at "));
}

#[test]
fn the_second_signal_stops_at_once() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    let mut run = begun(&sandbox);
    run.signal(Signal::INT);
    run.until("interrupted: finishing the calls in progress");
    run.signal(Signal::INT);
    let Ran { code, err, .. } = run.end();
    assert_eq!(code, 130);
    assert!(err.contains("error: stopped immediately, with API calls in progress\n"), "{err}");
    assert!(err.ends_with("hint: run the same command again: it finds their effects and continues\n"), "{err}");
    aws.resumes(&sandbox);
}

#[test]
fn under_nohup_a_closed_terminal_is_ignored() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.shell("trap '' HUP; exec stackctl up --yes"));
    run.until("  created  ");
    run.signal(Signal::HUP);
    let ran = run.end();
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn before_anything_is_changed_one_signal_stops_at_once() {
    for line in ["plan", "up --yes"] {
        let silent = Port::open();
        let url = format!("http://127.0.0.1:{}", silent.number());
        let sandbox = Sandbox::new()
            .with("AWS_ENDPOINT_URL", &url)
            .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI");
        let run = sandbox.start(&mut sandbox.command(line));
        let _call = silent.accept();
        run.signal(Signal::INT);
        let ran = run.end();
        assert_eq!((ran.code, ran.err.as_str()), (130, "error: interrupted, before anything was changed\n"), "{line}");
    }
}
