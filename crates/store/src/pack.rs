//! Packs: the documents of a scope as a server made them, for a first install or a device that is
//! too far behind. The caller encodes them into a file and proves that file with a checkpoint.

use linli_model::{ChangeHash, GridCode, RecordId, RecordKind, Scope, Timestamp};
use linli_records::{Document, RawChange};
use rusqlite::{OptionalExtension, Row, params};

use crate::change::{Piece, Place};
use crate::codec::Packed;
use crate::document::DocumentRow;
use crate::document::fold::packed_snapshot;
use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::{Reader, Tx};

/// One document of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackDocument {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Its home grid.
    pub home: GridCode,
    /// Its heads, ascending: what the snapshot must load to.
    pub heads: Vec<ChangeHash>,
    /// The whole document, not compressed.
    pub snapshot: Vec<u8>,
}

/// A pack that was made and lies in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// The scope that it holds.
    pub scope: Scope,
    /// The feed number up to which it is complete: the installer's cursor starts there.
    pub at_seq: u64,
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// Its bytes.
    pub size: u64,
    /// Where the file lies.
    pub place: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A document of a pack, loaded, and packed for the disk: all of installing it that needs no ledger, so
/// that another thread can do it.
pub struct PackArrival {
    pub(crate) place: Place,
    pub(crate) document: Document,
    pub(crate) changes: Vec<RawChange>,
    /// The snapshot, if it loads again.
    pub(crate) packed: Option<Packed>,
}

impl PackArrival {
    /// Makes a document ready. `changes` are all of its changes, each after those that it builds on.
    pub fn new(place: Place, document: Document, changes: Vec<RawChange>) -> Self {
        let packed = packed_snapshot(&document, &document.heads());
        Self {
            packed: packed.ok().flatten(),
            place,
            document,
            changes,
        }
    }

    /// The record and where it belongs.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The document as the pack has it.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

/// What installing a document changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// The record was not here.
    New,
    /// The record was here; this many changes were added to it.
    Merged(usize),
}

/// Ids that are looked up together, 256 KiB of them: every look sorts all that are left in the scope.
const IDS: usize = 16_384;

/// The documents of a scope, one at a time, in ascending order of their ids.
pub struct PackDocuments<'r, 'c> {
    reader: &'r Reader<'c>,
    scope: Scope,
    after: Option<RecordId>,
    ahead: std::vec::IntoIter<RecordId>,
}

impl Iterator for PackDocuments<'_, '_> {
    type Item = Result<PackDocument>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

impl PackDocuments<'_, '_> {
    fn step(&mut self) -> Result<Option<PackDocument>> {
        if self.ahead.len() == 0 {
            let after = self.after.as_ref();
            let ids = self.reader.records_in(&self.scope, None, after, IDS)?;
            self.ahead = ids.into_iter();
        }
        let Some(record) = self.ahead.next() else {
            return Ok(None);
        };
        self.after = Some(record);
        let row = self.reader.document_row(&record)?;
        let row = row.ok_or_else(|| StoreError::unknown("record", &record))?;
        let snapshot = self.reader.whole_snapshot(&row)?;
        Ok(Some(PackDocument {
            record: row.record,
            kind: row.kind,
            home: row.home,
            heads: row.heads,
            snapshot,
        }))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Pack> {
    Ok(Pack {
        scope: sql::scope(row, "scope")?,
        at_seq: sql::uint(row, "at_seq")?,
        hash: row.get("hash")?,
        size: sql::uint(row, "size")?,
        place: row.get("place")?,
        created_at: Timestamp(row.get("created_at")?),
    })
}

impl<'c> Reader<'c> {
    /// The documents of a scope for a pack. Only one is in memory at a time. Read the scope's
    /// [`FeedState`](crate::FeedState) in the same transaction: the pack is complete up to its `seq`.
    pub fn pack_documents(&self, scope: &Scope) -> PackDocuments<'_, 'c> {
        PackDocuments {
            reader: self,
            scope: scope.clone(),
            after: None,
            ahead: Vec::new().into_iter(),
        }
    }

    /// The newest pack of a scope.
    pub fn newest_pack(&self, scope: &Scope) -> Result<Option<Pack>> {
        let mut find = self.sql().prepare_cached(
            "SELECT s.name AS scope, p.at_seq, p.hash, p.size, p.place, p.created_at
             FROM packs p JOIN scopes s ON s.scope = p.scope
             WHERE s.name = ?1 ORDER BY p.at_seq DESC LIMIT 1",
        )?;
        Ok(find.query_row([scope.to_string()], read).optional()?)
    }

    /// The bytes of changes that a scope's feed lists above a number: when they exceed a fifth of
    /// the newest pack, a new pack is due (docs/storage.md).
    pub fn feed_bytes_after(&self, scope: &Scope, since: u64) -> Result<u64> {
        let mut find = self.sql().prepare_cached(
            "SELECT coalesce(sum(c.size), 0) AS size FROM scopes s
             JOIN feeds f ON f.scope = s.scope
             JOIN changes c ON c.change = f.change
             WHERE s.name = ?1 AND f.seq > ?2",
        )?;
        Ok(
            find.query_row(params![scope.to_string(), sql::int(since)?], |row| {
                sql::uint(row, "size")
            })?,
        )
    }

    /// The whole document as bytes; the stored snapshot when there is nothing after it.
    fn whole_snapshot(&self, row: &DocumentRow) -> Result<Vec<u8>> {
        if row.tail_count == 0
            && let Some(snapshot) = self.snapshot(row.row)?
        {
            return Ok(snapshot);
        }
        let document = self
            .load_document(&row.record)?
            .ok_or_else(|| StoreError::unknown("record", &row.record))?;
        Ok(document.snapshot())
    }
}

impl Tx<'_> {
    /// Notes a pack whose file is complete and whose hash was verified from the disk.
    pub fn put_pack(&mut self, pack: &Pack) -> Result<()> {
        let scope = self.scope_row_or_new(&pack.scope)?;
        self.sql().execute(
            "INSERT OR REPLACE INTO packs (scope, at_seq, hash, size, place, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                scope.0,
                sql::int(pack.at_seq)?,
                pack.hash,
                sql::int(pack.size)?,
                pack.place,
                pack.created_at.0
            ],
        )?;
        Ok(())
    }

