//! What a person sees.

use stackctl_local::Settings;

use super::{Served, replace, up};
use crate::cli::pty::Pty;

const CODE: &str = "hello/bootstrap";

#[test]
fn a_person_is_asked_and_a_save_withdraws_the_question() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws).with("TZ", "UTC").with("NO_COLOR", "1");
    let route = |name: &str| format!("\"GET /{name}\": {{ \"function\": \"hello\" }}, \"GET /hello\":");
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit("\"GET /hello\":", &route("more"));
    person.sees("? [y/N] ");
    sandbox.edit("GET /more", "GET /other");
    person.sees("+ GET /other");
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("left as it was");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    person.sees("? [y/N] ");
    person.types("y");
    person.sees(": 3 updated  ");
    person.sees("s\r\n");
    replace(&sandbox, CODE, "#!/bin/sh\n# two\n");
    person.sees(": updated hello  ");
    person.sees("s\r\n");
    std::fs::remove_file(sandbox.path(CODE)).unwrap();
    person.sees(": not deployed  ");
    person.sees("s\r\n");
    person.interrupt();
    let (code, out, screen) = person.ends();
    assert_eq!(code, 0);
    insta::assert_snapshot!(sandbox.pinned(&format!("{screen}--- stdout\n{out}")), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    nothing to change

    watching config.json, hello; Ctrl-C ends it
      http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev

      ~ api_routes.main
          + GET /more  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 2 to update; 8 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N]
      ~ api_routes.main
          + GET /other  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 2 to update; 8 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] n
    CLOCK  config.json: left as it was  TIME
      ~ lambda_function.hello    shop-dev-hello
          source_hash: HASH… → HASH…
      ~ api_routes.main
          + GET /other  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 3 to update; 7 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] y
    CLOCK  hello/bootstrap: 3 updated  TIME
    CLOCK  hello/bootstrap: updated hello  TIME
    error: config.json:3:83: functions.hello.runtime: there is no file `bootstrap` in `hello`
      the runtime runs that file, whatever the handler says
    hint: build the program for Linux and put it there under this name
    CLOCK  hello/bootstrap: not deployed  TIME
    --- stdout
    ");
}

#[test]
fn what_was_typed_before_it_was_asked_is_no_answer() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws);
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    person.types("y");
    person.sees("y\r\n");
    sandbox.edit("\"GET /hello\":", "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":");
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("left as it was");
    person.interrupt();
    assert_eq!(person.ends().0, 0);
}

#[test]
fn what_a_withdrawn_question_was_about_is_told_with_the_next_change() {
    let aws = Served::new(Settings::default());
    let sandbox = up(&aws).with("NO_COLOR", "1");
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit("\"GET /hello\":", "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":");
    person.sees("? [y/N] ");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("  2 files: left as it was");
}

#[test]
fn what_is_wrong_at_first_ends_it() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("watch"), @r"
    exit code 2
    --- stdout
    --- stderr
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
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: look at the plan, then run `stackctl watch --yes`
    ");
    sandbox.edit("\"GET /hello\"", "\"GET hello\"");
    insta::assert_snapshot!(sandbox.transcript("watch"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: config.json:5:5: routes."GET hello": the path `hello` does not begin with `/`
    hint: write `/hello`
    "#);
}
