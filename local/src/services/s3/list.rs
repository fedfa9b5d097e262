//! Lists of a bucket's objects and of their versions.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    bucket::{Bucket, moment},
    object::{self, Content, Version},
    refusal,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging,
    },
};

/// The largest page.
const MOST: usize = 1000;

/// The characters that `encoding-type=url` encodes.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/');

/// The encoding of keys in a response.
struct Texts {
    encoded: bool,
}

impl Texts {
    fn of(call: &Call) -> Result<Self, AwsError> {
        match call.text("EncodingType") {
            None => Ok(Self { encoded: false }),
            Some("url") => Ok(Self { encoded: true }),
            Some(other) => {
                Err(refusal::invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", other))
            }
        }
    }

    fn write(&self, text: &str) -> String {
        if self.encoded { utf8_percent_encode(text, ENCODED).to_string() } else { text.to_owned() }
    }
}

/// Lists the current objects by key. Keys with the same part up to a delimiter are one item.
pub(super) fn objects(emulator: &Emulator, call: &Call) -> Answered {
    let texts = Texts::of(call)?;
    let asked = size(call, "MaxKeys")?;
    let world = emulator.world();
    let items = items(world.s3.bucket(emulator, call)?, call);
    let size = if asked == Some(0) { 0 } else { emulator.page_size(asked, MOST, MOST) };
    let named = items.into_iter().map(|(name, item)| (name.clone(), (name, item)));
    let page = paging::page(named, call.text("ContinuationToken"), size).map_err(|_| wrong_token())?;
    let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
    for (name, item) in &page.items {
        match item {
            Some((version, content)) => contents.push(entry(&texts.write(name), version, content)),
            None => prefixes.push(json!({ "Prefix": texts.write(name) })),
        }
    }
    let mut result = json!({
        "IsTruncated": page.next.is_some(),
        "KeyCount": page.items.len(),
        "Contents": contents,
        "CommonPrefixes": prefixes,
    });
    frame(&mut result, call, &texts, asked);
    set(&mut result, "StartAfter", call.text("StartAfter").map(|text| texts.write(text)));
    set(&mut result, "ContinuationToken", call.text("ContinuationToken").map(str::to_owned));
    set(&mut result, "NextContinuationToken", page.next);
    Ok(json!({ "ListBucketResult": result }).into())
}

/// An object, or `None` for a common prefix.
type Item<'a> = Option<(&'a Version, &'a Content)>;

fn items<'a>(bucket: &'a Bucket, call: &Call) -> BTreeMap<String, Item<'a>> {
    let prefix = call.text("Prefix").unwrap_or_default();
    let delimiter = call.text("Delimiter").filter(|delimiter| !delimiter.is_empty());
    let after = call.text("StartAfter");
    let mut items = BTreeMap::new();
    for (key, versions) in bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix)) {
        let (Some(version), Some(content)) = (versions.last(), object::current(Some(versions))) else { continue };
        let cut = delimiter.and_then(|delimiter| Some(key[prefix.len()..].find(delimiter)? + delimiter.len()));
        let name = cut.map_or(key.as_str(), |cut| &key[..prefix.len() + cut]);
        if after.is_none_or(|after| name > after) {
            items.insert(name.to_owned(), cut.is_none().then_some((version, content)));
        }
    }
    items
}

