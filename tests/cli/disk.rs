//! Disks that are full, and folders that go away or may not be written to, before a run and in the middle of it. The limits
//! are real ones of the operating system, which also stop the superuser.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use stackctl_local::{Settings, Weather};

use super::{
    cloud::Served,
    sandbox::{Ran, Sandbox},
};

/// So that something is under way whenever the test does its mischief.
fn slow() -> Settings {
    let weather = Weather { latency: std::time::Duration::from_millis(250), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

/// The files in the folder of the state.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path("state")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// From here on no file of the process may grow beyond a byte.
fn fill_the_disk_of(process: u32) {
    assert!(Command::new("prlimit").args(["--fsize=1", "--pid", &process.to_string()]).status().unwrap().success());
}

/// The next run needs no flag, makes nothing twice, and leaves nothing to do.
fn the_next_goes_on(aws: &Served, sandbox: &Sandbox) {
    let next = sandbox.run("up --yes");
    assert_eq!(next.code, 0, "{}", next.err);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    let calls = aws.cloud.call_counts();
    assert_eq!((calls["cognito-idp:CreateUserPool"], calls["apigateway:CreateRestApi"]), (1, 1), "{calls:?}");
    assert_eq!(names(sandbox), ["shop.dev.json", "shop.dev.lock", "shop.dev.previous.json"]);
}

#[test]
fn nothing_is_changed_when_the_plan_cannot_be_recorded() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    // One block is enough for the lock, and not for the state.
    let ran = sandbox.ran(&mut sandbox.shell("trap '' XFSZ; ulimit -f 1; exec stackctl up --yes --quiet"));
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(sandbox.pinned(&ran.err), @r"
    error: state/shop.dev.json: the state cannot be saved: File too large (os error 27)
    hint: make room there, then run the command again
    ");
    assert_eq!(aws.writes_since(0), [""; 0]);
    assert_eq!(names(&sandbox), ["shop.dev.lock"]);
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn nothing_is_changed_when_the_state_has_no_place() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.write("state", "a file in the place of the folder");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.lock: the state cannot be locked: state is not a folder
    hint: make the place readable and writable, then run the command again
    ");
    fs::remove_file(sandbox.path("state")).unwrap();
    sandbox.write("state/shop.dev.lock/here", "a folder in the place of the lock");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.lock: the state cannot be locked: Is a directory (os error 21)
    hint: make the place readable and writable, then run the command again
    ");
    assert!(aws.cloud.call_log().iter().all(|call| call == "sts:GetCallerIdentity"), "{:?}", aws.cloud.call_log());
}

#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_run_ends_it_and_the_next_goes_on() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.shell("trap '' XFSZ; exec stackctl up --yes --parallel 1"));
    run.until("  created  ");
    fill_the_disk_of(run.id());
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 4, "{rest}");
    let error = rest.find("error: ").map(|at| &rest[at..]).unwrap_or_default();
    insta::assert_snapshot!(error, @r"
    error: state/shop.dev.json: the state cannot be saved: File too large (os error 27)
    hint: make room there, then run the command again
    hint: what was done meanwhile is found by the next `stackctl up`
    ");
    assert_eq!(names(&sandbox), ["shop.dev.json", "shop.dev.lock"], "no temporary file, no half of one");
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn a_folder_that_is_replaced_in_the_middle_of_a_run_ends_it_and_the_next_goes_on() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("  created  ");
    fs::rename(sandbox.path("state"), sandbox.path("elsewhere")).unwrap();
    sandbox.write("state", "a file in the place of the folder");
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 4, "{rest}");
    let error = rest.find("error: ").map(|at| &rest[at..]).unwrap_or_default();
    insta::assert_snapshot!(error, @r"
    error: state/shop.dev.json: the state cannot be read: Not a directory (os error 20)
    hint: make the place readable and writable, then run the command again
    hint: what was done meanwhile is found by the next `stackctl up`
    ");
    fs::remove_file(sandbox.path("state")).unwrap();
    fs::rename(sandbox.path("elsewhere"), sandbox.path("state")).unwrap();
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn a_folder_that_is_removed_in_the_middle_of_a_run_is_made_again_with_all_that_was_on_record() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("  created  ");
    fs::remove_dir_all(sandbox.path("state")).unwrap();
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 5, "{rest}");
    let error = rest.find("error: ").map(|at| &rest[at..]).unwrap_or_default();
    insta::assert_snapshot!(error, @r"
    error: state/shop.dev.json: somebody has removed the state while this command worked on it, so it was written again
    hint: make sure that nobody else is at work on the stack, then run the command again
    hint: what was done meanwhile is found by the next `stackctl up`
    ");
    the_next_goes_on(&aws, &sandbox);
}

/// A run that may write where the modes of files allow it, and nowhere else, also for the superuser.
fn unprivileged(sandbox: &Sandbox, line: &str) -> Command {
    let bound = "setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search,-fowner";
    sandbox.shell(&format!(
        "if {bound} true 2>/dev/null; then exec {bound} stackctl {line}; else exec stackctl {line}; fi"
    ))
}

/// Whether files can be made, renamed and removed in the folder of the state.
fn make_writable(sandbox: &Sandbox, writable: bool) {
    let mode = if writable { 0o755 } else { 0o555 };
    fs::set_permissions(sandbox.path("state"), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn nothing_is_changed_when_the_folder_is_read_only() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    fs::create_dir(sandbox.path("state")).unwrap();
    make_writable(&sandbox, false);
    let up = || unprivileged(&sandbox, "up --yes --quiet");
    insta::assert_snapshot!(sandbox.transcript_of(&mut up()), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.lock: the state cannot be locked: Permission denied (os error 13)
    hint: make the place readable and writable, then run the command again
    ");
    fs::write(sandbox.path("state/shop.dev.lock"), "").unwrap();
    insta::assert_snapshot!(sandbox.transcript_of(&mut up()), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state cannot be saved: Permission denied (os error 13)
    hint: make the place readable and writable, then run the command again
    ");
    assert_eq!(aws.writes_since(0), [""; 0]);
    let plan = sandbox.ran(&mut unprivileged(&sandbox, "plan --detailed-exitcode"));
    assert_eq!(plan.code, 3, "whoever only looks writes nothing: {}", plan.err);
    make_writable(&sandbox, true);
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn a_folder_that_becomes_read_only_in_the_middle_of_a_run_ends_it_and_the_next_goes_on() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut unprivileged(&sandbox, "up --yes --parallel 1"));
    run.until("  created  ");
    make_writable(&sandbox, false);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 4, "{rest}");
    let error = rest.find("error: ").map(|at| &rest[at..]).unwrap_or_default();
    insta::assert_snapshot!(error, @r"
    error: state/shop.dev.json: the state cannot be saved: Permission denied (os error 13)
    hint: make the place readable and writable, then run the command again
    hint: what was done meanwhile is found by the next `stackctl up`
    ");
    make_writable(&sandbox, true);
    the_next_goes_on(&aws, &sandbox);
}

#[test]
fn what_may_not_be_read_is_told_so() {
    let sandbox = Sandbox::new();
    let other = r#""other": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }, "hello""#;
    sandbox.edit(r#""hello": { "source""#, &format!("{other}: {{ \"source\""));
    let mode = |name: &str, mode| {
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let validate = |sandbox: &Sandbox| sandbox.transcript_of(&mut unprivileged(sandbox, "validate"));
    mode("hello/bootstrap", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @"
    exit code 2
    --- stdout
    --- stderr
    error: functions.hello.source: `./hello/bootstrap` cannot be read: Permission denied (os error 13)
      the same goes for other
    ");
    mode("hello", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @"
    exit code 2
    --- stdout
    --- stderr
    error: config.json:3:39: functions.other.source: `hello` cannot be read: permission denied
      the same goes for hello
    hint: the user who runs stackctl needs permission to read it
    ");
    mode("config.json", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @"
    exit code 2
    --- stdout
    --- stderr
    error: config.json: permission denied
    hint: make it readable: `chmod u+r config.json`
    ");
    mode("hello", 0o755);
    mode("config.json", 0o644);
}
