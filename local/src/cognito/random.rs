//! Identifiers and secrets that nobody can guess.

use aws_lc_rs::rand;

pub(super) const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub(super) const LOWERCASE: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Random bytes.
pub(super) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// A text of `length` characters, each drawn evenly from `alphabet`.
pub(super) fn text(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(pick(alphabet))).collect()
}

/// One character of `alphabet`; the bias of eight bytes modulo its length is nothing.
pub(super) fn pick(alphabet: &[u8]) -> u8 {
    alphabet[index(alphabet.len())]
}

/// An index below `length`.
pub(super) fn index(length: usize) -> usize {
    usize::from_le_bytes(bytes::<{ size_of::<usize>() }>()) % length
}
