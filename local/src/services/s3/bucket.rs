//! Buckets: names are global, but a bucket is usable only in its Region and by its owner.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{header, object::Versions, payload, refusal, versioning::Versioning, xml};
use crate::{
    emulator::{Emulator, hex},
    store::table::{Row, Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging,
    },
};

/// The Region whose buckets have no location constraint.
const FIRST_REGION: &str = "us-east-1";

/// The Regions allowed as a location constraint. `EU`, an old name of `eu-west-1`, is not supported.
const REGIONS: [&str; 37] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// The account that created it.
    owner: String,
    region: String,
    /// Seconds since 1970.
    created: i64,
    pub(super) versioning: Versioning,
    pub(super) objects: Table<String, Versions>,
}

impl Row for Bucket {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("objects", &mut self.objects)]
    }
}

impl Row for Versions {}

impl Bucket {
    /// Rejects a call to another Region, by another account, or with another expected bucket owner.
    pub(super) fn admits(&self, emulator: &Emulator, call: &Call) -> Result<(), AwsError> {
        // `GetBucketLocation` also works in the first Region, for buckets of all Regions.
        let anywhere = call.operation == "GetBucketLocation" && call.region == FIRST_REGION;
        if call.region != self.region && !anywhere {
            return Err(self.wrong_region(&call.region));
        }
        let expected = call.headers.get("x-amz-expected-bucket-owner");
        if self.owner != emulator.settings().account || expected.is_some_and(|owner| owner != self.owner.as_str()) {
            return Err(refusal::with(refusal::access_denied(), [("x-amz-bucket-region", self.region.as_str())]));
        }
        Ok(())
    }

    fn wrong_region(&self, region: &str) -> AwsError {
        let right = self.region.as_str();
        let message =
            format!("The authorization header is malformed; the region '{region}' is wrong; expecting '{right}'");
        let error = AwsError::new(400, "AuthorizationHeaderMalformed", message);
        refusal::with(error, [("Region", right), ("x-amz-bucket-region", right)])
    }
}

pub(super) fn create(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.text("Bucket").unwrap_or_default();
    if !is_valid(name) {
        let error = AwsError::new(400, "InvalidBucketName", "The specified bucket is not valid.");
        return Err(refusal::with(error, [("BucketName", name)]));
    }
    let region = wanted_region(call)?;
    let account = &emulator.settings().account;
    let mut world = emulator.world();
    if let Some(bucket) = world.s3.buckets.get(name) {
        taken(name, bucket, account, &region)?;
    } else {
        let bucket = Bucket {
            owner: account.clone(),
            region,
            created: emulator.epoch_seconds(),
            versioning: Versioning::default(),
            objects: Table::default(),
        };
        world.s3.buckets.insert(name.to_owned(), bucket);
    }
    Ok(super::answer(StatusCode::OK, [header("location", format!("/{name}"))], Bytes::new()))
}

/// Rejects an existing name, except in the first Region, where creating one's own bucket again succeeds.
fn taken(name: &str, bucket: &Bucket, account: &str, region: &str) -> Result<(), AwsError> {
    let (code, message) = if bucket.owner != account {
        (
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
             Please select a different name and try again.",
        )
    } else if bucket.region == FIRST_REGION && region == FIRST_REGION {
        return Ok(());
    } else {
        (
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
    };
    Err(refusal::with(AwsError::new(409, code, message), [("BucketName", name)]))
}

/// The Region of a new bucket. Outside the first Region, the location constraint must be that of the call.
fn wanted_region(call: &Call) -> Result<String, AwsError> {
    let body = payload::read(call)?.bytes;
    let mut members = if body.is_empty() { BTreeMap::new() } else { xml::read(&body, "CreateBucketConfiguration")? };
    let constraint = members.remove("LocationConstraint").filter(|constraint| !constraint.is_empty());
    if let Some(member) = members.keys().next() {
        return Err(AwsError::not_imitated(&format!("`{member}` of s3:CreateBucket")));
    }
    match constraint {
        None if call.region == FIRST_REGION => Ok(call.region.clone()),
        None => Err(illegal_constraint("unspecified")),
        Some(constraint) if !REGIONS.contains(&constraint.as_str()) => {
            let error =
                AwsError::new(400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
            Err(refusal::with(error, [("LocationConstraint", constraint.as_str())]))
        }
        // The first Region creates buckets in any Region.
        Some(constraint) if call.region == FIRST_REGION || constraint == call.region => Ok(constraint),
        Some(constraint) => Err(illegal_constraint(&constraint)),
    }
}

fn illegal_constraint(constraint: &str) -> AwsError {
    AwsError::new(
        400,
        "IllegalLocationConstraintException",
        format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint this request was \
             sent to."
        ),
    )
}

/// Whether a bucket name is valid.
fn is_valid(name: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(byte))
        && edge(bytes.first())
        && edge(bytes.last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| name.starts_with(prefix))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|suffix| name.ends_with(suffix))
}

