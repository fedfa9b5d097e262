//! Ctrl-C, SIGTERM and a closed terminal, on a run that has begun to change things.

use std::{net::TcpListener, time::Duration};

use stackctl_local::{Settings, Weather};

use super::{cloud::Served, sandbox::Sandbox};

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
    for name in ["-TERM", "-HUP"] {
        let aws = Served::new(slow());
        let sandbox = aws.sandbox();
        // These tests may themselves run under `nohup`, which their children would inherit.
        let mut run = sandbox.follow(sandbox.shell("exec env --default-signal=HUP stackctl up --yes"));
        run.until("  created  ");
        run.signal(name);
        let (code, rest) = run.ended();
        assert_eq!(code, Some(130), "{name}");
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
    let mut run = sandbox.follow(sandbox.command("up --yes --parallel 1"));
    run.until("waiting for IAM");
    run.signal("-TERM");
    let (code, rest) = run.ended();
    assert_eq!(code, Some(130));
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
    let mut run = sandbox.follow(sandbox.command("down --yes"));
    run.until("  deleted  ");
    run.signal("-TERM");
    let (code, rest) = run.ended();
    assert_eq!(code, Some(130));
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
    let mut run = sandbox.follow(sandbox.command("up --yes"));
    run.until("  created  ");
    run.signal("-INT");
    run.until("interrupted: finishing what is under way");
    run.signal("-INT");
    let (code, rest) = run.ended();
    assert_eq!(code, Some(130));
    assert!(rest.contains("error: stopped at once, with calls under way\n"), "{rest}");
    assert!(rest.ends_with("hint: run the same command again: it finds what they did and goes on\n"), "{rest}");
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn one_that_is_killed_after_it_was_asked_to_end_is_finished_by_the_next() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.follow(sandbox.command("up --yes"));
    run.until("  created  ");
    run.signal("-TERM");
    run.until("interrupted: finishing what is under way");
    run.signal("-KILL");
    assert_eq!(run.ended().0, None);
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn under_nohup_a_closed_terminal_is_not_heard() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.follow(sandbox.shell("trap '' HUP; exec stackctl up --yes"));
    run.until("  created  ");
    run.signal("-HUP");
    let (code, rest) = run.ended();
    assert_eq!(code, Some(0), "{rest}");
}

#[test]
fn before_anything_is_changed_one_is_enough() {
    for line in ["plan", "up --yes"] {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let sandbox = Sandbox::new()
            .with("AWS_ENDPOINT_URL", &url)
            .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI");
        let run = sandbox.follow(sandbox.command(line));
        let _call = silent.accept().unwrap();
        run.signal("-INT");
        assert_eq!(run.ended(), (Some(130), "error: interrupted, before anything was changed\n".into()), "{line}");
    }
}
