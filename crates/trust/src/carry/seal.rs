//! Sealing and opening, chunk by chunk.

use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::header::{LABEL_BYTES, begin_hash};
use super::{CHUNK_BYTES, CarryHeader, CarryLabel};
use crate::error::TrustError;
use crate::key::{PublicKey, SigningKey};

type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Encapped = <X25519HkdfSha256 as Kem>::EncappedKey;

/// What the seal is for; the label follows.
const PURPOSE: &[u8] = b"linli/carry/1\0";

/// Seals the chunks of a file.
pub struct CarrySealer {
    label: CarryLabel,
    key: [u8; 32],
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
    hash: Sha256,
    length: u64,
}

/// Opens the chunks of a file.
pub struct CarryOpener {
    context: AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
}

impl CarrySealer {
    /// Begins a file. `seed` is random and used for this file only.
    pub fn begin(
        label: CarryLabel,
        own: &SigningKey,
        to: &PublicKey,
        seed: [u8; 32],
    ) -> Result<Self, TrustError> {
        let seed = Zeroizing::new(seed);
        let bytes = label.encode()?;
        let mode = OpModeS::Auth((private(own)?, public(&own.public())?));
        let mut random = ChaCha20Rng::from_seed(*seed);
        let sender = hpke::setup_sender_with_rng::<_, _, X25519HkdfSha256>;
        let (key, context) = sender(&mode, &public(to)?, &info(&bytes), &mut random)
            .map_err(|_| TrustError::BadKey)?;
        let key = <[u8; 32]>::from(key.to_bytes());
        Ok(Self {
            hash: begin_hash(&bytes, &key),
            label,
            key,
            context,
            length: 0,
        })
    }

    /// Seals the next chunk; answers the bytes to write, its length first.
    pub fn chunk(&mut self, plain: &[u8]) -> Result<Vec<u8>, TrustError> {
        if plain.len() > CHUNK_BYTES {
            return Err(TrustError::Encode("chunk of a carried file"));
        }
        let sealed = self.context.seal(plain, &[]);
        let sealed = sealed.map_err(|_| TrustError::Encode("chunk of a carried file"))?;
        let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        let bytes = [&length.to_be_bytes()[..], &sealed].concat();
        self.hash.update(&bytes);
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(more);
        Ok(bytes)
    }

    /// The header, once every chunk is sealed.
    pub fn finish(self) -> CarryHeader {
        CarryHeader {
            label: self.label,
            key: self.key,
            length: self.length,
            digest: self.hash.finalize().into(),
        }
    }
}

impl CarryOpener {
    /// Begins to open a file that `from` has sealed. Whether it did shows at the first chunk.
    pub fn begin(
        header: &CarryHeader,
        own: &SigningKey,
        from: &PublicKey,
    ) -> Result<Self, TrustError> {
        let mode = OpModeR::Auth(public(from)?);
        let key = Encapped::from_bytes(&header.key).map_err(|_| TrustError::CarrySeal)?;
        let bytes = header.label.encode()?;
        let context = hpke::setup_receiver(&mode, &private(own)?, &key, &info(&bytes));
        Ok(Self {
            context: context.map_err(|_| TrustError::CarrySeal)?,
        })
    }

    /// Opens the next chunk, without the length before it.
    pub fn chunk(&mut self, sealed: &[u8]) -> Result<Vec<u8>, TrustError> {
        let opened = self.context.open(sealed, &[]);
        opened.map_err(|_| TrustError::CarrySeal)
    }
}

fn info(label: &[u8; LABEL_BYTES]) -> Vec<u8> {
    [PURPOSE, label].concat()
}

fn private(key: &SigningKey) -> Result<Private, TrustError> {
    Private::from_bytes(key.agreement().as_slice()).map_err(|_| TrustError::BadKey)
}

fn public(key: &PublicKey) -> Result<Public, TrustError> {
    Public::from_bytes(&key.agreement()?).map_err(|_| TrustError::BadKey)
}
