//! Changes: stored once, by hash.

use linli_model::{ActorId, BatchId, ChangeHash, GridCode, KeyId, RecordId, RecordKind, Timestamp};
use linli_records::RawChange;
use rusqlite::{OptionalExtension, named_params, params};

use crate::digest;
use crate::document::DocumentRow;
use crate::error::{Result, StoreError};
use crate::ledger::Profile;
use crate::pack::PackArrival;
use crate::sql;
use crate::tx::{Reader, Tx};

/// What came of storing a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    Stored,
    /// It was stored before; nothing changed.
    Duplicate,
}

/// The document that a change belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The record.
    pub record: RecordId,
    /// What the record is.
    pub kind: RecordKind,
    /// Its home grid.
    pub home: GridCode,
}

/// How a change is stored.
struct Form {
    /// Whether the snapshot lacks it.
    in_tail: bool,
    /// Whether its bytes are kept.
    has_body: bool,
}

impl Form {
    const TAIL: Self = Self {
        in_tail: true,
        has_body: true,
    };
}

/// A change to be stored, with where it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) change: &'a RawChange,
    /// The row of its batch.
    pub(crate) batch: Option<i64>,
    /// The peer that brought it.
    pub(crate) origin: Option<KeyId>,
}

/// A stored change without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeInfo {
    /// Its hash.
    pub hash: ChangeHash,
    /// Its record.
    pub record: RecordId,
    /// Its author and epoch.
    pub actor: ActorId,
    /// The author's running number in the record.
    pub seq: u64,
    /// The batch that signed it; `None` before sealing, or when it came inside a pack.
    pub batch: Option<BatchId>,
    /// When it was stored here.
    pub received_at: Timestamp,
}

