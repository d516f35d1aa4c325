//! What a pack holds and how each of its frames is proved.

use linli_model::Scope;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use super::MAGIC;
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::frames::{Generation, get, put, scope};
use crate::limits;

const NAME: &str = "pack header";
/// Magic and length.
pub(super) const HEAD: usize = 12;

/// The header of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackHeader {
    /// The scope that it holds.
    pub scope: Scope,
    /// The place of the feed up to which it is complete: the receiver's place afterwards.
    pub at_seq: u64,
    /// The generation of the server that made it.
    pub generation: Generation,
    /// How many records it holds.
    pub count: u64,
    /// Its frames, in order.
    pub frames: Vec<PackFrame>,
}

/// One frame of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFrame {
    /// SHA-256 of its compressed bytes.
    pub sha256: [u8; 32],
    /// How many compressed bytes it has.
    pub bytes: u32,
    /// How many bytes it has when inflated.
    pub inflated: u32,
    /// How many records it holds.
    pub records: u32,
}

#[derive(Encode, Decode)]
struct HeaderMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    at_seq: u64,
    #[n(2)]
    generation: u64,
    #[n(3)]
    count: u64,
    #[n(4)]
    frames: Bounded<FrameMsg, { limits::PACK_FRAMES }>,
}

#[derive(Encode, Decode)]
struct FrameMsg {
    #[n(0)]
    sha256: ByteArray<32>,
    #[n(1)]
    bytes: u32,
    #[n(2)]
    inflated: u32,
    #[n(3)]
    records: u32,
}

impl PackHeader {
    /// The beginning of the file: magic, length and header.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        let frames = self.frames.iter().map(|frame| FrameMsg {
            sha256: frame.sha256.into(),
            bytes: frame.bytes,
            inflated: frame.inflated,
            records: frame.records,
        });
        let msg = HeaderMsg {
            scope: Text(self.scope.to_string()),
            at_seq: self.at_seq,
            generation: self.generation,
            count: self.count,
            frames: Bounded(frames.collect()),
        };
        let body = put(NAME, &msg)?;
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        Ok([&MAGIC[..], &length, &body].concat())
    }

    /// Reads the header's CBOR, without magic and length.
    pub(super) fn decode_body(body: &[u8]) -> Result<Self, SyncError> {
        let msg: HeaderMsg = get(NAME, body)?;
        let frames = msg.frames.0.into_iter().map(|frame| PackFrame {
            sha256: frame.sha256.into(),
            bytes: frame.bytes,
            inflated: frame.inflated,
            records: frame.records,
        });
        let header = Self {
            scope: scope(NAME, &msg.scope.0)?,
            at_seq: msg.at_seq,
            generation: msg.generation,
            count: msg.count,
            frames: frames.collect(),
        };
        let counted = header
            .frames
            .iter()
            .map(|frame| u64::from(frame.records))
            .sum::<u64>();
        let is_within = header.frames.iter().all(|frame| {
            let size = frame.inflated as usize;
            let records = frame.records as usize;
            size <= limits::PACK_FRAME_BYTES
                && frame.bytes as usize <= limits::PACK_FRAME_BYTES + 1024
                && (1..=limits::PACK_FRAME_RECORDS).contains(&records)
        });
        if counted != header.count || !is_within {
            return Err(SyncError::malformed(NAME, "counts or sizes that cannot be"));
        }
        Ok(header)
    }

    /// What a checkpoint signs: SHA-256 of the beginning of the file. It covers every frame.
    pub fn hash(&self) -> Result<[u8; 32], SyncError> {
        Ok(Sha256::digest(self.encode()?).into())
    }

    /// Where a frame begins in the file; for the number of frames, where the file ends.
    pub fn offset_of(&self, frame: usize) -> Result<u64, SyncError> {
        let before = self
            .frames
            .iter()
            .take(frame)
            .map(|frame| u64::from(frame.bytes));
        Ok(self.encode()?.len() as u64 + before.sum::<u64>())
    }

    /// How many bytes the whole file has.
    pub fn file_bytes(&self) -> Result<u64, SyncError> {
        self.offset_of(self.frames.len())
    }
}
