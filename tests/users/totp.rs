//! The codes of an authenticator app (RFC 6238).

use aws_lc_rs::hmac;

/// The code of a base32 secret at a time in seconds since the epoch.
pub(crate) fn code(secret: &str, epoch_seconds: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &decoded(secret));
    let digest = hmac::sign(&key, &(epoch_seconds / 30).to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

fn decoded(secret: &str) -> Vec<u8> {
    let value = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
    let bits: Vec<bool> =
        secret.chars().flat_map(|letter| (0..5).rev().map(move |bit| value(letter) >> bit & 1 == 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

#[test]
fn codes_match_the_test_vectors_of_the_rfc() {
    let codes = [59, 1_111_111_109, 2_000_000_000].map(|time| code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", time));
    assert_eq!(codes, ["287082", "081804", "279037"]);
}
