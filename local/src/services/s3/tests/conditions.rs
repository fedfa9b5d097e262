//! Conditional requests.

use std::{future::Future, time::Duration};

use super::{CONFLICT, NO_SUCH_KEY, PRECONDITION_FAILED};
use crate::{
    Settings, Weather,
    testing::{Reply, TestEmulator},
};

#[tokio::test]
async fn an_upload_if_none_match_succeeds_only_if_no_object_exists() {
    let test = TestEmulator::with_bucket().await;
    let upload = |body| test.s3("PUT /states/dev.json", &[("if-none-match", "*")], body);
    assert_eq!(upload("first").await.status, 200);
    let beaten = upload("second").await;
    assert_eq!(beaten.refused_in_xml(), PRECONDITION_FAILED);
    assert_eq!(beaten.elements("Condition"), ["If-None-Match"]);
    assert_eq!(test.read("dev.json").await, "first");
    assert_eq!(test.s3("DELETE /states/dev.json", &[], "").await.status, 204);
    assert_eq!(upload("third").await.status, 200);
}

#[tokio::test]
async fn an_upload_if_match_succeeds_only_over_the_same_object() {
    let test = TestEmulator::with_bucket().await;
    let first = test.put("dev.json", "first").await;
    let upload = async |etag: &str, body| test.s3("PUT /states/dev.json", &[("if-match", etag)], body).await;
    let second = upload(&first, "second").await;
    assert_eq!(second.status, 200);
    let late = upload(&first, "third").await;
    assert_eq!(late.refused_in_xml(), PRECONDITION_FAILED);
    assert_eq!(late.elements("Condition"), ["If-Match"]);
    assert_eq!(test.read("dev.json").await, "second");
    assert_eq!(upload(second.header("etag"), "third").await.status, 200);
}

#[tokio::test]
async fn an_upload_if_match_of_a_missing_object_is_no_such_key() {
    let test = TestEmulator::with_bucket().await;
    let reply = test.s3("PUT /states/dev.json", &[("if-match", "\"00\"")], "late").await;
    assert_eq!(reply.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!(test.s3("GET /states/dev.json", &[], "").await.status, 404, "nothing was written");
}

#[tokio::test]
async fn a_deletion_if_match_deletes_only_the_same_object() {
    let test = TestEmulator::with_bucket().await;
    let etag = test.put("dev.lock", "mine").await;
    let delete = async |etag: &str| test.s3("DELETE /states/dev.lock", &[("if-match", etag)], "").await;
    let other = test.put("dev.lock", "theirs").await;
    assert_eq!(delete(&etag).await.refused_in_xml(), PRECONDITION_FAILED);
    assert_eq!(test.read("dev.lock").await, "theirs");
    assert_eq!(delete(&other).await.status, 204);
    assert_eq!(delete(&other).await.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!(delete("*").await.refused_in_xml(), NO_SUCH_KEY);
    test.put("dev.lock", "anybody's").await;
    assert_eq!(delete("*").await.status, 204);
}

#[tokio::test]
async fn a_read_follows_its_conditions() {
    let test = TestEmulator::with_bucket().await;
    let etag = test.put("a", "body").await;
    let read = async |name, value: &str| test.s3("GET /states/a", &[(name, value)], "").await;
    assert_eq!(read("if-match", &etag).await.text, "body");
    assert_eq!(read("if-match", "\"00\"").await.refused_in_xml(), PRECONDITION_FAILED);
    assert_eq!(read("if-none-match", "\"00\"").await.text, "body");
    let unchanged = read("if-none-match", &etag).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    assert_eq!(unchanged.header("etag"), etag);
    assert_eq!(read("if-none-match", "*").await.status, 304);
}

/// An emulator with latency, so that concurrent calls overlap.
async fn slow() -> TestEmulator {
    let weather = Weather { latency: Duration::from_secs(1), ..Weather::default() };
    let test = TestEmulator::new(Settings { weather, ..Settings::default() });
    test.make_bucket().await;
    test
}

/// The rejected one of two uploads. The other one must have succeeded.
#[track_caller]
fn beaten(one: Reply, other: Reply) -> Reply {
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(won.status, 200, "{}", won.text);
    lost
}

/// Runs a call slightly after others.
async fn a_moment_later(call: impl Future<Output = Reply>) -> Reply {
    tokio::time::sleep(Duration::from_millis(1)).await;
    call.await
}

#[tokio::test(start_paused = true)]
async fn of_two_concurrent_creations_one_succeeds_and_one_conflicts() {
    let test = slow().await;
    let upload = |body| test.s3("PUT /states/dev.lock", &[("if-none-match", "*")], body);
    let (one, other) = tokio::join!(upload("lock"), upload("lock"));
    let beaten = beaten(one, other);
    assert_eq!(beaten.refused_in_xml(), CONFLICT);
    assert_eq!(beaten.elements("Condition"), ["If-None-Match"]);
    assert_eq!(upload("again").await.refused_in_xml(), PRECONDITION_FAILED, "the calls no longer overlap");
}

#[tokio::test(start_paused = true)]
async fn of_two_concurrent_replacements_one_succeeds_and_one_conflicts() {
    let test = slow().await;
    let etag = test.put("dev.json", "old").await;
    let upload = async |body| test.s3("PUT /states/dev.json", &[("if-match", &etag)], body).await;
    let (first, second) = tokio::join!(upload("first"), a_moment_later(upload("second")));
    assert_eq!((first.status, second.refused_in_xml()), (200, CONFLICT));
    assert_eq!(test.read("dev.json").await, "first");
    assert_eq!(upload("again").await.refused_in_xml(), PRECONDITION_FAILED, "the calls no longer overlap");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_conflicts_with_a_concurrent_conditional_upload() {
    let test = slow().await;
    let etag = test.put("dev.json", "old").await;
    let headers = [("if-match", etag.as_str())];
    let (deleted, uploaded) = tokio::join!(
        test.s3("DELETE /states/dev.json", &[], ""),
        a_moment_later(test.s3("PUT /states/dev.json", &headers, "new"))
    );
    assert_eq!((deleted.status, uploaded.refused_in_xml()), (204, CONFLICT));
}

#[tokio::test(start_paused = true)]
async fn an_upload_conflicts_with_a_concurrent_conditional_deletion() {
    let test = slow().await;
    let etag = test.put("dev.lock", "mine").await;
    let headers = [("if-match", etag.as_str())];
    let (uploaded, deleted) = tokio::join!(
        test.s3("PUT /states/dev.lock", &[], "theirs"),
        a_moment_later(test.s3("DELETE /states/dev.lock", &headers, ""))
    );
    assert_eq!((uploaded.status, deleted.refused_in_xml()), (200, CONFLICT));
    assert_eq!(test.read("dev.lock").await, "theirs");
}

#[tokio::test(start_paused = true)]
async fn uploads_to_other_keys_or_without_a_condition_do_not_conflict() {
    let test = slow().await;
    let condition = [("if-none-match", "*")];
    let (first, second, third) = tokio::join!(
        test.s3("PUT /states/a", &condition, "one"),
        test.s3("PUT /states/b", &condition, "two"),
        a_moment_later(test.s3("PUT /states/a", &[], "three")),
    );
    assert_eq!([first.status, second.status, third.status], [200; 3]);
    assert_eq!(test.read("a").await, "three", "the last writer wins");
}
