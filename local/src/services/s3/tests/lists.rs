//! Lists and their pages.

use crate::{Settings, testing::TestEmulator};

impl TestEmulator {
    /// A bucket with an empty object for each key.
    async fn with_objects(settings: Settings, keys: &[&str]) -> Self {
        let test = Self::new(settings);
        test.make_bucket().await;
        for key in keys {
            test.put(key, "").await;
        }
        test
    }

    /// The items of all pages of a list, and the number of pages.
    async fn pages(&self, query: &str, element: &str) -> (Vec<String>, usize) {
        let (mut items, mut pages, mut next) = (Vec::new(), 0, String::new());
        loop {
            let reply = self.s3(&format!("GET {query}{next}"), &[], "").await;
            items.extend(reply.elements(element).into_iter().map(str::to_owned));
            pages += 1;
            if reply.elements("IsTruncated") == ["false"] {
                return (items, pages);
            }
            next = match (reply.elements("NextContinuationToken").first(), reply.elements("NextKeyMarker").first()) {
                (Some(token), _) => format!("&continuation-token={token}"),
                (None, Some(key)) => {
                    format!("&key-marker={key}&version-id-marker={}", reply.elements("NextVersionIdMarker")[0])
                }
                (None, None) => panic!("a truncated list has a token: {}", reply.text),
            };
        }
    }
}

const KEYS: [&str; 6] = ["dev/a.json", "dev/b.json", "dev/b.lock", "prod/a.json", "prod/sub/c", "z"];

#[tokio::test]
async fn objects_are_listed_by_key_in_pages() {
    let test = TestEmulator::with_objects(Settings::default(), &["z", "dev/b.json", "Z", "dev/a.json"]).await;
    let sorted = ["Z", "dev/a.json", "dev/b.json", "z"].map(str::to_owned).to_vec();
    assert_eq!(test.pages("/states?list-type=2", "Key").await, (sorted.clone(), 1));
    assert_eq!(test.pages("/states?list-type=2&max-keys=3", "Key").await, (sorted.clone(), 2));
    assert_eq!(test.pages("/states?list-type=2&max-keys=1", "Key").await, (sorted, 4));
    let none = test.s3("GET /states?list-type=2&max-keys=0", &[], "").await;
    assert_eq!((none.elements("KeyCount"), none.elements("IsTruncated")), (vec!["0"], vec!["false"]));
}

#[tokio::test]
async fn the_settings_limit_the_page_size_too() {
    let settings = Settings { page_size: Some(2), ..Settings::default() };
    let test = TestEmulator::with_objects(settings, &KEYS).await;
    assert_eq!(test.pages("/states?list-type=2", "Key").await.1, 3);
    assert_eq!(test.pages("/states?versions", "Key").await, (KEYS.map(str::to_owned).to_vec(), 3));
}

#[tokio::test]
async fn a_list_has_the_keys_with_the_prefix_after_the_start() {
    let test = TestEmulator::with_objects(Settings::default(), &KEYS).await;
    for (query, keys) in [
        ("prefix=dev/", vec!["dev/a.json", "dev/b.json", "dev/b.lock"]),
        ("prefix=dev/b", vec!["dev/b.json", "dev/b.lock"]),
        ("prefix=nothing", vec![]),
        ("start-after=dev/b.lock", vec!["prod/a.json", "prod/sub/c", "z"]),
        ("prefix=dev/&start-after=dev/a.json", vec!["dev/b.json", "dev/b.lock"]),
    ] {
        let reply = test.s3(&format!("GET /states?list-type=2&{query}"), &[], "").await;
        assert_eq!(reply.elements("Key"), keys, "{query}");
    }
}

#[tokio::test]
async fn keys_with_the_same_part_up_to_the_delimiter_are_one_item() {
    let test = TestEmulator::with_objects(Settings::default(), &KEYS).await;
    let reply = test.s3("GET /states?list-type=2&delimiter=/", &[], "").await;
    assert_eq!((reply.elements("Key"), reply.elements("KeyCount")), (vec!["z"], vec!["3"]));
    let prefixes = "<CommonPrefixes><Prefix>dev/</Prefix></CommonPrefixes>\
                    <CommonPrefixes><Prefix>prod/</Prefix></CommonPrefixes>";
    assert!(reply.text.contains(prefixes), "{}", reply.text);
    let reply = test.s3("GET /states?list-type=2&delimiter=/&prefix=prod/", &[], "").await;
    assert_eq!(reply.elements("Key"), ["prod/a.json"]);
    assert!(reply.text.contains("<CommonPrefixes><Prefix>prod/sub/</Prefix></CommonPrefixes>"), "{}", reply.text);
    let (prefixes, pages) = test.pages("/states?list-type=2&delimiter=/&max-keys=1", "CommonPrefixes").await;
    assert_eq!((prefixes.len(), pages), (2, 3));
}

