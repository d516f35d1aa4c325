//! Frames inside one zstd stream.
//!
//! A frame is one byte of kind, four bytes of length (big-endian) and that many bytes of CBOR. A
//! body is any number of frames in one zstd frame with a window of at most 256 KiB. Kinds from 128
//! may be skipped by a reader that does not know them; any other unknown kind is refused.
//!
//! Nothing is inflated ahead of what is asked for: the reader holds one buffer of 32 KiB and the
//! frame that it is putting together, and it refuses a frame by its header before it holds it.

mod cbor;
mod reader;
mod writer;

pub(crate) use cbor::{Bounded, Bytes, Text, check_shape};
pub use reader::{Caps, FrameReader, RawFrame};
pub use writer::FrameWriter;

/// Kinds from this number on may be skipped by a reader that does not know them.
pub const SKIPPABLE: u8 = 128;

/// Bytes before a frame's content: kind and length.
pub const HEAD_BYTES: usize = 5;

#[cfg(test)]
mod tests;