    /// Forgets all packs of a scope but the `keep` newest, and answers the forgotten ones, whose
    /// files the caller deletes.
    pub fn prune_packs(&mut self, scope: &Scope, keep: usize) -> Result<Vec<Pack>> {
        let mut list = self.sql().prepare_cached(
            "SELECT s.name AS scope, p.at_seq, p.hash, p.size, p.place, p.created_at
             FROM packs p JOIN scopes s ON s.scope = p.scope
             WHERE s.name = ?1 ORDER BY p.at_seq DESC LIMIT -1 OFFSET ?2",
        )?;
        let found = list.query_map(params![scope.to_string(), sql::len(keep)], read)?;
        let old: Vec<Pack> = found.collect::<Result<_, _>>()?;
        drop(list);
        for pack in &old {
            self.sql().execute(
                "DELETE FROM packs WHERE at_seq = ?2
                   AND scope = (SELECT scope FROM scopes WHERE name = ?1)",
                params![scope.to_string(), sql::int(pack.at_seq)?],
            )?;
        }
        Ok(old)
    }

    /// Installs a document of a pack whose file was verified. Its snapshot must load to the heads it
    /// names. Changes that are here already stay as they are; later copies of what the pack holds
    /// are recognised by their hashes. `None` for a record that is erased here.
    pub fn install_document(
        &mut self,
        scope: &Scope,
        packed: &PackDocument,
        at: Timestamp,
    ) -> Result<Option<Installed>> {
        if self.is_erased(&packed.record)? {
            return Ok(None);
        }
        let document = Document::load(Some(&packed.snapshot), &[])
            .map_err(|error| StoreError::Refused(format!("pack: {}: {error}", packed.record)))?;
        if document.heads() != packed.heads || document.kind() != Some(packed.kind) {
            return Err(StoreError::Refused(format!(
                "pack: record {} is not what the pack says",
                packed.record
            )));
        }
        let place = Place {
            record: packed.record,
            kind: packed.kind,
            home: packed.home.clone(),
        };
        let changes = document.changes();
        self.install(scope, &PackArrival::new(place, document, changes), at)
    }

    /// Installs a document of a pack whose file was verified.
    pub fn install(
        &mut self,
        scope: &Scope,
        arrival: &PackArrival,
        at: Timestamp,
    ) -> Result<Option<Installed>> {
        let PackArrival {
            place,
            document,
            changes,
            ..
        } = arrival;
        let record = &place.record;
        if self.is_erased(record)? {
            return Ok(None);
        }
        if document.kind() != Some(place.kind) {
            return Err(StoreError::Refused(format!(
                "pack: record {record} is not what the pack says"
            )));
        }
        let known = self.load_document(record)?;
        if known.is_none() && self.store_whole(arrival, at)? {
            self.join_scope(scope, record)?;
            self.settle(record, document)?;
            self.note_echoes(changes, at)?;
            return Ok(Some(Installed::New));
        }
        let pieces: Vec<Piece<'_>> = changes.iter().map(from_pack).collect();
        let added = self.append(place, &pieces, at)?;
        self.note_echoes(changes, at)?;
        let row = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        let merged = match &known {
            None => None,
            Some(known) => Some(merged(known, changes)?),
        };
        let merged = merged.as_ref().unwrap_or(document);
        self.fold(&row, merged)?;
        self.join_scope(scope, record)?;
        self.settle(record, merged)?;
        Ok(Some(match known {
            None => Installed::New,
            Some(_) => Installed::Merged(added),
        }))
    }

    /// Own changes that a pack holds have arrived, whatever became of the answer.
    fn note_echoes(&mut self, changes: &[RawChange], at: Timestamp) -> Result<()> {
        let mut waiting = self
            .sql()
            .prepare_cached("SELECT 1 FROM outbox WHERE result IN (0, 4, 5) LIMIT 1")?;
        if !waiting.exists([])? {
            return Ok(());
        }
        drop(waiting);
        changes
            .iter()
            .try_for_each(|change| self.note_echo(&change.hash, at))
    }
}

fn from_pack(change: &RawChange) -> Piece<'_> {
    Piece {
        change,
        batch: None,
        origin: None,
    }
}

/// The document that was here, with the changes of the pack as well.
fn merged(known: &Document, changes: &[RawChange]) -> Result<Document> {
    let bodies: Vec<&[u8]> = changes
        .iter()
        .filter(|change| !known.has(&change.hash))
        .map(|change| change.bytes.as_slice())
        .collect();
    Document::load(Some(&known.snapshot()), &bodies)
        .map_err(|error| StoreError::Refused(format!("pack: {error}")))
}
