//! Inflating and cutting frames, as the bytes arrive.

use std::fmt;

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::HEAD_BYTES;
use crate::error::SyncError;
use crate::limits;

/// How much is inflated at once.
const CHUNK: usize = 32 * 1024;

/// One frame, not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFrame {
    /// The number of its kind.
    pub kind: u8,
    /// Its content: CBOR.
    pub body: Vec<u8>,
}

/// What a reader accepts.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Largest content of a frame of this kind, in bytes.
    pub frame: fn(u8) -> usize,
    /// Most inflated bytes of the whole body.
    pub body: u64,
    /// Most compressed bytes of the whole body.
    pub wire: u64,
}

impl Caps {
    /// What a server accepts of a request.
    pub fn request() -> Self {
        Self {
            frame: crate::frames::frame_cap,
            body: limits::REQUEST_BYTES,
            wire: limits::WIRE_BYTES,
        }
    }

    /// What a client accepts of a response. A response may exceed the `max_bytes` that was asked
    /// for by what cannot be divided: a control item and a group of changes.
    pub fn response(max_bytes: u32) -> Self {
        let slack = limits::CONTROL_ITEM_BYTES + limits::PAGE_FRAME_BYTES;
        Self {
            frame: crate::frames::frame_cap,
            body: (u64::from(max_bytes) + slack as u64).min(limits::RESPONSE_BYTES),
            wire: limits::WIRE_BYTES,
        }
    }
}

/// Reads frames from a compressed stream that arrives in pieces.
///
/// After an error the reader gives that error again: a damaged stream is not picked up in the
/// middle.
pub struct FrameReader {
    inflate: Decoder<'static>,
    caps: Caps,
    chunk: Vec<u8>,
    /// What of `chunk` is inflated and not yet taken.
    from: usize,
    to: usize,
    /// Whether the last run of the decoder filled its whole output, so that it may hold more.
    more_inside: bool,
    inflated: u64,
    wire: u64,
    ended: bool,
    head: Vec<u8>,
    frame: Option<(RawFrame, usize)>,
    failed: Option<SyncError>,
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameReader")
            .field("wire", &self.wire)
            .field("inflated", &self.inflated)
            .field("ended", &self.ended)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl FrameReader {
    /// A reader of one body.
    pub fn new(caps: Caps) -> Result<Self, SyncError> {
        let mut inflate = Decoder::new()?;
        inflate.set_parameter(DParameter::WindowLogMax(limits::WINDOW_LOG))?;
        Ok(Self {
            inflate,
            caps,
            chunk: vec![0; CHUNK],
            from: 0,
            to: 0,
            more_inside: false,
            inflated: 0,
            wire: 0,
            ended: false,
            head: Vec::with_capacity(HEAD_BYTES),
            frame: None,
            failed: None,
        })
    }

    /// The next whole frame, taking from `input` what is needed for it. `None`: all of `input` was
    /// taken and the frame is not complete yet, or the body is at its end.
    ///
    /// Call it again with the same slice until it gives `None`, then with the next piece.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<RawFrame>, SyncError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = self.advance(input);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }

    /// Checks that the body is complete: the compressed stream ended, and with it a frame.
    pub fn finish(&self) -> Result<(), SyncError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None if self.ended && self.is_between_frames() => Ok(()),
            None => Err(SyncError::Cut),
        }
    }

    /// Compressed bytes taken so far.
    pub fn wire_bytes(&self) -> u64 {
        self.wire
    }

    /// Inflated bytes so far.
    pub fn inflated_bytes(&self) -> u64 {
        self.inflated
    }

    fn is_between_frames(&self) -> bool {
        self.head.is_empty() && self.frame.is_none() && self.from == self.to
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<Option<RawFrame>, SyncError> {
        loop {
            if let Some(frame) = self.assemble()? {
                return Ok(Some(frame));
            }
            if !self.inflate(input)? {
                return Ok(None);
            }
        }
    }

    /// Moves inflated bytes into the frame at hand; a frame when it is complete.
    fn assemble(&mut self) -> Result<Option<RawFrame>, SyncError> {
        loop {
            if let Some((mut frame, need)) = self.frame.take() {
                let ready = self.chunk.get(self.from..self.to).unwrap_or_default();
                let part = ready.get(..need - frame.body.len()).unwrap_or(ready);
                frame.body.extend_from_slice(part);
                self.from += part.len();
                if frame.body.len() == need {
                    return Ok(Some(frame));
                }
                self.frame = Some((frame, need));
                return Ok(None);
            }
            let ready = self.chunk.get(self.from..self.to).unwrap_or_default();
            let part = ready.get(..HEAD_BYTES - self.head.len()).unwrap_or(ready);
            self.head.extend_from_slice(part);
            self.from += part.len();
            let [kind, a, b, c, d] = *self.head.as_slice() else {
                return Ok(None);
            };
            let need = u32::from_be_bytes([a, b, c, d]) as usize;
            let cap = (self.caps.frame)(kind);
            if need > cap {
                return Err(SyncError::too_large("frame", need, cap));
            }
            self.head.clear();
            // Its size was just accepted: taken at once, it is never copied into a larger place.
            let body = Vec::with_capacity(need);
            self.frame = Some((RawFrame { kind, body }, need));
        }
    }

    /// Inflates once. False: there is nothing left to inflate.
    fn inflate(&mut self, input: &mut &[u8]) -> Result<bool, SyncError> {
        if self.ended {
            return if input.is_empty() {
                Ok(false)
            } else {
                Err(SyncError::Stream("bytes after the end".to_owned()))
            };
        }
        if input.is_empty() && !self.more_inside {
            return Ok(false);
        }
        let status = self.inflate.run_on_buffers(input, &mut self.chunk)?;
        *input = input.get(status.bytes_read..).unwrap_or_default();
        self.from = 0;
        self.to = status.bytes_written;
        self.more_inside = status.bytes_written == self.chunk.len();
        self.ended = status.remaining == 0;
        self.wire += status.bytes_read as u64;
        self.inflated += status.bytes_written as u64;
        cap("compressed body", self.wire, self.caps.wire)?;
        cap("body", self.inflated, self.caps.body)?;
        Ok(status.bytes_read > 0 || status.bytes_written > 0)
    }
}

fn cap(what: &'static str, size: u64, cap: u64) -> Result<(), SyncError> {
    if size > cap {
        return Err(SyncError::TooLarge { what, size, cap });
    }
    Ok(())
}
