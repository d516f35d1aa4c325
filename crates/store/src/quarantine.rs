//! What was refused: kept in full, with its reason, until a person releases or dismisses it.

use linli_model::{BatchId, ChangeHash, KeyId, RecordId, RecordKind, Scope, StaffId, Timestamp};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params, params};
use sha2::{Digest as _, Sha256};

use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::{Reader, Tx};

/// Most changes kept of one signer whose signature or hash was wrong: anybody can make those.
pub const MAX_FORGED: u64 = 100;

/// What became of a refused change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuarantineState {
    /// It waits for a person.
    Held,
    /// It was accepted after all.
    Released,
    /// A person decided that it stays out.
    Dismissed,
}

impl QuarantineState {
    fn number(self) -> i64 {
        match self {
            Self::Held => 0,
            Self::Released => 1,
            Self::Dismissed => 2,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Held, Self::Released, Self::Dismissed]
            .into_iter()
            .find(|state| state.number() == number)
    }
}

/// A refused change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its place in the list.
    pub item: i64,
    /// The hash that its batch names.
    pub hash: ChangeHash,
    /// The record that its batch names.
    pub record: RecordId,
    /// What the record is said to be.
    pub kind: RecordKind,
    /// The scope of the batch.
    pub scope: Scope,
    /// The batch.
    pub batch: BatchId,
    /// Who signed, or is said to have signed.
    pub signer: KeyId,
    /// The staff member of the batch header.
    pub staff: Option<StaffId>,
    /// Whether signature and hash were right, so that the signer really wrote it.
    pub is_authentic: bool,
    /// Stable code of the reason.
    pub code: String,
    /// The reason for a person.
    pub detail: String,
    /// When it came.
    pub received_at: Timestamp,
    /// What became of it.
    pub state: QuarantineState,
}

/// A change to be kept out.
pub(crate) struct Held {
    pub(crate) hash: ChangeHash,
    pub(crate) record: RecordId,
    pub(crate) kind: RecordKind,
    pub(crate) scope: Scope,
    pub(crate) batch: BatchId,
    pub(crate) signer: KeyId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) is_authentic: bool,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) body: Vec<u8>,
    pub(crate) received_at: Timestamp,
}

const COLUMNS: &str = "q.item, q.hash, q.record, q.kind, s.name AS scope, q.batch_id, q.signer,
  q.staff, q.authentic, q.code, q.detail, q.received_at, q.state
  FROM quarantine q JOIN scopes s ON s.scope = q.scope";

fn read(row: &Row<'_>) -> rusqlite::Result<Quarantined> {
    let staff: String = row.get("staff")?;
    let state = QuarantineState::from_number(row.get("state")?)
        .ok_or_else(|| sql::wrong("state", Type::Integer, "no such state"))?;
    Ok(Quarantined {
        item: row.get("item")?,
        hash: sql::change(row, "hash")?,
        record: sql::record(row, "record")?,
        kind: sql::kind(row, "kind")?,
        scope: sql::scope(row, "scope")?,
        batch: sql::batch(row, "batch_id")?,
        signer: sql::key(row, "signer")?,
        staff: StaffId::new(staff).ok(),
        is_authentic: row.get("authentic")?,
        code: row.get("code")?,
        detail: row.get("detail")?,
        received_at: Timestamp(row.get("received_at")?),
        state,
    })
}

