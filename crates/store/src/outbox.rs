//! Own changes on their way: written, sealed into signed batches, sent, answered.

use linli_model::role::Role;
use linli_model::{BatchId, ChangeHash, RecordId, RecordKind, Scope, StaffId, Timestamp};
use linli_records::{Document, RawChange};
use linli_trust::{EntryRef, Parcel};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params, params};

use crate::change::{Piece, Place, Stored};
use crate::error::Result;
use crate::ledger::Profile;
use crate::sql;
use crate::tx::{Reader, Tx};

mod refused;
mod seal;

pub use refused::Discarded;
pub use seal::SealAs;

/// Who writes a change, and where. Changes with the same authorship share a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorship {
    /// The scope that the change is written to.
    pub scope: Scope,
    /// The person.
    pub staff: StaffId,
    /// The role in which the person acts.
    pub role: Role,
    /// The edition of the reference data that was in force.
    pub edition: u32,
    /// The console session; `None` on a device.
    pub session: Option<String>,
    /// When, by our clock.
    pub at: Timestamp,
}

/// The answer of a peer to one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Stored, under this number of the peer's feed.
    Stored(u64),
    /// It was stored before.
    Duplicate,
    /// Its record is erased for ever.
    Gone,
    /// It cannot be judged before these changes are there. Not final.
    Need(Vec<ChangeHash>),
    /// It is kept and will be judged later. Not final.
    Parked,
    /// It is held back for review, with the code of the reason.
    Quarantined(String),
}

impl Answer {
    fn number(&self) -> i64 {
        match self {
            Self::Stored(_) => 1,
            Self::Duplicate => 2,
            Self::Gone => 3,
            Self::Need(_) => 4,
            Self::Parked => 5,
            Self::Quarantined(_) => 6,
        }
    }
}

/// How far an own change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// Not answered yet.
    Waiting,
    /// Kept by the peer, not judged yet.
    Parked,
    /// Taken by the peer.
    Taken,
    /// Its record is erased.
    Gone,
    /// Held back for review by the peer.
    Refused,
}

impl Delivery {
    fn from_number(number: i64) -> Option<Self> {
        match number {
            0 | 4 => Some(Self::Waiting),
            1 | 2 => Some(Self::Taken),
            3 => Some(Self::Gone),
            5 => Some(Self::Parked),
            6 => Some(Self::Refused),
            _ => None,
        }
    }
}

/// An own change and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// The change.
    pub hash: ChangeHash,
    /// Its record.
    pub record: RecordId,
    /// What the record is.
    pub kind: RecordKind,
    /// Who wrote it and where.
    pub by: Authorship,
    /// Its batch, once sealed.
    pub batch: Option<BatchId>,
    /// How far it has come.
    pub delivery: Delivery,
    /// The code of a refusal.
    pub code: Option<String>,
    /// When the last answer came.
    pub answered_at: Option<Timestamp>,
}

const COLUMNS: &str = "o.hash, o.record, o.kind, s.name AS scope, o.staff, o.role, o.edition,
  o.session, o.written_at, b.id AS batch, o.result, o.code, o.result_at
  FROM outbox o JOIN scopes s ON s.scope = o.scope LEFT JOIN batches b ON b.batch = o.batch";

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxItem> {
    let delivery = Delivery::from_number(row.get("result")?)
        .ok_or_else(|| sql::wrong("result", Type::Integer, "no such answer"))?;
    Ok(OutboxItem {
        hash: sql::change(row, "hash")?,
        record: sql::record(row, "record")?,
        kind: sql::kind(row, "kind")?,
        by: Authorship {
            scope: sql::scope(row, "scope")?,
            staff: sql::text(row, "staff")?,
            role: sql::text(row, "role")?,
            edition: row.get("edition")?,
            session: row.get("session")?,
            at: Timestamp(row.get("written_at")?),
        },
        batch: row.get::<_, Option<[u8; 32]>>("batch")?.map(BatchId),
        delivery,
        code: row.get("code")?,
        answered_at: row.get::<_, Option<i64>>("result_at")?.map(Timestamp),
    })
}

