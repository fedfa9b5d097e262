//! `stackctl user …` with a person at the terminal.

use std::{path::PathBuf, time::SystemTime};

use stackctl_local::Settings;

use super::{cloud::Served, pty::Pty, sandbox::Sandbox};
use crate::users::totp;

const PASSWORD: &str = "Engine-1842";

fn stack(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox
}

/// Lets somebody make `ann`.
fn make_ann(sandbox: &Sandbox) -> (i32, String, String) {
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("password (");
    person.types(PASSWORD);
    person.sees("once more: ");
    person.types(PASSWORD);
    person.ends()
}

#[test]
fn a_password_is_asked_for_twice_and_never_shown() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("password (");
    assert!(!person.echoes());
    person.types("engine");
    person.sees("a symbol\r\n");
    person.sees("password (");
    person.types(PASSWORD);
    person.sees("once more: ");
    person.types("Engine-1843");
    person.sees("password (");
    person.types(PASSWORD);
    person.sees("once more: ");
    person.types(PASSWORD);
    let (code, out, screen) = person.ends();
    assert_eq!((code, out.lines().count()), (0, 1), "{screen}");
    insta::assert_snapshot!(sandbox.pinned(&screen), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol):
    it needs at least 8 characters (it has 6), an uppercase letter, a digit, a symbol
    password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol):
    once more:
    these are two different passwords
    password (at least 8 characters, an uppercase letter, a lowercase letter, a digit and a symbol):
    once more:
    ");
}

#[test]
fn a_password_is_asked_for_once_to_sign_in() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    assert_eq!(make_ann(&sandbox).0, 0);
    let mut person = Pty::new(sandbox.command("user auth ann@example.com --json"));
    person.sees("password of ann@example.com: ");
    person.types(PASSWORD);
    let (code, out, screen) = person.ends();
    assert_eq!((code, screen.as_str()), (0, "password of ann@example.com: \n"));
    let events: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[1]["event"], "signed_in");
}

#[test]
fn an_interrupt_leaves_the_terminal_as_it_was() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    assert!(person.echoes());
    person.sees("password (");
    person.sees("): ");
    assert!(!person.echoes());
    person.interrupt();
    person.sees("error: ");
    assert!(person.echoes());
    let (code, out, screen) = person.ends();
    assert_eq!((code, out.as_str()), (130, ""));
    assert!(screen.ends_with("): \nerror: interrupted, before anything was changed\n"), "{screen}");
}

#[test]
fn an_end_of_the_input_is_no_answer() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("password (");
    person.sees("): ");
    person.presses("\u{4}");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1);
    assert!(screen.ends_with("): \nerror: the answer cannot be read: there is none\n"), "{screen}");
}

/// The code of a secret, now and so many steps later.
fn code(secret: &str, steps: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    totp::code(secret, now + 30 * steps)
}

/// A stack that asks everybody for an authenticator app, and a password for whoever is made.
fn with_apps(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD).with("NO_COLOR", "1");
    sandbox.edit(r#""functions":"#, r#""userPool": { "mfa": "ON" }, "functions":"#);
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox
}

#[test]
fn an_authenticator_app_is_set_up_with_a_picture_and_a_secret() {
    let aws = Served::new(Settings::default());
    let sandbox = with_apps(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("or type its secret: ");
    let secret = person.sees_until("\r\n");
    person.sees("the code that the app shows now: ");
    person.types(&code(&secret, 0));
    let (status, out, screen) = person.ends();
    assert_eq!((status, out.lines().count()), (0, 1), "{screen}");
    let picture: Vec<&str> = screen.lines().filter(|line| line.contains('█')).collect();
    assert!(picture.len() > 20, "{screen}");
    assert!(picture.iter().all(|line| line.chars().count() == picture[0].chars().count()), "{screen}");
    let mut person = Pty::new(sandbox.command("user auth ann@example.com"));
    person.sees("the code of the authenticator app: ");
    person.types(&code(&secret, 1));
    assert_eq!(person.ends().0, 0);
}

#[test]
fn an_interrupt_after_a_change_says_how_to_go_on() {
    let aws = Served::new(Settings::default());
    let sandbox = with_apps(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("the code that the app shows now: ");
    person.interrupt();
    let (status, out, screen) = person.ends();
    assert_eq!((status, out.as_str()), (130, ""));
    insta::assert_snapshot!(screen.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @r"
    hint: the same command again goes on from here
    error: interrupted
    ");
}

#[test]
fn a_user_goes_only_with_a_yes() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    assert_eq!(make_ann(&sandbox).0, 0);
    for (answer, code, told) in
        [("n", 1, "error: not confirmed. Nothing was changed.\n"), ("y", 0, "deleted ann@example.com\n")]
    {
        let mut person = Pty::new(sandbox.command("user delete ann@example.com"));
        let place = format!("in account 000000000000 in eu-west-1 at {}", aws.url);
        person.sees("\nDelete user ann@example.com from user pool eu-west-1_");
        person.sees(&format!(" of shop, stage dev, {place}? [y/N] "));
        person.types(answer);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.ends_with(told), "{screen}");
    }
}

#[test]
fn a_plan_is_carried_out_with_a_yes() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    for (answer, code) in [("", 1), ("yes", 0)] {
        let mut person = Pty::new(sandbox.command("up"));
        person.sees("[y/N] ");
        person.types(answer);
        assert_eq!(person.ends().0, code);
    }
}

const CTRL_C: &str = "\u{3}";

#[test]
fn ctrl_c_at_a_plan_leaves_everything_as_it_was() {
    let aws = Served::new(Settings::default());
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
        assert_eq!(sandbox.run("up --yes").code, 0, "nobody holds the lock");
    }
}

/// The states with their bytes; the lock is only a place to lock.
fn states(sandbox: &Sandbox) -> Vec<(PathBuf, Vec<u8>)> {
    sandbox.files().into_iter().filter(|(path, _)| path.to_string_lossy().ends_with(".json")).collect()
}
