//! The behavior of S3 that a state in a bucket relies on, fact by fact, on any server.

use aws_sdk_s3::{
    Client,
    config::Region,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
    types::{BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures_util::future::join_all;

use super::project::REGION;

/// The number of concurrent writers.
const WRITERS: usize = 8;

/// A bucket; each fact has its own.
pub(crate) struct Bucket<'a> {
    s3: &'a Client,
    name: &'static str,
}

/// The status and code of an error response.
type Rejection = (u16, String);

impl<'a> Bucket<'a> {
    /// Creates a bucket in the Region of the clients.
    pub(crate) async fn make(s3: &'a Client, name: &'static str) -> Self {
        create(s3, name, Some(REGION)).await.expect("the bucket is created");
        Self { s3, name }
    }

    /// `If-None-Match: *` creates an object only when the key has none.
    async fn creates_once(&self) {
        let etag = self.create("once", "one").await.expect("the key has no object");
        assert!(etag.starts_with('"') && etag.ends_with('"'), "an ETag is quoted: {etag}");
        assert_eq!(self.create("once", "two").await, refused(412, "PreconditionFailed"));
        assert_eq!(self.read("once").await, ("one".to_owned(), etag));
        self.delete("once", None).await.expect("the object is deleted");
        self.create("once", "three").await.expect("the object was deleted");
    }

    /// `If-Match` replaces an object only while its `ETag` is the one that was read.
    async fn replaces_what_was_read(&self) {
        let first = self.create("state", "one").await.expect("the key has no object");
        let second = self.replace("state", "two", &first).await.expect("the ETag matches");
        assert_ne!(first, second);
        assert_eq!(self.replace("state", "three", &first).await, refused(412, "PreconditionFailed"));
        assert_eq!(self.read("state").await, ("two".to_owned(), second));
        assert_eq!(self.replace("gone", "one", &first).await, refused(404, "NoSuchKey"));
        assert_eq!(self.missing("gone").await, refused(404, "NoSuchKey"));
    }

    /// `If-Match` deletes an object only while its `ETag` is the one that was read.
    async fn deletes_what_was_read(&self) {
        let mine = self.create("lock", "mine").await.expect("the key has no object");
        let theirs = self.replace("lock", "theirs", &mine).await.expect("the ETag matches");
        assert_eq!(self.delete("lock", Some(&mine)).await, refused(412, "PreconditionFailed"));
        assert_eq!(self.read("lock").await.0, "theirs");
        self.delete("lock", Some(&theirs)).await.expect("the ETag matches");
        assert_eq!(self.delete("lock", Some(&theirs)).await, refused(404, "NoSuchKey"));
        self.delete("lock", None).await.expect("deleting a missing object succeeds");
    }

    /// Exactly one of several concurrent writers succeeds, with either condition.
    async fn lets_one_of_many_win(&self) {
        for round in 0..5 {
            let key = &format!("race-{round}");
            let creations = (0..WRITERS).map(|writer| async move { self.create(key, &format!("new {writer}")).await });
            let etag = &only_winner(join_all(creations).await);
            // Each body differs from the stored one: the same body has the same ETag, and the condition would hold.
            let replacements =
                (0..WRITERS).map(|writer| async move { self.replace(key, &format!("other {writer}"), etag).await });
            only_winner(join_all(replacements).await);
        }
    }

    /// In a versioned bucket, overwritten and deleted versions can be read, and a delete marker is not an object.
    async fn keeps_versions(&self) {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let enable = self.s3.put_bucket_versioning().bucket(self.name).versioning_configuration(enabled);
        enable.send().await.expect("versioning is enabled");
        let first = self.create("state", "one").await.expect("the key has no object");
        let second = self.replace("state", "two", &first).await.expect("the ETag matches");
        self.delete("state", Some(&second)).await.expect("the ETag matches");
        assert_eq!(self.missing("state").await, refused(404, "NoSuchKey"));
        assert_eq!(self.replace("state", "three", &second).await, refused(404, "NoSuchKey"));
        self.create("state", "three").await.expect("a delete marker is no object");
        let listed = self.s3.list_object_versions().bucket(self.name).prefix("state").send().await;
        let listed = listed.expect("versions are listed");
        let mut bodies = Vec::new();
        for version in listed.versions() {
            let id = version.version_id().unwrap_or_default();
            let read = self.s3.get_object().bucket(self.name).key("state").version_id(id).send().await;
            bodies.push(text(read.expect("a version is read").body).await);
        }
        assert_eq!((bodies, listed.delete_markers().len()), (["three", "two", "one"].map(str::to_owned).to_vec(), 1));
    }

    /// Requests that expect another owner of the bucket are rejected: by AWS with 403.
    pub(crate) async fn asks_for_its_owner(&self, (status, code): (u16, &str)) {
        let read = self.s3.get_object().bucket(self.name).key("state").expected_bucket_owner("111111111111");
        assert_eq!(answered(read.send().await).map(drop), refused(status, code));
    }

    /// Requests for a bucket in another Region are rejected: by AWS with 301 or 400.
    pub(crate) async fn is_in_its_region(&self, (status, code): (u16, &str)) {
        let elsewhere = self.s3.config().to_builder().region(Region::new("eu-west-1")).build();
        let read = Client::from_conf(elsewhere).get_object().bucket(self.name).key("state").send().await;
        assert_eq!(answered(read).map(drop), refused(status, code));
    }

    async fn create(&self, key: &str, body: &str) -> Result<String, Rejection> {
        let put = self.s3.put_object().bucket(self.name).key(key).body(bytes(body)).if_none_match("*");
        answered(put.send().await).map(|output| output.e_tag.unwrap_or_default())
    }

    async fn replace(&self, key: &str, body: &str, etag: &str) -> Result<String, Rejection> {
        let put = self.s3.put_object().bucket(self.name).key(key).body(bytes(body)).if_match(etag);
        answered(put.send().await).map(|output| output.e_tag.unwrap_or_default())
    }

    async fn delete(&self, key: &str, etag: Option<&str>) -> Result<(), Rejection> {
        let delete = self.s3.delete_object().bucket(self.name).key(key).set_if_match(etag.map(str::to_owned));
        answered(delete.send().await).map(drop)
    }

    /// The text of an object and its `ETag`.
    async fn read(&self, key: &str) -> (String, String) {
        let read = self.s3.get_object().bucket(self.name).key(key).send().await.expect("the object exists");
        let etag = read.e_tag().unwrap_or_default().to_owned();
        (text(read.body).await, etag)
    }

    /// Reads a missing object, and returns the error.
    async fn missing(&self, key: &str) -> Result<(), Rejection> {
        answered(self.s3.get_object().bucket(self.name).key(key).send().await).map(drop)
    }
}

/// The facts in which all servers agree.
pub(crate) async fn are_what_a_state_relies_on(s3: &Client) {
    are_made_in_regions(s3).await;
    Bucket::make(s3, "creating").await.creates_once().await;
    Bucket::make(s3, "replacing").await.replaces_what_was_read().await;
    Bucket::make(s3, "deleting").await.deletes_what_was_read().await;
    Bucket::make(s3, "racing").await.lets_one_of_many_win().await;
    Bucket::make(s3, "keeping").await.keeps_versions().await;
}

/// Buckets are created in the Region of the request: `us-east-1` must not be named, every other one must.
async fn are_made_in_regions(s3: &Client) {
    assert_eq!(create(s3, "nowhere", None).await, refused(400, "IllegalLocationConstraintException"));
    assert_eq!(create(s3, "nowhere", Some("eu-west-1")).await, refused(400, "IllegalLocationConstraintException"));
    create(s3, "second", Some(REGION)).await.expect("the Region is named");
    assert_eq!(create(s3, "second", Some(REGION)).await, refused(409, "BucketAlreadyOwnedByYou"));
    let first_region = Client::from_conf(s3.config().to_builder().region(Region::new("us-east-1")).build());
    let named = create(&first_region, "first", Some("us-east-1")).await;
    assert_eq!(named, refused(400, "InvalidLocationConstraint"));
    create(&first_region, "first", None).await.expect("us-east-1 is not named");
    let location = s3.get_bucket_location().bucket("second").send().await.expect("the bucket exists");
    assert_eq!(location.location_constraint().map(BucketLocationConstraint::as_str), Some(REGION));
}

pub(crate) async fn create(s3: &Client, bucket: &str, region: Option<&str>) -> Result<(), Rejection> {
    let location = region.map(|region| {
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build()
    });
    let create = s3.create_bucket().bucket(bucket).set_create_bucket_configuration(location);
    answered(create.send().await).map(drop)
}

/// The result of the one writer that succeeded. The others failed the condition, or conflicted with another write.
fn only_winner(answers: Vec<Result<String, Rejection>>) -> String {
    let lost = [refused(412, "PreconditionFailed"), refused(409, "ConditionalRequestConflict")];
    let (won, beaten): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert!(won.len() == 1 && beaten.iter().all(|answer| lost.contains(answer)), "{won:?} {beaten:?}");
    won.into_iter().flatten().next().unwrap_or_default()
}

fn answered<T, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Rejection> {
    answer.map_err(|error| {
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        (status, error.code().unwrap_or_default().to_owned())
    })
}

fn refused<T>(status: u16, code: &str) -> Result<T, Rejection> {
    Err((status, code.to_owned()))
}

fn bytes(text: &str) -> ByteStream {
    ByteStream::from(text.as_bytes().to_vec())
}

async fn text(body: ByteStream) -> String {
    let bytes = body.collect().await.expect("the body is complete").to_vec();
    String::from_utf8(bytes).expect("the body is text")
}
