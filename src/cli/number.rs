//! Numbers as people write them, with what is allowed.

/// How many calls may be under way at once.
pub(super) fn parallel(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=100).contains(number));
    number.ok_or_else(|| "allowed are whole numbers from 1 to 100".to_owned())
}

/// The number of a release.
pub(super) fn release(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a release has a whole number, which `stackctl history` shows".to_owned())
}

/// The number of users that are deleted.
pub(super) fn users(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "it is the exact number of users, which `stackctl down` shows".to_owned())
}

/// How many there are to be at most.
pub(super) fn limit(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "allowed are whole numbers of at least 1".to_owned())
}
