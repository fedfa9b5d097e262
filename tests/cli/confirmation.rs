//! Confirmation prompts: the documentation, the help and the behavior agree on which commands ask.

use std::{fs, path::PathBuf};

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, locks, pty::Pty, sandbox::Sandbox, users::PASSWORD};
use crate::docs::page::{self, Page};

const CANNOT_ASK: &str = "error: cannot ask for confirmation: not a terminal. Nothing was changed.\n";

/// The table in docs/exit-codes.md: command, on AWS, with `--local`.
fn table() -> Vec<[String; 3]> {
    let rows = page::rows(&page::section(&Page::read("docs/exit-codes.md").text, "Confirmation"));
    let cells = |row: &Vec<String>| [0, 1, 2].map(|cell| page::bare(&row[cell]).replace("stackctl ", ""));
    rows.iter().map(cells).collect()
}

/// Whether a command asks for confirmation, by the table.
fn asks(command: &str, local: bool) -> bool {
    let row = table().into_iter().find(|[name, ..]| name == command).unwrap();
    row[if local { 2 } else { 1 }] != "not asked"
}

/// The help of a command on one line, without the common options.
fn help(command: &str) -> String {
    let help = Sandbox::empty().run(&format!("{command} --help")).out;
    let own = help.split("Common options (").next().unwrap();
    own.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_help_of_each_command_agrees_with_the_table() {
    for [command, on_aws, on_local] in table() {
        let sentence = match (&*on_aws, &*on_local) {
            ("y", "y") if command == "watch" => "Other changes are shown and need confirmation;",
            ("y", "y") => "Asks for confirmation.",
            ("y", "not asked") => "Asks for confirmation, but not with --local.",
            ("the stage's name", "y") => "Asks for confirmation: on AWS for the stage's name, with --local for `y`.",
            other => panic!("{command}: {other:?}"),
        };
        assert!(help(&command).contains(sentence), "{command}: {}", help(&command));
    }
    for command in ["init", "validate", "plan", "history", "status", "outputs", "user create", "call", "state migrate"]
    {
        assert!(!help(command).contains("Asks for confirmation"), "{command}: {}", help(command));
    }
}

/// Deploys, changes and destroys a stack, and expects each command to ask as the table says.
fn expect_the_table(sandbox: &Sandbox, flags: &str) {
    let local = !flags.is_empty();
    let expect = |command: &str, words: &str| {
        let ran = sandbox.run(&format!("{command} {words} {flags}"));
        if asks(command, local) {
            assert_eq!(ran.code, 2, "{command} {flags}: {}", ran.err);
            assert!(ran.err.contains(CANNOT_ASK), "{command} {flags}: {}", ran.err);
            let confirmed = sandbox.run(&format!("{command} {words} {flags} --yes"));
            assert_eq!(confirmed.code, 0, "{command} {flags} --yes: {}", confirmed.err);
        } else {
            assert_eq!(ran.code, 0, "{command} {flags}: {}", ran.err);
        }
    };
    expect("up", "");
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    expect("up", "");
    expect("rollback", "");
    assert_eq!(sandbox.run(&format!("user create ann {flags}")).code, 0);
    expect("user delete", "ann");
    let states = sandbox.path(if local { ".stackctl/local/state" } else { "state" });
    fs::rename(states, sandbox.path("lost")).unwrap();
    expect("recover", "");
    expect("down", "");
}

#[test]
fn every_command_asks_as_the_table_says() {
    let aws = ServedEmulator::new(Settings::default());
    expect_the_table(&aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD), "");
    expect_the_table(&Sandbox::new().with("STACKCTL_PASSWORD", PASSWORD), "--local");
    let sandbox = aws.sandbox();
    let _guard = locks::bob(&sandbox);
    assert!(asks("unlock", false) && sandbox.run("unlock").err.contains(CANNOT_ASK));
}

#[test]
fn a_prompt_names_stack_stage_region_and_account_with_quiet_too() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox().with("NO_COLOR", "1");
    let mut person = Pty::new(sandbox.command("up --quiet"));
    person.sees("plan: 10 to create");
    person.sees("? [y/N] ");
    person.types("n");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1);
    let prompt = &screen[screen.find("\nDeploy").unwrap()..];
    insta::assert_snapshot!(sandbox.pinned(prompt), @r"
    Deploy shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] n
    error: not confirmed. Nothing was changed.
    ");
}

#[test]
fn only_a_yes_typed_at_the_prompt_counts() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    for (before, answer, expected) in [("y\ny", "", 1), ("", "yes", 0)] {
        let mut person = Pty::new(sandbox.command("up"));
        person.presses(before);
        person.sees("? [y/N] ");
        person.types(answer);
        let (code, _, screen) = person.ends();
        assert_eq!(code, expected, "{screen}");
        assert_eq!(aws.writes_since(0).is_empty(), code == 1);
    }
}

#[test]
fn a_stack_on_aws_is_destroyed_only_by_the_name_of_its_stage() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let wrong = "error: not confirmed: expected the stage's name `dev`, found `y`. Nothing was changed.\n";
    for (typed, code, told) in
        [("y", 1, wrong), ("", 1, "error: not confirmed. Nothing was changed.\n"), ("dev", 0, "10 deleted in ")]
    {
        let mut person = Pty::new(sandbox.command("down"));
        person.sees("Type the stage's name to confirm: ");
        person.types(typed);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.contains(told), "{screen}");
    }
}

#[test]
fn json_output_never_asks() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let (code, out, _) = Pty::new(sandbox.command("up --json")).ends();
    assert_eq!(code, 2);
    let why = "cannot ask for confirmation: `--json` prints nothing but events. Nothing was changed.";
    assert!(out.contains(why), "{out}");
}

#[test]
fn end_of_input_is_no_confirmation() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let mut person = Pty::new(sandbox.command("up"));
    person.sees("? [y/N] ");
    person.presses(CTRL_D);
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1);
    assert!(screen.ends_with("error: not confirmed. Nothing was changed.\n"), "{screen}");
    assert_eq!(aws.writes_since(0), [""; 0]);
}

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

#[test]
fn ctrl_c_at_a_prompt_changes_nothing() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let place = format!("account 000000000000 in eu-west-1 at {}", aws.url);
    let questions = [
        ("up", format!("Deploy shop, stage dev, to {place}? [y/N] ")),
        ("down", format!("Delete shop, stage dev, from {place}?\r\nType the stage's name to confirm: ")),
    ];
    for (line, question) in questions {
        let before = (aws.cloud.snapshot().to_string(), states(&sandbox));
        let mut person = Pty::of_its_own(&sandbox, line);
        person.sees(&question);
        person.presses(CTRL_C);
        let (code, out, screen) = person.ends();
        assert_eq!((code, out.as_str()), (130, ""), "{screen}");
        let end = format!("\n{}^C\nerror: interrupted, before anything was changed\n", question.replace('\r', ""));
        assert!(screen.ends_with(&end), "{screen}");
        assert_eq!((aws.cloud.snapshot().to_string(), states(&sandbox)), before, "{line}");
        assert_eq!(sandbox.run("up --yes").code, 0, "the lock is released");
    }
}

/// The states with their bytes, without the lock files.
fn states(sandbox: &Sandbox) -> Vec<(PathBuf, Vec<u8>)> {
    sandbox.files().into_iter().filter(|(path, _)| path.to_string_lossy().ends_with(".json")).collect()
}
