//! Runs with the clock set to another day, by a preloaded library: the commands have no flag for it.

use super::sandbox::{Ran, Sandbox};
use crate::harness::process::Process;

const LIBRARY: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    const char *ahead = getenv("CLOCK_AHEAD");
    if (clock == CLOCK_REALTIME && ahead) now->tv_sec += atoll(ahead);
    return failed;
}
"#;

/// Runs `stackctl` with the clock at this time. Its child processes have the same time.
fn at(sandbox: &Sandbox, moment: &str, line: &str) -> Ran {
    let moment: jiff::Timestamp = moment.parse().unwrap();
    let ahead = moment.as_second() - jiff::Timestamp::now().as_second();
    let library = sandbox.path("clock.so");
    let mut command = sandbox.command(line);
    sandbox.ran(command.env("LD_PRELOAD", library).env("CLOCK_AHEAD", ahead.to_string()))
}

/// A stack with two releases, deployed while its runtimes were supported.
fn deployed(runtime: &str) -> Sandbox {
    let sandbox = Sandbox::scripted();
    sandbox.write("clock.c", LIBRARY);
    // The AWS SDK's cryptography is compiled with `cc`, too.
    assert_eq!(sandbox.ran(&mut sandbox.shell("cc -shared -fPIC -o clock.so clock.c")).code, 0);
    sandbox.edit("provided.al2023\", \"timeout\": 10 },", &format!("{runtime}\", \"timeout\": 10 }},"));
    for timeout in [10, 11] {
        sandbox.edit(r#""timeout": 10 }"#, &format!(r#""timeout": {timeout} }}"#));
        let ran = at(&sandbox, "2026-11-30T12:00:00Z", "up --local --quiet");
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(at(&sandbox, "2026-11-30T12:00:00Z", "local stop").code, 0);
    sandbox
}

/// Every command that does not create or update a function.
const COMMANDS: &[&str] = &[
    "plan",
    "up",
    "status",
    "outputs",
    "history",
    "state show",
    "state pull",
    "user list",
    "user group add ann admins --create",
    "invoke items",
    "call POST /echo",
    "logs items",
    "unlock --yes",
    "recover",
    "rollback",
    "down --yes",
];

#[test]
fn a_stack_can_be_used_and_destroyed_on_any_day() {
    for day in ["2027-02-01T12:00:00Z", "2035-01-01T12:00:00Z"] {
        let sandbox = deployed("provided.al2");
        let ran = at(&sandbox, day, "up --local --quiet");
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(at(&sandbox, day, "validate").code, 0);
        for line in COMMANDS {
            let ran = at(&sandbox, day, &format!("{line} --local"));
            let expected = match *line {
                // The user does not exist, and the state is not missing.
                "user group add ann admins --create" => 1,
                "recover" => 2,
                _ => 0,
            };
            assert_eq!(ran.code, expected, "{day}: {line}: {}", ran.err);
        }
        assert_eq!(at(&sandbox, day, "local stop").code, 0);
    }
}

#[test]
fn a_deprecated_runtime_is_rejected_before_any_change() {
    let sandbox = deployed("provided.al2");
    sandbox.write("items/edited", "");
    let updated = at(&sandbox, "2027-03-02T12:00:00Z", "up --local --quiet");
    assert_eq!(updated.code, 0, "updates are blocked a month after creation: {}", updated.err);
    sandbox.write("items/edited", "again");
    sandbox.edit(
        r#""other": {"#,
        r#""third": { "source": "items", "handler": "bootstrap", "runtime": "provided.al2" }, "other": {"#,
    );
    let refused = at(&sandbox, "2027-03-03T12:00:00Z", "up --local --quiet");
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.err, @"
    error: lambda_function.items: AWS ended the runtime `provided.al2`: no function with it can be updated since 2027-03-03
    hint: set `functions.items.runtime` to the newest of its family, `provided.al2023`
    error: lambda_function.third: AWS ended the runtime `provided.al2`: no function can be created with it since 2027-02-01
    hint: set `functions.third.runtime` to the newest of its family, `provided.al2023`
    ");
    let ran = at(&sandbox, "2027-03-03T12:00:00Z", "plan --local --detailed-exitcode");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert_eq!(at(&sandbox, "2027-03-03T12:00:00Z", "local stop").code, 0);
}

#[test]
fn a_clock_far_ahead_is_named() {
    let sandbox = deployed("provided.al2");
    let ran = at(&sandbox, "9999-12-30T00:00:00Z", "plan --local");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.starts_with("error: this machine's clock shows the year "), "{}", ran.err);
    let mut beyond = sandbox.command("validate");
    beyond.env("LD_PRELOAD", sandbox.path("clock.so")).env("CLOCK_AHEAD", "400000000000");
    assert_eq!(Process::run(&mut beyond).code, 1);
}
