//! Changes that cannot be judged yet: what they build on, their edition, their certificate or an
//! earlier batch of their chain is not here. They are kept for a while and judged when it comes.

use linli_model::{BatchId, ChangeHash, KeyId, RecordId, Timestamp};
use linli_trust::EntryRef;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::sql;
use crate::tx::{Reader, Tx};

/// Most parked changes of one author, and of one peer for authors that are unknown. What came through
/// a feed does not count and is always kept.
pub const MAX_PARKED: u64 = 1_000;
/// How long a change stays parked, in milliseconds: 7 days.
pub const PARKED_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What a parked change waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParkedFor {
    /// Changes that it builds on.
    Changes,
    /// The edition that its batch names.
    Edition,
    /// An earlier batch of its author's chain.
    Chain,
    /// The certificate of its author.
    Certificate,
}

impl ParkedFor {
    fn number(self) -> i64 {
        match self {
            Self::Changes => 1,
            Self::Edition => 2,
            Self::Chain => 3,
            Self::Certificate => 4,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Changes, Self::Edition, Self::Chain, Self::Certificate]
            .into_iter()
            .find(|reason| reason.number() == number)
    }
}

/// A parked change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The change.
    pub entry: EntryRef,
    /// What it waits for.
    pub reason: ParkedFor,
    /// The author of its batch.
    pub signer: KeyId,
    /// Since when.
    pub parked_at: Timestamp,
}

/// A parked change with what is needed to judge it.
pub(crate) struct ParkedRow {
    pub(crate) parked: Parked,
    pub(crate) batch: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) origin: Option<KeyId>,
}

const COLUMNS: &str =
    "p.hash, p.record, p.kind, p.batch, p.signer, p.body, p.origin, p.reason, p.parked_at";

fn read(row: &Row<'_>) -> rusqlite::Result<ParkedRow> {
    let reason = ParkedFor::from_number(row.get("reason")?)
        .ok_or_else(|| sql::wrong("reason", Type::Integer, "no such reason"))?;
    Ok(ParkedRow {
        parked: Parked {
            entry: EntryRef {
                record: sql::record(row, "record")?,
                kind: sql::kind(row, "kind")?,
                hash: sql::change(row, "hash")?,
            },
            reason,
            signer: sql::key(row, "signer")?,
            parked_at: Timestamp(row.get("parked_at")?),
        },
        batch: row.get("batch")?,
        body: row.get("body")?,
        origin: row.get::<_, Option<[u8; 16]>>("origin")?.map(KeyId),
    })
}

