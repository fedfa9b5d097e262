//! Numbers on the command line, with the allowed values.

/// The number of concurrent API calls.
pub(super) fn parallel(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=100).contains(number));
    number.ok_or_else(|| "expected a whole number from 1 to 100".to_owned())
}

/// A TCP port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| "expected a whole number from 1 to 65535".to_owned())
}

/// The id of an account.
pub(super) fn account(text: &str) -> Result<String, String> {
    let is_one = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { Ok(text.to_owned()) } else { Err("expected 12 digits".to_owned()) }
}

/// The number of a release.
pub(super) fn release(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected the number of a release, which `stackctl history` shows".to_owned())
}

/// The number of users that are deleted.
pub(super) fn users(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected the exact number of users, which `stackctl down` shows".to_owned())
}

/// The largest number of results.
pub(super) fn limit(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number of at least 1".to_owned())
}