pub(super) fn head(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let bucket = world.s3.bucket(emulator, call)?;
    Ok(super::answer(StatusCode::OK, [header("x-amz-bucket-region", bucket.region.as_str())], Bytes::new()))
}

pub(super) fn location(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let region = &world.s3.bucket(emulator, call)?.region;
    Ok(json!({ "LocationConstraint": if region == FIRST_REGION { "" } else { region } }).into())
}

pub(super) fn delete(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.text("Bucket").unwrap_or_default();
    let mut world = emulator.world();
    let bucket = world.s3.bucket(emulator, call)?;
    if !bucket.objects.is_empty() {
        let message = match bucket.versioning {
            Versioning::Never => "The bucket you tried to delete is not empty",
            _ => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        };
        let error = AwsError::new(409, "BucketNotEmpty", message);
        return Err(refusal::with(error, [("BucketName", name)]));
    }
    world.s3.buckets.remove(name);
    Ok(super::answer(StatusCode::NO_CONTENT, [], Bytes::new()))
}

/// Lists the caller's buckets in all Regions.
pub(super) fn list(emulator: &Emulator, call: &Call) -> Answered {
    let account = &emulator.settings().account;
    let prefix = call.text("Prefix").unwrap_or_default();
    let region = call.text("BucketRegion");
    // S3 returns the Regions only if the request has a parameter.
    let told =
        ["Prefix", "BucketRegion", "MaxBuckets", "ContinuationToken"].iter().any(|name| call.text(name).is_some());
    let world = emulator.world();
    let buckets = world.s3.buckets.iter().filter(|(name, bucket)| {
        bucket.owner == *account && name.starts_with(prefix) && region.is_none_or(|region| bucket.region == region)
    });
    let buckets = buckets.map(|(name, bucket)| (name.clone(), summary(name, bucket, told)));
    let size = emulator.page_size(super::list::size(call, "MaxBuckets")?, 10_000, 10_000);
    let page = paging::page(buckets, call.text("ContinuationToken"), size).map_err(|_| super::list::wrong_token())?;
    let mut result = json!({ "Owner": { "ID": canonical_id(account) }, "Buckets": { "Bucket": page.items } });
    for (name, value) in [("ContinuationToken", page.next), ("Prefix", call.text("Prefix").map(str::to_owned))] {
        if let Some(value) = value {
            result[name] = value.into();
        }
    }
    Ok(json!({ "ListAllMyBucketsResult": result }).into())
}

fn summary(name: &str, bucket: &Bucket, with_region: bool) -> Value {
    let mut summary = json!({ "Name": name, "CreationDate": moment(bucket.created) });
    if with_region {
        summary["BucketRegion"] = bucket.region.as_str().into();
    }
    summary
}

/// A timestamp as in S3's documents.
pub(super) fn moment(epoch_seconds: i64) -> String {
    Timestamp::from_second(epoch_seconds).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// The canonical user id of an account, which does not reveal the account id.
pub(super) fn canonical_id(account: &str) -> String {
    hex(digest::digest(&digest::SHA256, account.as_bytes()).as_ref())
}
