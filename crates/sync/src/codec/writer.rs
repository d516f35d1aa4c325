//! Writing frames into one compressed stream.

use std::fmt;

use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation, OutBuffer};

use super::HEAD_BYTES;
use crate::error::SyncError;
use crate::limits;

/// How much room the compressor is given at once.
const CHUNK: usize = 16 * 1024;

/// Compresses frames as they are written. What is compressed can be taken at any time, so that a
/// response leaves page by page.
pub struct FrameWriter {
    deflate: Encoder<'static>,
    out: Vec<u8>,
    inflated: u64,
    taken: u64,
}

impl fmt::Debug for FrameWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameWriter")
            .field("inflated", &self.inflated)
            .finish_non_exhaustive()
    }
}

impl FrameWriter {
    /// A writer of one body.
    pub fn new() -> Result<Self, SyncError> {
        let mut deflate = Encoder::new(limits::WIRE_LEVEL)?;
        deflate.set_parameter(CParameter::WindowLog(limits::WINDOW_LOG))?;
        // The transport has its own integrity check and every change is hashed: no checksum.
        deflate.set_parameter(CParameter::ChecksumFlag(false))?;
        Ok(Self {
            deflate,
            out: Vec::new(),
            inflated: 0,
            taken: 0,
        })
    }

    /// Writes one frame. Its content must be within the cap of its kind.
    pub fn push(&mut self, kind: u8, body: &[u8]) -> Result<(), SyncError> {
        let cap = crate::frames::frame_cap(kind);
        let length = u32::try_from(body.len())
            .ok()
            .filter(|_| body.len() <= cap)
            .ok_or_else(|| SyncError::too_large("frame", body.len(), cap))?;
        let [a, b, c, d] = length.to_be_bytes();
        self.write(&[kind, a, b, c, d])?;
        self.write(body)?;
        self.inflated += (HEAD_BYTES + body.len()) as u64;
        Ok(())
    }

    /// Ends the block at hand, so that the reader can have every frame written so far.
    pub fn flush(&mut self) -> Result<(), SyncError> {
        self.drain(Encoder::flush)
    }

    /// Takes what is compressed so far. What is still inside the compressor comes later.
    pub fn take(&mut self) -> Vec<u8> {
        self.taken += self.out.len() as u64;
        std::mem::take(&mut self.out)
    }

    /// Ends the stream and gives what was not taken yet.
    pub fn finish(mut self) -> Result<Vec<u8>, SyncError> {
        self.drain(|deflate, out| deflate.finish(out, true))?;
        Ok(self.out)
    }

    /// Bytes of all frames written so far, before compression.
    pub fn inflated_bytes(&self) -> u64 {
        self.inflated
    }

    /// Compressed bytes that have left the compressor so far.
    pub fn wire_bytes(&self) -> u64 {
        self.taken + self.out.len() as u64
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SyncError> {
        let mut input = InBuffer::around(bytes);
        while input.pos() < bytes.len() {
            self.step(|deflate, out| deflate.run(&mut input, out))?;
        }
        Ok(())
    }

    fn drain(
        &mut self,
        mut step: impl FnMut(&mut Encoder<'static>, &mut OutBuffer<'_, [u8]>) -> std::io::Result<usize>,
    ) -> Result<(), SyncError> {
        while self.step(&mut step)? > 0 {}
        Ok(())
    }

    fn step(
        &mut self,
        step: impl FnOnce(&mut Encoder<'static>, &mut OutBuffer<'_, [u8]>) -> std::io::Result<usize>,
    ) -> Result<usize, SyncError> {
        let mut chunk = [0u8; CHUNK];
        let mut out = OutBuffer::around(chunk.as_mut_slice());
        let left = step(&mut self.deflate, &mut out)?;
        self.out.extend_from_slice(out.as_slice());
        Ok(left)
    }
}
