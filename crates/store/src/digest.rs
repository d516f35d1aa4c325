//! Digests: do two ledgers hold the same documents in a scope?
//!
//! The digest of a scope is the XOR over its documents of SHA-256(record || heads ascending). It is
//! kept in the transaction that changes a document, and can be computed anew at any time. Erased
//! documents are in no scope; a document whose deletion flag is set is still there.

use linli_model::{ChangeHash, RecordId, Scope};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::scopes::ScopeRow;
use crate::sql;
use crate::tx::{Reader, Tx};

/// A digest of documents.
pub type Digest = [u8; 32];

/// How many buckets a scope is cut into to find where two ledgers differ.
pub const BUCKETS: usize = 256;

/// The digest of one document.
pub fn of_document(record: &RecordId, heads: &[ChangeHash]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(record.0);
    for head in heads {
        hasher.update(head.0);
    }
    hasher.finalize().into()
}

/// The bucket of a document: the first byte of SHA-256 of its id, because the ids themselves begin
/// with their time.
pub fn bucket_of(record: &RecordId) -> u8 {
    let [first, ..]: Digest = Sha256::digest(record.0).into();
    first
}

/// Adds or removes an entry: XOR is its own inverse.
pub fn fold(into: &mut Digest, entry: &Digest) {
    into.iter_mut().zip(entry).for_each(|(a, b)| *a ^= b);
}

impl Reader<'_> {
    /// The kept digest of a scope; zero for a scope without documents.
    pub fn digest(&self, scope: &Scope) -> Result<Digest> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT digest FROM scopes WHERE name = ?1")?;
        let found = find.query_row([scope.to_string()], |row| row.get(0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// The digest of a scope computed anew from the heads of its documents.
    pub fn recompute_digest(&self, scope: &Scope) -> Result<Digest> {
        let mut digest = Digest::default();
        self.each_member(scope, None, |record, heads, _| {
            fold(&mut digest, &of_document(&record, &heads));
        })?;
        Ok(digest)
    }

    /// The digests of a scope's 256 buckets.
    pub fn bucket_digests(&self, scope: &Scope) -> Result<Vec<Digest>> {
        let mut buckets = vec![Digest::default(); BUCKETS];
        self.each_member(scope, None, |record, heads, bucket| {
            if let Some(slot) = buckets.get_mut(usize::from(bucket)) {
                fold(slot, &of_document(&record, &heads));
            }
        })?;
        Ok(buckets)
    }

    /// The documents of one bucket with their heads, ascending.
    pub fn bucket_heads(
        &self,
        scope: &Scope,
        bucket: u8,
    ) -> Result<Vec<(RecordId, Vec<ChangeHash>)>> {
        let mut found = Vec::new();
        self.each_member(scope, Some(bucket), |record, heads, _| {
            found.push((record, heads));
        })?;
        Ok(found)
    }

    fn each_member(
        &self,
        scope: &Scope,
        bucket: Option<u8>,
        mut visit: impl FnMut(RecordId, Vec<ChangeHash>, u8),
    ) -> Result<()> {
        let Some(scope) = self.scope_row(scope)? else {
            return Ok(());
        };
        let mut list = self.sql().prepare_cached(
            "SELECT d.record AS record, d.heads AS heads, m.bucket AS bucket
             FROM memberships m JOIN documents d ON d.document = m.document
             WHERE m.scope = ?1 AND (?2 IS NULL OR m.bucket = ?2) ORDER BY d.record",
        )?;
        let mut rows = list.query(params![scope.0, bucket])?;
        while let Some(row) = rows.next()? {
            visit(
                sql::record(row, "record")?,
                sql::hashes(row, "heads")?,
                row.get("bucket")?,
            );
        }
        Ok(())
    }
}

impl Tx<'_> {
    pub(crate) fn fold_digest(&self, scope: ScopeRow, entry: &Digest) -> Result<()> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT digest FROM scopes WHERE scope = ?1")?;
        let mut digest: Digest = find.query_row([scope.0], |row| row.get(0))?;
        fold(&mut digest, entry);
        let mut set = self
            .sql()
            .prepare_cached("UPDATE scopes SET digest = ?2 WHERE scope = ?1")?;
        set.execute(params![scope.0, digest])?;
        Ok(())
    }
}
