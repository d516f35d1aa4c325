//! Writing a pack, one frame in memory at a time.

use linli_model::Scope;
use sha2::{Digest as _, Sha256};
use zstd::zstd_safe::CParameter;

use super::header::{PackFrame, PackHeader};
use super::{LEVEL, PackRecord, frame};
use crate::error::SyncError;
use crate::frames::Generation;
use crate::limits;

/// The compressor's tables as a power of two: what a frame of [`limits::PACK_GROUP_BYTES`] needs. Left to
/// itself the level takes 16 MiB for them.
const TABLE_LOG: u32 = 18;

/// Writes a pack. Its frames are appended to a file as they are finished; the header, which goes
/// before them, is known at the end.
#[derive(Debug)]
pub struct PackEncoder {
    header: PackHeader,
    level: i32,
    group: Vec<PackRecord>,
    group_bytes: usize,
}

impl PackEncoder {
    /// Begins a pack of a scope as it is at a place of its feed.
    pub fn new(scope: Scope, at_seq: u64, generation: Generation) -> Self {
        Self::with_level(scope, at_seq, generation, LEVEL)
    }

    /// Begins a pack with another compression level.
    pub fn with_level(scope: Scope, at_seq: u64, generation: Generation, level: i32) -> Self {
        Self {
            header: PackHeader {
                scope,
                at_seq,
                generation,
                count: 0,
                frames: Vec::new(),
            },
            level,
            group: Vec::new(),
            group_bytes: 0,
        }
    }

    /// Adds a record. Gives the bytes of a frame when one is full: append them to the file.
    ///
    /// Records of one kind beside each other compress best.
    pub fn push(&mut self, record: PackRecord) -> Result<Option<Vec<u8>>, SyncError> {
        // Ids, columns and heads that stand outside the document.
        let size = record.snapshot.len() + record.heads.len() * 32 + 96;
        if size + 1024 > limits::PACK_FRAME_BYTES {
            let cap = limits::PACK_FRAME_BYTES - 1024;
            return Err(SyncError::too_large("document of a pack", size, cap));
        }
        let is_full = self.group_bytes + size > limits::PACK_GROUP_BYTES
            || self.group.len() == limits::PACK_FRAME_RECORDS;
        let done = if is_full { self.end_frame()? } else { None };
        self.group_bytes += size;
        self.group.push(record);
        Ok(done)
    }

    /// Ends the frame that is being filled, so that a receiver can make durable what it has so far.
    pub fn end_frame(&mut self) -> Result<Option<Vec<u8>>, SyncError> {
        if self.group.is_empty() {
            return Ok(None);
        }
        if self.header.frames.len() == limits::PACK_FRAMES {
            let cap = limits::PACK_FRAMES;
            return Err(SyncError::too_large("number of pack frames", cap + 1, cap));
        }
        let plain = frame::encode(&self.group)?;
        let mut deflate = zstd::bulk::Compressor::new(self.level)?;
        deflate.set_parameter(CParameter::WindowLog(limits::PACK_WINDOW_LOG))?;
        deflate.set_parameter(CParameter::HashLog(TABLE_LOG))?;
        deflate.set_parameter(CParameter::ChainLog(TABLE_LOG))?;
        let bytes = deflate.compress(&plain)?;
        self.header.count += self.group.len() as u64;
        self.header.frames.push(PackFrame {
            sha256: Sha256::digest(&bytes).into(),
            bytes: small(bytes.len()),
            inflated: small(plain.len()),
            records: small(self.group.len()),
        });
        self.group.clear();
        self.group_bytes = 0;
        Ok(Some(bytes))
    }

    /// Ends the pack: the last frame, if any, and the header.
    pub fn finish(mut self) -> Result<(Option<Vec<u8>>, PackHeader), SyncError> {
        let last = self.end_frame()?;
        Ok((last, self.header))
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
