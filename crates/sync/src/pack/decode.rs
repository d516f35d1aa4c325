//! Reading a pack as its bytes arrive, one frame in memory at a time.

use sha2::{Digest as _, Sha256};
use zstd::zstd_safe::DParameter;

use super::header::{HEAD, PackFrame, PackHeader};
use super::{MAGIC, PackedRecord, frame};
use crate::error::SyncError;
use crate::limits;

const NAME: &str = "pack";

/// Something that the caller makes durable before it asks for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackEvent {
    /// The header. Compare its [`hash`](PackHeader::hash) with the signed checkpoint, and keep it
    /// to resume.
    Header(PackHeader),
    /// The records of a frame, which was proved by the header. Store them with the number of the
    /// next frame in one transaction.
    Frame {
        /// The frame's number, from 0.
        number: usize,
        /// Its records.
        records: Vec<PackedRecord>,
    },
}

/// A pack that is being read.
#[derive(Debug)]
pub struct PackReader {
    header: Option<PackHeader>,
    next: usize,
    buffer: Vec<u8>,
    failed: Option<SyncError>,
}

impl Default for PackReader {
    fn default() -> Self {
        Self::new()
    }
}

impl PackReader {
    /// A reader from the beginning of the file.
    pub fn new() -> Self {
        Self {
            header: None,
            next: 0,
            buffer: Vec::new(),
            failed: None,
        }
    }

    /// A reader of the bytes from [`PackHeader::offset_of`] this frame on.
    pub fn resume(header: PackHeader, frame: usize) -> Self {
        Self {
            header: Some(header),
            next: frame,
            ..Self::new()
        }
    }

    /// The next event, taking from `input` what is needed for it. `None`: all of `input` was taken
    /// and more is needed, or the pack is complete.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<PackEvent>, SyncError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = self.advance(input);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }

    /// Checks that every frame was read.
    pub fn finish(&self) -> Result<(), SyncError> {
        match (&self.failed, &self.header) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(header)) if self.next >= header.frames.len() && self.buffer.is_empty() => {
                Ok(())
            }
            (None, _) => Err(SyncError::Cut),
        }
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<Option<PackEvent>, SyncError> {
        let Some(header) = &self.header else {
            return self.header(input);
        };
        let Some(frame) = header.frames.get(self.next).cloned() else {
            return if input.is_empty() {
                Ok(None)
            } else {
                Err(SyncError::malformed(NAME, "bytes after the last frame"))
            };
        };
        if !take(&mut self.buffer, input, frame.bytes as usize) {
            return Ok(None);
        }
        let records = open(&frame, &self.buffer)?;
        self.buffer.clear();
        let number = self.next;
        self.next += 1;
        Ok(Some(PackEvent::Frame { number, records }))
    }

    fn header(&mut self, input: &mut &[u8]) -> Result<Option<PackEvent>, SyncError> {
        if !take(&mut self.buffer, input, HEAD) {
            return Ok(None);
        }
        let length = self
            .buffer
            .strip_prefix(&MAGIC)
            .and_then(<[u8]>::first_chunk);
        let length = length.ok_or_else(|| SyncError::malformed(NAME, "not a pack"))?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > limits::PACK_HEADER_BYTES {
            let cap = limits::PACK_HEADER_BYTES;
            return Err(SyncError::too_large("pack header", length, cap));
        }
        if !take(&mut self.buffer, input, HEAD + length) {
            return Ok(None);
        }
        let header = PackHeader::decode_body(self.buffer.get(HEAD..).unwrap_or_default())?;
        if header.encode()? != self.buffer {
            return Err(SyncError::malformed(NAME, "a header with unknown fields"));
        }
        self.buffer.clear();
        self.header = Some(header.clone());
        Ok(Some(PackEvent::Header(header)))
    }
}

/// Fills the buffer up to `size` from the input. False: the input was not enough.
fn take(buffer: &mut Vec<u8>, input: &mut &[u8], size: usize) -> bool {
    let missing = size.saturating_sub(buffer.len());
    let (part, rest) = input.split_at_checked(missing).unwrap_or((input, &[]));
    buffer.extend_from_slice(part);
    *input = rest;
    buffer.len() >= size
}

/// Proves, inflates and reads a frame.
fn open(frame: &PackFrame, bytes: &[u8]) -> Result<Vec<PackedRecord>, SyncError> {
    if <[u8; 32]>::from(Sha256::digest(bytes)) != frame.sha256 {
        return Err(SyncError::malformed(
            NAME,
            "a frame that is not the one of the header",
        ));
    }
    let mut inflate = zstd::bulk::Decompressor::new()?;
    inflate.set_parameter(DParameter::WindowLogMax(limits::PACK_WINDOW_LOG))?;
    let plain = inflate.decompress(bytes, frame.inflated as usize)?;
    if plain.len() != frame.inflated as usize {
        return Err(SyncError::malformed(NAME, "a frame of another size"));
    }
    frame::decode(&plain, frame.records as usize)
}
