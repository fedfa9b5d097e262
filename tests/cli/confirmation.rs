//! Confirmation prompts: what asks and what does not is the same in the README, in the help and in fact; and what counts as
//! an answer. AWS is played by a local cloud in this process.

use stackctl_local::Settings;

use super::{cloud::Served, locks, pty::Pty, sandbox::Sandbox};
use crate::readme::page;

const CANNOT_ASK: &str = "error: cannot ask for confirmation: not a terminal. Nothing was changed.\n";

/// The README's table: command, on AWS, with `--local`.
fn table() -> Vec<[String; 3]> {
    let rows = page::rows(&page::section("Reference"), "### Confirmation");
    let cells = |row: &Vec<String>| [0, 1, 2].map(|cell| page::bare(&row[cell]).replace("stackctl ", ""));
    rows.iter().map(cells).collect()
}

/// Whether a command asks, by the table.
fn asks(command: &str, local: bool) -> bool {
    let row = table().into_iter().find(|[name, ..]| name == command).unwrap();
    row[if local { 2 } else { 1 }] != "not asked"
}

/// The help of a command on one line, without the flags that every command has.
fn help(command: &str) -> String {
    let help = Sandbox::empty().run(&format!("{command} --help")).out;
    let own = help.split("Common options (").next().unwrap();
    own.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_help_says_of_each_command_what_the_table_says() {
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

/// Takes a stack from its first deploy to its end, and expects of each command that it asks as the table says.
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
    std::fs::rename(states, sandbox.path("lost")).unwrap();
    expect("recover", "");
    expect("down", "");
}

#[test]
fn every_command_asks_as_the_table_says() {
    let aws = Served::new(Settings::default());
    expect_the_table(&aws.sandbox().with("STACKCTL_PASSWORD", super::people::PASSWORD), "");
    expect_the_table(&Sandbox::new().with("STACKCTL_PASSWORD", super::people::PASSWORD), "--local");
    let sandbox = aws.sandbox();
    let _guard = locks::bob(&sandbox);
    assert!(asks("unlock", false) && sandbox.run("unlock").err.contains(CANNOT_ASK));
}

#[test]
fn a_prompt_names_stack_stage_region_and_account_with_quiet_too() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox().with("NO_COLOR", "1");
    let mut person = Pty::new(sandbox.command("up --quiet"));
    person.sees("? [y/N] ");
    person.types("n");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1);
    insta::assert_snapshot!(sandbox.pinned(&screen), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

      + iam_role.hello           shop-dev-hello-eu-west-1
      + log_group.hello          /aws/lambda/shop-dev-hello
      + lambda_function.hello    shop-dev-hello
      + rest_api.main            shop-dev
      + lambda_permission.hello  shop-dev-hello
      + user_pool.main           shop-dev
          usernameAttributes [], caseSensitive false (cannot be changed later)
      + authorizer.main          shop-dev
      + api_routes.main
          + GET /hello  shop-dev-hello, public
          + POST /hello/{name}  shop-dev-hello
      + stage.main               dev
      + user_pool_client.main    shop-dev
          generateSecret false (a later change replaces it)

    plan: 10 to create

    Deploy shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] n
    error: not confirmed. Nothing was changed.
    ");
}

#[test]
fn what_was_typed_before_a_prompt_does_not_count() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let mut person = Pty::new(sandbox.command("up"));
    person.types("y");
    person.presses("y");
    person.sees("? [y/N] ");
    person.types("");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 1, "{screen}");
    assert!(screen.ends_with("error: not confirmed. Nothing was changed.\n"), "{screen}");
    assert_eq!(aws.writes_since(0), [""; 0]);
}

#[test]
fn a_stack_on_aws_is_deleted_only_by_the_name_of_its_stage() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let wrong = "error: not confirmed: expected the stage's name `dev`, found `y`. Nothing was changed.\n";
    for (typed, code, told) in [
        ("y", 1, wrong),
        ("", 1, "error: not confirmed. Nothing was changed.\n"),
        ("dev", 0, "deleted, 5 forgotten in "),
    ] {
        let mut person = Pty::new(sandbox.command("down"));
        person.sees("Type the stage's name to confirm: ");
        person.types(typed);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.contains(told), "{screen}");
    }
}

#[test]
fn a_machine_is_not_asked_even_at_a_terminal() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let (code, out, _) = Pty::new(sandbox.command("up --json")).ends();
    assert_eq!(code, 2);
    let why = "cannot ask for confirmation: `--json` prints nothing but events. Nothing was changed.";
    assert!(out.contains(why), "{out}");
}
