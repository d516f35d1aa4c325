//! Packs: every document of a scope in one file, for a first install or a device that is too far
//! behind.
//!
//! ```text
//! "LINLIPK1" | length of the header, 4 bytes big-endian | header (CBOR) | frame | frame | …
//! ```
//! A frame is one zstd frame of about 512 KiB of records before compression, some 100 KB after it;
//! it needs no other one to be read, so that a receiver stores one frame per transaction and resumes after a cut with a byte
//! range. The header names the SHA-256 of every frame; the SHA-256 of the header is what a
//! checkpoint signs. So each frame is proved before it is inflated, and nothing has to wait for the
//! whole file.
//!
//! What does not compress is what a pack is made of, and that is hashes. A document with a short
//! history travels as its changes without any hash; one with a long history as it is stored,
//! without its first eight bytes (a constant and the beginning of its hash) and without naming
//! heads that stand in it anyway. The receiver gets the same document either way.

mod decode;
mod encode;
mod frame;
mod header;
mod thin;

use linli_model::{ChangeHash, GridCode, RecordId, RecordKind};
use linli_records::Document;

use crate::error::SyncError;

pub use decode::{PackEvent, PackReader};
pub use encode::PackEncoder;
pub use header::{PackFrame, PackHeader};

/// The first bytes of a pack of version 1.
pub const MAGIC: [u8; 8] = *b"LINLIPK1";

/// The compression level of frames: the smallest on a year of a grid, 1.33 times its rows at level 3;
/// level 9 is 1.43, level 19 is 1.37 (`tests/pack_size.rs`).
pub const LEVEL: i32 = 17;

/// One document of a pack.
#[derive(Clone, PartialEq, Eq)]
pub struct PackRecord {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Its home grid.
    pub home: GridCode,
    /// Its heads, ascending: what the snapshot must load to.
    pub heads: Vec<ChangeHash>,
    /// The whole document, not compressed.
    pub snapshot: Vec<u8>,
}

/// Without the document: what is written in a record does not belong in a log.
impl std::fmt::Debug for PackRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackRecord")
            .field("record", &self.record)
            .field("kind", &self.kind)
            .field("bytes", &self.snapshot.len())
            .finish_non_exhaustive()
    }
}

/// One document as it comes out of a frame. What travelled without hashes is not loaded yet: whoever
/// installs it loads it once.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedRecord {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Its home grid.
    pub home: GridCode,
    /// The document.
    pub content: PackedContent,
}

/// A document in the form in which it travelled.
#[derive(Clone, PartialEq, Eq)]
pub enum PackedContent {
    /// As it was stored.
    Document {
        /// Its heads, ascending: what the snapshot must load to.
        heads: Vec<ChangeHash>,
        /// The whole document, not compressed.
        snapshot: Vec<u8>,
    },
    /// Its changes, each after those that it builds on.
    Changes(Vec<Vec<u8>>),
}

impl PackedRecord {
    /// The record as it was put into the pack.
    pub fn whole(self) -> Result<PackRecord, SyncError> {
        let (heads, snapshot) = match self.content {
            PackedContent::Document { heads, snapshot } => (heads, snapshot),
            PackedContent::Changes(changes) => {
                let changes: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
                let document = Document::load(None, &changes)
                    .map_err(|error| SyncError::malformed("pack frame", error.to_string()))?;
                (document.heads(), document.snapshot())
            }
        };
        Ok(PackRecord {
            record: self.record,
            kind: self.kind,
            home: self.home,
            heads,
            snapshot,
        })
    }
}

/// Without the document, as above.
impl std::fmt::Debug for PackedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackedRecord")
            .field("record", &self.record)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
