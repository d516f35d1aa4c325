//! Folding the tail of a document into its snapshot, and settling a document after a change.

use linli_model::{ChangeHash, RecordId};
use linli_records::Document;
use rusqlite::params;

use crate::codec::{self, Packed};
use crate::document::DocumentRow;
use crate::error::{Result, StoreError};
use crate::ledger::Profile;
use crate::sql;
use crate::tx::Tx;

/// A tail of this many changes is folded (docs/storage.md).
pub const FOLD_CHANGES: u64 = 16;
/// A tail of this many bytes is folded.
pub const FOLD_BYTES: u64 = 8 * 1024;
/// From this many changes on, a document is reported as long.
pub const LONG_HISTORY: u64 = 500;

impl Tx<'_> {
    /// Brings everything that hangs on a document up to date after its changes were stored: folds
    /// a long tail and derives its rows. `document` must be the document with those changes.
    pub(crate) fn settle(&mut self, record: &RecordId, document: &Document) -> Result<()> {
        let row = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        if document.heads() != row.heads {
            return Err(StoreError::bug(format!(
                "record {record}: the document is not the one that was stored"
            )));
        }
        if row.tail_count >= FOLD_CHANGES || row.tail_bytes >= FOLD_BYTES {
            self.fold(&row, document)?;
        }
        self.project(&row, document)?;
        self.mark_clean(record);
        Ok(())
    }

    /// Folds the tail of a record into its snapshot now, whatever its length.
    pub fn compact(&mut self, record: &RecordId) -> Result<()> {
        let row = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        if row.tail_count == 0 {
            return Ok(());
        }
        let document = self
            .load_document(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        self.fold(&row, &document)
    }

    /// Writes a new snapshot and empties the tail. The snapshot is unpacked and loaded again before
    /// a device lets go of raw bytes; a document that does not come back keeps its tail.
    pub(crate) fn fold(&mut self, row: &DocumentRow, document: &Document) -> Result<()> {
        let Some(packed) = packed_snapshot(document, &row.heads)? else {
            tracing::error!(record.id = %row.record, "a snapshot does not load, the tail is kept");
            return Ok(());
        };
        self.put_snapshot(row, &packed)?;
        let release = match self.profile() {
            Profile::Device => include_str!("release_bodies.sql"),
            Profile::Server => "UPDATE changes SET in_tail = 0 WHERE document = ?1 AND in_tail = 1",
        };
        self.sql().prepare_cached(release)?.execute([row.row])?;
        Ok(())
    }

    pub(crate) fn put_snapshot(&self, row: &DocumentRow, packed: &Packed) -> Result<()> {
        let mut set = self.sql().prepare_cached(
            "UPDATE documents SET snapshot = ?2, snapshot_codec = ?3, snapshot_size = ?4,
               tail_count = 0, tail_bytes = 0
             WHERE document = ?1",
        )?;
        set.execute(params![
            row.row,
            packed.bytes,
            packed.codec,
            sql::len(packed.size)
        ])?;
        Ok(())
    }
}

/// The snapshot as it is stored, once it was unpacked and loaded again; nothing when it does not come
/// back to these heads.
pub(crate) fn packed_snapshot(document: &Document, heads: &[ChangeHash]) -> Result<Option<Packed>> {
    let packed = codec::pack(document.snapshot());
    let again = codec::unpack(&packed)?;
    let reloaded = Document::load(Some(&again), &[]);
    let is_whole = reloaded.is_ok_and(|reloaded| reloaded.heads() == heads);
    Ok(is_whole.then_some(packed))
}
