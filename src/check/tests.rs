//! What is asked, what is taken for right, and how patiently.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    bearer::{Bearer, header},
    cors, forged,
    probe::Probe,
    probes,
    propagation::{Propagation, pause},
    rounds::{Judged, Rounds},
    transport::Transport,
};
use crate::{config::Config, stack::Outputs};

fn config(routes: &Value, cors: &Value) -> Config {
    let mut whole = json!({
        "deployment": { "serviceName": "shop", "region": "eu-west-1" },
        "functions": { "hello": { "source": "hello", "handler": "app.handler", "runtime": "python3.13" } },
        "routes": routes,
    });
    if !cors.is_null() {
        whole["cors"] = cors.clone();
    }
    serde_json::from_value(whole).unwrap()
}

fn shown(probes: &[Probe]) -> String {
    let mut text = String::new();
    for probe in probes {
        let Probe { expected, function, reader, .. } = probe;
        let status = expected.status.map_or("any".to_owned(), |status| status.to_string());
        let _ = write!(text, "{probe}: {status}");
        for page in expected.page.iter().chain(reader) {
            let _ = write!(text, ", for {}", page.header().1);
        }
        if !expected.methods.is_empty() {
            let words = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
            let _ = write!(text, ", {} with {}", words(&expected.methods), words(&expected.headers));
        }
        let _ = writeln!(text, "{}", function.as_ref().map(|name| format!(" by {name}")).unwrap_or_default());
    }
    text
}

