//! Ed25519 keys, domain tags and signatures.

use std::fmt;

use ed25519_dalek::Signer;
use linli_model::{ActorId, KeyId};
use zeroize::Zeroizing;

use crate::error::TrustError;

/// The algorithms that a signed item uses. Field 0 of every signed body holds its number, so that a
/// second suite (SM2, SM3, SM4) can be added without touching items that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Suite {
    /// Ed25519 signatures, SHA-256 hashes. Since version 1.
    Ed25519Sha256 = 1,
}

impl Suite {
    /// The suite that this version signs with.
    pub const CURRENT: Self = Self::Ed25519Sha256;

    /// The number on the wire.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The suite of a number.
    pub fn from_number(number: u8) -> Result<Self, TrustError> {
        match number {
            1 => Ok(Self::Ed25519Sha256),
            other => Err(TrustError::UnknownSuite(other)),
        }
    }
}

/// What a signature is for. The signed message is the tag, one zero byte, then the bytes; a tag
/// never contains a zero byte, so no message of one domain is a message of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain(&'static str);

impl Domain {
    /// Headers of batches of changes.
    pub const BATCH: Self = Self("linli/batch/1");
    /// Certificates of desks and devices.
    pub const CERTIFICATE: Self = Self("linli/certificate/1");
    /// Revocations of keys.
    pub const REVOCATION: Self = Self("linli/revocation/1");
    /// Editions of a district's reference data.
    pub const EDITION: Self = Self("linli/edition/1");
    /// Permanent drops of records.
    pub const TOMBSTONE: Self = Self("linli/tombstone/1");
    /// Checkpoints of a feed.
    pub const CHECKPOINT: Self = Self("linli/checkpoint/1");
    /// A server's statement of the time.
    pub const SERVER_TIME: Self = Self("linli/server-time/1");
    /// Permission to show protected data for a time without contact.
    pub const LEASE: Self = Self("linli/lease/1");
    /// Orders to erase a device's keys.
    pub const WIPE: Self = Self("linli/wipe/1");
    /// A device's statement that it has erased what an order named.
    pub const ERASURE_PROOF: Self = Self("linli/erasure-proof/1");
    /// A device's proof that it holds the key that it enrols.
    pub const ENROLMENT: Self = Self("linli/enrolment/1");
    /// Heads of an audit log.
    pub const AUDIT_HEAD: Self = Self("linli/audit-head/1");

    /// Every domain.
    pub const ALL: [Self; 12] = [
        Self::BATCH,
        Self::CERTIFICATE,
        Self::REVOCATION,
        Self::EDITION,
        Self::TOMBSTONE,
        Self::CHECKPOINT,
        Self::SERVER_TIME,
        Self::LEASE,
        Self::WIPE,
        Self::ERASURE_PROOF,
        Self::ENROLMENT,
        Self::AUDIT_HEAD,
    ];

    /// The tag.
    pub fn tag(self) -> &'static str {
        self.0
    }

    fn message(self, bytes: &[u8]) -> Vec<u8> {
        [self.0.as_bytes(), &[0], bytes].concat()
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.0
            .iter()
            .take(8)
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("..)")
    }
}

/// An Ed25519 public key as it stands on the wire. Whether it is a point is checked at use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// The id that names this key: a device or a desk.
    pub fn id(&self) -> KeyId {
        KeyId::of_public_key(&self.0)
    }

    /// The author of changes that this key signs in one epoch.
    pub fn actor(&self, epoch: u64) -> ActorId {
        ActorId::new(&self.id(), epoch)
    }

    /// Checks a signature strictly: no weak key, no malleable signature.
    pub fn verify(
        &self,
        domain: Domain,
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), TrustError> {
        self.verify_plain(&domain.message(bytes), signature)
    }

    /// The same key on the curve of key agreement (X25519, docs/adr/0019).
    pub(crate) fn agreement(&self) -> Result<[u8; 32], TrustError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(TrustError::BadKey)?;
        Ok(key.to_montgomery().to_bytes())
    }

    /// Checks a signature over bytes without a domain tag: for formats of others only (RFC 9421).
    pub(crate) fn verify_plain(
        &self,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), TrustError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(TrustError::BadKey)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(message, &signature)
            .map_err(|_| TrustError::BadSignature(self.id()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// A private key: erased when dropped, never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032's private key). The seed must come from a good source of
    /// randomness or from a key store.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The id of the public half.
    pub fn id(&self) -> KeyId {
        self.public().id()
    }

    /// Signs bytes for one purpose. The same key, domain and bytes give the same signature.
    pub fn sign(&self, domain: Domain, bytes: &[u8]) -> Signature {
        self.sign_plain(&domain.message(bytes))
    }

    /// Signs bytes without a domain tag: for formats of others only (RFC 9421).
    pub(crate) fn sign_plain(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }

    /// The private half of [`PublicKey::agreement`].
    pub(crate) fn agreement(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_scalar_bytes())
    }

    /// The seed, to put it into a key store.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ***)", self.id())
    }
}

#[cfg(test)]
mod tests;