#[tokio::test]
async fn a_list_describes_each_object() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "body").await;
    let reply = test.s3("GET /states?list-type=2", &[], "").await;
    for (element, text) in [
        ("Name", "states"),
        ("MaxKeys", "1000"),
        ("Key", "a"),
        ("Size", "4"),
        ("ETag", "&quot;841a2d689ad86bd1611447453c22c6fc&quot;"),
        ("StorageClass", "STANDARD"),
        ("ChecksumAlgorithm", "CRC64NVME"),
    ] {
        assert_eq!(reply.elements(element), [text]);
    }
    let modified = reply.elements("LastModified")[0];
    assert!(modified.parse::<jiff::Timestamp>().is_ok(), "{modified}");
    assert_eq!(modified.split_once('.').unwrap().1, "000Z", "S3 keeps whole seconds");
}

#[tokio::test]
async fn keys_are_url_encoded_on_request() {
    let test = TestEmulator::with_objects(Settings::default(), &["a%20%3C%C3%A9%2B"]).await;
    let list = async |query: &str| test.s3(&format!("GET /states?{query}"), &[], "").await;
    assert_eq!(list("list-type=2").await.elements("Key"), ["a &lt;é+"]);
    for query in ["list-type=2&encoding-type=url", "versions&encoding-type=url"] {
        let reply = list(query).await;
        assert_eq!((reply.elements("Key"), reply.elements("EncodingType")), (vec!["a%20%3C%C3%A9%2B"], vec!["url"]));
    }
    let message = "Invalid Encoding Method specified in Request";
    assert_eq!(list("list-type=2&encoding-type=hex").await.refused_in_xml(), (400, "InvalidArgument", message));
}

#[tokio::test]
async fn an_invalid_page_size_or_token_is_rejected() {
    let test = TestEmulator::with_bucket().await;
    for (path, message) in [
        ("/states?list-type=2&max-keys=many", "Provided max-keys not an integer or within integer range"),
        ("/states?list-type=2&max-keys=-1", "Provided max-keys not an integer or within integer range"),
        ("/states?versions&max-keys=-1", "Provided max-keys not an integer or within integer range"),
        ("/?max-buckets=many", "Provided max-buckets not an integer or within integer range"),
        ("/states?list-type=2&continuation-token=%21", "The continuation token provided is incorrect"),
        ("/states?versions&version-id-marker=x", "A version-id marker cannot be specified without a key marker."),
    ] {
        let reply = test.s3(&format!("GET {path}"), &[], "").await;
        assert_eq!(reply.refused_in_xml(), (400, "InvalidArgument", message), "{path}");
    }
}

#[tokio::test]
async fn pages_of_versions_may_end_within_a_key() {
    let test = TestEmulator::with_bucket().await;
    test.set_versioning("Enabled").await;
    for body in ["one", "two", "three"] {
        test.put("a", body).await;
        test.put("b/c", body).await;
    }
    let (all, pages) = test.pages("/states?versions", "VersionId").await;
    assert_eq!((all.len(), pages), (6, 1));
    for (size, pages) in [(4, 2), (1, 6)] {
        assert_eq!(test.pages(&format!("/states?versions&max-keys={size}"), "VersionId").await, (all.clone(), pages));
    }
    let prefixed = test.pages("/states?versions&prefix=b/", "Key").await;
    assert_eq!(prefixed, (vec!["b/c".to_owned(); 3], 1));
    let latest = test.s3("GET /states?versions", &[], "").await;
    assert_eq!(latest.elements("IsLatest"), ["true", "false", "false", "true", "false", "false"]);
}

#[tokio::test]
async fn buckets_are_listed_in_pages_with_their_regions_on_request() {
    let test = TestEmulator::with_bucket().await;
    for bucket in ["first", "second"] {
        assert_eq!(test.s3_in("us-east-1", &format!("PUT /{bucket}"), &[], "").await.status, 200);
    }
    let all = test.s3("GET /", &[], "").await;
    assert_eq!((all.elements("Name"), all.elements("BucketRegion")), (vec!["first", "second", "states"], vec![]));
    let page = test.s3("GET /?max-buckets=2", &[], "").await;
    assert_eq!((page.elements("Name"), page.elements("BucketRegion")), (vec!["first", "second"], vec!["us-east-1"; 2]));
    let next = format!("GET /?max-buckets=2&continuation-token={}", page.elements("ContinuationToken")[0]);
    let page = test.s3(&next, &[], "").await;
    assert_eq!((page.elements("Name"), page.elements("ContinuationToken")), (vec!["states"], vec![]));
    for (query, names) in [("prefix=s", vec!["second", "states"]), ("bucket-region=eu-west-1", vec!["states"])] {
        assert_eq!(test.s3(&format!("GET /?{query}"), &[], "").await.elements("Name"), names);
    }
}
