//! The outputs, for people, scripts and other tools.

use super::sandbox::Sandbox;

#[test]
fn single_outputs_are_bare() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local").code, 0);
    let url = sandbox.server()["url"].as_str().unwrap().to_owned();
    let invoke = sandbox.run("outputs --local invoke_url").out;
    assert!(invoke.starts_with(&format!("{url}/_aws/execute-api/")) && invoke.ends_with("/dev\n"), "{invoke}");
    let events = sandbox.events("outputs --local client_id");
    assert_eq!((&events[0]["event"], &events[0]["name"]), (&"output".into(), &"client_id".into()));
    insta::assert_snapshot!(sandbox.transcript("outputs --local pool"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: there is no output `pool`
      outputs are: `invoke_url`, `rest_api_id`, `user_pool_id`, `client_id`, `region`, `account`, `endpoint`, `GET /hello`, `POST /hello/{name}`
    ");
}

#[test]
fn outputs_are_variables_of_a_shell_and_of_other_tools() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local").code, 0);
    insta::assert_snapshot!(sandbox.transcript("outputs --local --env"), @r"
    exit code 0
    --- stdout
    export INVOKE_URL='http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev'
    export REST_API_ID='<rest_api.main#id>'
    export USER_POOL_ID='<user_pool.main#id>'
    export CLIENT_ID='<user_pool_client.main#id>'
    export REGION='eu-west-1'
    export ACCOUNT='000000000000'
    export ENDPOINT='http://127.0.0.1:PORT'
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("outputs --local --dotenv"), @r"
    exit code 0
    --- stdout
    INVOKE_URL=http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    REST_API_ID=<rest_api.main#id>
    USER_POOL_ID=<user_pool.main#id>
    CLIENT_ID=<user_pool_client.main#id>
    REGION=eu-west-1
    ACCOUNT=000000000000
    ENDPOINT=http://127.0.0.1:PORT
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("outputs --local --dotenv client_id"), @r"
    exit code 0
    --- stdout
    CLIENT_ID=<user_pool_client.main#id>
    --- stderr
    ");
    let exports = sandbox.run("outputs --local --env").out;
    let shell = sandbox.ran(&mut sandbox.shell(&format!("{exports}printf %s \"$INVOKE_URL\"")));
    let invoke = sandbox.run("outputs --local invoke_url").out;
    assert_eq!(shell.out, invoke.trim_end());
}

#[test]
fn what_is_no_variable_is_refused() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local").code, 0);
    let route = |words: &str| sandbox.transcript_of(sandbox.command(words).arg("GET /hello"));
    insta::assert_snapshot!(route("outputs --local"), @r"
    exit code 0
    --- stdout
    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello
    --- stderr
    ");
    insta::assert_snapshot!(route("outputs --local --env"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: `GET /hello` is a route, which has no name as a variable
    hint: `stackctl outputs "GET /hello" --local` prints its URL; it begins with that of `invoke_url`
    "#);
    insta::assert_snapshot!(sandbox.transcript("outputs --local --env nothing"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: there is no output `nothing`
      outputs are: `invoke_url`, `rest_api_id`, `user_pool_id`, `client_id`, `region`, `account`, `endpoint`, `GET /hello`, `POST /hello/{name}`
    ");
    insta::assert_snapshot!(sandbox.transcript("outputs --local --env --json"), @r#"
    exit code 2
    --- stdout
    {"v":1,"event":"error","exit":2,"errors":[{"message":"the argument '--env' cannot be used with '--json'"}],"hints":["see `stackctl --help`"]}
    --- stderr
    "#);
}
