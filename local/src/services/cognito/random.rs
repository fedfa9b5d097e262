//! Random identifiers and secrets.

use aws_lc_rs::rand;

pub(super) const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub(super) const LOWERCASE: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Random bytes.
pub(super) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// A string of `length` characters, each drawn uniformly from `alphabet`.
pub(super) fn text(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(pick(alphabet))).collect()
}

/// A random character of `alphabet`. The bias of eight bytes modulo its length is negligible.
pub(super) fn pick(alphabet: &[u8]) -> u8 {
    alphabet[index(alphabet.len())]
}

/// A random index below `length`.
pub(super) fn index(length: usize) -> usize {
    usize::from_le_bytes(bytes::<{ size_of::<usize>() }>()) % length
}
