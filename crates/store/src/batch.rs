//! Signed batches as they came, and the chains that they form.

use linli_model::{BatchId, ChangeHash, KeyId, RecordId, RecordKind, Scope, Timestamp};
use linli_trust::{EntryRef, Parcel, SealedBatch, Signature};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params, params};

use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::{Reader, Tx};

const ENTRY: usize = 49;

/// How a batch came to this ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The peer that brought it; `None` when it was written here.
    pub origin: Option<KeyId>,
    /// Whether another server has judged it before (docs/sync.md).
    pub vouched: bool,
    /// The peer's feed number when it was pulled.
    pub pulled_to: Option<u64>,
    /// When it was received here.
    pub received_at: Timestamp,
}

/// A link of a chain: the batches of one signer, epoch and scope, numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// Its number.
    pub number: u64,
    /// Its id.
    pub id: BatchId,
}

/// A stored batch with its row.
pub(crate) struct BatchRow {
    pub(crate) row: i64,
    pub(crate) sealed: SealedBatch,
    pub(crate) arrival: Arrival,
    pub(crate) is_waiting: bool,
}

impl BatchRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let entries: Vec<u8> = row.get("entries")?;
        let entries = unpack_entries(&entries)
            .ok_or_else(|| sql::wrong("entries", Type::Blob, "not whole entries"))?;
        let signature = Signature(row.get("signature")?);
        let sealed = SealedBatch::open(row.get("header")?, signature, entries)
            .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(e)))?;
        Ok(Self {
            row: row.get("batch")?,
            sealed,
            arrival: Arrival {
                origin: row.get::<_, Option<[u8; 16]>>("origin")?.map(KeyId),
                vouched: row.get("vouched")?,
                pulled_to: sql::uint_opt(row, "pulled_to")?,
                received_at: Timestamp(row.get("received_at")?),
            },
            is_waiting: row.get("waiting")?,
        })
    }
}

const COLUMNS: &str =
    "batch, header, signature, entries, origin, vouched, pulled_to, received_at, waiting";

impl Reader<'_> {
    /// A batch as it was signed.
    pub fn batch(&self, id: &BatchId) -> Result<Option<SealedBatch>> {
        Ok(self.find_batch(id)?.map(|found| found.sealed))
    }

    /// How a batch came here.
    pub fn arrival(&self, id: &BatchId) -> Result<Option<Arrival>> {
        Ok(self.find_batch(id)?.map(|found| found.arrival))
    }

    /// The last link of a chain that is stored here.
    pub fn last_batch(
        &self,
        signer: &KeyId,
        epoch: u64,
        scope: &Scope,
    ) -> Result<Option<ChainLink>> {
        let mut find = self.sql().prepare_cached(
            "SELECT b.number AS number, b.id AS id FROM batches b
             JOIN scopes s ON s.scope = b.scope
             WHERE b.signer = ?1 AND b.epoch = ?2 AND s.name = ?3 AND b.waiting = 0
             ORDER BY b.number DESC, b.batch LIMIT 1",
        )?;
        let found = find.query_row(
            params![signer.0, sql::int(epoch)?, scope.to_string()],
            read_link,
        );
        Ok(found.optional()?)
    }

    /// Every batch at one place of a chain. More than one is a fork: a cloned or restored device.
    pub fn batches_at(
        &self,
        signer: &KeyId,
        epoch: u64,
        scope: &Scope,
        number: u64,
    ) -> Result<Vec<BatchId>> {
        let mut list = self.sql().prepare_cached(
            "SELECT b.number AS number, b.id AS id FROM batches b
             JOIN scopes s ON s.scope = b.scope
             WHERE b.signer = ?1 AND b.epoch = ?2 AND s.name = ?3 AND b.number = ?4
               AND b.waiting = 0
             ORDER BY b.batch",
        )?;
        let found = list.query_map(
            params![
                signer.0,
                sql::int(epoch)?,
                scope.to_string(),
                sql::int(number)?
            ],
            read_link,
        )?;
        found
            .map(|link| Ok(link?.id))
            .collect::<Result<Vec<_>, StoreError>>()
    }

    /// The highest epoch in which a key has signed anything that is stored here.
    pub fn highest_epoch(&self, signer: &KeyId) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT max(epoch) AS epoch FROM batches WHERE signer = ?1")?;
        Ok(find
            .query_row([signer.0], |row| sql::uint_opt(row, "epoch"))?
            .unwrap_or(0))
    }

    /// The batches that are held here, in the order of their arrival: what is offered again to a peer
    /// that has lost state (docs/sync.md). A page starts after `after` and has at most `limit`.
    pub fn batches_held(&self, after: Option<&BatchId>, limit: usize) -> Result<Vec<BatchId>> {
        let after = match after {
            Some(id) => self.find_batch(id)?.map_or(0, |found| found.row),
            None => 0,
        };
        let mut list = self.sql().prepare_cached(
            "SELECT b.id AS id FROM batches b WHERE b.batch > ?1 AND b.waiting = 0
             ORDER BY b.batch LIMIT ?2",
        )?;
        let found = list.query_map(params![after, sql::len(limit)], |row| sql::batch(row, "id"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// A batch with the bodies that `wanted` lets through and that are stored here; all others are
    /// bare.
    pub fn parcel(
        &self,
        id: &BatchId,
        mut wanted: impl FnMut(&EntryRef) -> bool,
    ) -> Result<Option<Parcel>> {
        let Some(found) = self.find_batch(id)? else {
            return Ok(None);
        };
        self.fill(found.sealed, &mut wanted).map(Some)
    }

    pub(crate) fn fill(
        &self,
        sealed: SealedBatch,
        wanted: &mut dyn FnMut(&EntryRef) -> bool,
    ) -> Result<Parcel> {
        let mut bodies = Vec::with_capacity(sealed.entries.len());
        for entry in &sealed.entries {
            let body = if wanted(entry) {
                self.change_body(&entry.hash)?
            } else {
                None
            };
            bodies.push(body);
        }
        Ok(Parcel {
            batch: sealed,
            bodies,
        })
    }

    pub(crate) fn find_batch(&self, id: &BatchId) -> Result<Option<BatchRow>> {
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE id = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([id.0], BatchRow::read).optional()?)
    }

    pub(crate) fn batch_at_row(&self, row: i64) -> Result<BatchRow> {
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE batch = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([row], BatchRow::read)?)
    }

    pub(crate) fn batch_row(&self, id: &BatchId) -> Result<i64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT batch FROM batches WHERE id = ?1")?;
        let found = find.query_row([id.0], |row| row.get(0)).optional()?;
        found.ok_or_else(|| StoreError::unknown("batch", id))
    }
}

