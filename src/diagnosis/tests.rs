//! Route matching, and the explanation of every error response.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::*;
use crate::{config::Config, logs::Cause};

const NOW: i64 = 1_800_000_000;
const POOL: &str = "eu-west-1_Ours";

fn config(more: &Value) -> Config {
    let mut config = json!({
        "deployment": {
            "serviceName": "shop", "stage": "dev", "region": "eu-west-1",
            "userPoolName": "shop", "clientName": "shop"
        },
        "functions": {
            "items": { "source": "items", "handler": "bootstrap", "runtime": "provided.al2023", "timeout": 60 }
        },
        "routes": {
            "GET /": { "function": "items", "auth": "none" },
            "GET /items": { "function": "items" },
            "GET /items/{id}": { "function": "items" },
            "POST /items/new": { "function": "items" },
            "ANY /files/{proxy+}": { "function": "items" },
            "GET /admin": { "function": "items", "auth": { "scopes": ["shop/admin", "shop/root"] } }
        }
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(config).unwrap()
}

fn route(config: &Config, request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    match find(config, method, path) {
        Ok(target) => target.to_string(),
        Err(nothing) => format!("{nothing:?}"),
    }
}

#[test]
fn the_most_specific_path_with_the_method_matches() {
    let config = config(&json!({}));
    for (request, answers) in [
        ("GET /", "GET /"),
        ("GET /items", "GET /items"),
        ("GET /items/", "GET /items"),
        ("GET /items/7", "GET /items/{id}"),
        ("GET /items/a%20b", "GET /items/{id}"),
        ("GET /%69tems", "GET /items"),
        ("POST /items/new", "POST /items/new"),
        // A path without the method is skipped.
        ("GET /items/new", "GET /items/{id}"),
        ("PATCH /files/a/b/c", "ANY /files/{proxy+}"),
        ("GET //items", "GET /items"),
        ("GET /files/a//b/", "ANY /files/{proxy+}"),
    ] {
        assert_eq!(route(&config, request), answers, "{request}");
    }
}

#[test]
fn a_request_without_a_route_reports_what_does_not_match() {
    let config = config(&json!({}));
    for (request, nothing) in [
        ("GET /itmes", r#"Path { close: Some("GET /items") }"#),
        ("GET /nothing/like/it", "Path { close: None }"),
        ("GET /files", "Path { close: None }"),
        ("GET /items//", r#"Path { close: Some("GET /items") }"#),
        ("GET /files//", "Path { close: None }"),
        ("DELETE /items/new", r#"Method { path: "/items/new", methods: [Post] }"#),
        ("OPTIONS /items", r#"Method { path: "/items", methods: [Get] }"#),
        ("GET /items/{id}", r#"Variable { variable: "{id}", example: "/items/1" }"#),
        ("GET /files/{proxy+}", r#"Variable { variable: "{proxy+}", example: "/files/a/b" }"#),
    ] {
        assert_eq!(route(&config, request), nothing, "{request}");
    }
}

#[test]
fn options_matches_a_preflight_if_no_route_has_it() {
    let config = config(&json!({ "cors": { "allowedOrigins": ["*"] } }));
    assert_eq!(find(&config, "OPTIONS", "/items/7"), Ok(RouteTarget::Preflight("/items/{id}")));
    assert_eq!(find(&config, "OPTIONS", "/files/x"), Ok(RouteTarget::Preflight("/files/{proxy+}")), "also beside ANY");
    let target = find(&config, "OPTIONS", "/items").unwrap();
    assert_eq!((target.function(), wanted(target.auth()), target.to_string().as_str()), (None, None, "OPTIONS /items"));
}

/// The explanation of a response, as shown to the user.
fn said(
    config: &Config,
    request: &str,
    token: Option<&str>,
    (status, error_type, message): (u16, &str, &str),
) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let target = find(config, method, path).unwrap();
    let execution = Execution::default();
    let sent = Sent { config, request, target, token, execution: &execution, pool_id: Some(POOL), now: NOW };
    let body = json!({ "message": message }).to_string();
    let answer = Response::builder().status(status).header("x-amzn-errortype", error_type).body(Bytes::from(body));
    let fault = explain(&sent, &answer.unwrap()).unwrap();
    let details = fault.details.iter().map(|detail| format!("  {detail}"));
    let hints = fault.hints.iter().map(|hint| format!("hint: {hint}"));
    let lines: Vec<String> = [fault.message].into_iter().chain(details).chain(hints).collect();
    lines.join("\n") + "\n\n"
}

fn token(claims: &Value) -> String {
    let mut whole = json!({
        "iss": format!("https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"),
        "token_use": "id",
        "exp": NOW + 60
    });
    whole.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(whole.to_string()))
}

#[test]
fn a_response_without_an_error_type_is_not_explained() {
    let config = config(&json!({}));
    let target = find(&config, "GET", "/items").unwrap();
    let execution = Execution::default();
    let sent = Sent {
        config: &config,
        request: "GET /items",
        target,
        token: None,
        execution: &execution,
        pool_id: None,
        now: NOW,
    };
    for status in [200, 401, 403, 404, 429, 500, 502] {
        let body = Bytes::from_static(br#"{"message":"Unauthorized"}"#);
        assert_eq!(explain(&sent, &Response::builder().status(status).body(body).unwrap()), None, "{status}");
    }
}

#[test]
fn a_401_explains_what_is_wrong_with_the_token() {
    let config = config(&json!({}));
    let unauthorized = (401, "UnauthorizedException", "Unauthorized");
    let with = |request: &str, claims: &Value| said(&config, request, Some(&token(claims)), unauthorized);
    let all = [
        said(&config, "GET /items", None, unauthorized),
        said(&config, "GET /items", Some("hunter2"), unauthorized),
        with("GET /items", &json!({ "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" })),
        with("GET /items", &json!({ "exp": NOW - 3600 })),
        with("GET /items", &json!({ "token_use": "access", "scope": USER_SCOPE })),
        with("GET /admin", &json!({})),
        with("GET /admin", &json!({ "token_use": "access", "scope": "openid shop/read" })),
        with("GET /items", &json!({})),
        said(
            &config,
            "GET /items",
            Some(&token(&json!({}))),
            (401, "UnauthorizedException", "The incoming token has expired"),
        ),
        said(&config, "GET /", None, unauthorized),
    ];
    insta::assert_snapshot!(all.concat(), @r"
    GET /items: API Gateway rejected it (401 Unauthorized)
      no token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one

    GET /items: API Gateway rejected it (401 Unauthorized)
      what was sent is not a token of a user pool
    hint: `--as mail@example.com` signs in and sends the right one

    GET /items: API Gateway rejected it (401 Unauthorized)
      the token is of user pool eu-west-1_Other, and the API asks eu-west-1_Ours
    hint: `--as mail@example.com` signs in and sends the right one

    GET /items: API Gateway rejected it (401 Unauthorized)
      the token expired 1 h ago
    hint: `--as mail@example.com` signs in and sends the right one

    GET /items: API Gateway rejected it (401 Unauthorized)
      an access token was sent, and the route asks for an ID token
    hint: `--as mail@example.com` signs in and sends the right one

    GET /admin: API Gateway rejected it (401 Unauthorized)
      an ID token was sent, and the route asks for an access token
    hint: signing in gives `aws.cognito.signin.user.admin` only: other scopes come from the OAuth endpoints of the pool's domain

    GET /admin: API Gateway rejected it (401 Unauthorized)
      the token has the scopes `openid`, `shop/read`, and the route asks for one of `shop/admin`, `shop/root`
    hint: signing in gives `aws.cognito.signin.user.admin` only: other scopes come from the OAuth endpoints of the pool's domain

    GET /items: API Gateway rejected it (401 Unauthorized)
      the token itself does not show why
    hint: `stackctl user token inspect` verifies its signature

    GET /items: API Gateway rejected it (401 The incoming token has expired)
      by AWS's clock the token has expired
    hint: this machine's clock differs from AWS's: set it right

    GET /: API Gateway rejected it (401 Unauthorized)
      the route is public in the config, so a different version of the config is deployed
    hint: `stackctl up` deploys the config
    ");
}

#[test]
fn every_other_error_response_hints_what_to_check() {
    let config = config(&json!({}));
    let internal = "InternalServerErrorException";
    let refused = |answer| said(&config, "GET /items", None, answer);
    let all = [
        refused((403, "MissingAuthenticationTokenException", "Missing Authentication Token")),
        refused((403, "IncompleteSignatureException", "'hunter2' not a valid key=value pair")),
        refused((403, "ForbiddenException", "Forbidden")),
        refused((403, "AccessDeniedException", "User is not authorized to access this resource")),
        refused((400, "BadRequestException", "Invalid request body")),
        refused((413, "RequestEntityTooLargeException", "HTTP content length exceeded 10485760 bytes.")),
        refused((415, "BadRequestException", "Unsupported Media Type")),
        refused((429, "TooManyRequestsException", "Too Many Requests")),
        refused((429, "LimitExceededException", "Limit Exceeded")),
        refused((500, internal, "Internal server error")),
        refused((502, internal, "Internal server error")),
        refused((503, "ServiceUnavailableException", "Service Unavailable")),
        refused((504, internal, "Endpoint request timed out")),
    ];
    insta::assert_snapshot!(all.concat(), @r"
    GET /items: what is deployed has no such route (403 Missing Authentication Token)
      the config has it, so what is deployed is another version of it
    hint: `stackctl plan` shows what differs, `stackctl up` deploys it

    GET /items: what is deployed has no such route (403 Forbidden)
      the config has it, so what is deployed is another version of it
    hint: `stackctl plan` shows what differs, `stackctl up` deploys it

    GET /items: API Gateway has no such API or stage, or does not accept requests this way (403 Forbidden)
      its execute-api endpoint may be switched off, or a firewall (WAF) may block the request
    hint: `stackctl status` shows whether the API and its stage exist

    GET /items: a policy denies it (403 User is not authorized to access this resource)
    hint: check the resource policy of the REST API, which stackctl does not manage

    GET /items: API Gateway rejected it (400 Invalid request body)

    GET /items: the request is larger than API Gateway accepts (413 HTTP content length exceeded 10485760 bytes.)
    hint: the limit is 10 MB for a body, 6 MB for the event of a function, and 10,240 bytes for the headers

    GET /items: API Gateway does not take this media type (415 Unsupported Media Type)
    hint: `-H 'Content-Type: …'` sends another one

    GET /items: requests come faster than the API takes them (429 Too Many Requests)
      the config sets no `api.throttle`, so the limits of the account apply
    hint: send fewer

    GET /items: a quota is used up (429 Limit Exceeded)
    hint: check the usage plans of the account, which stackctl does not manage

    GET /items: API Gateway could not call `items` (500 Internal server error)
      the permission to invoke it is missing, the function is missing, or too many invocations run at once
    hint: `stackctl status` shows what is missing, `stackctl up` creates it again

    GET /items: `items` failed or returned an invalid response (502 Internal server error)
    hint: `stackctl logs items --since 5m` shows what it logged

    GET /items: AWS is in trouble (503 Service Unavailable)
    hint: try again in a moment

    GET /items: `items` did not respond in time (504 Endpoint request timed out)
      API Gateway waits for 29 s; the function runs for up to 60 s
    hint: `stackctl logs items --since 5m` shows its log
    ");
}

#[test]
fn a_throttled_request_names_the_throttle_of_the_config() {
    let config = config(&json!({ "api": { "throttle": { "rate": 2.5, "burst": 5 } } }));
    let said = said(&config, "GET /items", None, (429, "TooManyRequestsException", "Too Many Requests"));
    insta::assert_snapshot!(said, @r"
    GET /items: requests come faster than the API takes them (429 Too Many Requests)
      `api.throttle` allows 2.5 requests per second, with a burst of 5
    hint: send fewer, or raise `api.throttle`
    ");
}

#[test]
fn a_function_failure_shows_cause_log_lines_and_a_hint() {
    let config = config(&json!({}));
    let not_loaded =
        |message: &str| Cause::NotLoaded { error_type: "Runtime.ImportModuleError".into(), message: message.into() };
    let all = [
        Cause::TimedOut("60.00 seconds".into()),
        Cause::OutOfMemory("128 MB".into()),
        Cause::Exited("exit status 1".into()),
        not_loaded("Unable to import module 'a': No module named 'yaml'"),
        not_loaded("Unable to import module 'a': No module named 'boto3'"),
        Cause::Raised("KeyError: 'id'".into()),
        Cause::Malformed(Some("`body` is an object, not a string".into())),
    ];
    let said = all.into_iter().map(|cause| {
        let execution = Execution {
            function: Some("items".into()),
            cause: Some(cause),
            lines: vec!["one\ntwo".into(), "three".into()],
        };
        let target = find(&config, "GET", "/items").unwrap();
        let sent = Sent {
            config: &config,
            request: "GET /items",
            target,
            token: None,
            execution: &execution,
            pool_id: None,
            now: NOW,
        };
        let answer = Response::builder().status(502).header("x-amzn-errortype", "InternalServerErrorException");
        let fault =
            explain(&sent, &answer.body(Bytes::from_static(br#"{"message": "Internal server error"}"#)).unwrap());
        let fault = fault.unwrap();
        let hints = fault.hints.iter().map(|hint| format!("hint: {hint}"));
        assert_eq!(fault.details, ["`items` logged:", "  one", "  two", "  three"]);
        [fault.message].into_iter().chain(hints).collect::<Vec<_>>().join("\n")
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @r"
    GET /items: `items` timed out after 60.00 seconds (502 Internal server error)
    hint: raise `functions.items.timeout`, now 60 s
    GET /items: `items` ran out of its 128 MB of memory (502 Internal server error)
    hint: raise `functions.items.memory`, now 128 MB
    GET /items: `items` exited while it handled the request: exit status 1 (502 Internal server error)
    GET /items: `items` cannot start: Runtime.ImportModuleError: Unable to import module 'a': No module named 'yaml' (502 Internal server error)
    hint: put `yaml` into the folder of `items`, or fix the import
    GET /items: `items` cannot start: Runtime.ImportModuleError: Unable to import module 'a': No module named 'boto3' (502 Internal server error)
    hint: Lambda includes `boto3`, this machine does not: install it here to run the function locally
    GET /items: `items` failed: KeyError: 'id' (502 Internal server error)
    GET /items: `items` returned an invalid response: `body` is an object, not a string (502 Internal server error)
    hint: a valid response is an object with, each optional, a numeric `statusCode`, `headers` and `multiValueHeaders`, a string `body` and `isBase64Encoded`
    ");
}

#[test]
fn the_function_of_the_live_deployment_is_named() {
    let config = config(&json!({}));
    let execution = Execution { function: Some("renamed".into()), ..Execution::default() };
    let target = find(&config, "GET", "/items").unwrap();
    let sent = Sent {
        config: &config,
        request: "GET /items",
        target,
        token: None,
        execution: &execution,
        pool_id: None,
        now: NOW,
    };
    let answer = Response::builder().status(500).header("x-amzn-errortype", "InternalServerErrorException");
    let fault = explain(&sent, &answer.body(Bytes::from_static(br#"{"message": "Internal server error"}"#)).unwrap());
    assert_eq!(fault.unwrap().message, "GET /items: API Gateway could not call `renamed` (500 Internal server error)");
}
