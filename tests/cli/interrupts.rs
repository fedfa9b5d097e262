//! Ctrl-C, SIGTERM and a closed terminal, on a run that has begun to change things.

use std::time::Duration;

use rustix::process::Signal;
use stackctl_local::{Settings, Weather};

use super::{
    cloud::Served,
    sandbox::{Ran, Sandbox},
};
use crate::harness::port::Port;

fn slow() -> Settings {
    let weather = Weather { latency: Duration::from_millis(250), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

/// The next run needs no flag, makes nothing twice, and leaves nothing to do.
fn the_next_goes_on(aws: &Served, sandbox: &Sandbox) {
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    let calls = aws.cloud.call_counts();
    assert_eq!((calls["cognito-idp:CreateUserPool"], calls["apigateway:CreateRestApi"]), (1, 1), "{calls:?}");
}

#[test]
fn the_first_one_finishes_what_is_under_way() {
    for signal in [Signal::TERM, Signal::HUP] {
        let aws = Served::new(slow());
        let sandbox = aws.sandbox();
        // These tests may themselves run under `nohup`, which their children would inherit.
        let mut run = sandbox.start(&mut sandbox.shell("exec env --default-signal=HUP stackctl up --yes"));
        run.until("  created  ");
        run.signal(signal);
        let Ran { code, err: rest, .. } = run.end();
        assert_eq!(code, 130, "{signal:?}");
        assert!(rest.contains("\nerror: interrupted; what was under way is finished\nhint: "), "{rest}");
        assert!(rest.ends_with(" steps are done and recorded; run `stackctl up` to go on\n"), "{rest}");
        the_next_goes_on(&aws, &sandbox);
    }
}

#[test]
fn what_only_waits_is_not_waited_for_and_told() {
    let weather = Weather { role_propagation: Duration::from_hours(1), ..Weather::default() };
    let aws = Served::new(Settings { weather, ..Settings::default() });
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("waiting for IAM");
    run.signal(Signal::TERM);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 130);
    insta::assert_snapshot!(sandbox.pinned(&rest), @r"
    interrupted: finishing what is under way; once more to stop at once, which is safe too
      lambda_function.hello    stopped waiting for IAM to let Lambda assume the function's new role
      rest_api.main            skipped
      lambda_permission.hello  skipped
      user_pool.main           skipped
      authorizer.main          skipped
      api_routes.main          skipped
      stage.main               skipped
      user_pool_client.main    skipped

    2 created in TIME

    error: interrupted; what was under way is finished
      lambda_function.hello: stopped waiting for IAM to let Lambda assume the function's new role
    hint: 2 of 10 steps are done and recorded; run `stackctl up` to go on
    ");
}

#[test]
fn a_down_is_finished_by_the_next_too() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let mut run = sandbox.start(&mut sandbox.command("down --yes"));
    run.until("  deleted  ");
    run.signal(Signal::TERM);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 130);
    assert!(rest.ends_with(" steps are done and recorded; run `stackctl down` to go on\n"), "{rest}");
    assert_eq!(sandbox.run("down --yes").code, 0);
    assert!(
        sandbox.run("down --yes").err.starts_with("shop, stage dev: nothing to delete: no resources are recorded at ")
    );
}

#[test]
fn the_second_one_stops_at_once_and_the_next_up_goes_on() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes"));
    run.until("  created  ");
    run.signal(Signal::INT);
    run.until("interrupted: finishing what is under way");
    run.signal(Signal::INT);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 130);
    assert!(rest.contains("error: stopped at once, with calls under way\n"), "{rest}");
    assert!(rest.ends_with("hint: run the same command again: it finds what they did and goes on\n"), "{rest}");
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn one_that_is_killed_after_it_was_asked_to_end_is_finished_by_the_next() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes"));
    run.until("  created  ");
    run.signal(Signal::TERM);
    run.until("interrupted: finishing what is under way");
    run.signal(Signal::KILL);
    assert_eq!(run.end().signal, Some(9));
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn under_nohup_a_closed_terminal_is_not_heard() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.shell("trap '' HUP; exec stackctl up --yes"));
    run.until("  created  ");
    run.signal(Signal::HUP);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 0, "{rest}");
}

#[test]
fn before_anything_is_changed_one_is_enough() {
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
