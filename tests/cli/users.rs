//! `stackctl user`: users and groups, shown and changed from a script.

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox};

pub(super) const PASSWORD: &str = "Engine-1842";

/// A stack with `ann` and `bob`.
pub(super) fn stack(aws: &ServedEmulator) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.done("up --yes");
    for name in ["ann@example.com", "bob"] {
        assert_eq!(sandbox.run(&format!("user create {name}")).code, 0);
    }
    sandbox
}

/// A transcript without the ids and times of users.
pub(super) fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let text = sandbox.transcript(line);
    let lines = text.lines().map(|line| {
        let words = line.split(' ').map(|word| match word {
            word if word.len() == 10 && word.matches('-').count() == 2 => "DAY",
            word if word.len() == 20 && word.ends_with('Z') => "MOMENT",
            word if word.len() == 26 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => "CLIENT",
            word => word,
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn users_are_listed() {
    let aws = ServedEmulator::new(Settings { page_size: Some(1), ..Settings::default() });
    let sandbox = stack(&aws);
    sandbox.done("user disable bob");
    insta::assert_snapshot!(transcript(&sandbox, "user list"), @r"
    exit code 0
    --- stdout
    USER             STATUS     CREATED     ENABLED
    ann@example.com  CONFIRMED  DAY
    bob              CONFIRMED  DAY  disabled

    2 users
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user list --limit 1 --quiet"), @r"
    exit code 0
    --- stdout
    USER             STATUS     CREATED
    ann@example.com  CONFIRMED  DAY

    1 user, and more exist
    ");
    let events = sandbox.events("user list");
    let users = events[1]["users"].as_array().unwrap();
    assert_eq!((&events[1]["event"], &events[1]["more"], users.len()), (&"users".into(), &false.into(), 2));
    assert_eq!(
        (&users[1]["username"], &users[1]["enabled"], &users[1]["status"]),
        (&"bob".into(), &false.into(), &"CONFIRMED".into())
    );
    assert_eq!(users[0]["attributes"]["email"], "ann@example.com");
    assert!(users[0]["created"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_user_is_shown_with_groups() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    for group in ["readers", "admins"] {
        assert_eq!(sandbox.run(&format!("user group add ann@example.com {group} --create")).code, 0);
    }
    insta::assert_snapshot!(transcript(&sandbox, "user show ann@example.com"), @r"
    exit code 0
    --- stdout
    username  ann@example.com
    status    CONFIRMED
    enabled   yes
    created   MOMENT
    modified  MOMENT
    groups    admins, readers
    mfa       none

    email           ann@example.com
    email_verified  true
    sub             ID
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS
    ");
    let event = &sandbox.events("user show ann@example.com")[1];
    assert_eq!((&event["event"], &event["groups"]), (&"user".into(), &serde_json::json!(["admins", "readers"])));
    assert_eq!(event["attributes"]["email_verified"], "true");
}

#[test]
fn a_user_is_deleted_only_after_confirmation() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    for (answer, code, end) in
        [("n", 1, "error: not confirmed. Nothing was changed.\n"), ("y", 0, "deleted ann@example.com\n")]
    {
        let mut person = Pty::new(sandbox.command("user delete ann@example.com"));
        let place = format!("in account 000000000000 in eu-west-1 at {}", aws.url);
        person.sees("\nDelete user ann@example.com from user pool eu-west-1_");
        person.sees(&format!(" of shop, stage dev, {place}? [y/N] "));
        person.types(answer);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.ends_with(end), "{screen}");
    }
    insta::assert_snapshot!(sandbox.session(&["user delete bob --quiet", "user delete bob --yes"]), @r"
    $ user delete bob --quiet
    exit code 2
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: `stackctl user delete bob --yes` deletes bob

    $ user delete bob --yes
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    deleted bob
    ");
    assert_eq!(sandbox.run("user list").out, "0 users\n");
}

#[test]
fn users_passwords_and_groups_are_changed() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    insta::assert_snapshot!(sandbox.transcript("user disable bob"), @r"
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    disabled bob
    ");
    assert_eq!(sandbox.run("user auth bob").code, 1);
    let message = |line: &str| format!("$ {line}\n{}", sandbox.done(line).err.split_once("AWS\n\n").unwrap().1);
    let lines = [
        "user enable bob",
        "user set-password bob --temporary",
        "user group add bob admins --create",
        "user group remove bob admins",
        "user group remove bob admins",
    ];
    insta::assert_snapshot!(lines.map(message).concat(), @r"
    $ user enable bob
    enabled bob
    $ user set-password bob --temporary
    set the password of bob; the next sign-in asks for another one
    $ user group add bob admins --create
    put bob into admins; tokens say so from the next sign-in on
    $ user group remove bob admins
    bob is not in admins; tokens say so from the next sign-in on
    $ user group remove bob admins
    bob is not in admins; tokens say so from the next sign-in on
    ");
    let other = sandbox.ran(sandbox.command("user set-password bob").env("STACKCTL_PASSWORD", "Other-1842"));
    assert_eq!((other.code, sandbox.run("user auth bob").code), (0, 1));
    sandbox.done("user set-password bob");
    sandbox.done("user auth bob");
}

#[test]
fn impossible_changes_of_users_are_rejected() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.done("user group add bob admins --create");
    let lines = [
        "user show eve --quiet",
        "user delete eve --yes --quiet",
        "user set-password eve --quiet",
        "user group add bob editors --quiet",
        "user group remove bob editors --quiet",
    ];
    insta::assert_snapshot!(sandbox.session(&lines), @r"
    $ user show eve --quiet
    exit code 1
    error: user `eve` not found
    hint: `stackctl user list` lists the users, `stackctl user create eve` creates this one

    $ user delete eve --yes --quiet
    exit code 1
    error: user `eve` not found
    hint: `stackctl user list` lists the users, `stackctl user create eve` creates this one

    $ user set-password eve --quiet
    exit code 1
    error: user `eve` not found
    hint: `stackctl user list` lists the users, `stackctl user create eve` creates this one

    $ user group add bob editors --quiet
    exit code 1
    error: group `editors` not found
      groups are: admins
    hint: `stackctl user group add bob editors --create` creates it

    $ user group remove bob editors --quiet
    exit code 1
    error: group `editors` not found
      groups are: admins
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", "other");
    insta::assert_snapshot!(sandbox.transcript("user set-password bob --quiet"), @r"
    exit code 2
    error: the password does not meet the user pool's policy, so nothing was sent
      it needs at least 8 characters (it has 5)
      it needs an uppercase letter
      it needs a digit
      it needs a symbol
    ");
}