#[test]
fn api_gateway_is_asked_what_it_answers_without_any_function() {
    let routes = json!({
        "GET /": { "function": "hello", "auth": "none" },
        "GET /items/{id}": { "function": "hello" },
        "ANY /files/{path+}": { "function": "hello", "auth": { "scopes": ["shop/read"] } },
        "GET /files/{path+}": { "function": "hello", "auth": "none" },
        "POST /own": { "function": "hello", "auth": "none" },
        "OPTIONS /own": { "function": "hello", "auth": "none" },
    });
    let cors = json!({ "allowedOrigins": ["https://a.example", "https://b.example"] });
    let probes = probes::of_gateway(&config(&routes, &cors));
    assert!(probes.iter().all(|probe| probe.function.is_none()));
    assert_snapshot!(shown(&probes), @r"
    POST /files/stackctl-check without a token: 401, for https://a.example
    POST /files/stackctl-check with a forged token: 401, for https://a.example
    GET /items/stackctl-check without a token: 401, for https://a.example
    GET /items/stackctl-check with a forged token: 401, for https://a.example
    OPTIONS / as a browser's preflight: 200, for https://a.example, GET with Authorization Content-Type
    OPTIONS / as a browser's preflight: 200, for https://b.example, GET with Authorization Content-Type
    OPTIONS /files/stackctl-check as a browser's preflight: 200, for https://a.example, GET with Authorization Content-Type
    OPTIONS /items/stackctl-check as a browser's preflight: 200, for https://a.example, GET with Authorization Content-Type
    ");
    assert_snapshot!(shown(&probes::of_gateway(&config(&routes, &json!({ "allowedOrigins": ["*"], "allowedMethods": ["GET", "PUT"], "allowedHeaders": ["X-One"] })))), @r#"
    POST /files/stackctl-check without a token: 401, for https://stackctl.invalid
    POST /files/stackctl-check with a forged token: 401, for https://stackctl.invalid
    GET /items/stackctl-check without a token: 401, for https://stackctl.invalid
    GET /items/stackctl-check with a forged token: 401, for https://stackctl.invalid
    OPTIONS / as a browser's preflight: 200, for https://stackctl.invalid, GET PUT with X-One
    OPTIONS /files/stackctl-check as a browser's preflight: 200, for https://stackctl.invalid, GET PUT with X-One
    OPTIONS /items/stackctl-check as a browser's preflight: 200, for https://stackctl.invalid, GET PUT with X-One
    "#);
    assert_snapshot!(shown(&probes::of_gateway(&config(&routes, &Value::Null))), @r#"
    POST /files/stackctl-check without a token: 401
    POST /files/stackctl-check with a forged token: 401
    GET /items/stackctl-check without a token: 401
    GET /items/stackctl-check with a forged token: 401
    "#);
}

#[test]
fn a_route_is_asked_what_its_check_says() {
    let routes = json!({
        "ANY /items/{id}/{rest+}": { "function": "hello", "check": {
            "method": "PUT", "path": { "id": "a b", "rest": "c/d e" }, "query": { "q": "x&y", "r": "1" },
            "headers": { "X-One": "1" }, "body": { "name": "ada" }, "status": 201, "bodyMatch": { "id": 7 } } },
        "GET /open": { "function": "hello", "auth": "none", "check": {} },
        "POST /closed": { "function": "hello", "check": { "as": "none", "status": 401, "body": "text" } },
        "GET /mine": { "function": "hello", "auth": { "scopes": ["aws.cognito.signin.user.admin"] }, "check": {} },
        "GET /unchecked": { "function": "hello" },
    });
    let probes = probes::of_config(&config(&routes, &Value::Null));
    assert_snapshot!(shown(&probes), @r#"
    POST /closed without a token: 401
    PUT /items/a%20b/c/d%20e?q=x%26y&r=1 as a user: 201 by hello
    GET /mine as a user: 200 by hello
    GET /open without a token: 200 by hello
    "#);
    let items = probes.iter().find(|probe| probe.path.starts_with("/items")).unwrap();
    let own = ("X-One".to_owned(), "1".to_owned());
    assert_eq!(items.headers, [own, ("Content-Type".to_owned(), "application/json".to_owned())]);
    assert_eq!(items.body.as_deref(), Some(&br#"{"name":"ada"}"#[..]));
}

#[test]
fn a_forged_token_names_the_issuer_of_its_region() {
    for (region, host) in [("eu-west-1", "eu-west-1.amazonaws.com"), ("cn-north-1", "cn-north-1.amazonaws.com.cn")] {
        let outputs = Outputs {
            region: region.into(),
            account: "000000000000".into(),
            endpoint: None,
            invoke_url: None,
            path_url: None,
            routes: Vec::new(),
            rest_api_id: None,
            user_pool_id: Some("pool".into()),
            client_id: None,
        };
        let token = forged::tokens(&outputs).id.unwrap();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(token.to_str().unwrap().split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["iss"], format!("https://cognito-idp.{host}/pool"));
    }
}

/// What is wrong with an answer to a check.
fn wrong(check: &Value, answer: Response<&'static str>) -> String {
    let routes = json!({ "GET /": { "function": "hello", "auth": "none", "check": check } });
    let probes = probes::of_config(&config(&routes, &Value::Null));
    probes[0].expected.wrong(&answer.map(Bytes::from)).join("; ")
}

fn body(body: &'static str) -> Response<&'static str> {
    Response::new(body)
}

#[test]
fn what_is_wrong_with_an_answer_is_said() {
    let refused = Response::builder().status(403).body("").unwrap();
    assert_eq!(wrong(&json!({}), body("anything")), "");
    assert_eq!(wrong(&json!({}), refused), "the response is 403, not 200");
    assert_eq!(wrong(&json!({ "bodyMatch": "pong" }), body("ping pong")), "");
    assert_eq!(wrong(&json!({ "bodyMatch": "pong" }), body("ping")), "the body does not contain `pong`");
    let member = json!({ "bodyMatch": { "user": { "name": "ada" }, "tags": [1] } });
    assert_eq!(wrong(&member, body(r#"{ "user": { "name": "ada", "id": 1 }, "tags": [1], "more": 2 }"#)), "");
    let lacks = r#"the body does not contain {"user":{"name":"ada"},"tags":[1]}"#;
    assert_eq!(wrong(&member, body(r#"{ "user": { "name": "bob" }, "tags": [1] }"#)), lacks);
    assert_eq!(wrong(&member, body(r#"{ "user": { "name": "ada" }, "tags": [1, 2] }"#)), lacks);
    assert_eq!(wrong(&json!({ "bodyMatch": 7 }), body("seven")), "the body is not JSON; expected 7");
}

#[test]
fn cors_headers_that_are_missing_or_of_another_are_told() {
    let routes = json!({ "POST /": { "function": "hello" } });
    let probes = probes::of_gateway(&config(&routes, &json!({ "allowedOrigins": ["https://a.example"] })));
    let answer = |status: u16, headers: &[(&str, &str)]| {
        let answer = Response::builder().status(status);
        headers.iter().fold(answer, |answer, (name, value)| answer.header(*name, *value)).body(Bytes::new()).unwrap()
    };
    let (rejection, preflight) = (&probes[0].expected, &probes[2].expected);
    assert_eq!(rejection.wrong(&answer(401, &[("Access-Control-Allow-Origin", "https://a.example")])).len(), 0);
    assert_eq!(
        rejection.wrong(&answer(401, &[])),
        ["it has no `access-control-allow-origin`, which was to be `https://a.example`"]
    );
    let others = [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "GET, PUT"),
        ("Access-Control-Allow-Headers", "Content-Type"),
    ];
    assert_eq!(
        preflight.wrong(&answer(200, &others)),
        [
            "its `access-control-allow-origin` is `*`, not `https://a.example`",
            "its `access-control-allow-methods` is `GET, PUT`, not `POST`",
            "its `access-control-allow-headers` is `Content-Type`, not `Authorization,Content-Type`"
        ]
    );
    let more = [
        ("Access-Control-Allow-Origin", "https://a.example"),
        ("Access-Control-Allow-Methods", "GET,POST"),
        ("Access-Control-Allow-Headers", "Authorization, Content-Type, X-One"),
    ];
    assert_eq!(preflight.wrong(&answer(200, &more)), [""; 0]);
}

#[test]
fn with_cors_functions_are_called_as_by_a_page() {
    let routes = json!({
        "GET /asked": { "function": "hello", "auth": "none", "check": {} },
        "GET /closed": { "function": "hello", "check": { "as": "none", "status": 401 } },
        "GET /unmanaged": { "function": "hello", "auth": "none", "check": { "headers": { "origin": "https://evil.test" } } },
        "GET /own": { "function": "hello", "auth": "none", "check": { "headers": { "Origin": "https://x.b.example" } } },
        "GET /public": { "function": "hello", "auth": "none" },
        "ANY /any": { "function": "hello", "auth": "none" },
        "GET /items/{id}": { "function": "hello", "auth": "none" },
        "POST /items": { "function": "hello", "auth": "none" },
        "GET /mine": { "function": "mine" },
        "POST /mine": { "function": "mine", "check": { "as": "none", "status": 401 } },
    });
    let cors = json!({ "allowedOrigins": ["https://*.b.example", "https://a.example"], "allowCredentials": true });
    let config = config(&routes, &cors);
    let asked = probes::of_config(&config);
    assert_snapshot!(shown(&asked), @r"
    GET /asked without a token: 200, for https://a.example by hello
    GET /closed without a token: 401
    POST /mine without a token: 401
    GET /own without a token: 200, for https://x.b.example by hello
    GET /unmanaged without a token: 200 by hello
    ");
    let strict = |path: &str| asked.iter().find(|probe| probe.path == path).unwrap().expected.page.is_some();
    assert_eq!((strict("/own"), strict("/asked"), strict("/unmanaged")), (true, false, false));
    assert_snapshot!(shown(&cors::public_gets(&config)), @r"
    GET /any without a token: any, for https://a.example by hello
    GET /public without a token: any, for https://a.example by hello
    ");
    assert_eq!(probes::cors_unknown(&config), ["GET /mine", "POST /mine"]);
    let none = self::config(&routes, &Value::Null);
    assert_eq!(
        (cors::public_gets(&none).len(), probes::cors_unknown(&none).len()),
        (0, 0),
        "without `cors` there are no pages"
    );
}

#[test]
fn what_a_browser_keeps_from_a_page_is_said() {
    let kept = |cors: &Value, headers: &[(&str, &str)]| {
        let mut whole = json!({ "allowedOrigins": ["https://a.example"] });
        whole.as_object_mut().unwrap().extend(cors.as_object().unwrap().clone());
        let routes = json!({ "GET /": { "function": "hello", "auth": "none" } });
        let public_gets = cors::public_gets(&config(&routes, &whole));
        let answer = headers.iter().fold(Response::builder(), |answer, (name, value)| answer.header(*name, *value));
        public_gets[0].reader.as_ref().unwrap().kept_from(&answer.body(Bytes::new()).unwrap()).join("; ")
    };
    let (origin, star) = (("Access-Control-Allow-Origin", "https://a.example"), ("Access-Control-Allow-Origin", "*"));
    let plain = json!({});
    assert_eq!((kept(&plain, &[origin]).as_str(), kept(&plain, &[star]).as_str()), ("", ""));
    assert_snapshot!(kept(&plain, &[]), @"it has no `access-control-allow-origin`, which was to be `https://a.example`");
    let other = ("Access-Control-Allow-Origin", "https://b.example");
    assert_snapshot!(kept(&plain, &[other]), @"its `access-control-allow-origin` is `https://b.example`, not `https://a.example`");
    assert_snapshot!(kept(&plain, &[origin, star]), @"its `access-control-allow-origin` is `https://a.example, *`, not `https://a.example`");
    let with = json!({ "allowCredentials": true });
    assert_eq!(kept(&with, &[origin, ("Access-Control-Allow-Credentials", "true")]), "");
    assert_snapshot!(kept(&with, &[star]), @"its `access-control-allow-origin` is `*`, not `https://a.example`; it has no `access-control-allow-credentials`, which was to be `true`");
    let exposed = json!({ "exposedHeaders": ["X-Total", "X-Never"] });
    assert_snapshot!(kept(&exposed, &[origin, ("x-total", "7")]), @"it has no `access-control-expose-headers`, which was to be `X-Total`");
    for exposes in ["x-total", "*", "X-Other, X-Total"] {
        assert_eq!(kept(&exposed, &[origin, ("x-total", "7"), ("Access-Control-Expose-Headers", exposes)]), "");
    }
}

#[test]
fn an_origin_is_allowed_as_a_preflight_allows_it() {
    let cors = json!({ "allowedOrigins": ["https://*.b.example", "https://my-*.c.example", "capacitor://localhost"] });
    let cors = config(&json!({}), &cors).cors.unwrap();
    for allowed in ["https://x.b.example", "https://x.y.b.example", "https://my-x.c.example", "capacitor://localhost"] {
        assert!(cors.allows(allowed), "{allowed}");
    }
    for other in
        ["https://b.example", "https://.b.example.evil", "https://my-x.y.c.example", "https://my-.c.example", "null"]
    {
        assert!(!cors.allows(other), "{other}");
    }
    assert!(config(&json!({}), &json!({ "allowedOrigins": ["*"] })).cors.unwrap().allows("null"));
}

/// Answers with one status after the other, the last one for ever, a second after each request.
struct Scripted {
    statuses: Vec<u16>,
    began: Instant,
    asked: Mutex<Vec<Duration>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Scripted {
    fn new(statuses: &[u16]) -> Self {
        let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { statuses: statuses.to_vec(), began: Instant::now(), asked: Mutex::default(), under_way, most }
    }

    fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let at = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(self.began.elapsed());
            asked.len() - 1
        };
        self.most.fetch_max(self.under_way.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        pause(Duration::from_secs(1)).await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let status = self.statuses[at.min(self.statuses.len() - 1)];
        if status == 0 {
            return Err("nobody answers".into());
        }
        let token = request.headers().get("authorization").map_or("", |token| token.to_str().unwrap());
        let answer = Response::builder().status(status);
        let answer = if status == 429 { answer.header("x-amzn-errortype", "TooManyRequestsException") } else { answer };
        Ok(answer.body(format!("you are {token}").into()).unwrap())
    }
}

/// What requests to a route come to, so many at once.
async fn rounds(courier: &Scripted, propagation: Propagation, routes: usize) -> Vec<Judged> {
    let routes = (0..routes).map(|at| {
        let check = json!({ "function": "hello", "check": {} });
        (format!("GET /{at}"), check)
    });
    let probes = probes::of_config(&config(&routes.collect::<serde_json::Map<_, _>>().into(), &Value::Null));
    let deadline = propagation.settle().await;
    let tokens = Bearer { id: header("s3cret"), access: None };
    Rounds { courier, url: "http://api.test/dev", deadline }.all(&probes, &tokens).await
}

#[tokio::test(start_paused = true)]
async fn on_aws_nothing_is_asked_at_once_and_a_wrong_answer_may_be_one_of_before() {
    let slow = Scripted::new(&[500, 403, 0, 200]);
    assert_eq!(rounds(&slow, Propagation::AWS, 1).await, [Judged::Right]);
    assert_eq!(slow.asked(), [5, 7, 9, 11]);
}

#[tokio::test(start_paused = true)]
async fn what_stays_wrong_is_told_in_the_end() {
    let broken = Scripted::new(&[500]);
    let seen = rounds(&broken, Propagation::AWS, 1).await;
    let Judged::Wrong(finding) = &seen[0] else { panic!("{seen:?}") };
    assert_eq!(
        (finding.request.as_str(), &finding.wrong[..]),
        ("GET /0 as a user", &["the response is 500, not 200".to_owned()][..])
    );
    assert_eq!(finding.body.as_deref(), Some("you are (token)"), "whoever reads it could use the token");
    assert_eq!((finding.function.as_deref(), broken.asked().last()), (Some("hello"), Some(&35)));
}

#[tokio::test(start_paused = true)]
async fn where_changes_are_there_at_once_nothing_is_asked_twice() {
    for (status, reason) in [(500, "the response is 500, not 200"), (0, "nobody answers")] {
        let broken = Scripted::new(&[status]);
        let seen = rounds(&broken, Propagation::NONE, 1).await;
        assert!(matches!(&seen[0], Judged::Wrong(finding) if finding.wrong == [reason]), "{seen:?}");
        assert_eq!(broken.asked(), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_throttled_say_nothing_and_are_sent_again() {
    let crowd = Scripted::new(&[429]);
    assert_eq!(rounds(&crowd, Propagation::NONE, 2).await, [Judged::Throttled, Judged::Throttled]);
    assert_eq!(crowd.asked().last(), Some(&30));
    for propagation in [Propagation::NONE, Propagation::AWS] {
        assert_eq!(rounds(&Scripted::new(&[429, 429, 200]), propagation, 1).await, [Judged::Right]);
    }
    assert!(matches!(rounds(&Scripted::new(&[429, 500]), Propagation::NONE, 1).await[..], [Judged::Wrong(_)]));
}

#[tokio::test(start_paused = true)]
async fn many_are_under_way_at_once_and_no_more_than_sixteen() {
    let courier = Scripted::new(&[200]);
    assert_eq!(rounds(&courier, Propagation::NONE, 40).await.len(), 40);
    assert_eq!((courier.most.load(Ordering::Relaxed), courier.asked().last()), (16, Some(&2)));
}