impl Reader<'_> {
    /// Everything that is parked, oldest first.
    pub fn parked(&self, limit: usize) -> Result<Vec<Parked>> {
        let sql = format!("SELECT {COLUMNS} FROM parked p ORDER BY p.parked_at, p.hash LIMIT ?1");
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([sql::len(limit)], read)?;
        found.map(|row| Ok(row?.parked)).collect()
    }

    /// How many changes are parked.
    pub fn parked_len(&self) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT count(*) AS n FROM parked")?;
        Ok(find.query_row([], |row| sql::uint(row, "n"))?)
    }

    /// The changes that parked ones of a record wait for and that are not here: what to ask for.
    pub fn parked_needs(&self, record: &RecordId) -> Result<Vec<ChangeHash>> {
        let mut list = self.sql().prepare_cached(
            "SELECT DISTINCT w.waits_for AS hash FROM parked p
             JOIN parked_waits w ON w.hash = p.hash
             WHERE p.record = ?1
               AND NOT EXISTS (SELECT 1 FROM parked q WHERE q.hash = w.waits_for)
               AND NOT EXISTS (SELECT 1 FROM changes c WHERE c.hash = w.waits_for)
             ORDER BY 1",
        )?;
        let found = list.query_map([record.0], |row| sql::change(row, "hash"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    pub(crate) fn find_parked(&self, hash: &ChangeHash) -> Result<Option<ParkedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM parked p WHERE p.hash = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([hash.0], read).optional()?)
    }

    /// The parked changes that wait for this one.
    pub(crate) fn parked_on(&self, hash: &ChangeHash) -> Result<Vec<ParkedRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM parked_waits w JOIN parked p ON p.hash = w.hash
             WHERE w.waits_for = ?1 ORDER BY p.hash"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([hash.0], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The parked changes of one batch.
    pub(crate) fn parked_of_batch(&self, batch: i64) -> Result<Vec<ParkedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM parked p WHERE p.batch = ?1 ORDER BY p.hash");
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([batch], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The batches whose changes wait for something other than changes, in order of arrival.
    pub(crate) fn waiting_batch_rows(&self) -> Result<Vec<i64>> {
        let mut list = self.sql().prepare_cached(
            "SELECT DISTINCT p.batch AS batch FROM parked p WHERE p.reason <> 1 ORDER BY p.batch",
        )?;
        let found = list.query_map([], |row| row.get("batch"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn parked_of_signer(&self, signer: &KeyId) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT count(*) AS n FROM parked WHERE signer = ?1 AND vouched = 0")?;
        Ok(find.query_row([signer.0], |row| sql::uint(row, "n"))?)
    }

    /// How many changes of unknown authors one peer has brought.
    fn parked_unknown_of(&self, origin: Option<KeyId>) -> Result<u64> {
        let mut find = self.sql().prepare_cached(
            "SELECT count(*) AS n FROM parked WHERE reason = 4 AND vouched = 0 AND origin IS ?1",
        )?;
        Ok(find.query_row([origin.map(|key| key.0)], |row| sql::uint(row, "n"))?)
    }
}

/// A change to be parked.
pub(crate) struct ToPark<'a> {
    pub(crate) entry: EntryRef,
    pub(crate) batch: i64,
    pub(crate) signer: KeyId,
    pub(crate) origin: Option<KeyId>,
    pub(crate) is_vouched: bool,
    pub(crate) body: &'a [u8],
    pub(crate) reason: ParkedFor,
    pub(crate) waits_for: &'a [ChangeHash],
    pub(crate) at: Timestamp,
}

impl Tx<'_> {
    /// Parks a change; `false` when its author has too many already. Then nothing is kept and the
    /// sender must send it again.
    pub(crate) fn park(&mut self, item: &ToPark<'_>) -> Result<bool> {
        if !item.is_vouched && self.find_parked(&item.entry.hash)?.is_none() {
            let is_full = self.parked_of_signer(&item.signer)? >= MAX_PARKED
                || (item.reason == ParkedFor::Certificate
                    && self.parked_unknown_of(item.origin)? >= MAX_PARKED);
            if is_full {
                return Ok(false);
            }
        }
        let mut add = self.sql().prepare_cached(
            "INSERT INTO parked (hash, record, kind, batch, signer, body, origin, vouched,
                                 reason, parked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (hash) DO UPDATE SET batch = excluded.batch, signer = excluded.signer,
               body = excluded.body, origin = excluded.origin,
               vouched = excluded.vouched, reason = excluded.reason
             WHERE parked.vouched = 0 OR excluded.vouched = 1",
        )?;
        add.execute(params![
            item.entry.hash.0,
            item.entry.record.0,
            item.entry.kind.number(),
            item.batch,
            item.signer.0,
            item.body,
            item.origin.map(|key| key.0),
            item.is_vouched,
            item.reason.number(),
            item.at.0,
        ])?;
        self.sql()
            .prepare_cached("DELETE FROM parked_waits WHERE hash = ?1")?
            .execute([item.entry.hash.0])?;
        let mut wait = self.sql().prepare_cached(
            "INSERT OR IGNORE INTO parked_waits (waits_for, hash) VALUES (?1, ?2)",
        )?;
        for needed in item.waits_for {
            wait.execute(params![needed.0, item.entry.hash.0])?;
        }
        Ok(true)
    }

    /// Takes a change out of the parking where it was parked from this batch: it was refused. What
    /// another batch has brought under the same hash stays.
    pub(crate) fn unpark_from(&mut self, hash: &ChangeHash, batch: &BatchId) -> Result<()> {
        self.sql()
            .prepare_cached(
                "DELETE FROM parked WHERE hash = ?1
                   AND batch = (SELECT batch FROM batches WHERE id = ?2)",
            )?
            .execute(params![hash.0, batch.0])?;
        Ok(())
    }

    /// Takes a change out of the parking: it is stored or known.
    pub(crate) fn unpark(&mut self, hash: &ChangeHash) -> Result<()> {
        self.sql()
            .prepare_cached("DELETE FROM parked WHERE hash = ?1")?
            .execute([hash.0])?;
        Ok(())
    }

    /// Drops what has been parked for 7 days, with batches that only waited for it. Its sender still
    /// has it and was never told that it is stored. What came through a feed stays: its cursor has
    /// gone on. Answers what was dropped.
    pub fn expire_parked(&mut self, now: Timestamp) -> Result<Vec<Parked>> {
        let before = now.plus_ms(-PARKED_FOR_MS);
        let sql = format!(
            "SELECT {COLUMNS} FROM parked p WHERE p.parked_at < ?1 AND p.vouched = 0
             ORDER BY p.hash"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([before.0], read)?;
        let expired: Vec<Parked> = found.map(|row| Ok(row?.parked)).collect::<Result<_>>()?;
        drop(list);
        self.sql().execute(
            "DELETE FROM parked WHERE parked_at < ?1 AND vouched = 0",
            [before.0],
        )?;
        self.sql().execute(
            "DELETE FROM batches WHERE waiting = 1
               AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.batch = batches.batch)",
            [],
        )?;
        Ok(expired)
    }
}
