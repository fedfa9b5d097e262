//! Checks of functions whose responses browsers block.

use super::sandbox::Sandbox;

const ORIGIN: &str = "https://app.example.com";

/// A stack with CORS whose functions return no headers for it.
fn unmarked() -> Sandbox {
    let sandbox = Sandbox::scripted();
    let cors = format!(r#"{{ "allowedOrigins": ["{ORIGIN}", "https://*.preview.example.com"] }}"#);
    sandbox.edit(r#""routes": {"#, &format!(r#""cors": {cors}, "routes": {{"#));
    sandbox.edit(
        r#""POST /echo": { "function": "items", "auth": "none" }"#,
        r#""GET /health": { "function": "other", "auth": "none" },
    "GET /version": { "function": "other", "auth": "none" },
    "POST /echo": { "function": "items", "auth": "none" }"#,
    );
    sandbox
}

/// The report of the check.
fn said(sandbox: &Sandbox) -> String {
    let text = sandbox.transcript("up --local");
    let code = text.lines().next().unwrap().to_owned();
    let rest = &text[text.find("checked with").unwrap()..];
    format!("{code}\n{}", rest.split("\nnext:").next().unwrap())
}

#[test]
fn functions_whose_responses_browsers_block_are_named_with_their_routes() {
    let sandbox = unmarked();
    insta::assert_snapshot!(said(&sandbox), @r"
    exit code 0
    checked with 18 requests in TIME

    warning: browsers block the response of function `other`: it has no `access-control-allow-origin`, which was to be `https://app.example.com`
      GET /health without a token
      GET /version without a token
    hint: API Gateway does not add them: return them from the function, as the example of `stackctl init` does
    CORS was not checked on GET /admin, POST /echo, GET /items and 2 more: add a `check` to the route
    ");
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
    let events = sandbox.events("up --local");
    let checked = events.iter().find(|event| event["event"] == "checked").unwrap();
    let blocked = checked["blocked"].as_array().unwrap();
    assert_eq!(blocked.len(), 2, "{checked}");
    assert_eq!(
        (&blocked[0]["function"], &blocked[0]["request"]),
        (&"other".into(), &"GET /health without a token".into())
    );
    assert_eq!(checked["cors_unknown"].as_array().unwrap().len(), 5);
}

#[test]
fn a_check_that_sends_an_origin_fails_when_a_page_cannot_read_the_response() {
    let sandbox = unmarked();
    let check = format!(r#""function": "items", "auth": "none", "check": {{ "headers": {{ "Origin": "{ORIGIN}" }} }}"#);
    sandbox.edit(r#""function": "items", "auth": "none""#, &check);
    insta::assert_snapshot!(said(&sandbox), @r#"
    exit code 1
    checked with 17 requests, 1 with a wrong answer in TIME

    error: POST /echo without a token: it has no `access-control-allow-origin`, which was to be `https://app.example.com`
      | {"headers": {"Content-Type": null, "X-Amount": null}, "query": null, "parameters": null, "body": null, "token": null}
      `items` has logged:
        hello from /echo
    hint: what it changes has served nothing before, so there is nothing to go back to; `stackctl up --local` checks it again
    "#);
}

#[test]
fn the_example_is_read_by_pages_of_its_allowed_origins() {
    let sandbox = Sandbox::empty();
    sandbox.done("init");
    let cors =
        format!(r#""cors": {{ "allowedOrigins": ["{ORIGIN}", "https://*.preview.example.com"] }}, "functions": {{"#);
    sandbox.edit(r#""functions": {"#, &cors);
    let origins = format!(r#""environment": {{ "ALLOWED_ORIGINS": "{ORIGIN} https://*.preview.example.com" }}"#);
    sandbox.edit(r#""timeout": 29 }"#, &format!(r#""timeout": 29, {origins} }}"#));
    let check = |origin: &str| format!(r#""check": {{ "headers": {{ "origin": "{origin}" }} }}"#);
    sandbox.edit(r#""auth": "none""#, &format!(r#""auth": "none", {}"#, check(ORIGIN)));
    let other = check("https://x.preview.example.com");
    sandbox.edit(r#""function": "test_auth" }"#, &format!(r#""function": "test_auth", {other} }}"#));
    insta::assert_snapshot!(said(&sandbox), @r"
    exit code 0
    checked with 7 requests in TIME
    ");
}
