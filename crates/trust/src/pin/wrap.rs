//! Data keys, their wraps and their sub-keys.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use linli_model::{GridCode, KeyId, StaffId};
use minicbor::{Decode, Encode};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::stretch::VERSION;
use super::{PinError, Stretched};
use crate::cbor;
use crate::secret::Secret;

/// What a data key is for on a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPlace {
    /// `device.db`.
    Device,
    /// The database and files of one grid.
    Grid(GridCode),
}

/// Where a wrap belongs. A wrap that is copied to another place, person or device does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapContext {
    /// The device.
    pub device: KeyId,
    /// Whose PIN or passphrase it is.
    pub staff: StaffId,
    /// What the wrapped key is for.
    pub place: KeyPlace,
}

impl WrapContext {
    /// Unambiguous: codes hold no zero byte and no slash.
    fn info(&self) -> Vec<u8> {
        let (kind, grid) = match &self.place {
            KeyPlace::Device => ("device", ""),
            KeyPlace::Grid(grid) => ("grid", grid.as_str()),
        };
        let parts = [
            b"linli/kek/1".as_slice(),
            &self.device.0,
            self.staff.as_str().as_bytes(),
            kind.as_bytes(),
            grid.as_bytes(),
            &[VERSION],
        ];
        parts.join(&0)
    }
}

/// A data key under one staff member's lock.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WrappedKey {
    #[n(0)]
    version: u8,
    #[cbor(n(1), with = "cbor::fixed")]
    nonce: [u8; 24],
    #[cbor(n(2), with = "cbor::fixed")]
    sealed: [u8; 48],
}

impl WrappedKey {
    /// The bytes to store.
    pub fn encode(&self) -> Result<Vec<u8>, PinError> {
        Ok(cbor::encode("wrapped key", self)?)
    }

    /// Reads stored bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, PinError> {
        let wrapped: Self = cbor::decode("wrapped key", bytes, 128)?;
        if wrapped.version != VERSION {
            return Err(PinError::BadParameters);
        }
        Ok(wrapped)
    }
}

impl Stretched {
    /// Wraps a data key. `nonce` is random and never used twice.
    pub fn wrap(
        &self,
        key: &DataKey,
        context: &WrapContext,
        nonce: [u8; 24],
    ) -> Result<WrappedKey, PinError> {
        let info = context.info();
        let payload = Payload {
            msg: key.0.expose(),
            aad: &info,
        };
        let sealed = self
            .cipher(&info)?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| PinError::DoesNotOpen)?;
        Ok(WrappedKey {
            version: VERSION,
            nonce,
            sealed: sealed.try_into().map_err(|_| PinError::DoesNotOpen)?,
        })
    }

    /// Opens a wrap: this is the test of a guess.
    pub fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<DataKey, PinError> {
        let info = context.info();
        let payload = Payload {
            msg: &wrapped.sealed,
            aad: &info,
        };
        let opened = self
            .cipher(&info)?
            .decrypt(&XNonce::from(wrapped.nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| PinError::DoesNotOpen)?;
        let bytes: [u8; 32] = opened
            .as_slice()
            .try_into()
            .map_err(|_| PinError::DoesNotOpen)?;
        Ok(DataKey::new(bytes))
    }

    fn cipher(&self, info: &[u8]) -> Result<XChaCha20Poly1305, PinError> {
        let mut kek = Zeroizing::new([0u8; 32]);
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(info, kek.as_mut_slice())
            .map_err(|_| PinError::BadParameters)?;
        Ok(XChaCha20Poly1305::new((&*kek).into()))
    }
}

/// What a sub-key of a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// The raw key of the `SQLCipher` database.
    Database,
    /// Photos and other files.
    Blobs,
    /// The outbox that survives an erasure.
    Mailbox,
}

/// A random key that protects one place. Never stored as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataKey(Secret<32>);

impl DataKey {
    /// Takes 32 random bytes over.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key of one purpose: HKDF-SHA-256 (RFC 5869) without salt.
    pub fn sub_key(&self, purpose: KeyPurpose) -> Result<Secret<32>, PinError> {
        let info: &[u8] = match purpose {
            KeyPurpose::Database => b"linli/sub/database/1",
            KeyPurpose::Blobs => b"linli/sub/blobs/1",
            KeyPurpose::Mailbox => b"linli/sub/mailbox/1",
        };
        let mut key = Zeroizing::new([0u8; 32]);
        Hkdf::<Sha256>::new(None, self.0.expose())
            .expand(info, key.as_mut_slice())
            .map_err(|_| PinError::BadParameters)?;
        Ok(Secret::new(*key))
    }
}
