//! Bodies in `aws-chunked` coding, which SDKs use to send checksums or signatures with and after the chunks.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::refusal;
use crate::wire::error::AwsError;

/// A decoded body and its trailers.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) body: Vec<u8>,
    pub(super) trailers: HeaderMap,
}

/// Decodes a body. Chunk signatures are not verified, like all signatures.
pub(super) fn decode(mut rest: &[u8]) -> Result<Decoded, AwsError> {
    let mut decoded = Decoded::default();
    loop {
        let head = line(&mut rest).ok_or_else(incomplete)?;
        let size = head.split(';').next().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let size = size.ok_or_else(|| refusal::invalid_request("The chunk size is not valid."))?;
        if size == 0 {
            decoded.trailers = trailers(&mut rest)?;
            return Ok(decoded);
        }
        let (chunk, after) = rest.split_at_checked(size).ok_or_else(incomplete)?;
        decoded.body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").ok_or_else(incomplete)?;
    }
}

fn trailers(rest: &mut &[u8]) -> Result<HeaderMap, AwsError> {
    let mut trailers = HeaderMap::new();
    while let Some(line) = line(rest).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(malformed_trailer)?;
        let name: HeaderName = name.trim().parse().map_err(|_| malformed_trailer())?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| malformed_trailer())?;
        trailers.insert(name, value);
    }
    Ok(trailers)
}

/// Takes the first line, without its line break.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let (line, after) = rest.split_at(end);
    *rest = &after[2..];
    std::str::from_utf8(line).ok()
}

/// The error for a body that is shorter than declared.
pub(super) fn incomplete() -> AwsError {
    AwsError::new(
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

/// The error for trailers other than those announced.
pub(super) fn malformed_trailer() -> AwsError {
    AwsError::new(
        400,
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    )
}