impl Reader<'_> {
    /// Whether a change is stored.
    pub fn has_change(&self, hash: &ChangeHash) -> Result<bool> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT 1 FROM changes WHERE hash = ?1")?;
        Ok(find.exists([hash.0])?)
    }

    /// A stored change without its bytes.
    pub fn change_info(&self, hash: &ChangeHash) -> Result<Option<ChangeInfo>> {
        let mut find = self.sql().prepare_cached(
            "SELECT d.record AS record, c.actor AS actor, c.seq AS seq, b.id AS batch,
                    c.received_at AS received_at
             FROM changes c
             JOIN documents d ON d.document = c.document
             LEFT JOIN batches b ON b.batch = c.batch
             WHERE c.hash = ?1",
        )?;
        let found = find.query_row([hash.0], |row| {
            Ok(ChangeInfo {
                hash: *hash,
                record: sql::record(row, "record")?,
                actor: sql::actor(row, "actor")?,
                seq: sql::uint(row, "seq")?,
                batch: row.get::<_, Option<[u8; 32]>>("batch")?.map(BatchId),
                received_at: Timestamp(row.get("received_at")?),
            })
        });
        Ok(found.optional()?)
    }

    /// The raw bytes of a change: its own row's, or taken out of its document when a device has let
    /// go of them.
    pub fn change_body(&self, hash: &ChangeHash) -> Result<Option<Vec<u8>>> {
        let mut find = self.sql().prepare_cached(
            "SELECT c.body AS body, d.record AS record FROM changes c
             JOIN documents d ON d.document = c.document WHERE c.hash = ?1",
        )?;
        let found = find
            .query_row([hash.0], |row| {
                Ok((
                    row.get::<_, Option<Vec<u8>>>("body")?,
                    sql::record(row, "record")?,
                ))
            })
            .optional()?;
        match found {
            None => Ok(None),
            Some((Some(body), _)) => Ok(Some(body)),
            Some((None, record)) => {
                let document = self
                    .load_document(&record)?
                    .ok_or_else(|| StoreError::unknown("record", &record))?;
                Ok(document.change(hash).map(|change| change.bytes))
            }
        }
    }

    /// Those of the hashes that are not stored, in the given order: what to ask a peer for.
    pub fn missing_changes(&self, hashes: &[ChangeHash]) -> Result<Vec<ChangeHash>> {
        let mut missing = Vec::new();
        for hash in hashes {
            if !self.has_change(hash)? {
                missing.push(*hash);
            }
        }
        Ok(missing)
    }

    /// The hashes of a record's changes in the order in which they were stored, which is causal.
    pub fn history(&self, record: &RecordId) -> Result<Vec<ChangeHash>> {
        let mut list = self.sql().prepare_cached(
            "SELECT c.hash AS hash FROM changes c
             JOIN documents d ON d.document = c.document
             WHERE d.record = ?1 ORDER BY c.change",
        )?;
        let found = list.query_map([record.0], |row| sql::change(row, "hash"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Stores one change of a record after the changes it builds on, makes the record when this is
    /// its first change, and keeps heads, counts and digests. Derived rows follow before the commit.
    ///
    /// Only for changes that have passed the gate or that were written here.
    pub fn put_change(
        &mut self,
        place: &Place,
        change: &RawChange,
        batch: Option<&BatchId>,
        received_at: Timestamp,
    ) -> Result<Stored> {
        let batch = batch.map(|id| self.batch_row(id)).transpose()?;
        let piece = Piece {
            change,
            batch,
            origin: None,
        };
        let stored = self.append(place, &[piece], received_at)?;
        if stored == 0 {
            return Ok(Stored::Duplicate);
        }
        self.mark_dirty(place.record);
        Ok(Stored::Stored)
    }

    /// Stores changes of one record in causal order; answers how many were new. Heads, counts and
    /// digests are written once for all of them. The caller settles the document.
    pub(crate) fn append(
        &mut self,
        place: &Place,
        pieces: &[Piece<'_>],
        received_at: Timestamp,
    ) -> Result<usize> {
        let mut document = match self.document_row(&place.record)? {
            Some(row) if row.kind == place.kind && row.home == place.home => row,
            Some(row) => {
                return Err(StoreError::Refused(format!(
                    "record {} is a {:?} of {}",
                    row.record, row.kind, row.home
                )));
            }
            None => self.new_document(place)?,
        };
        let before = document.heads.clone();
        let mut stored = 0;
        for piece in pieces {
            if !self.has_change(&piece.change.hash)? {
                self.check_dependencies(&document, piece.change)?;
                self.insert_change(&document, piece, received_at, &Form::TAIL)?;
                grow(&mut document, piece.change);
                stored += 1;
            }
        }
        if stored > 0 {
            self.update_document(&document)?;
            self.replace_in_digests(&document, &before)?;
        }
        Ok(stored)
    }

    /// Stores a new document with all of its changes and its snapshot at once, as if it had been folded.
    /// False, and nothing is stored, when one of the changes is here already or the snapshot does not
    /// load again.
    pub(crate) fn store_whole(
        &mut self,
        arrival: &PackArrival,
        received_at: Timestamp,
    ) -> Result<bool> {
        let PackArrival {
            place,
            document,
            changes,
            packed,
        } = arrival;
        let Some(packed) = packed else {
            return Ok(false);
        };
        for change in changes {
            if self.has_change(&change.hash)? {
                return Ok(false);
            }
        }
        let mut row = self.new_document(place)?;
        self.mark_dirty(place.record);
        let keeps_bodies = self.profile() == Profile::Server;
        for change in changes {
            let piece = Piece {
                change,
                batch: None,
                origin: None,
            };
            self.insert_change(
                &row,
                &piece,
                received_at,
                &Form {
                    in_tail: false,
                    has_body: keeps_bodies,
                },
            )?;
            grow(&mut row, change);
        }
        let count = u64::try_from(changes.len()).unwrap_or(u64::MAX);
        if row.heads != document.heads() || count != document.change_count() {
            return Err(StoreError::Refused(format!(
                "pack: the changes of record {} are not those of its document",
                row.record
            )));
        }
        (row.tail_count, row.tail_bytes) = (0, 0);
        self.update_document(&row)?;
        self.replace_in_digests(&row, &[])?;
        self.put_snapshot(&row, packed)?;
        Ok(true)
    }

    /// A change whose ground is not stored would make heads that no document has.
    fn check_dependencies(&self, document: &DocumentRow, change: &RawChange) -> Result<()> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT 1 FROM changes WHERE hash = ?1 AND document = ?2")?;
        for dependency in &change.deps {
            if !find.exists(params![dependency.0, document.row])? {
                return Err(StoreError::Refused(format!(
                    "change {} builds on {dependency}, which is not stored in record {}",
                    change.hash, document.record
                )));
            }
        }
        Ok(())
    }

    fn new_document(&self, place: &Place) -> Result<DocumentRow> {
        if self.is_erased(&place.record)? {
            return Err(StoreError::Refused(format!(
                "record {} is erased for ever",
                place.record
            )));
        }
        let mut add = self.sql().prepare_cached(
            "INSERT INTO documents (record, kind, home, heads, max_op, change_count)
             VALUES (?1, ?2, ?3, x'', 0, 0)",
        )?;
        add.execute(params![
            place.record.0,
            place.kind.number(),
            place.home.as_str()
        ])?;
        Ok(DocumentRow {
            row: self.sql().last_insert_rowid(),
            record: place.record,
            kind: place.kind,
            home: place.home.clone(),
            heads: Vec::new(),
            max_op: 0,
            change_count: 0,
            tail_count: 0,
            tail_bytes: 0,
        })
    }

    fn insert_change(
        &self,
        document: &DocumentRow,
        piece: &Piece<'_>,
        received_at: Timestamp,
        form: &Form,
    ) -> Result<()> {
        let change = piece.change;
        let mut add = self
            .sql()
            .prepare_cached(include_str!("change/insert_change.sql"))?;
        add.execute(named_params! {
            ":hash": change.hash.0,
            ":document": document.row,
            ":actor": change.actor.0,
            ":seq": sql::int(change.seq)?,
            ":batch": piece.batch,
            ":origin": piece.origin.map(|key| key.0),
            ":body": form.has_body.then_some(&change.bytes),
            ":in_tail": form.in_tail,
            ":size": sql::len(change.bytes.len()),
            ":received_at": received_at.0,
        })?;
        Ok(())
    }

    pub(crate) fn update_document(&self, document: &DocumentRow) -> Result<()> {
        let mut set = self.sql().prepare_cached(
            "UPDATE documents SET heads = ?2, max_op = ?3, change_count = ?4,
               tail_count = ?5, tail_bytes = ?6
             WHERE document = ?1",
        )?;
        set.execute(params![
            document.row,
            sql::pack_hashes(&document.heads),
            sql::int(document.max_op)?,
            sql::int(document.change_count)?,
            sql::int(document.tail_count)?,
            sql::int(document.tail_bytes)?,
        ])?;
        Ok(())
    }

    /// Replaces the document's entry in the digest of every scope that holds it.
    pub(crate) fn replace_in_digests(
        &self,
        document: &DocumentRow,
        before: &[ChangeHash],
    ) -> Result<()> {
        let mut difference = digest::of_document(&document.record, before);
        digest::fold(
            &mut difference,
            &digest::of_document(&document.record, &document.heads),
        );
        for scope in self.memberships_of(document.row)? {
            self.fold_digest(scope, &difference)?;
        }
        Ok(())
    }
}

/// Counts a change into the document's row: it is a head now, what it builds on no longer is.
fn grow(document: &mut DocumentRow, change: &RawChange) {
    document.heads.retain(|head| !change.deps.contains(head));
    document.heads.push(change.hash);
    document.heads.sort_unstable();
    document.max_op = document.max_op.max(change.max_op);
    document.change_count = document.change_count.saturating_add(1);
    document.tail_count = document.tail_count.saturating_add(1);
    let bytes = u64::try_from(change.bytes.len()).unwrap_or(u64::MAX);
    document.tail_bytes = document.tail_bytes.saturating_add(bytes);
}
