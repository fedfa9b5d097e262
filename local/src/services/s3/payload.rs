//! Request bodies, decoded and verified against all headers that describe them.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderMap;

use super::{
    checksum::{self, Checksum},
    chunked, refusal,
};
use crate::{
    emulator::hex,
    wire::{call::Call, error::AwsError},
};

/// A verified body.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) bytes: Bytes,
    /// The checksum sent with it.
    pub(super) checksum: Option<Checksum>,
    /// Whether a checksum or a Content-MD5 was sent with it.
    pub(super) is_vouched: bool,
}

/// Reads the body of a call.
pub(super) fn read(call: &Call) -> Result<Payload, AwsError> {
    let mut headers = call.headers.clone();
    let stated_hash = text(&headers, "x-amz-content-sha256").unwrap_or("UNSIGNED-PAYLOAD");
    let bytes = if stated_hash.starts_with("STREAMING-") {
        let (bytes, trailers) = decoded(call)?;
        headers.extend(trailers);
        bytes
    } else {
        if stated_hash != "UNSIGNED-PAYLOAD" {
            verify_hash(&call.body, stated_hash)?;
        }
        call.body.clone()
    };
    let content_md5 = text(&headers, "content-md5");
    if let Some(stated) = content_md5 {
        verify_md5(&bytes, stated)?;
    }
    let checksum = checksum::verified(&bytes, &headers)?;
    Ok(Payload { is_vouched: content_md5.is_some() || checksum.is_some(), bytes, checksum })
}

/// Decodes a body in `aws-chunked` coding and checks that its length and trailers are those announced by the headers.
fn decoded(call: &Call) -> Result<(Bytes, HeaderMap), AwsError> {
    let decoded = chunked::decode(&call.body)?;
    let length = text(&call.headers, "x-amz-decoded-content-length").and_then(|length| length.parse::<usize>().ok());
    match length {
        None => {
            let message = "You must provide the Content-Length HTTP header.";
            return Err(AwsError::new(411, "MissingContentLength", message));
        }
        Some(length) if length != decoded.body.len() => return Err(chunked::incomplete()),
        Some(_) => {}
    }
    let announced = text(&call.headers, "x-amz-trailer").unwrap_or_default();
    let mut names = announced.split(',').map(str::trim).filter(|name| !name.is_empty());
    if names.any(|name| !decoded.trailers.contains_key(name)) {
        return Err(chunked::malformed_trailer());
    }
    Ok((decoded.body.into(), decoded.trailers))
}

fn verify_hash(body: &[u8], stated: &str) -> Result<(), AwsError> {
    let computed = hex(digest::digest(&digest::SHA256, body).as_ref());
    if computed == stated {
        return Ok(());
    }
    let error = AwsError::new(
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    Err(refusal::with(error, [("ClientComputedContentSHA256", stated), ("S3ComputedContentSHA256", computed.as_str())]))
}

fn verify_md5(body: &[u8], stated: &str) -> Result<(), AwsError> {
    match STANDARD.decode(stated) {
        Ok(digest) if digest == checksum::md5(body) => Ok(()),
        Ok(digest) if digest.len() == 16 => {
            Err(AwsError::new(400, "BadDigest", "The Content-MD5 you specified did not match what we received."))
        }
        _ => Err(AwsError::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
