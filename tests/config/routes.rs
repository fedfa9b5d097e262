//! Routes: keys, conflicts, functions, authorization.

use insta::assert_snapshot;

use super::harness::Folder;

fn route(key: &str) -> String {
    Folder::with_routes(&format!(r#""{key}": {{ "function": "hello" }}"#)).problems()
}

#[test]
fn every_method_and_every_kind_of_path_part_is_accepted() {
    for key in [
        "GET /",
        "POST /a",
        "PUT /a/b",
        "PATCH /a-b_c.d",
        "DELETE /a/{id}",
        "HEAD /a",
        "OPTIONS /a",
        "ANY /{proxy+}",
        "GET /a/{id}/b/{other}/{rest+}",
        "POST /v1/events:batch",
        "GET /fhir/$metadata",
        "GET /maps/52.5,13.4",
    ] {
        assert_eq!(route(key), "");
    }
}

#[test]
fn a_route_is_a_method_and_a_path() {
    let reported = [
        "/hello",
        "GET/hello",
        "GET  /hello",
        "GET hello",
        "GET /hello?x=1",
        "",
        "get /hello",
        "FETCH /hello",
        "* /hello",
        "GET /{proxy+}/hello",
        "GET /{id}/copies/{id}",
        "GET /ping",
        "ANY /sping",
    ]
    .map(route);
    assert_eq!(route("GET /pings"), "");
    assert_eq!(route("GET /api/ping"), "");
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:5:5: routes."/hello": a route is written `METHOD /path`, with one space between
    error: config.json:5:5: routes."GET/hello": a route is written `METHOD /path`, with one space between
    hint: did you mean `GET /hello`?
    error: config.json:5:5: routes."GET  /hello": a route is written `METHOD /path`, with one space between
    hint: did you mean `GET /hello`?
    error: config.json:5:5: routes."GET hello": the path `hello` does not start with `/`
    hint: write `/hello`
    error: config.json:5:5: routes."GET /hello?x=1": API Gateway rejects the path part `hello?x=1`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    error: config.json:5:5: routes."": a route is written `METHOD /path`, with one space between
    error: config.json:5:5: routes."get /hello": `get` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY
    hint: did you mean `GET`?
    error: config.json:5:5: routes."FETCH /hello": `FETCH` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY
    error: config.json:5:5: routes."* /hello": `*` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY
    error: config.json:5:5: routes."GET /{proxy+}/hello": `{proxy+}` takes the whole rest of the path, so it must be the last part
    hint: write `{proxy}` here
    error: config.json:5:5: routes."GET /{id}/copies/{id}": duplicate variable `{id}` in the path
    hint: give each variable of a path a name of its own
    error: config.json:5:5: routes."GET /ping": API Gateway keeps the path `/ping` for its own health checks
    hint: choose another path, such as `/health`
    error: config.json:5:5: routes."ANY /sping": API Gateway keeps the path `/sping` for its own health checks
    hint: choose another path, such as `/health`
    "#);
}

#[test]
fn path_parts_are_those_that_api_gateway_accepts() {
    let reported = [
        "GET /hello/",
        "GET /a//b",
        "GET /items/<id>",
        "GET /items/*",
        "GET /items/{}",
        "GET /items/v{id}",
        "GET /grüße",
        "GET /items/:id",
    ]
    .map(route);
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:5:5: routes."GET /hello/": the path `/hello/` has an empty part
    hint: write `/hello`
    error: config.json:5:5: routes."GET /a//b": the path `/a//b` has an empty part
    hint: write `/a/b`
    error: config.json:5:5: routes."GET /items/<id>": API Gateway rejects the path part `<id>`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    hint: write `{id}`
    error: config.json:5:5: routes."GET /items/*": API Gateway rejects the path part `*`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    hint: for the whole rest of the path, write `{proxy+}`
    error: config.json:5:5: routes."GET /items/{}": API Gateway rejects the path part `{}`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    error: config.json:5:5: routes."GET /items/v{id}": API Gateway rejects the path part `v{id}`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    error: config.json:5:5: routes."GET /grüße": API Gateway rejects the path part `grüße`
      a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`
    warning: config.json:5:5: routes."GET /items/:id": the path part `:id` is a fixed text, not a variable
    hint: for a variable, write `{id}`
    "#);
}

#[test]
fn a_scope_has_the_characters_and_the_length_that_cognito_accepts() {
    let scopes = |scope: &str| {
        let sign_in = "aws.cognito.signin.user.admin";
        let auth = format!(r#""auth": {{ "scopes": ["{sign_in}", "{scope}"] }}"#);
        Folder::with_routes(&format!(r#""GET /hello": {{ "function": "hello", {auth} }}"#)).problems()
    };
    assert_eq!(scopes(&"s".repeat(256)), "");
    assert_snapshot!(scopes(&"s".repeat(257)), @r#"
    error: config.json:5:96: routes."GET /hello".auth.scopes[1]: the scope has 257 characters
      Cognito takes 256
    "#);
    assert_snapshot!(scopes("a b"), @r#"
    error: config.json:5:96: routes."GET /hello".auth.scopes[1]: Cognito rejects ` ` in the scope
      allowed are ASCII characters but spaces, " and \
    "#);
    assert_snapshot!(scopes(""), @r#"
    error: config.json:5:96: routes."GET /hello".auth.scopes[1]: the scope is empty
      Cognito takes 1 to 256 characters
    "#);
}

#[test]
fn two_variables_under_one_parent_conflict() {
    let folder = Folder::with_routes(
        r#""GET /items/{id}": { "function": "hello" },
    "GET /items/{name}/parts": { "function": "hello" },
    "ANY /items/{proxy+}": { "function": "report" },
    "GET /items/{id}/parts/{part}": { "function": "report" },
    "GET /{first}": { "function": "report" },
    "GET /{second}": { "function": "report" }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:6:5: routes."GET /items/{name}/parts": `{name}` and `{id}` are two variables beneath `/items`
      `GET /items/{id}` is on line 5
      API Gateway takes one variable at each place of a path
    hint: use one name in both
    error: config.json:7:5: routes."ANY /items/{proxy+}": `{proxy+}` and `{id}` are two variables beneath `/items`
      `GET /items/{id}` is on line 5
      API Gateway takes one variable at each place of a path
    hint: use one name in both
    error: config.json:10:5: routes."GET /{second}": `{second}` and `{first}` are two variables beneath `/`
      `GET /{first}` is on line 9
      API Gateway takes one variable at each place of a path
    hint: use one name in both
    "#);
}

#[test]
fn any_beside_single_methods_and_a_variable_beside_fixed_parts_are_valid() {
    let folder = Folder::with_routes(
        r#""ANY /items": { "function": "hello" },
    "GET /items": { "function": "report" },
    "GET /items/new": { "function": "report" },
    "GET /items/{id}": { "function": "report" }"#,
    );
    assert_eq!(folder.problems(), "");
}

#[test]
fn a_route_names_a_function_that_exists() {
    let folder = Folder::with_routes(
        r#""GET /hello": { "function": "helo" },
    "GET /other": { "function": "other" },
    "GET /none": {}"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:5:33: routes."GET /hello".function: no function is named `helo`
      functions are: hello, report
    hint: did you mean `hello`?
    error: config.json:6:33: routes."GET /other".function: no function is named `other`
      functions are: hello, report
    error: config.json:7:18: routes."GET /none": the key `function` is missing
      function: The name of a function in `functions`
    "#);
    let none = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1" },
  "functions": {},
  "routes": { "GET /hello": { "function": "hello" } }
}"#,
    );
    assert_snapshot!(none.problems(), @r#"
    error: config.json:4:43: routes."GET /hello".function: no function is named `hello`
    hint: add it to `functions`
    "#);
}

#[test]
fn a_public_route_that_changes_data_is_a_warning() {
    let folder = Folder::with_routes(
        r#""GET /a": { "function": "hello", "auth": "none" },
    "HEAD /a": { "function": "hello", "auth": "none" },
    "POST /a": { "function": "hello", "auth": "none" },
    "DELETE /b": { "function": "hello", "auth": "none" },
    "ANY /c": { "function": "hello", "auth": "none" },
    "POST /d": { "function": "hello" }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    warning: config.json:7:47: routes."POST /a".auth: this route is public, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:8:49: routes."DELETE /b".auth: this route is public, and `DELETE` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:9:46: routes."ANY /c".auth: this route is public with every method, including those that change data
    hint: leave `auth` out to ask for a signed-in user
    "#);
}

#[test]
fn auth_is_none_or_scopes() {
    let folder = Folder::with_routes(
        r#""GET /a": { "function": "hello", "auth": "cognito" },
    "GET /b": { "function": "hello", "auth": true },
    "GET /c": { "function": "hello", "auth": { "scope": ["x"] } },
    "GET /d": { "function": "hello", "auth": { "scopes": [] } },
    "GET /e": { "function": "hello", "auth": { "scopes": ["aws.cognito.signin.user.admin", "a b"] } },
    "GET /f": { "function": "hello", "auth": { "scopes": ["aws.cognito.signin.user.admin"] } }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:5:46: routes."GET /a".auth: `cognito` is not allowed
      allowed are: none
    error: config.json:6:46: routes."GET /b".auth: expected a string or an object, found true
    error: config.json:7:46: routes."GET /c".auth: the key `scopes` is missing
      scopes: Scopes of an access token, such as `aws.cognito.signin.user.admin`
    error: config.json:7:48: routes."GET /c".auth.scope: unknown key
      keys here are: scopes
    hint: did you mean `scopes`?
    error: config.json:8:58: routes."GET /d".auth.scopes: the list is empty
    hint: name at least one, or leave the key out
    error: config.json:9:92: routes."GET /e".auth.scopes[1]: Cognito rejects ` ` in the scope
      allowed are ASCII characters but spaces, " and \
    "#);
}

#[test]
fn a_scope_that_no_password_sign_in_grants_is_a_warning() {
    let folder = Folder::with_routes(
        r#""GET /a": { "function": "hello", "auth": { "scopes": ["orders/read"] } },
    "GET /b": { "function": "hello", "auth": { "scopes": ["aws.cognito.signin.user.admn"] } }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    warning: config.json:5:58: routes."GET /a".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    warning: config.json:6:58: routes."GET /b".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    hint: did you mean `aws.cognito.signin.user.admin`?
    "#);
}

#[test]
fn more_paths_than_an_api_accepts_are_a_warning() {
    let routes: Vec<_> = (0..300).map(|index| format!(r#""GET /path{index}": {{ "function": "hello" }}"#)).collect();
    assert_snapshot!(Folder::with_routes(&routes.join(",\n    ")).problems(), @"
    warning: config.json:4:13: routes: the paths make 301 resources
      API Gateway takes 300 in an API until the quota is raised
    ");
    assert_eq!(Folder::with_routes(&routes[1..].join(",\n    ")).problems(), "");
}
