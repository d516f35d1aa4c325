//! Looking after single documents: repairing one from its changes, letting go of one.

use linli_model::RecordId;
use linli_records::Document;

use crate::error::{Result, StoreError};
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes a document anew from its raw signed changes when what is stored does not load. Answers
    /// `false` when bytes are missing, which happens on devices: then let go of the record with
    /// [`Tx::forget_record`] and take it again from a pack or a feed.
    pub fn repair_document(&mut self, record: &RecordId) -> Result<bool> {
        let row = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        let mut list = self
            .sql()
            .prepare_cached("SELECT body FROM changes WHERE document = ?1 ORDER BY change")?;
        let found = list.query_map([row.row], |row| row.get::<_, Option<Vec<u8>>>("body"))?;
        let bodies: Option<Vec<Vec<u8>>> = found.collect::<Result<_, _>>()?;
        drop(list);
        let Some(bodies) = bodies else {
            return Ok(false);
        };
        let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let Ok(document) = Document::load(None, &slices) else {
            return Ok(false);
        };
        if document.heads() != row.heads {
            return Ok(false);
        }
        self.fold(&row, &document)?;
        self.settle(record, &document)?;
        Ok(true)
    }

    /// Lets go of a record on this ledger alone: its term on a device is over, or it is damaged and
    /// will be taken again. No tombstone, nothing travels. Refused while own changes of it have no
    /// final answer. Answers whether it was here.
    pub fn forget_record(&mut self, record: &RecordId) -> Result<bool> {
        let Some(row) = self.document_row(record)? else {
            return Ok(false);
        };
        let mut waiting = self
            .sql()
            .prepare_cached("SELECT 1 FROM outbox WHERE record = ?1 AND result IN (0, 4, 5)")?;
        if waiting.exists([record.0])? {
            return Err(StoreError::Refused(format!(
                "own changes of record {record} wait for an answer"
            )));
        }
        self.remove_document(&row)?;
        for sql in [
            "DELETE FROM outbox WHERE record = ?1",
            "DELETE FROM intents WHERE record = ?1",
            "DELETE FROM blob_links WHERE record = ?1",
        ] {
            self.sql().prepare_cached(sql)?.execute([record.0])?;
        }
        self.forget_rows(record)?;
        self.mark_clean(record);
        Ok(true)
    }
}