impl Reader<'_> {
    /// Records with refused or parked changes in which a text stands, such as the id of another
    /// record: they hang on it although no document says so.
    pub fn waiting_naming(&self, text: &str) -> Result<Vec<(RecordId, RecordKind)>> {
        let mut list = self.sql().prepare_cached(
            "SELECT record, kind FROM quarantine WHERE instr(body, CAST(?1 AS BLOB)) > 0
             UNION SELECT record, kind FROM parked WHERE instr(body, CAST(?1 AS BLOB)) > 0
             ORDER BY record",
        )?;
        let found = list.query_map([text], |row| {
            Ok((sql::record(row, "record")?, sql::kind(row, "kind")?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What waits for a person, newest first, a page at a time: items below `before`.
    pub fn quarantine(&self, before: Option<i64>, limit: usize) -> Result<Vec<Quarantined>> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE q.state = 0 AND (?1 IS NULL OR q.item < ?1)
             ORDER BY q.item DESC LIMIT ?2"
        );
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map(params![before, sql::len(limit)], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Everything that was ever refused of a record, oldest first.
    pub fn quarantine_of(&self, record: &RecordId) -> Result<Vec<Quarantined>> {
        let sql = format!("SELECT {COLUMNS} WHERE q.record = ?1 ORDER BY q.item");
        let mut list = self.sql().prepare_cached(&sql)?;
        let found = list.query_map([record.0], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// One refused change.
    pub fn quarantined(&self, item: i64) -> Result<Option<Quarantined>> {
        let sql = format!("SELECT {COLUMNS} WHERE q.item = ?1");
        let mut find = self.sql().prepare_cached(&sql)?;
        Ok(find.query_row([item], read).optional()?)
    }

    /// The raw bytes of a refused change.
    pub fn quarantine_body(&self, item: i64) -> Result<Vec<u8>> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT body FROM quarantine WHERE item = ?1")?;
        let found = find.query_row([item], |row| row.get(0)).optional()?;
        found.ok_or_else(|| StoreError::unknown("quarantine item", &item))
    }

    /// How many refused changes wait for a person.
    pub fn quarantine_len(&self) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT count(*) AS n FROM quarantine WHERE state = 0")?;
        Ok(find.query_row([], |row| sql::uint(row, "n"))?)
    }

    /// Why a change of its real author was refused, when it was and still is.
    pub(crate) fn refusal_of(&self, hash: &ChangeHash) -> Result<Option<(String, String)>> {
        let mut find = self.sql().prepare_cached(
            "SELECT code, detail FROM quarantine
             WHERE hash = ?1 AND authentic = 1 AND state <> 1 ORDER BY item LIMIT 1",
        )?;
        let found = find.query_row([hash.0], |row| Ok((row.get("code")?, row.get("detail")?)));
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// Keeps a refused change out; the same bytes of the same batch are kept once. Of what is not
    /// its claimed author's, only a bounded number is kept.
    pub(crate) fn hold(&mut self, held: &Held) -> Result<()> {
        if !held.is_authentic && self.forged_of(&held.signer)? >= MAX_FORGED {
            return Ok(());
        }
        let scope = self.scope_row_or_new(&held.scope)?;
        let digest: [u8; 32] = Sha256::digest(&held.body).into();
        let mut add = self
            .sql()
            .prepare_cached(include_str!("quarantine/hold.sql"))?;
        add.execute(named_params! {
            ":hash": held.hash.0,
            ":record": held.record.0,
            ":kind": held.kind.number(),
            ":scope": scope.0,
            ":batch_id": held.batch.0,
            ":signer": held.signer.0,
            ":staff": held.staff.as_ref().map_or("", StaffId::as_str),
            ":authentic": held.is_authentic,
            ":code": held.code,
            ":detail": held.detail,
            ":body": held.body,
            ":body_digest": digest,
            ":received_at": held.received_at.0,
        })?;
        Ok(())
    }

    /// Decides that a refused change stays out.
    pub fn dismiss_quarantined(&mut self, item: i64, by: &StaffId, at: Timestamp) -> Result<()> {
        self.decide(item, QuarantineState::Dismissed, by, at)
    }

    pub(crate) fn decide(
        &mut self,
        item: i64,
        state: QuarantineState,
        by: &StaffId,
        at: Timestamp,
    ) -> Result<()> {
        let decided = self.sql().execute(
            "UPDATE quarantine SET state = ?2, decided_by = ?3, decided_at = ?4
             WHERE item = ?1 AND state = 0",
            params![item, state.number(), by.as_str(), at.0],
        )?;
        if decided == 0 {
            return Err(StoreError::unknown("undecided quarantine item", &item));
        }
        Ok(())
    }

    fn forged_of(&self, signer: &KeyId) -> Result<u64> {
        let mut find = self.sql().prepare_cached(
            "SELECT count(*) AS n FROM quarantine WHERE signer = ?1 AND authentic = 0",
        )?;
        Ok(find.query_row([signer.0], |row| sql::uint(row, "n"))?)
    }
}
