//! Users, looked at and changed from a script.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

pub(super) const PASSWORD: &str = "Engine-1842";

/// A stack with `ann` and `bob`.
pub(super) fn stack(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    assert_eq!(sandbox.run("up --yes").code, 0);
    for name in ["ann@example.com", "bob"] {
        assert_eq!(sandbox.run(&format!("user create {name}")).code, 0);
    }
    sandbox
}

/// A transcript without the ids and times of people.
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
    let aws = Served::new(Settings { page_size: Some(1), ..Settings::default() });
    let sandbox = stack(&aws);
    assert_eq!(sandbox.run("user disable bob").code, 0);
    insta::assert_snapshot!(transcript(&sandbox, "user list"), @r"
    exit code 0
    --- stdout
    ann@example.com  CONFIRMED              DAY
    bob              CONFIRMED              DAY  disabled

    2 users
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user list --limit 1 --quiet"), @r"
    exit code 0
    --- stdout
    ann@example.com  CONFIRMED              DAY

    1 user, and there are more
    --- stderr
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
fn a_pool_without_users_has_an_empty_list() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("user list").out, "0 users\n");
}

#[test]
fn a_user_is_shown_with_groups() {
    let aws = Served::new(Settings::default());
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
    insta::assert_snapshot!(transcript(&sandbox, "user show eve"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no user `eve`
    hint: `stackctl user list` shows who is there, `stackctl user create eve` makes them
    ");
}

#[test]
fn a_user_is_deleted_only_with_a_word_for_it() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    insta::assert_snapshot!(transcript(&sandbox, "user delete bob"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: `stackctl user delete bob --yes` deletes bob
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user delete bob --yes"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    deleted bob
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user delete bob --yes --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: there is no user `bob`
    hint: `stackctl user list` shows who is there, `stackctl user create bob` makes them
    ");
}

#[test]
fn a_user_is_disabled_and_enabled() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    insta::assert_snapshot!(transcript(&sandbox, "user disable bob"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    disabled bob
    ");
    assert_eq!(sandbox.run("user auth bob").code, 1);
    insta::assert_snapshot!(transcript(&sandbox, "user enable bob"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    enabled bob
    ");
    assert_eq!(sandbox.run("user auth bob").code, 0);
}

#[test]
fn a_password_is_set() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let other = sandbox.ran(sandbox.command("user set-password bob").env("STACKCTL_PASSWORD", "Other-1842"));
    assert_eq!(other.code, 0);
    assert_eq!(sandbox.run("user auth bob").code, 1);
    insta::assert_snapshot!(transcript(&sandbox, "user set-password bob --temporary"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    set the password of bob; the next sign-in asks for another one
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user auth bob"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: NEW_PASSWORD_REQUIRED: Cognito asks for a new password, and nobody is here to answer
    hint: on a terminal `stackctl user auth bob` asks for it; `stackctl user set-password bob` sets one
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user set-password eve --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: there is no user `eve`
    hint: `stackctl user list` shows who is there, `stackctl user create eve` makes them
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", "other");
    insta::assert_snapshot!(transcript(&sandbox, "user set-password bob --quiet"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: the password does not meet the user pool's policy, so nothing was sent
      it needs at least 8 characters (it has 5)
      it needs an uppercase letter
      it needs a digit
      it needs a symbol
    ");
}

#[test]
fn groups_are_made_only_when_that_is_asked_for() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    insta::assert_snapshot!(transcript(&sandbox, "user group add bob admins"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no group `admins`
      the user pool has no groups
    hint: `stackctl user group add bob admins --create` makes it
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user group add bob admins --create"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    put bob into admins; tokens say so from the next sign-in on
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user group remove bob admins"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    bob is not in admins; tokens say so from the next sign-in on
    ");
    let told = |line: &str| sandbox.run(line).err.lines().last().unwrap_or_default().to_owned();
    let again = "bob is not in admins; tokens say so from the next sign-in on";
    assert_eq!(told("user group remove bob admins"), again, "Cognito answers the same");
    insta::assert_snapshot!(transcript(&sandbox, "user group remove bob editors"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no group `editors`
      groups are: admins
    ");
}
