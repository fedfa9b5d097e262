//! `stackctl outputs`, for the terminal, scripts and other tools.

use super::sandbox::Sandbox;

#[test]
fn outputs_are_printed_bare_and_as_variables() {
    let sandbox = Sandbox::new().up();
    let url = sandbox.server()["url"].as_str().unwrap().to_owned();
    let invoke = sandbox.run("outputs --local invoke_url").out;
    assert!(invoke.starts_with(&format!("{url}/_aws/execute-api/")) && invoke.ends_with("/dev\n"), "{invoke}");
    let events = sandbox.events("outputs --local client_id");
    assert_eq!((&events[0]["event"], &events[0]["name"]), (&"output".into(), &"client_id".into()));
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
    export INVOKE_URL='http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev'
    export REST_API_ID='<rest_api.main#id>'
    export USER_POOL_ID='<user_pool.main#id>'
    export CLIENT_ID='<user_pool_client.main#id>'
    export REGION='eu-west-1'
    export ACCOUNT='000000000000'
    export ENDPOINT='http://127.0.0.1:PORT'

    $ outputs --local --dotenv
    exit code 0
    --- stdout
    INVOKE_URL=http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
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
    error: there is no output `pool`
      outputs are: `invoke_url`, `rest_api_id`, `user_pool_id`, `client_id`, `region`, `account`, `endpoint`, `GET /hello`, `POST /hello/{name}`

    $ outputs --local --env --json
    exit code 2
    --- stdout
    {"v":1,"event":"error","exit":2,"errors":[{"message":"the argument '--env' cannot be used with '--json'"}],"hints":["see `stackctl --help`"]}
    "#);
    let exports = sandbox.run("outputs --local --env").out;
    let shell = sandbox.ran(&mut sandbox.shell(&format!("{exports}printf %s \"$INVOKE_URL\"")));
    assert_eq!(shell.out, invoke.trim_end());
    let route = |words: &str| sandbox.transcript_of(sandbox.command(words).arg("GET /hello"));
    insta::assert_snapshot!([route("outputs --local"), route("outputs --local --env")].join("\n"), @r#"
    exit code 0
    --- stdout
    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello

    exit code 2
    error: `GET /hello` is a route, which has no name as a variable
    hint: `stackctl outputs "GET /hello" --local` prints its URL; it begins with that of `invoke_url`
    "#);
}
