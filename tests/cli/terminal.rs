//! `stackctl user` at a terminal: hidden passwords, authenticator apps and Ctrl-C.

use std::time::SystemTime;

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox, users::PASSWORD};
use crate::users::totp;

#[test]
fn a_password_is_typed_twice_and_never_shown() {
    let (_aws, sandbox) = ServedEmulator::deployed();
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
fn a_password_is_typed_once_to_sign_in() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let created = sandbox.ran(sandbox.command("user create ann@example.com").env("STACKCTL_PASSWORD", PASSWORD));
    assert_eq!(created.code, 0, "{}", created.err);
    let mut person = Pty::new(sandbox.command("user auth ann@example.com --json"));
    person.sees("password of ann@example.com: ");
    person.types(PASSWORD);
    let (code, out, screen) = person.ends();
    assert_eq!((code, screen.as_str()), (0, "password of ann@example.com: \n"));
    let events: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[1]["event"], "signed_in");
}

#[test]
fn an_interrupt_restores_the_terminal() {
    let (_aws, sandbox) = ServedEmulator::deployed();
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
fn end_of_input_is_no_password() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("password (");
    person.sees("): ");
    person.presses("\u{4}");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1);
    assert!(screen.contains("cannot be read: "), "{screen}");
    assert_eq!(sandbox.run("user list").out, "0 users\n");
}

/// The code of an authenticator app, `steps` steps from now.
fn code(secret: &str, steps: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    totp::code(secret, now + 30 * steps)
}

/// A stack that requires authenticator apps, and a password for new users.
fn with_apps(aws: &ServedEmulator) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD).with("NO_COLOR", "1");
    sandbox.edit(r#""functions":"#, r#""userPool": { "mfa": "ON" }, "functions":"#);
    sandbox.done("up --yes");
    sandbox
}

#[test]
fn an_authenticator_app_is_set_up_with_a_qr_code_and_a_secret() {
    let aws = ServedEmulator::new(Settings::default());
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
fn an_interrupt_after_a_change_says_how_to_resume() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = with_apps(&aws);
    let mut person = Pty::new(sandbox.command("user create ann@example.com"));
    person.sees("the code that the app shows now: ");
    person.interrupt();
    let (status, out, screen) = person.ends();
    assert_eq!((status, out.as_str()), (130, ""));
    insta::assert_snapshot!(screen.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @r"
    hint: run the same command again to continue
    error: interrupted
    ");
}
