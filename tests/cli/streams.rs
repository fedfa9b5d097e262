//! Closed or full output: a run continues, and a result that cannot be written is an error.

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

/// Runs a script, and returns its exit code and stderr.
fn script(sandbox: &Sandbox, script: &str) -> String {
    let ran = sandbox.ran(&mut sandbox.shell(script));
    sandbox.pinned(&format!("exit code {}\n{}", ran.code, ran.err))
}

#[test]
fn an_up_whose_output_is_closed_continues() {
    for line in ["up --yes --json 2>/dev/null", "up --yes 2>&1 >/dev/null", "up --yes -vv 2>&1 >/dev/null"] {
        let aws = ServedEmulator::new(Settings::default());
        let sandbox = aws.sandbox();
        let first_line = format!("{{ stackctl {line}; echo \"exit code $?\" >&3; }} 3>&2 | head -n 1 | grep -q .");
        assert_eq!(script(&sandbox, &first_line), "exit code 0\nexit code 0\n", "{line}");
        assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "{line}");
    }
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(script(&sandbox, "stackctl up --yes 0<&- 1>&- 2>&-"), "exit code 0\n");
    sandbox.done("plan --detailed-exitcode");
}

#[test]
fn a_result_may_be_read_in_part() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    for line in ["outputs", "outputs --json", "outputs --env", "status", "plan --json", "completions bash"] {
        let both = format!("{{ stackctl {line}; echo \"exit code $?\" >&2; }} | true");
        let said = script(&sandbox, &both);
        assert!(said.ends_with("exit code 0\n") && !said.contains("error"), "{line}: {said}");
    }
}

#[test]
fn results_that_cannot_be_written_are_an_error() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let lines = ["up --yes --quiet", "outputs", "outputs --json", "completions bash"];
    let transcripts =
        lines.map(|line| format!("$ {line}\n{}", script(&sandbox, &format!("stackctl {line} > /dev/full"))));
    insta::assert_snapshot!(transcripts.join("\n"), @r#"
    $ up --yes --quiet
    exit code 1
    error: the results cannot be written to stdout
      No space left on device
    hint: the changes are recorded; `stackctl outputs` prints the results again

    $ outputs
    exit code 1
    error: the results cannot be written to stdout
      No space left on device

    $ outputs --json
    exit code 1
    {"v":3,"event":"error","exit":1,"errors":[{"code":"failed","message":"the results cannot be written to stdout","details":["No space left on device"],"hints":[]}],"hints":[]}

    $ completions bash
    exit code 1
    error: the results cannot be written to stdout
      No space left on device
    "#);
    sandbox.done("plan --detailed-exitcode");
}
