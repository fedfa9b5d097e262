//! Arbitrary bytes in each part of a request: the emulator responds to all of them, and goes on.

use bytes::Bytes;
use http::Request;
use proptest::{prelude::*, sample::select};
use stackctl_local::{Emulator, Settings, UserCredentials};
use tokio::runtime::{Builder, Runtime};

/// Method, path, target and service, so that each parser is reached.
const HEADS: [(&str, &str, &str, &str); 9] = [
    ("POST", "/", "", "iam"),
    ("POST", "/", "AWSCognitoIdentityProviderService.InitiateAuth", "cognito-idp"),
    ("POST", "/", "Logs_20140328.FilterLogEvents", "logs"),
    ("POST", "/2015-03-31/functions", "", "lambda"),
    ("PUT", "/restapis/abc", "", "apigateway"),
    ("POST", "/restapis/import", "", "apigateway"),
    ("PUT", "/bucket", "", "s3"),
    ("PUT", "/bucket/key", "", "s3"),
    ("GET", "/_aws/execute-api/abc/dev/a", "", "execute-api"),
];

/// Bytes of any kind, and deep ones of each format.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let deep = [
        ("Action=ListRoles&Version=2010-05-08&", "a.", "=1"),
        ("", "[", ""),
        ("", "{\"a\":", "1"),
        ("", "<a>", "</a>"),
        ("{\"swagger\":\"2.0\",\"paths\":", "{\"a\":", "1"),
        ("{\"Code\":{\"ZipFile\":\"UEsDB", "AAAA", "\"}}"),
        ("", "%", ""),
    ];
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        (select(deep.to_vec()), 0..20_000_usize).prop_map(|((begin, step, end), times)| format!(
            "{begin}{}{end}",
            step.repeat(times)
        )
        .into_bytes()),
    ]
}

fn emulator(verifies: bool) -> (Emulator, Runtime) {
    let emulator = Emulator::new(Settings::default());
    if verifies {
        emulator.require_signatures(UserCredentials::new("AKIA", "secret"));
    }
    (emulator, Builder::new_current_thread().enable_all().build().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_gets_a_response(
        (method, path, target, service) in select(HEADS.to_vec()),
        query in "[a-zA-Z0-9%&=+._/-]{0,80}",
        fields in "[ -~]{0,80}",
        verifies in any::<bool>(),
        body in body(),
    ) {
        let (emulator, runtime) = emulator(verifies);
        let scope = format!("AKIA/20260101/eu-west-1/{service}/aws4_request");
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}?{query}"))
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={fields}"));
        let request = if target.is_empty() { request } else { request.header("x-amz-target", target) };
        let Ok(request) = request.body(Bytes::from(body)) else { return Ok(()) };
        let response = runtime.block_on(emulator.handle(request));
        prop_assert!(response.is_ok());
    }

    /// An unsigned token, which any web page can send.
    #[test]
    fn any_token_gets_a_response(parts in proptest::collection::vec("[A-Za-z0-9_=.-]{0,60}", 0..5)) {
        let (emulator, runtime) = emulator(true);
        let body = format!("{{\"AccessToken\":\"{}\"}}", parts.join("."));
        let request = Request::post("/").header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
        let response = runtime.block_on(emulator.handle(request.body(Bytes::from(body)).unwrap())).unwrap();
        prop_assert_eq!(response.status(), 400);
    }
}
