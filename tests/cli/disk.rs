//! Full disks, and moved or read-only folders, before and during a run. The tests use limits of the operating system
//! that also apply to root.

use std::fmt::Write as _;
use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use stackctl_local::Settings;

use super::{
    emulator::{ServedEmulator, slow},
    sandbox::Sandbox,
};

/// The files in the state folder.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path("state")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Limits the file size of the process to one byte.
fn fill_the_disk_of(process: u32) {
    assert!(Command::new("prlimit").args(["--fsize=1", "--pid", &process.to_string()]).status().unwrap().success());
}

/// A run that respects file modes, even as root.
fn unprivileged(sandbox: &Sandbox, line: &str) -> Command {
    let bound = "setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search,-fowner";
    sandbox.shell(&format!(
        "trap '' XFSZ; if {bound} true 2>/dev/null; then exec {bound} stackctl {line}; else exec stackctl {line}; fi"
    ))
}

/// Makes the state folder writable, or read-only.
fn make_writable(sandbox: &Sandbox, writable: bool) {
    let mode = if writable { 0o755 } else { 0o555 };
    fs::set_permissions(sandbox.path("state"), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn nothing_is_changed_when_the_plan_cannot_be_recorded() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    // One block is enough for the lock, but not for the state.
    let ran = sandbox.ran(&mut sandbox.shell("trap '' XFSZ; ulimit -f 1; exec stackctl up --yes --quiet"));
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(sandbox.pinned(&ran.err), @r"
    error: state/shop.dev.json: the state cannot be saved: File too large
    hint: make room there, then run the command again
    ");
    assert_eq!(aws.writes_since(0), [""; 0]);
    assert_eq!(names(&sandbox), ["shop.dev.lock"]);
    aws.resumes(&sandbox);
}

#[test]
fn nothing_is_changed_when_the_state_has_no_place() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.write("state", "a file in the place of the folder");
    let no_folder = sandbox.transcript("up --yes --quiet");
    fs::remove_file(sandbox.path("state")).unwrap();
    sandbox.write("state/shop.dev.lock/here", "a folder in the place of the lock");
    insta::assert_snapshot!([no_folder, sandbox.transcript("up --yes --quiet")].join("\n"), @r"
    exit code 1
    error: state/shop.dev.lock: the state cannot be locked: state is not a folder
    hint: make the place readable and writable, then run the command again

    exit code 1
    error: state/shop.dev.lock: the state cannot be locked: Is a directory
    hint: make the place readable and writable, then run the command again
    ");
    assert_eq!(aws.writes_since(0), [""; 0]);
}

#[test]
fn nothing_is_changed_when_the_folder_is_read_only() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    fs::create_dir(sandbox.path("state")).unwrap();
    make_writable(&sandbox, false);
    let up = || unprivileged(&sandbox, "up --yes --quiet");
    insta::assert_snapshot!(sandbox.transcript_of(&mut up()), @r"
    exit code 1
    error: state/shop.dev.lock: the state cannot be locked: Permission denied
    hint: make the place readable and writable, then run the command again
    ");
    fs::write(sandbox.path("state/shop.dev.lock"), "").unwrap();
    insta::assert_snapshot!(sandbox.transcript_of(&mut up()), @r"
    exit code 1
    error: state/shop.dev.json: the state cannot be saved: Permission denied
    hint: make the place readable and writable, then run the command again
    ");
    assert_eq!(aws.writes_since(0), [""; 0]);
    let plan = sandbox.ran(&mut unprivileged(&sandbox, "plan --detailed-exitcode"));
    assert_eq!(plan.code, 3, "reading writes nothing: {}", plan.err);
    make_writable(&sandbox, true);
    aws.resumes(&sandbox);
}

#[test]
fn a_run_that_cannot_save_any_more_ends_and_the_next_one_resumes() {
    type Act = fn(&Sandbox, u32);
    let troubles: [(&str, Act, Act); 4] = [
        ("the disk is full", |_, run| fill_the_disk_of(run), |_, _| ()),
        (
            "a file stands in the place of the folder",
            |sandbox, _| {
                fs::rename(sandbox.path("state"), sandbox.path("elsewhere")).unwrap();
                sandbox.write("state", "");
            },
            |sandbox, _| {
                fs::remove_file(sandbox.path("state")).unwrap();
                fs::rename(sandbox.path("elsewhere"), sandbox.path("state")).unwrap();
            },
        ),
        ("the folder is removed", |sandbox, _| fs::remove_dir_all(sandbox.path("state")).unwrap(), |_, _| ()),
        (
            "the folder is read-only",
            |sandbox, _| make_writable(sandbox, false),
            |sandbox, _| make_writable(sandbox, true),
        ),
    ];
    let mut transcript = String::new();
    for (name, cause, repair) in troubles {
        let aws = ServedEmulator::new(slow());
        let sandbox = aws.sandbox();
        let mut run = sandbox.start(&mut unprivileged(&sandbox, "up --yes --parallel 1"));
        run.until("  created  ");
        let id = run.id();
        cause(&sandbox, id);
        let ran = run.end();
        let error = ran.err.find("error: ").map(|at| &ran.err[at..]).unwrap_or_default();
        let _ = writeln!(transcript, "{name}: exit code {}\n{error}", ran.code);
        repair(&sandbox, id);
        aws.resumes(&sandbox);
        assert_eq!(names(&sandbox), ["shop.dev.json", "shop.dev.lock", "shop.dev.previous.json"], "{name}");
    }
    insta::assert_snapshot!(transcript, @r"
    the disk is full: exit code 4
    error: state/shop.dev.json: the state cannot be saved: File too large
    hint: make room there, then run the command again
    hint: the changes made so far are found by the next `stackctl up`

    a file stands in the place of the folder: exit code 4
    error: state/shop.dev.json: the state cannot be read: Not a directory
    hint: make the place readable and writable, then run the command again
    hint: the changes made so far are found by the next `stackctl up`

    the folder is removed: exit code 5
    error: state/shop.dev.json: another process has deleted the state during this command, so it was written again
    hint: make sure that no other process works on the stack, then run the command again
    hint: the changes made so far are found by the next `stackctl up`

    the folder is read-only: exit code 4
    error: state/shop.dev.json: the state cannot be saved: Permission denied
    hint: make the place readable and writable, then run the command again
    hint: the changes made so far are found by the next `stackctl up`
    ");
}

#[test]
fn unreadable_files_are_named() {
    let sandbox = Sandbox::new();
    let other = r#""other": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }, "hello""#;
    sandbox.edit(r#""hello": { "source""#, &format!("{other}: {{ \"source\""));
    let mode = |name: &str, mode| {
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let validate = |sandbox: &Sandbox| sandbox.transcript_of(&mut unprivileged(sandbox, "validate"));
    mode("hello/bootstrap", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @r"
    exit code 2
    error: functions.hello.source: `./hello/bootstrap` cannot be read: Permission denied
      the same applies to other
    ");
    mode("hello", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @r"
    exit code 2
    error: config.json:3:39: functions.other.source: `hello` cannot be read: permission denied
      the same applies to hello
    hint: the user who runs stackctl needs permission to read it
    ");
    mode("config.json", 0o000);
    insta::assert_snapshot!(validate(&sandbox), @"
    exit code 2
    error: config.json: permission denied
    hint: make it readable: `chmod u+r config.json`
    ");
    mode("hello", 0o755);
    mode("config.json", 0o644);
}
