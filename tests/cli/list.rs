//! `stackctl list`, and the width of tables on a terminal.

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox};

#[test]
fn stacks_and_stages_of_every_place_are_listed() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("list"), @r"
    exit code 0
    --- stdout
    no stack is deployed
    local emulator: not running
    ");
    sandbox.edit(r#""functions":"#, r#""stages": { "prod": {} }, "functions":"#);
    sandbox.done("up --yes --quiet");
    sandbox.done("up --yes --quiet --stage prod");
    sandbox.done("up --local --quiet");
    let text = sandbox.done("list").out;
    let header: Vec<&str> = text.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(header, ["STACK", "STAGE", "WHERE", "RESOURCES", "RELEASE", "RELEASED", "STATE"]);
    assert!(text.contains("\n3 stacks and stages\nlocal emulator: running at http://127.0.0.1:"), "{text}");
    let events = sandbox.events("list");
    let stacks = events[1]["stacks"].as_array().unwrap();
    let places: Vec<_> = stacks.iter().map(|one| (one["stage"].as_str().unwrap(), one["local"] == true)).collect();
    assert_eq!(places, [("dev", true), ("dev", false), ("prod", false)]);
    assert_eq!((&events[1]["emulator"]["state"], &stacks[0]["release"]), (&"running".into(), &1.into()));
    sandbox.write("state/shop.prod.json", "{");
    let ran = sandbox.run("list");
    assert_eq!((ran.code, ran.out.matches("prod").count()), (1, 0), "{}", ran.out);
    assert!(ran.err.contains("state/shop.prod.json: the state is damaged"), "{}", ran.err);
    sandbox.done("local stop");
}

#[test]
fn tables_are_cut_to_the_width_of_a_terminal_and_not_in_a_pipe() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let piped = sandbox.done("status --quiet").out;
    assert!(piped.lines().any(|line| line.chars().count() > 80), "{piped}");
    let mut terminal = Pty::new(sandbox.shell("stty cols 60; exec stackctl status --quiet >&2"));
    terminal.sees("10 in sync");
    let (code, _, screen) = terminal.ends();
    assert_eq!(code, 0);
    assert!(screen.lines().all(|line| line.chars().count() <= 60), "{screen}");
    assert!(screen.contains('…') && screen.starts_with("RESOURCE"), "{screen}");
}

#[test]
fn a_ci_system_has_no_operator_no_spinner_and_no_color() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let sandbox = sandbox.with("CI", "true");
    let person = Pty::new(sandbox.command("down"));
    let (code, _, screen) = person.ends();
    assert_eq!(code, 2, "{screen}");
    assert!(screen.contains("error: cannot ask for confirmation: not a terminal. Nothing was changed."), "{screen}");
    assert!(!screen.contains('\u{1b}'), "{screen}");
    let help = Sandbox::empty().with("CI", "true").run("--help").out;
    assert!(!help.contains('\u{1b}'), "{help}");
}
