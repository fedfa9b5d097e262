//! The Secure Remote Password protocol (SRP-6a, RFC 5054) as Cognito uses it: with SHA-256, the 3072-bit group of
//! RFC 3526, and a session key of HKDF.

use std::{fmt, sync::LazyLock};

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::services::cognito::random;

/// The prime of RFC 3526, section 4. The generator is 2.
const PRIME: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
    EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
    83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
    15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
    BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

struct Group {
    prime: BigUint,
    generator: BigUint,
    /// `k`, the hash of both.
    multiplier: BigUint,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let prime = from_hex(PRIME).expect("the prime is a number");
    let generator = BigUint::from(2_u8);
    let multiplier = hash(&[&padded(&prime), &padded(&generator)]);
    Group { prime, generator, multiplier }
});

/// Whose secret it is: a pool and a username, or a group of devices and the key of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Identity<'a> {
    /// The identity of a user. A username does not change.
    pub(super) fn of_user(pool: &'a str, username: &'a str) -> Self {
        Self { group: pool.split_once('_').map_or(pool, |(_, name)| name), name: username }
    }
}

/// What verifies a secret, and does not contain it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verifier {
    /// Bytes, base64.
    salt: String,
    value: String,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier")
    }
}

impl Verifier {
    /// The verifier of a secret, with a new salt.
    pub(super) fn new(identity: Identity<'_>, secret: &str) -> Self {
        Self::salted(&random::bytes::<16>(), identity, secret)
    }

    /// The verifier that a device has computed.
    pub(super) fn given(salt: &str, value: &str) -> Option<Self> {
        let known = [salt, value].iter().all(|text| STANDARD.decode(text).is_ok_and(|bytes| !bytes.is_empty()));
        known.then(|| Self { salt: salt.to_owned(), value: value.to_owned() })
    }

    /// A verifier that no secret fits, always the same for one identity.
    pub(super) fn decoy(identity: Identity<'_>) -> Self {
        let salt = Sha256::digest(format!("{}/{}", identity.group, identity.name));
        Self { salt: STANDARD.encode(&salt[..16]), value: STANDARD.encode(salt) }
    }

    fn salted(salt: &[u8], identity: Identity<'_>, secret: &str) -> Self {
        let Identity { group, name } = identity;
        let inner = Sha256::digest(format!("{group}{name}:{secret}"));
        let exponent = hash(&[&padded(&BigUint::from_bytes_be(salt)), &inner]);
        let value = GROUP.generator.modpow(&exponent, &GROUP.prime);
        Self { salt: STANDARD.encode(salt), value: STANDARD.encode(value.to_bytes_be()) }
    }

    /// Whether `secret` is the secret of this verifier.
    pub(super) fn fits(&self, identity: Identity<'_>, secret: &str) -> bool {
        *self == Self::salted(&decoded(&self.salt), identity, secret)
    }

    /// The salt in hexadecimal, as in a challenge.
    pub(super) fn salt(&self) -> String {
        hex(&BigUint::from_bytes_be(&decoded(&self.salt)))
    }

    fn number(&self) -> BigUint {
        BigUint::from_bytes_be(&decoded(&self.value))
    }
}

/// One run of the protocol, between the client's public value and its proof.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Handshake {
    client: String,
    secret: String,
    verifier: Verifier,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Handshake")
    }
}

impl Handshake {
    /// Starts with the client's public value, `SRP_A`. `None` if it is not one: a multiple of the prime would make the
    /// session key independent of the secret.
    pub(super) fn new(client: &str, verifier: Verifier) -> Option<Self> {
        let public = from_hex(client)?;
        let valid = public.bits() <= GROUP.prime.bits() && public % &GROUP.prime != BigUint::ZERO;
        let secret = hex(&BigUint::from_bytes_be(&random::bytes::<32>()));
        valid.then(|| Self { client: client.to_owned(), secret, verifier })
    }

    /// The salt and the server's public value, `SRP_B`, in hexadecimal.
    pub(super) fn salt_and_public(&self) -> (String, String) {
        (self.verifier.salt(), hex(&self.public()))
    }

    fn public(&self) -> BigUint {
        let secret = from_hex(&self.secret).unwrap_or_default();
        let blinded = &GROUP.multiplier * self.verifier.number();
        (blinded + GROUP.generator.modpow(&secret, &GROUP.prime)) % &GROUP.prime
    }

    /// Whether `signature` proves that the client knows the secret.
    pub(super) fn proves(&self, identity: Identity<'_>, block: &str, timestamp: &str, signature: &str) -> bool {
        let client = from_hex(&self.client).unwrap_or_default();
        let mixed = hash(&[&padded(&client), &padded(&self.public())]);
        let base = client * self.verifier.number().modpow(&mixed, &GROUP.prime);
        let secret = from_hex(&self.secret).unwrap_or_default();
        let shared = base.modpow(&secret, &GROUP.prime);
        let seed = hmac::Key::new(hmac::HMAC_SHA256, &padded(&mixed));
        let seed = hmac::sign(&seed, &padded(&shared));
        let key = hmac::Key::new(hmac::HMAC_SHA256, seed.as_ref());
        let key = hmac::sign(&key, b"Caldera Derived Key\x01");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key.as_ref()[..16]);
        let Identity { group, name } = identity;
        let message = [group.as_bytes(), name.as_bytes(), &decoded(block), timestamp.as_bytes()].concat();
        hmac::verify(&key, &message, &decoded(signature)).is_ok()
    }
}

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

fn hex(number: &BigUint) -> String {
    number.to_str_radix(16)
}

fn from_hex(text: &str) -> Option<BigUint> {
    BigUint::parse_bytes(text.as_bytes(), 16)
}

/// The bytes of a number as a signed integer: with a zero in front if the first bit is set.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    bytes
}

#[cfg(test)]
pub(super) mod client {
    //! The other side of the protocol.

    use super::*;

    /// A client's secret value and its public value, `SRP_A`.
    pub(in super::super) fn begin() -> (BigUint, String) {
        let secret = BigUint::from_bytes_be(&random::bytes::<32>());
        let public = hex(&GROUP.generator.modpow(&secret, &GROUP.prime));
        (secret, public)
    }

    /// The client's proof: the signature of a challenge.
    pub(in super::super) fn prove(
        own: &(BigUint, String),
        identity: Identity<'_>,
        password: &str,
        challenge: [&str; 3],
        timestamp: &str,
    ) -> String {
        let [salt, server, block] = challenge;
        let server = from_hex(server).unwrap();
        let mixed = hash(&[&padded(&from_hex(&own.1).unwrap()), &padded(&server)]);
        let Identity { group, name } = identity;
        let inner = Sha256::digest(format!("{group}{name}:{password}"));
        let x = hash(&[&padded(&from_hex(salt).unwrap()), &inner]);
        let known = &GROUP.multiplier * GROUP.generator.modpow(&x, &GROUP.prime) % &GROUP.prime;
        let base = (server + &GROUP.prime - known) % &GROUP.prime;
        let shared = base.modpow(&(&own.0 + mixed.clone() * x), &GROUP.prime);
        let sign =
            |key: &[u8], message: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec();
        let key = sign(&sign(&padded(&mixed), &padded(&shared)), b"Caldera Derived Key\x01");
        let message = [group.as_bytes(), name.as_bytes(), &decoded(block), timestamp.as_bytes()].concat();
        STANDARD.encode(sign(&key[..16], &message))
    }
}
