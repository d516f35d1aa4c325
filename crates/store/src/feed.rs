//! Feeds: the changes of a scope in the order in which this ledger listed them.
//!
//! A number is taken in the transaction that lists the change, so a reader's `since` never skips a
//! change that commits later (docs/storage.md). Numbers belong to this ledger and its generation.

use linli_model::{ChangeHash, RecordId, Scope};
use rusqlite::{OptionalExtension, params};

use crate::digest::Digest;
use crate::error::{Result, StoreError};
use crate::scopes::ScopeRow;
use crate::sql;
use crate::tx::{Reader, Tx};

mod page;

pub use page::{PageOut, PageRequest};

/// A document's history is listed in groups of at most this many bytes.
const HISTORY_GROUP_BYTES: u64 = 128 * 1024;

/// The head of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedState {
    /// The last number given.
    pub seq: u64,
    /// The generation that numbers belong to.
    pub generation: u64,
    /// The digest of the scope's documents.
    pub digest: Digest,
}

impl Reader<'_> {
    /// The last place of a feed at which a change of a record is listed.
    pub fn last_listed(&self, scope: &Scope, record: &RecordId) -> Result<Option<u64>> {
        let mut find = self.sql().prepare_cached(
            "SELECT max(f.seq) AS seq FROM documents d JOIN changes c ON c.document = d.document
             JOIN feeds f ON f.change = c.change
             WHERE d.record = ?2 AND f.scope = (SELECT scope FROM scopes WHERE name = ?1)",
        )?;
        let params = params![scope.to_string(), record.0];
        Ok(find.query_row(params, |row| sql::uint_opt(row, "seq"))?)
    }

    /// The head of a scope's feed.
    pub fn feed_state(&self, scope: &Scope) -> Result<FeedState> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT last_seq, digest FROM scopes WHERE name = ?1")?;
        let found = find
            .query_row([scope.to_string()], |row| {
                Ok((sql::uint(row, "last_seq")?, row.get("digest")?))
            })
            .optional()?;
        let (seq, digest) = found.unwrap_or_default();
        Ok(FeedState {
            seq,
            generation: self.generation()?,
            digest,
        })
    }

    /// The number of a change in a feed.
    pub fn seq_of(&self, scope: &Scope, hash: &ChangeHash) -> Result<Option<u64>> {
        let mut find = self.sql().prepare_cached(
            "SELECT f.seq AS seq FROM changes c
             JOIN feeds f ON f.change = c.change
             JOIN scopes s ON s.scope = f.scope
             WHERE c.hash = ?1 AND s.name = ?2",
        )?;
        let found = find.query_row(params![hash.0, scope.to_string()], |row| {
            sql::uint(row, "seq")
        });
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// Lists changes in a feed, in the given order, as one group: a page ends before or after it. A
    /// change that is listed already keeps its number. Their documents join the scope. Answers the
    /// number of each.
    ///
    /// An event and what must travel with it (its admission, its receipt) are listed by one call.
    pub fn list(&mut self, scope: &Scope, hashes: &[ChangeHash]) -> Result<Vec<u64>> {
        let scope = self.scope_row_or_new(scope)?;
        let mut numbers = Vec::with_capacity(hashes.len());
        let mut listed = Vec::new();
        let mut last = self.last_seq(scope)?;
        for hash in hashes {
            let item = self.listable(hash)?;
            if let Some(seq) = self.listed_seq(scope, item.change)? {
                numbers.push(seq);
                continue;
            }
            last = last.saturating_add(1);
            let mut add = self.sql().prepare_cached(
                "INSERT INTO feeds (scope, seq, change, until) VALUES (?1, ?2, ?3, ?2)",
            )?;
            add.execute(params![scope.0, sql::int(last)?, item.change])?;
            self.join_by_row(scope, &item.record)?;
            listed.push(last);
            numbers.push(last);
        }
        if let Some(first) = listed.first() {
            let mut close = self
                .sql()
                .prepare_cached("UPDATE feeds SET until = ?3 WHERE scope = ?1 AND seq >= ?2")?;
            close.execute(params![scope.0, sql::int(*first)?, sql::int(last)?])?;
            let mut set = self
                .sql()
                .prepare_cached("UPDATE scopes SET last_seq = ?2 WHERE scope = ?1")?;
            set.execute(params![scope.0, sql::int(last)?])?;
        }
        Ok(numbers)
    }

    /// Lists the whole history of a record, when its scope gets a new member. Answers how many
    /// changes were not listed before.
    pub fn list_history(&mut self, scope: &Scope, record: &RecordId) -> Result<usize> {
        let unlisted = self.unlisted(scope, record)?;
        let mut group = Vec::new();
        let mut bytes = 0u64;
        for (hash, size) in &unlisted {
            if bytes.saturating_add(*size) > HISTORY_GROUP_BYTES && !group.is_empty() {
                self.list(scope, &group)?;
                group.clear();
                bytes = 0;
            }
            group.push(*hash);
            bytes = bytes.saturating_add(*size);
        }
        self.list(scope, &group)?;
        Ok(unlisted.len())
    }

    fn last_seq(&self, scope: ScopeRow) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT last_seq FROM scopes WHERE scope = ?1")?;
        Ok(find.query_row([scope.0], |row| sql::uint(row, "last_seq"))?)
    }

    fn listed_seq(&self, scope: ScopeRow, change: i64) -> Result<Option<u64>> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT seq FROM feeds WHERE scope = ?1 AND change = ?2")?;
        let found = find.query_row(params![scope.0, change], |row| sql::uint(row, "seq"));
        Ok(found.optional()?)
    }

    /// A change that can travel: it has a signed batch, or it will get one from the outbox.
    fn listable(&self, hash: &ChangeHash) -> Result<Listable> {
        let mut find = self.sql().prepare_cached(
            "SELECT c.change AS change, d.record AS record,
               c.batch IS NOT NULL OR EXISTS (SELECT 1 FROM outbox o WHERE o.hash = c.hash)
                 AS can_travel
             FROM changes c JOIN documents d ON d.document = c.document WHERE c.hash = ?1",
        )?;
        let found = find
            .query_row([hash.0], |row| {
                let item = Listable {
                    change: row.get("change")?,
                    record: sql::record(row, "record")?,
                };
                Ok((item, row.get::<_, bool>("can_travel")?))
            })
            .optional()?;
        match found {
            None => Err(StoreError::unknown("change", hash)),
            Some((_, false)) => Err(StoreError::Refused(format!(
                "change {hash} came in a pack and has no signed batch to travel in"
            ))),
            Some((item, true)) => Ok(item),
        }
    }

    fn join_by_row(&mut self, scope: ScopeRow, record: &RecordId) -> Result<()> {
        let document = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        self.join(scope, &document)
    }

    /// The changes of a record that a feed does not list, in the order of storing, with their sizes.
    fn unlisted(&self, scope: &Scope, record: &RecordId) -> Result<Vec<(ChangeHash, u64)>> {
        let mut list = self.sql().prepare_cached(
            "SELECT c.hash AS hash, c.size AS size FROM changes c
             JOIN documents d ON d.document = c.document
             WHERE d.record = ?1 AND NOT EXISTS (
               SELECT 1 FROM feeds f JOIN scopes s ON s.scope = f.scope
               WHERE f.change = c.change AND s.name = ?2)
             ORDER BY c.change",
        )?;
        let found = list.query_map(params![record.0, scope.to_string()], |row| {
            Ok((sql::change(row, "hash")?, sql::uint(row, "size")?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

struct Listable {
    change: i64,
    record: RecordId,
}
