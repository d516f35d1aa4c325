//! What stands open in front of a carried file. It says nothing about residents.

use linli_model::{KeyId, OrgId};
use sha2::{Digest, Sha256};

use super::{CHUNK_BYTES, SEAL_BYTES};
use crate::error::TrustError;

/// Bytes of the whole header.
pub const HEADER_BYTES: usize = LABEL_BYTES + 32 + 8 + 32;
/// Bytes of the label.
pub(super) const LABEL_BYTES: usize = 8 + 1 + 1 + 16 + 16 + ORG_BYTES + 8;

const MAGIC: [u8; 8] = *b"LINLICRY";
/// Since 2026-11-23: the first one.
const FORMAT: u8 = 1;
/// The longest code of an organisation.
const ORG_BYTES: usize = 32;

/// Which way a file travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarryWay {
    /// From a device to its server.
    Out,
    /// The server's answer to such a file.
    Back,
}

/// From whom to whom a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryLabel {
    /// Which way.
    pub way: CarryWay,
    /// The device.
    pub device: KeyId,
    /// The desk key of the server.
    pub server: KeyId,
    /// The server's organisation, for the words of a refusal.
    pub org: OrgId,
    /// The device's number of this file; an answer bears that of the file it answers.
    pub sequence: u64,
}

/// The whole header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryHeader {
    /// From whom to whom.
    pub label: CarryLabel,
    /// The key of this file alone.
    pub(super) key: [u8; 32],
    /// Bytes that follow the header.
    pub length: u64,
    pub(super) digest: [u8; 32],
}

impl CarryLabel {
    /// The bytes that are bound to the seal.
    pub(super) fn encode(&self) -> Result<[u8; LABEL_BYTES], TrustError> {
        let org = self.org.as_str().as_bytes();
        if org.len() > ORG_BYTES {
            return Err(TrustError::Encode("organisation of a carried file"));
        }
        let way = match self.way {
            CarryWay::Out => 1,
            CarryWay::Back => 2,
        };
        let padding = [0u8; ORG_BYTES];
        let bytes = [
            &MAGIC[..],
            &[FORMAT, way],
            &self.device.0,
            &self.server.0,
            org,
            padding.get(org.len()..).unwrap_or_default(),
            &self.sequence.to_be_bytes(),
        ]
        .concat();
        <[u8; LABEL_BYTES]>::try_from(bytes.as_slice())
            .map_err(|_| TrustError::Encode("label of a carried file"))
    }
}

impl CarryHeader {
    /// The bytes at the beginning of the file.
    pub fn encode(&self) -> Result<[u8; HEADER_BYTES], TrustError> {
        let label = self.label.encode()?;
        let length = self.length.to_be_bytes();
        let bytes = [&label[..], &self.key, &length, &self.digest].concat();
        <[u8; HEADER_BYTES]>::try_from(bytes.as_slice())
            .map_err(|_| TrustError::Encode("header of a carried file"))
    }

    /// Reads the beginning of a file. Nothing is proved yet.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrustError> {
        let mut rest = bytes;
        if take::<8>(&mut rest) != Ok(MAGIC) {
            return Err(TrustError::NotCarried);
        }
        let [format, way] = take::<2>(&mut rest)?;
        if format != FORMAT {
            return Err(TrustError::CarryFormat(format));
        }
        let way = match way {
            1 => CarryWay::Out,
            2 => CarryWay::Back,
            _ => return Err(TrustError::CarryDamaged),
        };
        let (device, server) = (KeyId(take(&mut rest)?), KeyId(take(&mut rest)?));
        let org = take::<ORG_BYTES>(&mut rest)?;
        let end = org.iter().position(|byte| *byte == 0).unwrap_or(ORG_BYTES);
        let (code, padding) = org.split_at_checked(end).unwrap_or_default();
        let code = std::str::from_utf8(code).ok().filter(|_| is_zero(padding));
        let org = code.and_then(|code| code.parse().ok());
        let org = org.ok_or(TrustError::CarryDamaged)?;
        let sequence = u64::from_be_bytes(take(&mut rest)?);
        let label = CarryLabel {
            way,
            device,
            server,
            org,
            sequence,
        };
        let key = take(&mut rest)?;
        let length = u64::from_be_bytes(take(&mut rest)?);
        let digest = take(&mut rest)?;
        if !rest.is_empty() {
            return Err(TrustError::CarryDamaged);
        }
        Ok(Self {
            label,
            key,
            length,
            digest,
        })
    }

    /// Begins to check that a file came whole. That needs no key.
    pub fn check(&self) -> Result<CarryCheck, TrustError> {
        Ok(CarryCheck {
            hash: begin_hash(&self.label.encode()?, &self.key),
            length: 0,
            expected: self.length,
            digest: self.digest,
        })
    }

    /// How long the next sealed chunk is, from the bytes before it.
    pub fn chunk_length(bytes: [u8; super::LENGTH_BYTES]) -> Result<usize, TrustError> {
        let length = usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
        let is_possible = (SEAL_BYTES..=CHUNK_BYTES + SEAL_BYTES).contains(&length);
        is_possible
            .then_some(length)
            .ok_or(TrustError::CarryDamaged)
    }
}

/// Whether what follows a header is what it names.
#[derive(Debug)]
pub struct CarryCheck {
    hash: Sha256,
    length: u64,
    expected: u64,
    digest: [u8; 32],
}

impl CarryCheck {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(more);
    }

    /// After the last byte.
    pub fn finish(self) -> Result<(), TrustError> {
        let found: [u8; 32] = self.hash.finalize().into();
        let is_whole = self.length == self.expected && found == self.digest;
        is_whole.then_some(()).ok_or(TrustError::CarryDamaged)
    }
}

pub(super) fn begin_hash(label: &[u8; LABEL_BYTES], key: &[u8; 32]) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(key);
    hash
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], TrustError> {
    let (taken, left) = rest.split_first_chunk().ok_or(TrustError::CarryDamaged)?;
    *rest = left;
    Ok(*taken)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
