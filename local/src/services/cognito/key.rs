//! The RSA key that signs tokens.

use std::{
    collections::HashSet,
    fmt,
    sync::{LazyLock, Mutex, PoisonError},
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self, KeyPair as _, UnparsedPublicKey},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An RSA key of 2048 bits.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SigningKey {
    /// PKCS #8, base64.
    private: String,
    /// PKCS #1, base64.
    public: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey")
    }
}

/// The key of every new emulator in this process. Generating a key takes up to a second, and tests create many
/// emulators. Sharing it is safe: pools are distinguished by their key IDs.
static FRESH: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);

/// The hashes of keys, messages and signatures that were verified: a client sends its token with every request.
static VERIFIED: LazyLock<Mutex<HashSet<[u8; 32]>>> = LazyLock::new(Mutex::default);

/// The number of signatures that are remembered.
const MOST_VERIFIED: usize = 10_000;

/// The length in bytes of the modulus of a key of 2048 bits.
const MODULUS: usize = 256;
/// The offset of the modulus in `RSAPublicKey` (RFC 8017, A.1.1): after two headers and a zero byte for the sign.
const MODULUS_START: usize = 9;
/// The offset of the exponent: after the modulus and another header.
const EXPONENT_START: usize = MODULUS_START + MODULUS + 2;

impl SigningKey {
    /// Returns the key, and creates it if there is none.
    pub(super) fn of(place: &mut Option<Self>) -> &Self {
        place.get_or_insert_with(|| FRESH.clone())
    }

    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system has randomness");
        let private: Pkcs8V1Der<'static> = pair.as_der().expect("a fresh key has an encoding");
        Self { private: STANDARD.encode(private.as_ref()), public: STANDARD.encode(pair.public_key()) }
    }

    /// Signs with RS256.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let private = STANDARD.decode(&self.private).expect("the key was encoded here");
        let pair = KeyPair::from_pkcs8(&private).expect("the key was made here");
        let mut signed = vec![0; pair.public_modulus_len()];
        pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signed)
            .expect("the buffer has the length of the modulus");
        signed
    }

    /// Whether `signed` is this key's signature of `message`.
    pub(super) fn verifies(&self, message: &[u8], signed: &[u8]) -> bool {
        let digest = [self.public.as_bytes(), message, signed]
            .iter()
            .fold(Sha256::new(), |hash, part| hash.chain_update(part.len().to_le_bytes()).chain_update(part));
        let digest = digest.finalize().into();
        let known = || VERIFIED.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(&digest) {
            return true;
        }
        let key = UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, self.public());
        let verified = key.verify(message, signed).is_ok();
        if verified {
            let mut known = known();
            if known.len() >= MOST_VERIFIED {
                known.clear();
            }
            known.insert(digest);
        }
        verified
    }

    /// The modulus and the exponent as in a JSON Web Key.
    pub(super) fn components(&self) -> (String, String) {
        let public = self.public();
        let modulus = &public[MODULUS_START..MODULUS_START + MODULUS];
        (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(&public[EXPONENT_START..]))
    }

    fn public(&self) -> Vec<u8> {
        STANDARD.decode(&self.public).expect("the key was encoded here")
    }
}

/// The key IDs of a pool: for ID tokens, then for access tokens.
///
/// On AWS, each pool has two keys. Here all of them are the same key, and only the IDs differ.
pub(super) fn key_ids(pool: &str) -> [String; 2] {
    ["id", "access"].map(|token_use| STANDARD.encode(Sha256::digest(format!("{pool}/{token_use}"))))
}
