//! After a refusal: the document goes back to what the peer has accepted.

use std::collections::BTreeSet;

use linli_model::{BatchId, ChangeHash, KeyId, RecordId, Scope, StaffId, Timestamp};
use linli_records::{Document, RawChange};
use rusqlite::{OptionalExtension, params};

use crate::document::DocumentRow;
use crate::error::{Result, StoreError};
use crate::quarantine::Held;
use crate::sql;
use crate::tx::Tx;

/// What was taken out of a document after a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded {
    /// The changes that are gone from the document: the refused ones and whatever built on them.
    /// Their bytes are kept in the quarantine of this ledger.
    pub hashes: Vec<ChangeHash>,
    /// What the user had wanted with them, to be written again where it is permitted.
    pub intents: Vec<(ChangeHash, Vec<u8>)>,
    /// The epoch that was opened: the author's old numbers are burnt.
    pub epoch: u64,
}

impl Tx<'_> {
    /// Puts a record back to the changes that were not refused and do not build on a refused one,
    /// whoever wrote them (docs/sync.md), and opens a new epoch. `None` when nothing was refused.
    pub fn discard_refused(
        &mut self,
        record: &RecordId,
        at: Timestamp,
    ) -> Result<Option<Discarded>> {
        let Some(row) = self.document_row(record)? else {
            return Ok(None);
        };
        let document = self
            .load_document(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        let changes = document.changes();
        let gone = self.refused_with_dependents(record, &changes)?;
        if gone.is_empty() {
            return Ok(None);
        }
        let (dropped, kept): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| gone.contains(&change.hash));
        let intents = self.take_intents(record, &gone)?;
        for change in &dropped {
            self.hold_dropped(&row, change, at)?;
            self.remove_change(&change.hash)?;
        }
        self.rebuild_document(row, &kept)?;
        Ok(Some(Discarded {
            hashes: dropped.iter().map(|change| change.hash).collect(),
            intents,
            epoch: self.open_epoch(0)?,
        }))
    }

    /// The peer refused a change that is stored here and that somebody else wrote. It stays until
    /// [`Tx::discard_refused`] takes it out with what builds on it.
    pub fn refuse_stored(&mut self, hash: &ChangeHash, code: &str, at: Timestamp) -> Result<()> {
        let Some(found) = self.change_info(hash)? else {
            return Ok(());
        };
        let (Some(row), Some(bytes)) = (self.document_row(&found.record)?, self.change_body(hash)?)
        else {
            return Ok(());
        };
        self.hold_bytes(&row, hash, bytes, Some(code), at)
    }

    /// The refused changes of a record and everything in it that builds on them. `changes` are in
    /// causal order.
    fn refused_with_dependents(
        &self,
        record: &RecordId,
        changes: &[RawChange],
    ) -> Result<BTreeSet<ChangeHash>> {
        let mut list = self
            .sql()
            .prepare_cached(include_str!("refused_of_record.sql"))?;
        let found = list.query_map([record.0], |row| sql::change(row, "hash"))?;
        let refused: BTreeSet<ChangeHash> = found.collect::<Result<_, _>>()?;
        let mut gone = BTreeSet::new();
        for change in changes {
            let builds_on_gone = change.deps.iter().any(|dep| gone.contains(dep));
            if builds_on_gone || refused.contains(&change.hash) {
                gone.insert(change.hash);
            }
        }
        Ok(gone)
    }

    fn take_intents(
        &self,
        record: &RecordId,
        gone: &BTreeSet<ChangeHash>,
    ) -> Result<Vec<(ChangeHash, Vec<u8>)>> {
        let mut taken = self.intents(record)?;
        taken.retain(|(hash, _)| gone.contains(hash));
        for (hash, _) in &taken {
            self.sql()
                .prepare_cached("DELETE FROM intents WHERE hash = ?1")?
                .execute([hash.0])?;
        }
        Ok(taken)
    }

    /// Keeps the bytes of a dropped change, so that nothing a person typed is lost.
    fn hold_dropped(&mut self, row: &DocumentRow, change: &RawChange, at: Timestamp) -> Result<()> {
        self.hold_bytes(row, &change.hash, change.bytes.clone(), None, at)
    }

    fn hold_bytes(
        &mut self,
        row: &DocumentRow,
        hash: &ChangeHash,
        body: Vec<u8>,
        code: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        let mut find = self
            .sql()
            .prepare_cached(include_str!("dropped_origin.sql"))?;
        let origin = find
            .query_row([hash.0], |found| {
                Ok(DroppedOrigin {
                    scope: sql::scope(found, "scope")?,
                    batch: found.get::<_, Option<[u8; 32]>>("batch")?.map(BatchId),
                    signer: found.get::<_, Option<[u8; 16]>>("signer")?.map(KeyId),
                    staff: found.get("staff")?,
                    code: found.get("code")?,
                })
            })
            .optional()?;
        drop(find);
        let origin = origin.unwrap_or_else(|| DroppedOrigin {
            scope: row.kind.grid_scope(row.home.clone()),
            batch: None,
            signer: None,
            staff: None,
            code: None,
        });
        self.hold(&Held {
            hash: *hash,
            record: row.record,
            kind: row.kind,
            scope: origin.scope,
            batch: origin.batch.unwrap_or(BatchId([0; 32])),
            signer: origin.signer.unwrap_or(KeyId([0; 16])),
            staff: origin.staff.and_then(|staff| StaffId::new(staff).ok()),
            is_authentic: true,
            code: code
                .map(str::to_owned)
                .or(origin.code)
                .unwrap_or_else(|| "depends_on_refused".to_owned()),
            detail: String::new(),
            body,
            received_at: at,
        })
    }

    fn remove_change(&self, hash: &ChangeHash) -> Result<()> {
        for sql in [
            "DELETE FROM feeds WHERE change = (SELECT change FROM changes WHERE hash = ?1)",
            "DELETE FROM outbox WHERE hash = ?1",
            "DELETE FROM changes WHERE hash = ?1",
        ] {
            self.sql().prepare_cached(sql)?.execute([hash.0])?;
        }
        Ok(())
    }

    /// Writes a document anew from the changes that stay; without any the record is gone from here.
    fn rebuild_document(&mut self, mut row: DocumentRow, kept: &[RawChange]) -> Result<()> {
        let before = row.heads.clone();
        if kept.is_empty() {
            self.remove_document(&row)?;
            self.forget_rows(&row.record)?;
            self.mark_clean(&row.record);
            return Ok(());
        }
        let bodies: Vec<&[u8]> = kept.iter().map(|change| change.bytes.as_slice()).collect();
        let document = Document::load(None, &bodies)
            .map_err(|error| StoreError::bug(format!("accepted changes: {error}")))?;
        row.heads = document.heads();
        row.max_op = kept.iter().map(|change| change.max_op).max().unwrap_or(0);
        row.change_count = document.change_count();
        self.update_document(&row)?;
        self.replace_in_digests(&row, &before)?;
        self.fold(&row, &document)?;
        self.settle(&row.record, &document)
    }

    /// Takes a document without content out of the ledger and out of its scopes' digests.
    pub(crate) fn remove_document(&mut self, row: &DocumentRow) -> Result<()> {
        let entry = crate::digest::of_document(&row.record, &row.heads);
        for scope in self.memberships_of(row.row)? {
            self.fold_digest(scope, &entry)?;
        }
        for sql in [
            "DELETE FROM memberships WHERE document = ?1",
            "DELETE FROM feeds WHERE change IN (SELECT change FROM changes WHERE document = ?1)",
            "DELETE FROM changes WHERE document = ?1",
            "DELETE FROM documents WHERE document = ?1",
        ] {
            self.sql().prepare_cached(sql)?.execute(params![row.row])?;
        }
        Ok(())
    }
}

struct DroppedOrigin {
    scope: Scope,
    batch: Option<BatchId>,
    signer: Option<KeyId>,
    staff: Option<String>,
    code: Option<String>,
}
