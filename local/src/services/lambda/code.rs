//! A function's code as base64 of a zip, validated as by Lambda.

use std::io::{self, Cursor, Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{Version, members::Members, refusals};
use crate::{
    emulator::{Emulator, admin},
    wire::{call::Call, error::AwsError},
};

/// The size of a whole request in bytes: a zip of 50 MB in base64 and the rest of the call.
const LARGEST_REQUEST: usize = 70_167_211;
const LARGEST_ZIPPED: usize = 52_428_800;
const LARGEST_UNZIPPED: u64 = 262_144_000;

/// A valid zip.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) zip: Bytes,
    pub(super) code_sha256: String,
}

/// Reads `ZipFile` from `CreateFunction`'s `Code` or from `UpdateFunctionCode`.
pub(super) fn read(call: &Call, code: Members<'_>) -> Result<Package, AwsError> {
    if call.body.len() > LARGEST_REQUEST {
        return Err(too_large(format!(
            "Request must be smaller than {LARGEST_REQUEST} bytes for the {} operation",
            call.operation
        )));
    }
    if ["S3Bucket", "S3Key", "ImageUri"].iter().any(|source| code.value(source).is_some()) {
        return Err(AwsError::not_imitated("code from S3 or from an image"));
    }
    let Some(encoded) = code.text("ZipFile") else {
        return Err(refusals::invalid("Please provide a source for function code."));
    };
    let zip =
        STANDARD.decode(encoded).map_err(|_| AwsError::new(400, "SerializationException", "ZipFile is not base64"))?;
    check_zip(&zip)?;
    Ok(Package { code_sha256: STANDARD.encode(Sha256::digest(&zip)), zip: zip.into() })
}

fn too_large(message: String) -> AwsError {
    AwsError::new(413, "RequestEntityTooLargeException", message)
}

fn check_zip(zip: &[u8]) -> Result<(), AwsError> {
    if zip.is_empty() {
        return Err(refusals::invalid("Uploaded file must be a non-empty zip"));
    }
    if zip.len() > LARGEST_ZIPPED {
        return Err(too_large(format!("Zipped size must be smaller than {LARGEST_ZIPPED} bytes")));
    }
    let unreadable =
        || refusals::invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).map_err(|_| unreadable())?;
    if archive.is_empty() {
        return Err(refusals::invalid("Uploaded file must be a non-empty zip"));
    }
    // The unzipped bytes are counted, because the size that a zip declares may be wrong; more than declared is an error.
    let mut unzipped = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| unreadable())?;
        let (said, most) = (entry.size(), LARGEST_UNZIPPED + 1 - unzipped);
        let size = io::copy(&mut entry.take(most), &mut io::sink()).map_err(|_| unreadable())?;
        unzipped += size;
        if unzipped > LARGEST_UNZIPPED {
            return Err(refusals::invalid(format!("Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes")));
        }
        if size != said {
            return Err(unreadable());
        }
    }
    Ok(())
}

/// The only entry of `Architectures`.
pub(super) fn read_architecture(members: Members<'_>) -> Option<String> {
    members.texts("Architectures")?.pop()
}

/// The URL for downloading the code. AWS returns a presigned S3 URL, the emulator a URL of its own if it has a
/// listener.
pub(super) fn location(emulator: &Emulator, version: &Version) -> String {
    format!("{}{}{}", emulator.endpoint().unwrap_or_default(), admin::CODE, version.blob)
}
