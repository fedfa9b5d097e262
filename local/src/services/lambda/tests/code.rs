//! Code packages.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::testing::{TestEmulator, function, lying_zip, zip};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");
const PATH: &str = "/2015-03-31/functions/hello/code";

#[tokio::test]
async fn code_sha256_is_the_hash_of_the_zip() {
    let test = TestEmulator::with_worker().await;
    let created = test.make_function("hello", CODE, json!({})).await;
    let first = zip(&[CODE]);
    assert_eq!(created["CodeSha256"], STANDARD.encode(Sha256::digest(&first)));
    assert_eq!(created["CodeSize"], first.len());
    let second = zip(&[("main.py", "pass")]);
    let change = json!({ "ZipFile": STANDARD.encode(&second), "Architectures": ["arm64"] });
    let mut trying = change.clone();
    trying["DryRun"] = json!(true);
    let wanted = STANDARD.encode(Sha256::digest(&second));
    assert_eq!(test.call(Method::PUT, PATH, &trying).await.done()["CodeSha256"], wanted);
    let read = || test.call(Method::GET, "/2015-03-31/functions/hello/configuration", &Value::Null);
    assert_eq!(read().await.done()["CodeSha256"], created["CodeSha256"]);
    let updated = test.call(Method::PUT, PATH, &change).await.done();
    assert_eq!((&updated["CodeSha256"], &updated["Architectures"]), (&json!(wanted), &json!(["arm64"])));
    assert_ne!(updated["RevisionId"], created["RevisionId"]);
    assert_eq!(read().await.done()["CodeSha256"], wanted);
}

#[tokio::test]
async fn an_invalid_zip_is_rejected() {
    let test = TestEmulator::with_worker().await;
    for (code, wanted) in [
        (json!({ "ZipFile": "" }), "Uploaded file must be a non-empty zip"),
        (json!({ "ZipFile": STANDARD.encode(zip(&[])) }), "Uploaded file must be a non-empty zip"),
        (json!({ "ZipFile": STANDARD.encode("no zip") }), "Could not unzip uploaded file."),
        (json!({}), "Please provide a source for function code."),
        (json!({ "ZipFile": STANDARD.encode(lying_zip(b"pass", 2)) }), "Could not unzip uploaded file."),
    ] {
        let mut members = function("hello", &[CODE]);
        members["Code"] = code;
        let (status, kind, message) = test.call(Method::POST, "/2015-03-31/functions", &members).await.refused();
        assert_eq!((status, kind.as_str()), (400, "InvalidParameterValueException"));
        assert!(message.starts_with(wanted), "{message}");
    }
}

#[tokio::test]
async fn a_package_beyond_lambdas_limits_is_rejected() {
    let test = TestEmulator::with_worker().await;
    let refused = async |zip: &[u8]| {
        let mut members = function("hello", &[CODE]);
        members["Code"] = json!({ "ZipFile": STANDARD.encode(zip) });
        test.call(Method::POST, "/2015-03-31/functions", &members).await.refused()
    };
    let unzipped =
        (400, "InvalidParameterValueException".into(), "Unzipped size must be smaller than 262144000 bytes".into());
    let nothing = vec![0; 262_144_001];
    assert_eq!(refused(&lying_zip(&nothing, 262_144_001)).await, unzipped);
    let zipped =
        (413, "RequestEntityTooLargeException".into(), "Zipped size must be smaller than 52428800 bytes".into());
    assert_eq!(refused(&nothing[..52_428_801]).await, zipped);
    let message = "Request must be smaller than 70167211 bytes for the CreateFunction operation";
    let request = (413, "RequestEntityTooLargeException".into(), message.into());
    assert_eq!(refused(&nothing[..52_700_000]).await, request);
}