/// Lists all versions and delete markers, the newest of each key first.
pub(super) fn versions(emulator: &Emulator, call: &Call) -> Answered {
    let texts = Texts::of(call)?;
    let asked = size(call, "MaxKeys")?;
    let world = emulator.world();
    let bucket = world.s3.bucket(emulator, call)?;
    let size = if asked == Some(0) { 0 } else { emulator.page_size(asked, MOST, MOST) };
    let mut rest = after_markers(bucket, call)?.into_iter();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let last = page.last().filter(|_| rest.next().is_some());
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for (key, version, is_latest) in &page {
        let mut item = match &version.content {
            Some(content) => entry(&texts.write(key), version, content),
            None => json!({ "Key": texts.write(key), "LastModified": moment(version.modified) }),
        };
        item["VersionId"] = version.id.as_str().into();
        item["IsLatest"] = (*is_latest).into();
        if version.content.is_some() { versions.push(item) } else { markers.push(item) }
    }
    let mut result = json!({ "IsTruncated": last.is_some(), "Version": versions, "DeleteMarker": markers });
    frame(&mut result, call, &texts, asked);
    set(&mut result, "KeyMarker", Some(texts.write(call.text("KeyMarker").unwrap_or_default())));
    set(&mut result, "VersionIdMarker", Some(call.text("VersionIdMarker").unwrap_or_default().to_owned()));
    set(&mut result, "NextKeyMarker", last.map(|(key, ..)| texts.write(key)));
    set(&mut result, "NextVersionIdMarker", last.map(|(_, version, _)| version.id.clone()));
    Ok(json!({ "ListVersionsResult": result }).into())
}

/// The versions after the markers of a call, each with whether it is the latest.
fn after_markers<'a>(bucket: &'a Bucket, call: &Call) -> Result<Vec<(&'a str, &'a Version, bool)>, AwsError> {
    let prefix = call.text("Prefix").unwrap_or_default();
    let key_marker = call.text("KeyMarker").filter(|key| !key.is_empty());
    let id_marker = call.text("VersionIdMarker").filter(|id| !id.is_empty());
    if let (None, Some(id)) = (key_marker, id_marker) {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(refusal::invalid_argument(message, "version-id-marker", id));
    }
    let mut found = Vec::new();
    for (key, versions) in bucket.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
        let newest_first = versions.iter().rev().enumerate().map(|(age, version)| (key.as_str(), version, age == 0));
        match (key_marker, id_marker) {
            (Some(marker), _) if key.as_str() < marker => {}
            (Some(marker), None) if key == marker => {}
            (Some(marker), Some(id)) if key == marker => {
                found.extend(newest_first.skip_while(|(_, version, _)| version.id != id).skip(1));
            }
            _ => found.extend(newest_first),
        }
    }
    Ok(found)
}

fn entry(key: &str, version: &Version, content: &Content) -> Value {
    let algorithm = content.headers.keys().find_map(|name| name.strip_prefix("x-amz-checksum-"));
    json!({
        "Key": key,
        "LastModified": moment(version.modified),
        "ETag": content.etag,
        "ChecksumAlgorithm": algorithm.map(str::to_uppercase),
        "ChecksumType": "FULL_OBJECT",
        "Size": content.size,
        "StorageClass": "STANDARD",
    })
}

/// Adds the request parameters that a list repeats.
fn frame(result: &mut Value, call: &Call, texts: &Texts, asked: Option<i64>) {
    set(result, "Name", call.text("Bucket").map(str::to_owned));
    set(result, "Prefix", Some(texts.write(call.text("Prefix").unwrap_or_default())));
    set(result, "Delimiter", call.text("Delimiter").map(|text| texts.write(text)));
    set(result, "EncodingType", call.text("EncodingType").map(str::to_owned));
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    result["MaxKeys"] = asked.unwrap_or(most).min(most).into();
}

fn set(result: &mut Value, member: &str, value: Option<String>) {
    if let Some(value) = value {
        result[member] = value.into();
    }
}

/// The requested page size.
pub(super) fn size(call: &Call, member: &str) -> Result<Option<i64>, AwsError> {
    let Some(text) = call.text(member) else { return Ok(None) };
    let name = if member == "MaxKeys" { "max-keys" } else { "max-buckets" };
    let number = text.parse::<i64>().ok().filter(|number| (0..=i64::from(i32::MAX)).contains(number));
    number.map(Some).ok_or_else(|| {
        let message = format!("Provided {name} not an integer or within integer range");
        refusal::invalid_argument(&message, name, text)
    })
}

/// The error for a token that no list has issued.
pub(super) fn wrong_token() -> AwsError {
    AwsError::new(400, "InvalidArgument", "The continuation token provided is incorrect")
}
