//! Readers that go away and disks that are full: where the output of a run goes is no reason to lose what it does.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

/// What a script came to: its own exit code, and what was said on stderr.
fn script(sandbox: &Sandbox, script: &str) -> String {
    let ran = sandbox.ran(&mut sandbox.shell(script));
    sandbox.pinned(&format!("exit code {}\n{}", ran.code, ran.err))
}

#[test]
fn an_up_that_nobody_listens_to_any_more_goes_on_to_its_end() {
    for line in ["up --yes --json 2>/dev/null", "up --yes 2>&1 >/dev/null", "up --yes -vv 2>&1 >/dev/null"] {
        let aws = Served::new(Settings::default());
        let sandbox = aws.sandbox();
        let first_line = format!("{{ stackctl {line}; echo \"exit code $?\" >&3; }} 3>&2 | head -n 1 | grep -q .");
        assert_eq!(script(&sandbox, &first_line), "exit code 0\nexit code 0\n", "{line}");
        assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "{line}");
    }
}

#[test]
fn one_whose_streams_are_closed_from_the_beginning_does_its_work_too() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(script(&sandbox, "stackctl up --yes 0<&- 1>&- 2>&-"), "exit code 0\n");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn a_result_of_which_only_the_beginning_is_read_is_a_result() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    for line in ["outputs", "outputs --json", "outputs --env", "status", "plan --json", "completions bash"] {
        let both = format!("{{ stackctl {line}; echo \"exit code $?\" >&2; }} | true");
        let said = script(&sandbox, &both);
        assert!(said.ends_with("exit code 0\n") && !said.contains("error"), "{line}: {said}");
    }
}

#[test]
fn results_that_cannot_be_written_are_an_error() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(script(&sandbox, "stackctl up --yes --quiet > /dev/full"), @r"
    exit code 1
    error: the results cannot be written to stdout
      No space left on device (os error 28)
    hint: what was done is recorded; `stackctl outputs` tells the results again
    ");
    insta::assert_snapshot!(script(&sandbox, "stackctl outputs > /dev/full"), @r"
    exit code 1
    error: the results cannot be written to stdout
      No space left on device (os error 28)
    ");
    insta::assert_snapshot!(script(&sandbox, "stackctl outputs --json > /dev/full"), @r#"
    exit code 1
    {"v":1,"event":"error","exit":1,"errors":[{"message":"the results cannot be written to stdout","details":["No space left on device (os error 28)"]}]}
    "#);
    insta::assert_snapshot!(script(&sandbox, "stackctl completions bash > /dev/full"), @r"
    exit code 1
    error: the results cannot be written to stdout
      No space left on device (os error 28)
    ");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}
