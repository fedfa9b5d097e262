//! CORS as a browser sees it in the deployed API, for both ways of writing.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::{Method, Request, Response};
use stackctl::{
    engine::Resource as _,
    resources::{
        api_routes::{GatewayResponse, Preflight, Way},
        stage::Stage,
    },
};

use super::Api;
use crate::harness::claim;

/// A deployed API with a protected route that allows these origins, with credentials or without.
async fn open_to(origins: &[&str], credentials: bool, way: Way) -> Api {
    let api = Box::pin(Api::new()).await;
    let mut spec = api.spec(&["GET /a!"]);
    let preflight = Preflight {
        origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        headers: BTreeSet::from(["Authorization".into(), "X-Trace".into()]),
        methods: BTreeSet::from(["GET".into()]),
        credentials,
        max_age_seconds: 600,
    };
    spec.preflights.insert("/a".into(), preflight);
    let origin = if origins == ["*"] { "'*'" } else { "method.request.header.origin" };
    let headers = BTreeMap::from([("Access-Control-Allow-Origin".to_owned(), origin.to_owned())]);
    spec.gateway_responses.insert("DEFAULT_4XX".into(), GatewayResponse { headers, unmanaged: BTreeMap::new() });
    api.write_in(&spec, way).await.unwrap();
    assert_eq!(api.read().await, spec, "{way:?}");
    Box::pin(Stage::create(&api.context(), &api.stage("f"), &claim("ours", &api.key))).await.unwrap();
    api
}

async fn send(api: &Api, method: Method, origin: &str) -> Response<Bytes> {
    let uri = format!("http://local.test/_aws/execute-api/{}/dev/a", api.id);
    let request = Request::builder().method(method).uri(uri).header("origin", origin).body(Bytes::new());
    api.local.handle(request.unwrap()).await.unwrap()
}

fn header<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn each_allowed_origin_is_echoed_and_any_other_gets_one_of_them() {
    let (first, second) = ("https://a.example", "https://b.example");
    for way in [Way::Single, Way::Import] {
        let api = open_to(&[first, second], false, way).await;
        for (origin, told) in [(first, first), (second, second), ("https://evil.example", first)] {
            let answer = send(&api, Method::OPTIONS, origin).await;
            assert_eq!(
                (answer.status().as_u16(), header(&answer, "access-control-allow-origin")),
                (200, told),
                "{way:?}"
            );
            assert_eq!(header(&answer, "access-control-allow-headers"), "Authorization,X-Trace");
            assert_eq!(header(&answer, "access-control-allow-methods"), "GET");
            assert_eq!(header(&answer, "access-control-max-age"), "600");
            assert_eq!((header(&answer, "vary"), header(&answer, "access-control-allow-credentials")), ("Origin", ""));
        }
    }
}

#[tokio::test]
async fn a_pattern_allows_each_host_below_its_domain_and_no_other() {
    let (named, pattern) = ("https://app.example.com", "https://*.preview.example.com");
    for way in [Way::Single, Way::Import] {
        for (origins, told) in [(&[pattern, named][..], named), (&[pattern], "")] {
            let api = open_to(origins, true, way).await;
            for origin in ["https://feature-1.preview.example.com", "https://a.b.preview.example.com"] {
                let answer = send(&api, Method::OPTIONS, origin).await;
                assert_eq!(header(&answer, "access-control-allow-origin"), origin, "{way:?}");
                let rest = (header(&answer, "access-control-allow-credentials"), header(&answer, "vary"));
                assert_eq!(rest, ("true", "Origin"));
            }
            for origin in [
                "https://preview.example.com",
                "https://preview.example.com.evil.test",
                "https://evil.test?.preview.example.com",
                "https://x.preview-example.com",
                "http://x.preview.example.com",
                "https://x.preview.example.com:8443",
                "null",
            ] {
                let answer = send(&api, Method::OPTIONS, origin).await;
                let named = header(&answer, "access-control-allow-origin");
                assert_eq!((answer.status().as_u16(), named), (200, told), "{origin}");
            }
        }
    }
}

#[tokio::test]
async fn a_rejection_by_api_gateway_is_readable_by_scripts() {
    let api = open_to(&["*"], false, Way::Cheaper).await;
    let answer = send(&api, Method::GET, "https://a.example").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (401, "*"));
    let preflight = send(&api, Method::OPTIONS, "https://a.example").await;
    assert_eq!((header(&preflight, "access-control-allow-origin"), header(&preflight, "vary")), ("*", ""));
    let several = open_to(&["https://a.example", "https://b.example"], true, Way::Cheaper).await;
    let answer = send(&several, Method::GET, "https://b.example").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (401, "https://b.example"));
}
