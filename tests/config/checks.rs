//! Checks of routes: valid requests, by a user who can sign in.

use insta::assert_snapshot;
use stackctl::config::{CheckAs, RouteCheck};

use super::harness::Folder;

/// The problems of a route with this check, on line 6.
fn checked(route: &str, check: &str) -> String {
    let members = r#""function": "hello", "auth": "none""#;
    Folder::with_routes(&format!("\"{route}\": {{ {members},\n      \"check\": {check} }}")).problems()
}

/// The problems of a route that requires a token, with one more section.
fn protected(members: &str, check: &str, section: &str) -> String {
    let function = r#"{ "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" }"#;
    Folder::with(&format!(
        r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "hello": {function} }},
  "routes": {{ "GET /hello": {{ "function": "hello", {members}
      "check": {check} }} }}{section}
}}"#
    ))
    .problems()
}

#[test]
fn a_check_can_set_every_part_of_a_request_and_its_response() {
    let check = r#"{ "path": { "id": "7", "rest": "a/b" }, "query": { "q": "${stage}" }, "headers": { "X-One": "1" },
        "method": "PUT", "body": { "name": "ada" }, "as": "none", "status": 201, "bodyMatch": { "id": 7 } }"#;
    assert_eq!(
        checked("ANY /items/{id}/{rest+}", check).lines().next().unwrap_or_default().split(": ").last(),
        Some("this route is public with every method, including those that change data")
    );
    assert_eq!(checked("GET /hello", "{}"), "");
    let route = r#""GET /hello": { "function": "hello", "check": {} }"#;
    let config = Folder::with_routes(route).load().unwrap().config;
    let route = config.routes.values().next().unwrap();
    assert_eq!(route.check, Some(RouteCheck::default()));
    assert_eq!((RouteCheck::default().status, RouteCheck::default().caller), (200, None::<CheckAs>));
    assert!(route.is_checked_as_user(), "where a token is asked for, a user is");
}