impl Tx<'_> {
    /// Stores a batch as it was signed; a known one stays as it is. The caller has verified it.
    pub fn put_batch(&mut self, sealed: &SealedBatch, arrival: &Arrival) -> Result<()> {
        self.keep_batch(sealed, arrival, false)?;
        Ok(())
    }

    /// Stores a batch and answers its row. A batch that waited is taken over with what is known now.
    pub(crate) fn keep_batch(
        &mut self,
        sealed: &SealedBatch,
        arrival: &Arrival,
        is_waiting: bool,
    ) -> Result<i64> {
        let scope = self.scope_row_or_new(&sealed.header.scope)?;
        let id = sealed.id();
        let mut add = self
            .sql()
            .prepare_cached(include_str!("batch/keep_batch.sql"))?;
        add.execute(named_params! {
            ":id": id.0,
            ":signer": sealed.header.signer.0,
            ":epoch": sql::int(sealed.header.epoch)?,
            ":scope": scope.0,
            ":number": sql::int(sealed.header.number)?,
            ":header": sealed.header_bytes,
            ":signature": sealed.signature.0,
            ":entries": pack_entries(&sealed.entries),
            ":origin": arrival.origin.map(|key| key.0),
            ":vouched": arrival.vouched,
            ":waiting": is_waiting,
            ":pulled_to": arrival.pulled_to.map(sql::int).transpose()?,
            ":received_at": arrival.received_at.0,
        })?;
        self.batch_row(&id)
    }
}

fn read_link(row: &Row<'_>) -> rusqlite::Result<ChainLink> {
    Ok(ChainLink {
        number: sql::uint(row, "number")?,
        id: sql::batch(row, "id")?,
    })
}

fn pack_entries(entries: &[EntryRef]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(entries.len() * ENTRY);
    for entry in entries {
        packed.extend_from_slice(&entry.record.0);
        packed.push(entry.kind.number());
        packed.extend_from_slice(&entry.hash.0);
    }
    packed
}

fn unpack_entries(packed: &[u8]) -> Option<Vec<EntryRef>> {
    let (all, rest) = packed.as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return None;
    }
    all.iter()
        .map(|entry| {
            let (record, rest) = entry.split_at_checked(16)?;
            let (kind, hash) = rest.split_first()?;
            Some(EntryRef {
                record: RecordId::from_slice(record)?,
                kind: RecordKind::from_number(*kind)?,
                hash: ChangeHash::from_slice(hash)?,
            })
        })
        .collect()
}
