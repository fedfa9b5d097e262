//! Buckets: names, Regions and owners.

use super::LOCATION;
use crate::{
    Emulator, Settings,
    testing::{REGION, TestEmulator},
};

fn constraint(region: &str) -> String {
    LOCATION.replace("eu-west-1", region)
}

#[tokio::test]
async fn a_bucket_is_created_found_listed_and_deleted() {
    let test = TestEmulator::new(Settings::default());
    let made = test.s3("PUT /states", &[], LOCATION).await;
    assert_eq!((made.status, made.header("location")), (200, "/states"));
    let head = test.s3("HEAD /states", &[], "").await;
    assert_eq!((head.status, head.header("x-amz-bucket-region")), (200, REGION));
    assert_eq!(test.s3("GET /", &[], "").await.elements("Name"), ["states"]);
    let deleted = test.s3("DELETE /states", &[], "").await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let head = test.s3("HEAD /states", &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (404, ""));
}

#[tokio::test]
async fn a_location_constraint_is_required_outside_us_east_1() {
    let test = TestEmulator::new(Settings::default());
    let location = async |region, bucket| {
        let reply = test.s3_in(region, &format!("GET /{bucket}?location"), &[], "").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.text
    };
    assert_eq!(test.s3_in("us-east-1", "PUT /first", &[], "").await.status, 200);
    assert_eq!(
        location("us-east-1", "first").await,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>"
    );
    assert_eq!(test.s3("PUT /second", &[], LOCATION).await.status, 200);
    assert!(location(REGION, "second").await.contains(">eu-west-1</LocationConstraint>"));
    assert_eq!(
        test.s3("PUT /third", &[], "").await.refused_in_xml(),
        (
            400,
            "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific endpoint this request was \
             sent to."
        )
    );
    assert_eq!(
        test.s3("PUT /third", &[], constraint("eu-central-1")).await.refused_in_xml(),
        (
            400,
            "IllegalLocationConstraintException",
            "The eu-central-1 location constraint is incompatible for the region specific endpoint this request was \
             sent to."
        )
    );
    for region in ["us-east-1", "nowhere-1"] {
        let reply = test.s3_in("us-east-1", "PUT /third", &[], constraint(region)).await;
        let message = "The specified location-constraint is not valid";
        assert_eq!(reply.refused_in_xml(), (400, "InvalidLocationConstraint", message));
    }
}

#[tokio::test]
async fn us_east_1_creates_and_locates_buckets_of_all_regions() {
    let test = TestEmulator::new(Settings::default());
    assert_eq!(test.s3_in("us-east-1", "PUT /states", &[], LOCATION).await.status, 200);
    assert_eq!(test.s3("HEAD /states", &[], "").await.status, 200);
    let reply = test.s3_in("us-east-1", "GET /states?location", &[], "").await;
    assert!(reply.text.contains(">eu-west-1</LocationConstraint>"), "{}", reply.text);
}

#[tokio::test]
async fn a_request_to_the_wrong_region_returns_the_right_one() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "body").await;
    for what in ["GET /states/a", "PUT /states/a", "DELETE /states/a", "GET /states?list-type=2", "DELETE /states"] {
        let reply = test.s3_in("us-west-2", what, &[], "").await;
        let message = "The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'eu-west-1'";
        assert_eq!(reply.refused_in_xml(), (400, "AuthorizationHeaderMalformed", message));
        assert_eq!(reply.elements("Region"), [REGION]);
    }
    let head = test.s3_in("us-west-2", "HEAD /states", &[], "").await;
    assert_eq!((head.status, head.text.as_str(), head.header("x-amz-bucket-region")), (400, "", REGION));
    assert_eq!(test.read("a").await, "body");
}

#[tokio::test]
async fn creating_an_own_bucket_again_succeeds_in_us_east_1_only() {
    let test = TestEmulator::with_bucket().await;
    let again = test.s3("PUT /states", &[], LOCATION).await;
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    assert_eq!(again.refused_in_xml(), (409, "BucketAlreadyOwnedByYou", message));
    assert_eq!(test.s3_in("us-east-1", "PUT /states", &[], "").await.status, 409, "it is in another Region");
    for _ in 0..2 {
        assert_eq!(test.s3_in("us-east-1", "PUT /first", &[], "").await.status, 200);
    }
}

#[tokio::test]
async fn a_bucket_of_another_account_cannot_be_created_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let of = |account: &str| {
        let settings = Settings { account: account.into(), ..Settings::default() };
        TestEmulator { emulator: Emulator::open(folder.path(), settings).unwrap() }
    };
    let theirs = of("111111111111");
    theirs.make_bucket().await;
    drop(theirs);
    let ours = of("222222222222");
    let reply = ours.s3("PUT /states", &[], LOCATION).await;
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the \
                   system. Please select a different name and try again.";
    assert_eq!(reply.refused_in_xml(), (409, "BucketAlreadyExists", message));
    assert_eq!(ours.s3("GET /states/a", &[], "").await.refused_in_xml(), super::ACCESS_DENIED);
    assert_eq!(ours.s3("HEAD /states", &[], "").await.status, 403);
    assert!(ours.s3("GET /", &[], "").await.elements("Name").is_empty());
}

#[tokio::test]
async fn a_bucket_that_is_not_empty_is_not_deleted() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "body").await;
    let reply = test.s3("DELETE /states", &[], "").await;
    let message = "The bucket you tried to delete is not empty";
    assert_eq!(reply.refused_in_xml(), (409, "BucketNotEmpty", message));
}

#[tokio::test]
async fn a_bucket_name_must_be_valid_in_a_host_name() {
    let test = TestEmulator::new(Settings::default());
    let long = "a".repeat(64);
    let names = ["ab", &long, "States", "a_b", "-ab", "ab-", "a..b", "127.0.0.1", "xn--ab", "ab-s3alias"];
    for name in names {
        let reply = test.s3(&format!("PUT /{name}"), &[], LOCATION).await;
        assert_eq!(reply.refused_in_xml(), (400, "InvalidBucketName", "The specified bucket is not valid."), "{name}");
    }
    for name in ["abc", "1.a-b", &long[1..]] {
        assert_eq!(test.s3(&format!("PUT /{name}"), &[], LOCATION).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn an_invalid_create_bucket_document_is_rejected() {
    let test = TestEmulator::new(Settings::default());
    let malformed = (
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    );
    for document in ["<CreateBucketConfiguration>", "<Other></Other>", "text", "<a><b></a></b>"] {
        assert_eq!(test.s3("PUT /states", &[], document).await.refused_in_xml(), malformed, "{document}");
    }
    let tags = "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>";
    let message = "the local emulator does not imitate `Tags` of s3:CreateBucket";
    assert_eq!(test.s3("PUT /states", &[], tags).await.refused_in_xml(), (501, "NotImplemented", message));
}