#[test]
fn the_path_the_method_and_the_body_of_a_check_fit_its_route() {
    let reported = [
        checked("GET /items/{id}/{rest+}", r#"{ "path": { "id": "", "it": "1" } }"#),
        checked("GET /hello", r#"{ "path": { "id": "1" } }"#),
        checked("GET /items/{id}", "{}"),
        checked("GET /hello", r#"{ "method": "GET" }"#),
        checked("ANY /hello", r#"{ "method": "ANY" }"#),
        checked("ANY /hello", r#"{ "method": "FOO" }"#),
        checked("ANY /hello", r#"{ "body": "text" }"#),
        checked("HEAD /hello", r#"{ "body": { "a": 1 } }"#),
    ];
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:6:26: routes."GET /items/{id}/{rest+}".check.path: the variable `rest` of the path has no value
    hint: add `"path": { "rest": "…" }`
    error: config.json:6:34: routes."GET /items/{id}/{rest+}".check.path.id: the variable `id` has no value
    error: config.json:6:38: routes."GET /items/{id}/{rest+}".check.path.it: `it` is not a variable of `/items/{id}/{rest+}`
      variables are: id, rest
    hint: did you mean `id`?
    error: config.json:6:28: routes."GET /hello".check.path.id: `id` is not a variable of `/hello`
    hint: the path has none: leave it out
    error: config.json:6:16: routes."GET /items/{id}".check: the variable `id` of the path has no value
    hint: add `"path": { "id": "…" }`
    error: config.json:6:28: routes."GET /hello".check.method: the method is that of the route, `GET`
    hint: leave `method` out: it is for routes with `ANY`
    warning: config.json:5:50: routes."ANY /hello".auth: this route is public with every method, including those that change data
    hint: leave `auth` out to ask for a signed-in user
    error: config.json:6:28: routes."ANY /hello".check.method: `ANY` is not allowed
      allowed are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    warning: config.json:5:50: routes."ANY /hello".auth: this route is public with every method, including those that change data
    hint: leave `auth` out to ask for a signed-in user
    error: config.json:6:28: routes."ANY /hello".check.method: `FOO` is not allowed
      allowed are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    warning: config.json:5:50: routes."ANY /hello".auth: this route is public with every method, including those that change data
    hint: leave `auth` out to ask for a signed-in user
    error: config.json:6:26: routes."ANY /hello".check.body: a `GET` request has no body
    error: config.json:6:26: routes."HEAD /hello".check.body: a `HEAD` request has no body
    "#);
}

#[test]
fn a_check_sets_only_what_can_be_sent_and_returned() {
    let mut reported = vec![
        checked("HEAD /hello", r#"{ "bodyMatch": "x" }"#),
        checked("ANY /hello", r#"{ "method": "HEAD", "bodyMatch": {} }"#),
        checked("GET /hello", r#"{ "as": "user" }"#),
    ];
    let members = r#""function": "hello""#;
    let routes =
        format!(r#""POST /hello": {{ {members} }}, "ANY /hello": {{ {members}, "check": {{ "method": "POST" }} }}"#);
    reported.push(Folder::with_routes(&routes).problems());
    let headers = r#"{ "headers": { "X One": "1", "X-Two": "ä", "authorization": "Bearer x" } }"#;
    reported.push(checked("GET /hello", headers));
    reported.push(checked("GET /hello", r#"{ "status": 100, "as": "nobody" }"#));
    reported.push(checked("GET /hello", r#"{ "expect": 200 }"#));
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:6:31: routes."HEAD /hello".check.bodyMatch: the response to a `HEAD` request has no body
    hint: leave it out
    warning: config.json:5:50: routes."ANY /hello".auth: this route is public with every method, including those that change data
    hint: leave `auth` out to ask for a signed-in user
    error: config.json:6:49: routes."ANY /hello".check.bodyMatch: the response to a `HEAD` request has no body
    hint: leave it out
    error: config.json:6:24: routes."GET /hello".check.as: the route is public, so no request to it has a token
    hint: leave `as` out, or leave `auth` out to ask for a signed-in user
    error: config.json:5:103: routes."ANY /hello".check.method: the request would come to `POST /hello`
    hint: choose another `method`
    error: config.json:6:31: routes."GET /hello".check.headers."X One": `X One` is not the name of a header
    error: config.json:6:54: routes."GET /hello".check.headers.X-Two: a header is a line of plain letters, digits and signs
    error: config.json:6:59: routes."GET /hello".check.headers.authorization: `Authorization` is set by `as`
    hint: leave it out; `"as": "none"` sends no token
    error: config.json:6:28: routes."GET /hello".check.status: 100 is out of range
      allowed are 200 to 599
    error: config.json:6:39: routes."GET /hello".check.as: `nobody` is not allowed
      allowed are: user, none
    error: config.json:6:18: routes."GET /hello".check.expect: unknown key
      keys here are: method, path, query, headers, body, as, status, bodyMatch
    "#);
}

#[test]
fn a_check_as_a_user_requires_a_client_that_can_sign_in() {
    let refresh = r#", "client": { "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] }"#;
    assert_snapshot!(protected("", "{}", refresh), @r#"
    error: config.json:5:16: routes."GET /hello".check: no user can sign in for the check
      `client.explicitAuthFlows` lacks `ALLOW_ADMIN_USER_PASSWORD_AUTH`
    hint: add it, or check without signing in: `"as": "none"`
    warning: config.json:5:57: client.explicitAuthFlows: `stackctl user` cannot sign in without `ALLOW_ADMIN_USER_PASSWORD_AUTH`
    hint: add it, unless no user signs in that way
    "#);
    assert_eq!(protected("", r#"{ "as": "none", "status": 401 }"#, refresh).matches("error:").count(), 0);
    assert_snapshot!(protected("", r#"{ "as": "user" }"#, r#", "userPool": { "mfa": "ON" }"#), @r#"
    error: config.json:5:24: routes."GET /hello".check.as: no user can sign in for the check
      `userPool.mfa` is `ON`, and a user of a minute has no authenticator app
    hint: check without signing in: `"as": "none"`, or set `userPool.mfa` to `OPTIONAL`
    "#);
    assert_snapshot!(protected(r#""auth": { "scopes": ["orders/read"] },"#, "{}", ""), @r#"
    warning: config.json:4:72: routes."GET /hello".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    error: config.json:5:16: routes."GET /hello".check: the token of the check has none of the route's scopes
      a user who signs in by password has `aws.cognito.signin.user.admin` only
    hint: check the rejection without a token: `"as": "none", "status": 401`
    "#);
    let scopes = r#""auth": { "scopes": ["orders/read", "aws.cognito.signin.user.admin"] },"#;
    assert_eq!(protected(scopes, "{}", ""), "");
}
