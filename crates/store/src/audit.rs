//! The audit log: rows that name the hash of the row before.

use linli_model::Timestamp;
use linli_trust::audit::{AuditRow, ChainEnd};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::sql;
use crate::tx::{Reader, Tx};

fn read(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        number: sql::uint(row, "number")?,
        at: Timestamp(row.get("at")?),
        content: row.get("content")?,
        hash: row.get("hash")?,
    })
}

impl Reader<'_> {
    /// The rows above `since` in order, at most `limit`.
    pub fn audit_rows(&self, since: u64, limit: usize) -> Result<Vec<AuditRow>> {
        let mut list = self.sql().prepare_cached(
            "SELECT number, at, content, hash FROM audit WHERE number > ?1
             ORDER BY number LIMIT ?2",
        )?;
        let found = list.query_map(params![sql::int(since)?, sql::len(limit)], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The end of the log: what a head signs.
    pub fn audit_end(&self) -> Result<ChainEnd> {
        let mut find = self.sql().prepare_cached(
            "SELECT number, at, content, hash FROM audit ORDER BY number DESC LIMIT 1",
        )?;
        let last = find.query_row([], read).optional()?;
        Ok(last.map_or(ChainEnd::START, |row| ChainEnd {
            number: row.number,
            hash: row.hash,
        }))
    }
}

impl Tx<'_> {
    /// Adds a row, in the transaction that does what it tells of. The content is the caller's own
    /// encoding; it names records and staff by their ids, never by name.
    pub fn append_audit(&mut self, at: Timestamp, content: &[u8]) -> Result<AuditRow> {
        let row = self.audit_end()?.append(at, content.to_vec());
        self.sql()
            .prepare_cached(
                "INSERT INTO audit (number, at, content, hash) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                sql::int(row.number)?,
                row.at.0,
                row.content,
                row.hash
            ])?;
        Ok(row)
    }
}
