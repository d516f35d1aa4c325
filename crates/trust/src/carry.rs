//! The seal of a file that somebody carries between a device and its community's server
//! (docs/adr/0019).
//!
//! ```text
//! header   label: magic, format, way, device, server, organisation, sequence
//!          key of this file, length and SHA-256 of what follows
//! chunk    length (4 bytes), sealed bytes
//! chunk    ...
//! ```
//! HPKE (RFC 9180) in its authenticated mode: only the receiver's key opens it, and only if the sender
//! that the label names has sealed it. The keys are those that device and server know of each other
//! already, on the curve of key agreement. The label is bound to the seal; chunks open in their order
//! and no other. That the last chunk is there is for the content to say.

mod header;
mod seal;

pub use header::{CarryCheck, CarryHeader, CarryLabel, CarryWay, HEADER_BYTES};
pub use seal::{CarryOpener, CarrySealer};

/// Most bytes of a chunk before it is sealed.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that the seal adds to a chunk.
pub const SEAL_BYTES: usize = 16;
/// Bytes that stand before a chunk: the length of what is sealed, the highest byte first.
pub const LENGTH_BYTES: usize = 4;

#[cfg(test)]
mod tests;
