//! Authenticator apps: time-based one-time passwords (RFC 6238) with SHA-1, six digits and thirty seconds.

use std::fmt;

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::services::cognito::random;

const STEP: i64 = 30;
/// The allowed clock skew in steps, in both directions.
const SKEW: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A user's authenticator app.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SoftwareToken {
    secret: String,
    /// Whether a code of the app has been verified.
    pub(super) verified: bool,
    pub(super) enabled: bool,
    pub(super) preferred: bool,
    /// The step of the last accepted code. A code is accepted only once.
    last: Option<i64>,
}

impl fmt::Debug for SoftwareToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SoftwareToken").field("verified", &self.verified).finish_non_exhaustive()
    }
}

/// Why a code is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeProblem {
    Wrong,
    Used,
}

impl SoftwareToken {
    pub(super) fn new(secret: String) -> Self {
        Self { secret, verified: false, enabled: false, preferred: false, last: None }
    }

    /// Accepts a code that is valid at this time, once.
    pub(super) fn accept(&mut self, typed: &str, epoch_seconds: i64) -> Result<(), CodeProblem> {
        let now = epoch_seconds / STEP;
        let step = (now - SKEW..=now + SKEW).find(|step| code_of_step(&self.secret, *step) == typed);
        let step = step.ok_or(CodeProblem::Wrong)?;
        if self.last.is_some_and(|last| step <= last) {
            return Err(CodeProblem::Used);
        }
        self.last = Some(step);
        Ok(())
    }
}

/// Generates a secret in base32, the encoding that authenticator apps use.
pub(super) fn secret() -> String {
    random::text(BASE32, 52)
}

fn code_of_step(secret: &str, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &decode(secret));
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[digest.len() - 1] & 0xf);
    let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

fn decode(secret: &str) -> Vec<u8> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in secret.bytes() {
        let Some(value) = BASE32.iter().position(|known| *known == letter).and_then(|at| u32::try_from(at).ok()) else {
            continue;
        };
        buffer = (buffer << 5) | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xff).unwrap_or_default());
            buffer &= (1 << bits) - 1;
        }
    }
    bytes
}

/// The code of a secret at a time.
#[cfg(test)]
pub(super) fn code(secret: &str, epoch_seconds: i64) -> String {
    code_of_step(secret, epoch_seconds / STEP)
}

#[cfg(test)]
mod tests {
    use super::{CodeProblem, SoftwareToken, code};

    /// `12345678901234567890` in base32, the secret of the RFC's examples.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_match_the_examples_of_rfc_6238() {
        let codes = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000].map(|time| code(SECRET, time));
        assert_eq!(codes, ["287082", "081804", "050471", "005924", "279037"]);
    }

    #[test]
    fn a_code_is_accepted_once_and_one_step_early_or_late() {
        let mut token = SoftwareToken::new(SECRET.into());
        assert_eq!(token.accept(&code(SECRET, 900), 990), Err(CodeProblem::Wrong));
        assert_eq!(token.accept(&code(SECRET, 960), 990), Ok(()));
        assert_eq!(token.accept(&code(SECRET, 960), 990), Err(CodeProblem::Used));
        assert_eq!(token.accept(&code(SECRET, 1020), 990), Ok(()));
    }
}
