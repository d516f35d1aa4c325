//! Files by hash: what is wanted, what is here, which records show them. The bytes lie in files of
//! the caller; the ledger keeps their state.

use linli_model::{BlobHash, RecordId, Timestamp};
use rusqlite::{OptionalExtension, Row, named_params, params};

use crate::error::Result;
use crate::sql;
use crate::tx::{Reader, Tx};

/// How much of a file is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlobState {
    /// A record refers to it, nothing of it is here.
    Wanted,
    /// Some bytes are here, not verified.
    Partial,
    /// All bytes are here and their hash was verified.
    Complete,
}

impl BlobState {
    fn number(self) -> i64 {
        match self {
            Self::Wanted => 0,
            Self::Partial => 1,
            Self::Complete => 2,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Wanted, Self::Partial, Self::Complete]
            .into_iter()
            .find(|state| state.number() == number)
    }
}

/// A file as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of the stored bytes.
    pub hash: BlobHash,
    /// Whole size in bytes.
    pub size: u64,
    /// Media type.
    pub mime: String,
    /// How much of it is here.
    pub state: BlobState,
    /// Bytes that are here.
    pub received: u64,
    /// Where the file lies, relative to the caller's folder; empty while wanted.
    pub place: String,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "b.hash, b.size, b.mime, b.state, b.received, b.place, b.updated_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Blob> {
    let state = BlobState::from_number(row.get("state")?)
        .ok_or_else(|| sql::wrong("state", rusqlite::types::Type::Integer, "no such state"))?;
    Ok(Blob {
        hash: sql::blob(row, "hash")?,
        size: sql::uint(row, "size")?,
        mime: row.get("mime")?,
        state,
        received: sql::uint(row, "received")?,
        place: row.get("place")?,
        updated_at: Timestamp(row.get("updated_at")?),
    })
}

impl Reader<'_> {
    /// A file by its hash.
    pub fn blob(&self, hash: &BlobHash) -> Result<Option<Blob>> {
        let sql = format!("SELECT {COLUMNS} FROM blobs b WHERE b.hash = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([hash.0], read).optional()?)
    }

    /// The files that are not complete here, those that are nearest to it first.
    pub fn blobs_wanted(&self, limit: usize) -> Result<Vec<Blob>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM blobs b WHERE b.state < 2
             ORDER BY b.state DESC, b.hash LIMIT ?1"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([sql::len(limit)], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The files that a record shows.
    pub fn blobs_of(&self, record: &RecordId) -> Result<Vec<Blob>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM blob_links l JOIN blobs b ON b.hash = l.hash
             WHERE l.record = ?1 ORDER BY b.hash"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([record.0], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The records that show a file.
    pub fn records_with_blob(&self, hash: &BlobHash) -> Result<Vec<RecordId>> {
        let mut list = self
            .sql()
            .prepare_cached("SELECT record FROM blob_links WHERE hash = ?1 ORDER BY record")?;
        let found = list.query_map([hash.0], |row| sql::record(row, "record"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Files that no record shows any more and that have not changed since `before`: the caller
    /// deletes the bytes, then forgets the rows.
    pub fn orphan_blobs(&self, before: Timestamp, limit: usize) -> Result<Vec<Blob>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM blobs b
             WHERE b.updated_at < ?1
               AND NOT EXISTS (SELECT 1 FROM blob_links l WHERE l.hash = b.hash)
             ORDER BY b.hash LIMIT ?2"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map(params![before.0, sql::len(limit)], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Notes that a record shows a file. A file that was never heard of is wanted from now on; what
    /// is known about a file that is here does not change.
    pub fn link_blob(
        &mut self,
        record: &RecordId,
        hash: &BlobHash,
        size: u64,
        mime: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut want = self.sql().prepare_cached(
            "INSERT OR IGNORE INTO blobs (hash, size, mime, state, updated_at)
             VALUES (?1, ?2, ?3, 0, ?4)",
        )?;
        want.execute(params![hash.0, sql::int(size)?, mime, now.0])?;
        let mut link = self
            .sql()
            .prepare_cached("INSERT OR IGNORE INTO blob_links (record, hash) VALUES (?1, ?2)")?;
        link.execute(params![record.0, hash.0])?;
        Ok(())
    }

    /// Sets what is known about a file. `Complete` only after its hash was verified from the disk.
    /// A complete file stays complete: a later, lesser state changes nothing.
    pub fn set_blob(&mut self, blob: &Blob) -> Result<()> {
        let mut set = self
            .sql()
            .prepare_cached(include_str!("blob/set_blob.sql"))?;
        set.execute(named_params! {
            ":hash": blob.hash.0,
            ":size": sql::int(blob.size)?,
            ":mime": blob.mime,
            ":state": blob.state.number(),
            ":received": sql::int(blob.received)?,
            ":place": blob.place,
            ":updated_at": blob.updated_at.0,
        })?;
        Ok(())
    }

    /// Notes that a file that was complete is damaged or gone: it is wanted again.
    pub fn want_blob_again(&mut self, hash: &BlobHash, now: Timestamp) -> Result<()> {
        self.sql().execute(
            "UPDATE blobs SET state = 0, received = 0, place = '', updated_at = ?2
             WHERE hash = ?1",
            params![hash.0, now.0],
        )?;
        Ok(())
    }

    /// Forgets a file that nothing shows. A file that a record shows stays known.
    pub fn forget_blob(&mut self, hash: &BlobHash) -> Result<bool> {
        let gone = self.sql().execute(
            "DELETE FROM blobs WHERE hash = ?1
               AND NOT EXISTS (SELECT 1 FROM blob_links l WHERE l.hash = ?1)",
            [hash.0],
        )?;
        Ok(gone == 1)
    }
}
