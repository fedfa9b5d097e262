//! Checksums of bodies: those that clients send, and the one that S3 adds.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use md5::{Digest as _, Md5};

use super::refusal;
use crate::wire::error::AwsError;

/// The algorithm for a body without a checksum.
const DEFAULT: &str = "crc64nvme";

const PREFIX: &str = "x-amz-checksum-";

/// A checksum header: name and value.
pub(super) type Checksum = (String, String);

/// Verifies the checksum in the headers and returns it. `None` if there is none.
pub(super) fn verified(body: &[u8], headers: &HeaderMap) -> Result<Option<Checksum>, AwsError> {
    let mut stated = headers.iter().filter(|(name, _)| name.as_str().starts_with(PREFIX));
    let Some((name, value)) = stated.next() else { return Ok(None) };
    if stated.next().is_some() {
        return Err(refusal::invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    let name = name.as_str();
    let algorithm = name.trim_start_matches(PREFIX);
    let Some(computed) = of(algorithm, body) else {
        return Err(AwsError::not_imitated(&format!("the checksum algorithm `{algorithm}`")));
    };
    let stated = value.to_str().ok().and_then(|value| STANDARD.decode(value).ok());
    match stated {
        Some(stated) if stated == computed => Ok(Some((name.to_owned(), STANDARD.encode(computed)))),
        Some(stated) if stated.len() == computed.len() => Err(AwsError::new(
            400,
            "BadDigest",
            format!("The {} you specified did not match the calculated checksum.", algorithm.to_uppercase()),
        )),
        _ => Err(refusal::invalid_request(format!("Value for {name} header is invalid."))),
    }
}

/// The checksum that S3 adds to a body without one.
pub(super) fn added(body: &[u8]) -> Checksum {
    (format!("{PREFIX}{DEFAULT}"), STANDARD.encode(of(DEFAULT, body).unwrap_or_default()))
}

pub(super) fn md5(body: &[u8]) -> Vec<u8> {
    Md5::digest(body).to_vec()
}

fn of(algorithm: &str, body: &[u8]) -> Option<Vec<u8>> {
    let sha = |algorithm| digest::digest(algorithm, body).as_ref().to_vec();
    Some(match algorithm {
        "crc32" => crc(body, 0xEDB8_8320, u64::from(u32::MAX)).to_be_bytes()[4..].to_vec(),
        "crc32c" => crc(body, 0x82F6_3B78, u64::from(u32::MAX)).to_be_bytes()[4..].to_vec(),
        "crc64nvme" => crc(body, 0x9A6C_9329_AC4B_C9B5, u64::MAX).to_be_bytes().to_vec(),
        "md5" => md5(body),
        "sha1" => sha(&digest::SHA1_FOR_LEGACY_USE_ONLY),
        "sha256" => sha(&digest::SHA256),
        "sha512" => sha(&digest::SHA512),
        _ => return None,
    })
}

/// A cyclic redundancy check with a reversed polynomial. `ones` is the initial value and the final XOR.
fn crc(body: &[u8], polynomial: u64, ones: u64) -> u64 {
    let table: Vec<u64> = (0..256_u64)
        .map(|byte| (0..8).fold(byte, |rest, _| if rest & 1 == 1 { rest >> 1 ^ polynomial } else { rest >> 1 }))
        .collect();
    let step = |rest: u64, byte: &u8| table[usize::from(rest.to_le_bytes()[0] ^ byte)] ^ rest >> 8;
    body.iter().fold(ones, step) ^ ones
}
