//! Buckets with versioning.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};

use super::{NO_SUCH_KEY, PRECONDITION_FAILED};
use crate::testing::{Reply, TestEmulator};

impl TestEmulator {
    /// Enables or suspends versioning.
    pub(super) async fn set_versioning(&self, status: &str) -> Reply {
        self.put_versioning(&format!(
            r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>{status}</Status></VersioningConfiguration>"#
        ))
        .await
    }

    async fn put_versioning(&self, document: &str) -> Reply {
        let digest = STANDARD.encode(Md5::digest(document));
        self.s3("PUT /states?versioning", &[("content-md5", &digest)], document.to_owned()).await
    }

    async fn with_versions() -> Self {
        let test = Self::with_bucket().await;
        assert_eq!(test.set_versioning("Enabled").await.status, 200);
        test
    }

    /// Uploads an object and returns its version id.
    async fn put_version(&self, key: &str, body: &'static str) -> String {
        self.s3(&format!("PUT /states/{key}"), &[], body).await.header("x-amz-version-id").to_owned()
    }

    async fn read_version(&self, key: &str, id: &str) -> Reply {
        self.s3(&format!("GET /states/{key}?versionId={id}"), &[], "").await
    }

    async fn delete_version(&self, key: &str, id: &str) -> Reply {
        self.s3(&format!("DELETE /states/{key}?versionId={id}"), &[], "").await
    }

    /// The ids of all versions and of all delete markers, newest first.
    async fn versions(&self) -> (Vec<String>, Vec<String>) {
        let reply = self.s3("GET /states?versions", &[], "").await;
        let ids = |element| {
            let of = |text: &&str| text.split("<VersionId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
            reply.elements(element).iter().map(of).collect()
        };
        (ids("Version"), ids("DeleteMarker"))
    }
}

#[tokio::test]
async fn a_versioning_document_requires_a_checksum() {
    let test = TestEmulator::with_bucket().await;
    let reply = test.s3("PUT /states?versioning", &[], "<VersioningConfiguration/>").await;
    let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
    assert_eq!(reply.refused_in_xml(), (400, "InvalidRequest", message));
}

#[tokio::test]
async fn each_write_creates_a_version_and_old_ones_are_read_by_id() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "before").await;
    test.set_versioning("Enabled").await;
    let (first, second) = (test.put_version("a", "first").await, test.put_version("a", "second").await);
    assert_ne!(first, second);
    let current = test.s3("GET /states/a", &[], "").await;
    assert_eq!((current.text.as_str(), current.header("x-amz-version-id")), ("second", second.as_str()));
    for (id, body) in [("null", "before"), (&first, "first"), (&second, "second")] {
        let read = test.read_version("a", id).await;
        assert_eq!((read.text.as_str(), read.header("x-amz-version-id")), (body, id));
    }
    assert_eq!(test.versions().await, (vec![second, first, "null".into()], vec![]));
}

#[tokio::test]
async fn an_unknown_version_is_not_found() {
    let test = TestEmulator::with_versions().await;
    test.put("a", "body").await;
    let id = "0".repeat(32);
    let reply = test.read_version("a", &id).await;
    assert_eq!(reply.refused_in_xml(), (404, "NoSuchVersion", "The specified version does not exist."));
    assert_eq!(reply.elements("VersionId"), [id.as_str()]);
    for reply in [test.read_version("a", "x").await, test.delete_version("a", "x").await] {
        assert_eq!(reply.refused_in_xml(), (400, "InvalidArgument", "Invalid version id specified"));
    }
    assert_eq!(test.delete_version("a", &id).await.status, 204);
    assert_eq!(test.read("a").await, "body");
}

#[tokio::test]
async fn a_deletion_adds_a_delete_marker() {
    let test = TestEmulator::with_versions().await;
    let version = test.put_version("a", "body").await;
    let deleted = test.s3("DELETE /states/a", &[], "").await;
    let marker = deleted.header("x-amz-version-id").to_owned();
    assert_eq!((deleted.status, deleted.header("x-amz-delete-marker")), (204, "true"));
    let gone = test.s3("GET /states/a", &[], "").await;
    assert_eq!(gone.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!((gone.header("x-amz-delete-marker"), gone.header("x-amz-version-id")), ("true", marker.as_str()));
    assert_eq!(test.s3("GET /states?list-type=2", &[], "").await.elements("KeyCount"), ["0"]);
    assert_eq!(test.read_version("a", &version).await.text, "body");
    let read = test.read_version("a", &marker).await;
    let message = "The specified method is not allowed against this resource.";
    assert_eq!(read.refused_in_xml(), (405, "MethodNotAllowed", message));
    assert_eq!((read.header("x-amz-delete-marker"), read.header("allow")), ("true", "DELETE"));
    assert_eq!(test.versions().await, (vec![version], vec![marker]));
}

#[tokio::test]
async fn deleting_the_delete_marker_restores_the_object() {
    let test = TestEmulator::with_versions().await;
    let version = test.put_version("a", "body").await;
    let deleted = test.s3("DELETE /states/a", &[], "").await;
    let marker = deleted.header("x-amz-version-id").to_owned();
    let undone = test.delete_version("a", &marker).await;
    assert_eq!((undone.status, undone.header("x-amz-delete-marker")), (204, "true"));
    assert_eq!(undone.header("x-amz-version-id"), marker);
    assert_eq!(test.read("a").await, "body");
    let taken = test.delete_version("a", &version).await;
    assert_eq!((taken.header("x-amz-delete-marker"), taken.header("x-amz-version-id")), ("", version.as_str()));
    assert_eq!(test.versions().await, (vec![], vec![]));
    assert_eq!(test.s3("DELETE /states", &[], "").await.status, 204, "the bucket is empty");
}

#[tokio::test]
async fn conditions_treat_a_delete_marker_as_no_object() {
    let test = TestEmulator::with_versions().await;
    let create = || test.s3("PUT /states/a", &[("if-none-match", "*")], "body");
    let etag = create().await.header("etag").to_owned();
    assert_eq!(create().await.refused_in_xml(), PRECONDITION_FAILED);
    test.s3("DELETE /states/a", &[], "").await;
    let replaced = test.s3("PUT /states/a", &[("if-match", &etag)], "other").await;
    assert_eq!(replaced.refused_in_xml(), NO_SUCH_KEY);
    let deleted = test.s3("DELETE /states/a", &[("if-match", &etag)], "").await;
    assert_eq!(deleted.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!(create().await.status, 200);
    assert_eq!(test.s3("DELETE /states/a", &[("if-match", &etag)], "").await.status, 204);
}

#[tokio::test]
async fn without_versioning_the_only_version_is_null() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "one").await;
    test.put("a", "two").await;
    assert_eq!(test.versions().await, (vec!["null".into()], vec![]));
    assert_eq!(test.read_version("a", "null").await.text, "two");
    test.s3("DELETE /states/a", &[], "").await;
    assert_eq!(test.versions().await, (vec![], vec![]));
}
