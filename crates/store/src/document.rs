//! Documents: one row per record with its heads, its last snapshot and the changes after it.

use linli_model::{ChangeHash, GridCode, RecordId, RecordKind, Timestamp};
use linli_records::Document;
use rusqlite::{OptionalExtension, Row, params};

use crate::codec::{self, Packed};
use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::Reader;

mod care;
pub(crate) mod fold;

pub use fold::{FOLD_BYTES, FOLD_CHANGES, LONG_HISTORY};

/// What the ledger knows about a document without loading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentInfo {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// The grid that it belongs to for ever.
    pub home: GridCode,
    /// The changes that nothing builds on, ascending.
    pub heads: Vec<ChangeHash>,
    /// The highest operation counter.
    pub max_op: u64,
    /// Changes in the document.
    pub change_count: u64,
    /// Changes that the snapshot does not hold yet.
    pub tail_count: u64,
    /// Their bytes.
    pub tail_bytes: u64,
}

/// The same with the row number.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    pub(crate) row: i64,
    pub(crate) record: RecordId,
    pub(crate) kind: RecordKind,
    pub(crate) home: GridCode,
    pub(crate) heads: Vec<ChangeHash>,
    pub(crate) max_op: u64,
    pub(crate) change_count: u64,
    pub(crate) tail_count: u64,
    pub(crate) tail_bytes: u64,
}

impl DocumentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get("document")?,
            record: sql::record(row, "record")?,
            kind: sql::kind(row, "kind")?,
            home: sql::text(row, "home")?,
            heads: sql::hashes(row, "heads")?,
            max_op: sql::uint(row, "max_op")?,
            change_count: sql::uint(row, "change_count")?,
            tail_count: sql::uint(row, "tail_count")?,
            tail_bytes: sql::uint(row, "tail_bytes")?,
        })
    }

    fn into_info(self) -> DocumentInfo {
        DocumentInfo {
            record: self.record,
            kind: self.kind,
            home: self.home,
            heads: self.heads,
            max_op: self.max_op,
            change_count: self.change_count,
            tail_count: self.tail_count,
            tail_bytes: self.tail_bytes,
        }
    }
}

impl Reader<'_> {
    /// What is known about a record without loading it.
    pub fn document_info(&self, record: &RecordId) -> Result<Option<DocumentInfo>> {
        Ok(self.document_row(record)?.map(DocumentRow::into_info))
    }

    /// When the first and the last change of a record were stored here.
    pub fn received_span(&self, record: &RecordId) -> Result<Option<(Timestamp, Timestamp)>> {
        let mut find = self.sql().prepare_cached(
            "SELECT min(c.received_at) AS first, max(c.received_at) AS last
             FROM documents d JOIN changes c ON c.document = d.document WHERE d.record = ?1",
        )?;
        let found = find.query_row([record.0], |row| {
            let first: Option<i64> = row.get("first")?;
            let last: Option<i64> = row.get("last")?;
            Ok(first.map(Timestamp).zip(last.map(Timestamp)))
        });
        Ok(found?)
    }

    /// Loads a record: its snapshot and the changes after it. To be dropped after use.
    ///
    /// [`StoreError::Damaged`] when the stored bytes do not make the document that its row names.
    pub fn load_document(&self, record: &RecordId) -> Result<Option<Document>> {
        let Some(row) = self.document_row(record)? else {
            return Ok(None);
        };
        let snapshot = self.snapshot(row.row)?;
        let tail = self.tail(row.row)?;
        let slices: Vec<&[u8]> = tail.iter().map(Vec::as_slice).collect();
        let document = Document::load(snapshot.as_deref(), &slices)
            .map_err(|error| StoreError::Damaged(format!("record {record}: {error}")))?;
        if document.heads() != row.heads {
            return Err(StoreError::Damaged(format!(
                "record {record}: the loaded heads differ from the stored ones"
            )));
        }
        Ok(Some(document))
    }

    /// Every record of the ledger in ascending order of ids, a page at a time.
    pub fn records(&self, after: Option<&RecordId>, limit: usize) -> Result<Vec<RecordId>> {
        let mut list = self.sql().prepare_cached(
            "SELECT record FROM documents WHERE (?1 IS NULL OR record > ?1)
             ORDER BY record LIMIT ?2",
        )?;
        let found = list.query_map(params![after.map(|id| id.0), sql::len(limit)], |row| {
            sql::record(row, "record")
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Records whose history is long enough to slow down loading: at least `changes` changes. They
    /// are to be told to a person, and at 1,000 continued in a new document (docs/storage.md).
    pub fn long_documents(&self, changes: u64) -> Result<Vec<RecordId>> {
        let mut list = self.sql().prepare_cached(
            "SELECT record FROM documents WHERE change_count >= ?1 ORDER BY record",
        )?;
        let found = list.query_map([sql::int(changes)?], |row| sql::record(row, "record"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    pub(crate) fn document_row(&self, record: &RecordId) -> Result<Option<DocumentRow>> {
        let mut find = self.sql().prepare_cached(
            "SELECT document, record, kind, home, heads, max_op, change_count,
                    tail_count, tail_bytes
             FROM documents WHERE record = ?1",
        )?;
        Ok(find.query_row([record.0], DocumentRow::read).optional()?)
    }

    /// The unpacked snapshot of a document.
    pub(crate) fn snapshot(&self, document: i64) -> Result<Option<Vec<u8>>> {
        let mut find = self.sql().prepare_cached(
            "SELECT snapshot, snapshot_codec, snapshot_size FROM documents WHERE document = ?1",
        )?;
        let packed = find.query_row([document], |row| {
            let size = sql::uint(row, "snapshot_size")?;
            let bytes: Option<Vec<u8>> = row.get("snapshot")?;
            let codec = row.get("snapshot_codec")?;
            Ok(bytes.map(|bytes| Packed {
                codec,
                size: usize::try_from(size).unwrap_or(usize::MAX),
                bytes,
            }))
        })?;
        packed.as_ref().map(codec::unpack).transpose()
    }

    /// The bodies of the changes after the snapshot, in the order of storing.
    fn tail(&self, document: i64) -> Result<Vec<Vec<u8>>> {
        let mut list = self.sql().prepare_cached(
            "SELECT body FROM changes WHERE document = ?1 AND in_tail = 1 ORDER BY change",
        )?;
        let found = list.query_map([document], |row| row.get::<_, Option<Vec<u8>>>("body"))?;
        let mut bodies = Vec::new();
        for body in found {
            bodies.push(body?.ok_or_else(|| StoreError::bug("a change of a tail has no body"))?);
        }
        Ok(bodies)
    }
}