impl Reader<'_> {
    /// How many own changes have no final answer yet.
    pub fn outbox_len(&self) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT count(*) AS n FROM outbox WHERE result IN (0, 4, 5)")?;
        Ok(find.query_row([], |row| sql::uint(row, "n"))?)
    }

    /// The own changes of a record, oldest first, answered or not.
    pub fn own_changes(&self, record: &RecordId) -> Result<Vec<OutboxItem>> {
        let sql = format!("SELECT {COLUMNS} WHERE o.record = ?1 ORDER BY o.position");
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([record.0], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// An own change by its hash.
    pub fn own_change(&self, hash: &ChangeHash) -> Result<Option<OutboxItem>> {
        let sql = format!("SELECT {COLUMNS} WHERE o.hash = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([hash.0], read).optional()?)
    }

    /// The own changes that the peer refused, oldest first.
    pub fn refused_changes(&self) -> Result<Vec<OutboxItem>> {
        let sql = format!("SELECT {COLUMNS} WHERE o.result = 6 ORDER BY o.position");
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The records of which the peer refused something that is stored here, whoever wrote it, with
    /// the code of one refusal each.
    pub fn refused_records(&self) -> Result<Vec<(RecordId, String)>> {
        let mut list = self
            .sql()
            .prepare_cached(include_str!("outbox/refused_records.sql"))?;
        let found = list.query_map([], |row| {
            Ok((sql::record(row, "record")?, row.get("code")?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The scopes that have own changes without a final answer, the cases first.
    pub fn outbox_scopes(&self) -> Result<Vec<Scope>> {
        let mut list = self.sql().prepare_cached(
            "SELECT DISTINCT s.name AS name FROM outbox o JOIN scopes s ON s.scope = o.scope
             WHERE o.result IN (0, 4, 5)",
        )?;
        let found = list.query_map([], |row| sql::scope(row, "name"))?;
        let mut scopes: Vec<Scope> = found.collect::<Result<_, _>>()?;
        scopes.sort_by_key(|scope| (urgency(scope), scope.clone()));
        Ok(scopes)
    }

    /// The sealed batches that wait for an answer: scope by scope with the cases first, each
    /// scope's chains in order, about `max_bytes` of bodies and at least one batch. Changes with a
    /// final answer are bare. `after` continues behind a batch that was taken before.
    pub fn outbox_parcels(&self, after: Option<&BatchId>, max_bytes: u64) -> Result<Vec<Parcel>> {
        let waiting = self.waiting_batches()?;
        let start = after
            .and_then(|id| waiting.iter().position(|(_, other)| other == id))
            .map_or(0, |index| index.saturating_add(1));
        let mut parcels = Vec::new();
        let mut bytes = 0u64;
        for (row, _) in waiting.into_iter().skip(start) {
            if bytes >= max_bytes && !parcels.is_empty() {
                break;
            }
            let sealed = self.batch_at_row(row)?.sealed;
            let pending = self.pending_in(row)?;
            let parcel = self.fill(sealed, &mut |entry: &EntryRef| {
                pending.contains(&entry.hash)
            })?;
            let size: usize = parcel.bodies.iter().flatten().map(Vec::len).sum();
            bytes = bytes.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
            parcels.push(parcel);
        }
        Ok(parcels)
    }

    fn waiting_batches(&self) -> Result<Vec<(i64, BatchId)>> {
        let mut list = self.sql().prepare_cached(
            "SELECT DISTINCT o.batch AS batch, b.id AS id, s.name AS scope
             FROM outbox o JOIN batches b ON b.batch = o.batch JOIN scopes s ON s.scope = b.scope
             WHERE o.result IN (0, 4, 5)",
        )?;
        let found = list.query_map([], |row| {
            Ok((
                sql::scope(row, "scope")?,
                row.get::<_, i64>("batch")?,
                sql::batch(row, "id")?,
            ))
        })?;
        let mut waiting: Vec<(Scope, i64, BatchId)> = found.collect::<Result<_, _>>()?;
        waiting.sort_by_key(|(scope, row, _)| (urgency(scope), scope.clone(), *row));
        Ok(waiting.into_iter().map(|(_, row, id)| (row, id)).collect())
    }

    fn pending_in(&self, batch: i64) -> Result<std::collections::BTreeSet<ChangeHash>> {
        let mut list = self
            .sql()
            .prepare_cached("SELECT hash FROM outbox WHERE batch = ?1 AND result IN (0, 4, 5)")?;
        let found = list.query_map([batch], |row| sql::change(row, "hash"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What the user wanted, field by field, for the own changes of a record.
    pub fn intents(&self, record: &RecordId) -> Result<Vec<(ChangeHash, Vec<u8>)>> {
        let mut list = self
            .sql()
            .prepare_cached("SELECT hash, body FROM intents WHERE record = ?1 ORDER BY intent")?;
        let found = list.query_map([record.0], |row| {
            Ok((sql::change(row, "hash")?, row.get("body")?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// A user's save: stores the change, its document's rows, and puts it into the outbox. The
    /// document must be the one with the change already in it.
    pub fn save(
        &mut self,
        place: &Place,
        document: &Document,
        change: &RawChange,
        by: &Authorship,
    ) -> Result<Stored> {
        let piece = Piece {
            change,
            batch: None,
            origin: None,
        };
        if self.append(place, &[piece], by.at)? == 0 {
            return Ok(Stored::Duplicate);
        }
        let scope = self.scope_row_or_new(&by.scope)?;
        let mut add = self
            .sql()
            .prepare_cached(include_str!("outbox/insert_outbox.sql"))?;
        add.execute(named_params! {
            ":hash": change.hash.0,
            ":record": place.record.0,
            ":kind": place.kind.number(),
            ":scope": scope.0,
            ":actor": change.actor.0,
            ":staff": by.staff.as_str(),
            ":role": by.role.as_str(),
            ":edition": by.edition,
            ":session": by.session,
            ":written_at": by.at.0,
        })?;
        self.join_scope(&by.scope, &place.record)?;
        self.settle(&place.record, document)?;
        Ok(Stored::Stored)
    }

    /// Keeps what the user wanted, so that it can be written again after a refusal. The body is the
    /// caller's own encoding.
    pub fn put_intent(&mut self, hash: &ChangeHash, record: &RecordId, body: &[u8]) -> Result<()> {
        let mut add = self
            .sql()
            .prepare_cached("INSERT INTO intents (hash, record, body) VALUES (?1, ?2, ?3)")?;
        add.execute(params![hash.0, record.0, body])?;
        Ok(())
    }

    /// Notes a peer's answer to own changes. A final answer stays; a lesser one after it changes
    /// nothing. With a final answer the intent goes (except of a refusal), and a device lets go of
    /// bytes that its snapshot holds.
    pub fn record_answers(
        &mut self,
        answers: &[(ChangeHash, Answer)],
        at: Timestamp,
    ) -> Result<()> {
        for (hash, answer) in answers {
            let (seq, code) = match answer {
                Answer::Stored(seq) => (Some(sql::int(*seq)?), None),
                Answer::Quarantined(code) => (None, Some(code.as_str())),
                Answer::Duplicate | Answer::Gone | Answer::Need(_) | Answer::Parked => (None, None),
            };
            let mut set = self.sql().prepare_cached(
                "UPDATE outbox SET result = ?2, result_seq = ?3, code = ?4, result_at = ?5
                 WHERE hash = ?1 AND result IN (0, 4, 5)",
            )?;
            set.execute(params![hash.0, answer.number(), seq, code, at.0])?;
            match answer {
                Answer::Stored(_) | Answer::Duplicate | Answer::Gone => self.let_go(hash)?,
                Answer::Quarantined(_) | Answer::Need(_) | Answer::Parked => {}
            }
        }
        Ok(())
    }

    /// An own change that the peer had taken waits again: the peer has lost it. `false` when it is
    /// not an own change any more.
    pub fn offer_again(&mut self, hash: &ChangeHash) -> Result<bool> {
        let mut set = self.sql().prepare_cached(
            "UPDATE outbox SET result = 0, result_seq = NULL, code = NULL, result_at = NULL
             WHERE hash = ?1 AND result IN (0, 1, 2, 4, 5)",
        )?;
        Ok(set.execute([hash.0])? > 0)
    }

    /// Notes that own changes came back through a feed: they are stored at the peer, even if its
    /// answer was lost.
    pub(crate) fn note_echo(&mut self, hash: &ChangeHash, at: Timestamp) -> Result<()> {
        self.record_answers(&[(*hash, Answer::Duplicate)], at)
    }

    /// Forgets answered own changes that were written before `before`; refused ones stay until they
    /// are discarded.
    pub fn prune_outbox(&mut self, before: Timestamp) -> Result<usize> {
        Ok(self.sql().execute(
            "DELETE FROM outbox WHERE result IN (1, 2, 3) AND written_at < ?1",
            [before.0],
        )?)
    }

    fn let_go(&self, hash: &ChangeHash) -> Result<()> {
        self.sql()
            .prepare_cached("DELETE FROM intents WHERE hash = ?1")?
            .execute([hash.0])?;
        if self.profile() == Profile::Device {
            self.sql()
                .prepare_cached("UPDATE changes SET body = NULL WHERE hash = ?1 AND in_tail = 0")?
                .execute([hash.0])?;
        }
        Ok(())
    }
}

/// Cases are sent before everything else: a report must not wait for a register.
fn urgency(scope: &Scope) -> u8 {
    match scope {
        Scope::Cases(_) => 0,
        Scope::Desk(_) => 1,
        Scope::Register(_) => 2,
        Scope::Places(_) => 3,
        Scope::Reference(_) => 4,
    }
}
