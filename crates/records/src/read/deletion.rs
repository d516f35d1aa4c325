//! Whether a record is deleted: a deletion names the heads it saw, and an edit outside those heads
//! makes the record live again.

use linli_model::ChangeHash;

use super::{authorship, read_field};
use crate::document::Document;
use crate::schema::{DELETED, parse_heads};

/// Whether a record is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// Nobody has deleted it, or the deletion was taken back.
    Live,
    /// Deleted, and nothing was written that the deletion had not seen.
    Deleted {
        /// The changes that deleted it; more than one after concurrent deletions.
        by: Vec<ChangeHash>,
    },
    /// Deleted, but changed at the same time elsewhere. It counts as live, and people are told.
    Revived {
        /// The changes that no deletion had seen.
        by: Vec<ChangeHash>,
    },
}

/// Whether a record is deleted. A document whose changes cannot be read counts as live.
pub fn deletion(doc: &Document) -> Deletion {
    let flags = read_field(doc, DELETED);
    let Some(known) = doc.known().filter(|_| !flags.is_empty()) else {
        return Deletion::Live;
    };
    let seen: Vec<ChangeHash> = flags
        .iter()
        .filter_map(|flag| parse_heads(flag.value.as_text()?))
        .flatten()
        .collect();
    let by: Vec<ChangeHash> = flags
        .iter()
        .filter_map(|flag| authorship(doc, flag))
        .map(|author| author.hash)
        .collect();
    let unseen: Vec<ChangeHash> = known
        .history
        .hashes()
        .filter(|hash| !by.contains(hash) && !known.history.includes(&seen, hash))
        .collect();
    if unseen.is_empty() {
        Deletion::Deleted { by }
    } else {
        Deletion::Revived { by: unseen }
    }
}
