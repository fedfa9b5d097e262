//! Percent-encoding of URL parts.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters to encode in a path segment or query value: all but the unreserved ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value as a path segment or a query value.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

/// Appends query parameters to a URL.
pub(crate) fn add_query<'q>(url: &mut String, parameters: impl IntoIterator<Item = (&'q String, &'q String)>) {
    for (name, value) in parameters {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encoded(name));
        url.push('=');
        url.push_str(&encoded(value));
    }
}
