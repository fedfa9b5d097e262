//! Passwords: policy, hash, temporary passwords, and lockout after failed attempts.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    services::cognito::{
        moment::Moment,
        pool::UserPool,
        random, refusal,
        srp::{Identity, Verifier},
    },
    wire::error::AwsError,
};

/// A password, stored only as the verifier of SRP, which also verifies a password that is sent.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Password {
    /// Absent from files written by versions without SRP, which had a salted hash.
    verifier: Option<Verifier>,
    salt: Option<String>,
    hash: Option<String>,
    set: Moment,
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}

const SYMBOLS: &[u8] = b"^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";
/// The symbols of generated passwords: those that are safe in a shell's double quotes.
const PLAIN_SYMBOLS: &[u8] = b"^*.-@#%&,:;_~+=";
const DAY: Duration = Duration::from_hours(24);

impl Password {
    pub(super) fn new(identity: Identity<'_>, text: &str, now: Moment) -> Self {
        Self { verifier: Some(Verifier::new(identity, text)), salt: None, hash: None, set: now }
    }

    /// Whether `text` is this password. A password that has only a hash gets its verifier.
    pub(super) fn is(&mut self, identity: Identity<'_>, text: &str) -> bool {
        let (Some(salt), Some(hash)) = (&self.salt, &self.hash) else {
            return self.verifier.as_ref().is_some_and(|verifier| verifier.fits(identity, text));
        };
        let fits = *hash == STANDARD.encode(Sha256::digest(format!("{salt}{text}")));
        if fits {
            *self = Self::new(identity, text, self.set);
        }
        fits
    }

    /// The verifier of SRP; `None` for a password of a version without SRP.
    pub(super) fn verifier(&self) -> Option<&Verifier> {
        self.verifier.as_ref()
    }

    /// Whether a temporary password has expired by the pool's policy.
    pub(super) fn expired(&self, pool: &UserPool, now: Moment) -> bool {
        let days = policy(pool, "TemporaryPasswordValidityDays").and_then(Value::as_u64).unwrap_or(7);
        now.since(&self.set) >= DAY * u32::try_from(days).unwrap_or(u32::MAX)
    }
}

fn policy<'a>(pool: &'a UserPool, member: &str) -> Option<&'a Value> {
    pool.setting(&format!("Policies/PasswordPolicy/{member}"))
}

fn asks(pool: &UserPool, member: &str) -> bool {
    policy(pool, member).and_then(Value::as_bool).unwrap_or(false)
}

fn shortest(pool: &UserPool) -> usize {
    policy(pool, "MinimumLength").and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok()).unwrap_or(8)
}

/// Checks a password against the pool's policy.
pub(super) fn check(pool: &UserPool, text: &str) -> Result<(), AwsError> {
    let lacks = |fits: fn(char) -> bool| !text.chars().any(fits);
    let unmet = if text.chars().count() < shortest(pool) {
        "Password not long enough"
    } else if asks(pool, "RequireUppercase") && lacks(|letter| letter.is_ascii_uppercase()) {
        "Password must have uppercase characters"
    } else if asks(pool, "RequireLowercase") && lacks(|letter| letter.is_ascii_lowercase()) {
        "Password must have lowercase characters"
    } else if asks(pool, "RequireNumbers") && lacks(|letter| letter.is_ascii_digit()) {
        "Password must have numeric characters"
    } else if asks(pool, "RequireSymbols")
        && lacks(|letter| u8::try_from(letter).is_ok_and(|byte| SYMBOLS.contains(&byte)))
    {
        "Password must have symbol characters"
    } else {
        return Ok(());
    };
    Err(refusal::refuse("InvalidPasswordException", format!("Password did not conform with policy: {unmet}")))
}

/// Generates a password that meets every policy with the pool's minimum length.
pub(super) fn temporary(pool: &UserPool) -> String {
    let mut letters = vec![
        random::pick(b"ABCDEFGHJKLMNPQRSTUVWXYZ"),
        random::pick(b"abcdefghijkmnopqrstuvwxyz"),
        random::pick(b"23456789"),
        random::pick(PLAIN_SYMBOLS),
    ];
    let length = shortest(pool).max(8);
    letters.extend((letters.len()..length).map(|_| random::pick(random::ALPHANUMERIC)));
    (0..letters.len()).map(|_| char::from(letters.swap_remove(random::index(letters.len())))).collect()
}

/// Consecutive failed attempts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Failures {
    count: u32,
    last: Option<Moment>,
}

/// The number of failed attempts before a lockout.
const FREE: u32 = 5;
/// The time without an attempt after which the count is reset. No lockout lasts longer.
const FORGIVEN: Duration = Duration::from_mins(15);

impl Failures {
    /// Rejects an attempt during a lockout. The first lockout lasts one second, and each further failed attempt doubles
    /// it. Attempts during a lockout are not counted.
    pub(super) fn check(&mut self, now: Moment) -> Result<(), AwsError> {
        let Some(last) = self.last else { return Ok(()) };
        let passed = now.since(&last);
        if passed >= FORGIVEN {
            *self = Self::default();
        } else if self.count >= FREE && passed < Duration::from_secs(1 << (self.count - FREE).min(10)) {
            return Err(refusal::not_authorized("Password attempts exceeded"));
        }
        Ok(())
    }

    pub(super) fn add(&mut self, now: Moment) {
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
