//! `up`, `plan`, `status`, `outputs` and `down`: whole transcripts of a stack's life, and of a deploy that fails.

use std::time::Duration;

use serde_json::json;
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

/// A transcript, starting at a text.
fn from<'t>(transcript: &'t str, text: &str) -> &'t str {
    &transcript[transcript.find(text).unwrap_or_else(|| panic!("no {text:?} in {transcript}"))..]
}

#[test]
#[expect(clippy::too_many_lines, reason = "one session, readable from top to bottom")]
fn a_stack_is_deployed_compared_changed_and_destroyed() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("up --local --parallel 1"), @r"
    exit code 0
    --- stdout
    invoke_url    http://<rest_api.main#id>.execute-api.localhost:PORT/dev
    path_url      http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    rest_api_id   <rest_api.main#id>
    user_pool_id  <user_pool.main#id>
    client_id     <user_pool_client.main#id>
    region        eu-west-1
    account       000000000000
    endpoint      http://127.0.0.1:PORT

    GET /hello          http://<rest_api.main#id>.execute-api.localhost:PORT/dev/hello  public
    POST /hello/{name}  http://<rest_api.main#id>.execute-api.localhost:PORT/dev/hello/{name}
    --- stderr
    started the local emulator at http://127.0.0.1:PORT; `stackctl local stop` stops it
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

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
      iam_role.hello           created  TIME
      log_group.hello          created  TIME
      lambda_function.hello    created  TIME
      user_pool.main           created  TIME
      rest_api.main            created  TIME
      authorizer.main          created  TIME
      api_routes.main          created  TIME
      lambda_permission.hello  created  TIME
      stage.main               created  TIME
      user_pool_client.main    created  TIME

    10 created in TIME

    checked with 2 requests in TIME


    next:
      curl -i http://<rest_api.main#id>.execute-api.localhost:PORT/dev/hello    # public
      stackctl user create mail@example.com --local    # create a user and print an ID token
    ");
    assert!(sandbox.done("status --local").out.ends_with("\n10 in sync\n"));
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    sandbox
        .edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7, "environment": { "TOKEN": "hunter2" } }"#);
    insta::assert_snapshot!(sandbox.transcript("plan --local --detailed-exitcode"), @r"
    exit code 3
    --- stdout
      ~ lambda_function.hello    shop-dev-hello
          environment.TOKEN: (secret, changes)
          timeout: 29 → 7
      ~ api_routes.main
          + GET /hallo  shop-dev-hello, public
          - GET /hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 3 to update; 7 unchanged
    --- stderr
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT
    ");
    insta::assert_snapshot!(sandbox.transcript("status --local --detailed-exitcode --quiet"), @r"
    exit code 3
    --- stdout
    RESOURCE                 STATUS          ID
    iam_role.hello           in sync         arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello          in sync         /aws/lambda/shop-dev-hello
    lambda_function.hello    pending change  shop-dev-hello
        environment.TOKEN: (secret, differs)
        timeout: live 29; config 7
    rest_api.main            in sync         <rest_api.main#id>
    lambda_permission.hello  in sync         shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync         <user_pool.main#id>
    authorizer.main          in sync         <authorizer.main#id>
    api_routes.main          pending change  <rest_api.main#id>
        GET /hallo: live (none); config shop-dev-hello, public
        GET /hello: live shop-dev-hello, public; config (none)
    stage.main               pending change  <rest_api.main#id>/dev
        fingerprint: live HASH…; config HASH…
    user_pool_client.main    in sync         <user_pool_client.main#id>

    7 in sync, 3 pending changes
    ");
    sandbox.done("up --local --quiet");
    insta::assert_snapshot!(sandbox.transcript("down --local --yes --parallel 1"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

      - rest_api.main            <rest_api.main#id>
      - api_routes.main          (deleted with rest_api.main)
      - authorizer.main          (deleted with rest_api.main)
      - lambda_function.hello    shop-dev-hello
      - iam_role.hello           shop-dev-hello-eu-west-1
      - lambda_permission.hello  (deleted with lambda_function.hello)
      - log_group.hello          /aws/lambda/shop-dev-hello
      - stage.main               (deleted with rest_api.main)
      - user_pool.main           shop-dev
      - user_pool_client.main    (deleted with user_pool.main)

    plan: 10 to delete
      rest_api.main            deleted  TIME
      lambda_function.hello    deleted  TIME
      user_pool.main           deleted  TIME
      api_routes.main          deleted  TIME
      authorizer.main          deleted  TIME
      iam_role.hello           deleted  TIME
      lambda_permission.hello  deleted  TIME
      log_group.hello          deleted  TIME
      stage.main               deleted  TIME
      user_pool_client.main    deleted  TIME

    10 deleted in TIME
    ");
    insta::assert_snapshot!(sandbox.transcript("status --local --detailed-exitcode"), @r"
    exit code 3
    --- stdout
    shop, stage dev: not deployed
    ");
}

#[test]
fn events_are_one_per_line_and_the_last_one_counts_calls_and_saves() {
    let sandbox = Sandbox::new();
    let events = sandbox.events("up --local --parallel 1");
    assert!(events.iter().all(|event| event["v"] == 3), "{events:?}");
    let mut names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.dedup();
    names.retain(|name| !matches!(*name, "step_started" | "step_done"));
    assert_eq!(names, ["target", "note", "plan", "applied", "checked", "outputs", "next", "done"]);
    let done = events.last().unwrap();
    assert_eq!(done["calls"]["lambda:CreateFunction"], 1);
    // The intents, the results and that the check has passed; results gather for a second, so a slow machine has more.
    let executed = events.iter().find(|event| event["event"] == "applied").unwrap();
    let seconds = executed["seconds"].as_f64().unwrap();
    let more = done["saves"].as_u64().unwrap().checked_sub(3).unwrap();
    assert!(Duration::from_secs(more).as_secs_f64() <= seconds, "{more} more saves in {seconds} s");
    // The database of the emulator may move its rows at any time.
    let files = || sandbox.files().into_iter().filter(|(path, _)| !path.display().to_string().contains("sqlite3"));
    let (before, events) = (files().collect::<Vec<_>>(), sandbox.events("up --local"));
    let done = events.last().unwrap();
    assert_eq!((&done["command"], &done["exit"]), (&"up".into(), &0.into()));
    assert_eq!((&done["writes"], &done["saves"]), (&0.into(), &0.into()), "nothing is written without a change");
    assert!(files().eq(before));
}

#[test]
fn a_failed_step_skips_only_its_dependents_and_the_next_up_resumes() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    insta::assert_snapshot!(from(&sandbox.transcript("up --yes --parallel 1"), "  lambda_function.hello    not"), @r"
      lambda_function.hello    not created
      user_pool.main           created  TIME
      rest_api.main            created  TIME
      authorizer.main          created  TIME
      api_routes.main          created  TIME
      user_pool_client.main    created  TIME

    7 created, 2 not started in TIME

    error: lambda_function.hello: not created
      lambda:CreateFunction: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:CreateFunction`, `iam:PassRole` and `lambda:TagResource`: see the statements `Functions` and `PassRole` of `stackctl policy`
    hint: 7 of 10 steps are done and recorded; run `stackctl up` to continue
    ");
    let events = sandbox.events("status");
    let statuses: Vec<_> = events[1]["resources"].as_array().unwrap().iter().map(|row| row["status"].clone()).collect();
    assert!(statuses.contains(&"interrupted".into()) && statuses.contains(&"in_sync".into()), "{statuses:?}");
    sandbox.done("up --yes");
    sandbox.done("plan --detailed-exitcode");
}

#[test]
fn a_denied_read_names_the_resource_and_the_permission() {
    let (aws, sandbox) = ServedEmulator::deployed();
    aws.refuse("lambda:GetFunction");
    insta::assert_snapshot!(sandbox.transcript("status --quiet"), @r"
    exit code 1
    error: lambda_function.hello: cannot be read
      lambda:GetFunction: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:GetFunction`: see the statement `Functions` of `stackctl policy`
    ");
}

#[test]
fn a_pool_with_users_is_retained_until_their_number_is_named() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    aws.add_user(&pool, "ann@example.com");
    aws.add_user(&pool, "bob@example.com");
    insta::assert_snapshot!(sandbox.transcript("down --yes --quiet --delete-users 3"), @r"
    exit code 2
    error: user_pool.main: it has 2 users, not 3; nothing was deleted
    hint: `--delete-users 2` deletes it with them; without the flag it is kept
    ");
    let down = sandbox.transcript("down --yes --parallel 1");
    let (plan, end) = (from(&down, "  = "), from(&down, "\n9 deleted"));
    let first = plan.lines().next().unwrap();
    insta::assert_snapshot!(format!("{first}\n{end}"), @r"
      = user_pool.main           (it has 2 users)

    9 deleted in TIME

    retained user_pool.main: it has 2 users; `--delete-users 2` deletes the pool with them
    ");
    let no_client =
        format!("error: user pool `{pool}` has no app client to sign in through\nhint: `stackctl up` creates one\n");
    assert_eq!(sandbox.run("user auth ann@example.com --quiet").err, no_client);
    insta::assert_snapshot!(sandbox.transcript("down --yes --parallel 1 --delete-users 2"), @r"
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

      - user_pool.main  shop-dev
          2 users will be deleted permanently with it

    plan: 1 loses data, 1 to delete
      user_pool.main  deleted  TIME

    1 deleted in TIME
    ");
    assert!(sandbox.run("down --yes").err.starts_with("shop, stage dev: nothing to delete: "));
}

const ROLE: &str = "shop-dev-hello-eu-west-1";

#[test]
fn an_unmanaged_role_of_the_same_name_is_named_and_left_alone() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" } ] });
    aws.by_hand(async |cloud| {
        let iam = &cloud.iam;
        iam.delete_role_policy().role_name(ROLE).policy_name("logs").send().await.unwrap();
        iam.delete_role().role_name(ROLE).send().await.unwrap();
        iam.create_role().role_name(ROLE).assume_role_policy_document(trust.to_string()).send().await.unwrap();
    });
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: iam_role.hello: role `shop-dev-hello-eu-west-1` is not the one that was recorded: it has no ownership tags, so it was not created by stackctl
    hint: if it is still ours and only its tags were taken off, give them back: `aws iam tag-role --role-name shop-dev-hello-eu-west-1 --tags Key=stackctl:stack,Value=shop Key=stackctl:stage,Value=dev Key=stackctl:resource,Value=iam_role.hello Key=stackctl:token,Value=TOKEN --endpoint-url http://127.0.0.1:PORT`
    hint: rename or remove it, or choose another `deployment.serviceName` or stage
    ");
    let status = sandbox.transcript("status");
    insta::assert_snapshot!(status.lines().find(|line| line.starts_with("iam_role")).unwrap(), @r"
    iam_role.hello           unmanaged  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1  (it has no ownership tags, so it was not created by stackctl)
    ");
    assert!(status.contains("\n9 in sync, 1 unmanaged\n"), "{status}");
    assert_eq!(sandbox.events("status")[1]["resources"][0]["status"], "unmanaged");
    let down = sandbox.transcript("down --yes");
    let row = down.lines().find(|line| line.contains("x iam_role")).unwrap().trim();
    insta::assert_snapshot!(row, @"x iam_role.hello           (role `shop-dev-hello-eu-west-1` has no ownership tags, so it was not created by stackctl: it is left alone)");
    assert!(aws.cloud.snapshot()["iam"]["roles"][ROLE].is_object());
}

#[test]
#[expect(clippy::too_many_lines, reason = "one transcript for each form")]
fn outputs_are_printed_bare_and_as_variables() {
    let sandbox = Sandbox::new().up();
    let invoke = sandbox.run("outputs --local invoke_url").out;
    let host = format!(".execute-api.localhost:{}/dev\n", sandbox.server()["port"]);
    assert!(invoke.starts_with("http://") && invoke.ends_with(&host), "{invoke}");
    let events = sandbox.events("outputs --local client_id");
    assert_eq!((&events[1]["event"], &events[1]["name"]), (&"output".into(), &"client_id".into()));
    let lines = [
        "outputs --local --env",
        "outputs --local --dotenv",
        "outputs --local --dotenv client_id",
        "outputs --local pool",
        "outputs --local --env --json",
    ];
    insta::assert_snapshot!(sandbox.session(&lines), @r#"
    $ outputs --local --env
    exit code 0
    --- stdout
    export INVOKE_URL='http://<rest_api.main#id>.execute-api.localhost:PORT/dev'
    export PATH_URL='http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev'
    export REST_API_ID='<rest_api.main#id>'
    export USER_POOL_ID='<user_pool.main#id>'
    export CLIENT_ID='<user_pool_client.main#id>'
    export REGION='eu-west-1'
    export ACCOUNT='000000000000'
    export ENDPOINT='http://127.0.0.1:PORT'

    $ outputs --local --dotenv
    exit code 0
    --- stdout
    INVOKE_URL=http://<rest_api.main#id>.execute-api.localhost:PORT/dev
    PATH_URL=http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    REST_API_ID=<rest_api.main#id>
    USER_POOL_ID=<user_pool.main#id>
    CLIENT_ID=<user_pool_client.main#id>
    REGION=eu-west-1
    ACCOUNT=000000000000
    ENDPOINT=http://127.0.0.1:PORT

    $ outputs --local --dotenv client_id
    exit code 0
    --- stdout
    CLIENT_ID=<user_pool_client.main#id>

    $ outputs --local pool
    exit code 2
    error: output `pool` not found
      outputs are: `invoke_url`, `path_url`, `rest_api_id`, `user_pool_id`, `client_id`, `region`, `account`, `endpoint`, `GET /hello`, `POST /hello/{name}`

    $ outputs --local --env --json
    exit code 2
    --- stdout
    {"v":3,"event":"target","stack":null,"stage":null,"region":null,"account":null,"endpoint":null,"local":false}
    {"v":3,"event":"error","exit":2,"errors":[{"code":"usage","message":"the argument '--env' cannot be used with '--json'","details":[],"hints":[]}],"hints":[{"message":"see `stackctl --help`","command":"stackctl --help"}]}
    {"v":3,"event":"done","command":"","exit":2,"calls":{},"reads":0,"writes":0,"saves":0,"seconds":0.0}
    "#);
    let exports = sandbox.run("outputs --local --env").out;
    let shell = sandbox.ran(&mut sandbox.shell(&format!("{exports}printf %s \"$INVOKE_URL\"")));
    assert_eq!(shell.out, invoke.trim_end());
    let route = |words: &str| sandbox.transcript_of(sandbox.command(words).arg("GET /hello"));
    insta::assert_snapshot!([route("outputs --local"), route("outputs --local --env")].join("\n"), @r#"
    exit code 0
    --- stdout
    http://<rest_api.main#id>.execute-api.localhost:PORT/dev/hello

    exit code 2
    error: `GET /hello` is a route, which has no name as a variable
    hint: `stackctl outputs "GET /hello" --local` prints its URL, which starts with `invoke_url`
    "#);
}
