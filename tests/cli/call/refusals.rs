//! Refusals of API Gateway are explained, answers of functions are not.

use stackctl_local::Settings;

use super::{
    super::{cloud::Served, sandbox::Sandbox},
    up,
};

#[test]
fn a_refusal_of_the_gateway_is_explained() {
    let sandbox = up();
    insta::assert_snapshot!(sandbox.transcript("call GET /items/7 --local"), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items/7: API Gateway refused it (401 Unauthorized)
      no token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
    insta::assert_snapshot!(sandbox.transcript("call GET /items/7 --local --fail"), @r#"
    exit code 1
    --- stdout
    {"message":"Unauthorized"}--- stderr
    error: GET /items/7: API Gateway refused it (401 Unauthorized)
      no token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
    insta::assert_snapshot!(sandbox.transcript("call GET /items --local --quiet"), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    "#);
    insta::assert_snapshot!(sandbox.transcript("call GET /admin --local"), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /admin: API Gateway refused it (401 Unauthorized)
      no token was sent, and the route asks for an access token
    hint: signing in gives `aws.cognito.signin.user.admin` only: other scopes come from the OAuth endpoints of the pool's domain
    "#);
    insta::assert_snapshot!(sandbox.transcript("call POST /echo?as=nonsense --local"), @r#"
    exit code 0
    --- stdout
    {"message": "Internal server error"}--- stderr
    warning: POST /echo: `items` returned an invalid response: the response is a string, not an object (502 Internal server error)
      `items` logged:
        hello from /echo
    hint: a valid response is an object with, each optional, a numeric `statusCode`, `headers` and `multiValueHeaders`, a string `body` and `isBase64Encoded`
    "#);
}

#[test]
fn an_answer_of_the_function_is_not_explained_away() {
    let sandbox = up();
    insta::assert_snapshot!(sandbox.transcript("call POST /echo?as=503 --local"), @r"
    exit code 0
    --- stdout
    as you like it--- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo?as=404 --local --fail"), @r"
    exit code 1
    --- stdout
    as you like it--- stderr
    error: POST /echo: `items` answered 404 Not Found
    ");
}

#[test]
fn a_route_that_is_not_deployed_yet_is_told_from_one_that_is() {
    let sandbox = up();
    sandbox.edit(r#""GET /items":"#, r#""GET /news": { "function": "items", "auth": "none" }, "GET /items":"#);
    insta::assert_snapshot!(sandbox.transcript("call GET /news --local"), @r#"
    exit code 0
    --- stdout
    {"message":"Missing Authentication Token"}--- stderr
    warning: GET /news: what is deployed has no such route (403 Missing Authentication Token)
      the config has it, so what is deployed is another version of it
    hint: `stackctl plan --local` shows what differs, `stackctl up --local` deploys it
    "#);
}

#[test]
fn too_many_requests_are_told_from_other_refusals() {
    let sandbox = Sandbox::obedient();
    sandbox.edit(r#""routes":"#, r#""api": { "throttle": { "rate": 0.01, "burst": 1 } }, "routes":"#);
    assert_eq!(sandbox.run("up --local --no-check").code, 0, "a check would use up the burst");
    assert_eq!(sandbox.run("call POST /echo --local --fail").code, 0);
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --fail"), @r#"
    exit code 1
    --- stdout
    {"message":"Too Many Requests"}--- stderr
    error: POST /echo: requests come faster than the API takes them (429 Too Many Requests)
      `api.throttle` lets 0.01 a second in, 1 at once
    hint: send fewer, or raise `api.throttle`
    "#);
}

#[test]
fn a_function_that_may_not_be_called_is_told_from_one_that_fails() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    aws.forbid("shop-dev-hello");
    // The config calls another one by now; the live deployment does not.
    sandbox.edit(r#""functions": { "hello""#, r#""functions": { "hallo""#);
    sandbox.edit(r#""GET /hello": { "function": "hello""#, r#""GET /hello": { "function": "hallo""#);
    sandbox.edit(r#"/{name}": { "function": "hello""#, r#"/{name}": { "function": "hallo""#);
    insta::assert_snapshot!(sandbox.transcript("call GET /hello"), @r#"
    exit code 0
    --- stdout
    {"message": "Internal server error"}--- stderr
    warning: GET /hello: API Gateway could not call `hello` (500 Internal server error)
      the permission to call it is missing, or it is gone, or too many of it run at once
    hint: `stackctl status` says what is missing, `stackctl up` brings it back
    "#);
}
