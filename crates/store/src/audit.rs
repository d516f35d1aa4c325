//! The audit log: rows that name the hash of the row before.

use linli_model::Timestamp;
use linli_trust::audit::{AuditRow, ChainEnd};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::{Reader, Tx};

/// Where the end of the rows is kept whose term was over.
const START: &str = "audit_start";

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
        match last {
            Some(row) => Ok(end_of(&row)),
            None => self.audit_start(),
        }
    }

    /// Where the rows that are kept begin: the end of those whose term was over. The chain of what is
    /// left is checked from there.
    pub fn audit_start(&self) -> Result<ChainEnd> {
        let Some(bytes) = self.meta(START)? else {
            return Ok(ChainEnd::START);
        };
        let damaged = || StoreError::Damaged("the beginning of the audit log".to_owned());
        let (number, hash) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        Ok(ChainEnd {
            number: u64::from_be_bytes(*number),
            hash: hash.try_into().map_err(|_| damaged())?,
        })
    }
}

fn end_of(row: &AuditRow) -> ChainEnd {
    ChainEnd {
        number: row.number,
        hash: row.hash,
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

    /// Forgets rows that are older than `before`, oldest first and at most `limit`; what is left is
    /// still a chain. Answers how many. A row behind a younger one stays until that one goes: clocks
    /// are put right.
    pub fn prune_audit(&mut self, before: Timestamp, limit: usize) -> Result<usize> {
        let first = self.audit_start()?.number;
        let old = self.audit_rows(first, limit)?;
        let old: Vec<AuditRow> = old.into_iter().take_while(|row| row.at < before).collect();
        let Some(last) = old.last() else {
            return Ok(0);
        };
        let start = [last.number.to_be_bytes().as_slice(), last.hash.as_slice()].concat();
        self.set_meta(START, &start)?;
        self.sql()
            .prepare_cached("DELETE FROM audit WHERE number <= ?1")?
            .execute([sql::int(last.number)?])?;
        self.mark_erased();
        Ok(old.len())
    }
}
