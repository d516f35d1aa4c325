//! The envelope of every signed item that is not a batch: certificate, revocation, edition,
//! tombstone, checkpoint, server time, lease, wipe order, proof of erasure, audit
//! head.
//!
//! An item is `{0: body bytes, 1: signature}`; the body is a canonical CBOR map with numbered fields,
//! field 0 the [`Suite`](crate::Suite). **Rule for unknown fields:** numbers are never reused; a body may end with
//! fields that this version does not know; they are ignored when read, covered by the signature, and
//! kept, because the body's bytes are stored and sent on exactly as they came. A change that older
//! versions must not ignore gets a new domain tag.

mod reason;

use std::fmt;
use std::ops::Deref;

use linli_model::KeyId;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, PublicKey, Signature, SigningKey};

pub use reason::ReasonCode;

/// The content of a signed item.
pub trait SignedBody: Encode<()> + for<'b> Decode<'b, ()> {
    /// What its signature is for.
    const DOMAIN: Domain;
    /// Its name in errors.
    const NAME: &'static str;
    /// Most bytes of the encoded body.
    const MAX_BYTES: usize = 1024;

    /// The key that must have signed it.
    fn signer(&self) -> KeyId;

    /// What must hold for the fields by themselves. Checked when sealing and when decoding.
    fn check(&self) -> Result<(), TrustError> {
        Ok(())
    }
}

/// A body with the bytes that were signed and the signature. Reads like the body itself.
///
/// Decoding does not verify: call [`Signed::verify`] or, with the chain of certificates,
/// [`CertificateStore`](crate::CertificateStore).
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<B> {
    body: B,
    bytes: Vec<u8>,
    signature: Signature,
}

impl<B: SignedBody> Signed<B> {
    /// Signs a body that names the key as its signer.
    pub fn seal(body: B, key: &SigningKey) -> Result<Self, TrustError> {
        if body.signer() != key.id() {
            return Err(TrustError::WrongKey {
                named: body.signer(),
                used: key.id(),
            });
        }
        body.check()?;
        let bytes = cbor::encode(B::NAME, &body)?;
        if bytes.len() > B::MAX_BYTES {
            return Err(TrustError::TooLarge {
                what: B::NAME,
                limit: B::MAX_BYTES,
            });
        }
        let signature = key.sign(B::DOMAIN, &bytes);
        Ok(Self {
            body,
            bytes,
            signature,
        })
    }

    /// Puts a stored or received item together again. The signature is not verified yet.
    pub fn from_parts(bytes: Vec<u8>, signature: Signature) -> Result<Self, TrustError> {
        let body: B = cbor::decode_suited(B::NAME, &bytes, B::MAX_BYTES)?;
        body.check()?;
        Ok(Self {
            body,
            bytes,
            signature,
        })
    }

    /// Reads what [`Signed::encode`] wrote. The signature is not verified yet.
    pub fn decode(envelope: &[u8]) -> Result<Self, TrustError> {
        let Envelope { bytes, signature } =
            cbor::decode(B::NAME, envelope, B::MAX_BYTES.saturating_add(80))?;
        Self::from_parts(bytes.to_vec(), signature)
    }

    /// The item as one byte string, for storage and the wire.
    pub fn encode(&self) -> Result<Vec<u8>, TrustError> {
        cbor::encode(
            B::NAME,
            &Envelope {
                bytes: &self.bytes,
                signature: self.signature,
            },
        )
    }

    /// Checks that `key` is the signer and that its signature fits.
    pub fn verify(&self, key: &PublicKey) -> Result<(), TrustError> {
        if key.id() != self.body.signer() {
            return Err(TrustError::WrongKey {
                named: self.body.signer(),
                used: key.id(),
            });
        }
        key.verify(B::DOMAIN, &self.bytes, &self.signature)
    }

    /// What was signed, readable.
    pub fn body(&self) -> &B {
        &self.body
    }

    /// The bytes that were signed, with fields that this version may not know.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The signature over domain and bytes.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// SHA-256 of the signed bytes: names this item among others.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl<B> Deref for Signed<B> {
    type Target = B;
    fn deref(&self) -> &B {
        &self.body
    }
}

impl<B: fmt::Debug> fmt::Debug for Signed<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.body.fmt(f)
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Envelope<'b> {
    #[cbor(b(0), with = "minicbor::bytes")]
    bytes: &'b [u8],
    #[cbor(n(1), with = "cbor::fixed", has_nil)]
    signature: Signature,
}

#[cfg(test)]
mod tests;
