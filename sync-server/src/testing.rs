//! A small engine for tests of the shell: real SQLite with real savepoints behind the same calls.
//! It keeps values, knows a few peers and photos, and fails when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use linli_model::{BlobHash, GridCode, KeyId, OrgId, RecordId, Scope, Timestamp};
use linli_trust::{PublicKey, SigningKey};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::door::{
    Acting, BlobState, Calls, Carried, CarriedTally, CaseDetail, CaseFilter, CasePage, Command,
    CommandOutcome, Committed, Door, DoorError, DoorResult, EngineStatus, EraseRequest, Erasure,
    ExportOf, ExportRow, Forgetting, Group, Holders, ImportRows, JoinState, LinkFailure,
    LinkOutcome, LinkRequest, OpenedSlot, PackFile, PeerKey, PersonRequest, RowOutcome,
    SlotRequest, SlotRow, Ticked, Verified,
};

pub(crate) mod stand;

/// What a test sets and looks at from outside.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) peers: BTreeMap<KeyId, PublicKey>,
    pub(crate) scopes: BTreeMap<KeyId, BTreeSet<Scope>>,
    pub(crate) blobs: BTreeMap<BlobHash, BlobState>,
    pub(crate) packs: BTreeMap<Scope, PackFile>,
    pub(crate) not_ready: Vec<String>,
    /// The next commit fails with this.
    pub(crate) fail_commit: Option<DoorError>,
    /// How many parts each group had.
    pub(crate) groups: Vec<usize>,
    /// Bodies of exchanges, in order.
    pub(crate) exchanged: Vec<Vec<u8>>,
}

/// The engine of tests.
pub(crate) struct TestDoor {
    conn: Connection,
    org: OrgId,
    key: SigningKey,
    pub(crate) world: Arc<Mutex<World>>,
}

struct Open<'a> {
    conn: &'a Connection,
    world: &'a Mutex<World>,
    committed: Committed,
    parts: usize,
    spoilt: Option<DoorError>,
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err(storage)")]
fn storage(error: impl ToString) -> DoorError {
    DoorError::Storage(error.to_string())
}

impl TestDoor {
    pub(crate) fn new(org: &str) -> Self {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE note (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT")
            .unwrap();
        Self {
            conn,
            org: OrgId::new(org).unwrap(),
            key: SigningKey::from_seed([9; 32]),
            world: Arc::default(),
        }
    }
}

impl Door for TestDoor {
    fn group(&mut self, work: &mut dyn FnMut(&mut dyn Group)) -> DoorResult<Committed> {
        self.conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(storage)?;
        let mut open = Open {
            conn: &self.conn,
            world: &self.world,
            committed: Committed::default(),
            parts: 0,
            spoilt: None,
        };
        work(&mut open);
        let Open {
            committed,
            parts,
            spoilt,
            ..
        } = open;
        let mut world = self.world.lock().unwrap();
        world.groups.push(parts);
        if let Some(error) = spoilt.or_else(|| world.fail_commit.take()) {
            self.conn.execute_batch("ROLLBACK").map_err(storage)?;
            return Err(error);
        }
        self.conn.execute_batch("COMMIT").map_err(storage)?;
        Ok(committed)
    }

    fn desk_keys(&mut self) -> DoorResult<Vec<(OrgId, SigningKey)>> {
        Ok(vec![(self.org.clone(), self.key.clone())])
    }

    fn verify(&mut self) -> DoorResult<Verified> {
        Ok(Verified::default())
    }

    fn compact(&mut self) -> DoorResult<bool> {
        Ok(false)
    }

    fn compact_due(&mut self) -> DoorResult<Option<u64>> {
        Ok(None)
    }
}

impl Group for Open<'_> {
    fn part(&mut self, work: &mut dyn FnMut(&mut dyn Calls) -> DoorResult<()>) -> DoorResult<()> {
        self.parts += 1;
        self.conn.execute_batch("SAVEPOINT part").map_err(storage)?;
        let done = work(self);
        if let Err(error) = &done {
            self.conn
                .execute_batch("ROLLBACK TO part; RELEASE part")
                .map_err(storage)?;
            if error.spoils_group() {
                self.spoilt = Some(error.clone());
            }
        } else {
            self.conn.execute_batch("RELEASE part").map_err(storage)?;
        }
        done
    }
}

const NO: DoorError = DoorError::NotFound {
    what: "answer in tests",
};

impl Calls for Open<'_> {
    fn peer(&mut self, id: &KeyId) -> DoorResult<Option<PeerKey>> {
        let world = self.world.lock().unwrap();
        Ok(world
            .peers
            .get(id)
            .map(|key| PeerKey { id: *id, key: *key }))
    }

    fn peer_scopes(&mut self, _: Timestamp, peer: &KeyId) -> DoorResult<BTreeSet<Scope>> {
        let world = self.world.lock().unwrap();
        Ok(world.scopes.get(peer).cloned().unwrap_or_default())
    }

    /// Answers with the body turned round; a body that names a scope makes its feed grow.
    fn carried(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Carried> {
        Ok(Carried {
            answer: self.exchange(now, peer, body)?,
            tally: CarriedTally::default(),
        })
    }

    fn desk_key(&mut self, _: &KeyId) -> DoorResult<Option<SigningKey>> {
        Ok(None)
    }

    fn exchange(&mut self, _: Timestamp, _: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>> {
        self.world.lock().unwrap().exchanged.push(body.to_vec());
        if let Some(scope) = std::str::from_utf8(body)
            .ok()
            .and_then(|text| text.parse().ok())
        {
            self.committed.feeds.insert(scope, 7);
        }
        if body == b"control" {
            self.committed.control = Some(3);
        }
        Ok(body.iter().rev().copied().collect())
    }

    fn heartbeat(&mut self, _: Timestamp, _: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>> {
        Ok(body.to_vec())
    }

    fn pack(
        &mut self,
        _: Timestamp,
        _: &KeyId,
        scope: &Scope,
        hash: Option<&[u8; 32]>,
    ) -> DoorResult<PackFile> {
        let world = self.world.lock().unwrap();
        let pack = world
            .packs
            .get(scope)
            .ok_or(DoorError::NotFound { what: "pack" })?;
        match hash {
            Some(hash) if pack.hash != *hash => Err(DoorError::NotFound { what: "pack" }),
            Some(_) | None => Ok(pack.clone()),
        }
    }

    fn enrol(&mut self, _: Timestamp, body: &[u8]) -> DoorResult<Vec<u8>> {
        match body {
            b"good" => Ok(b"welcome".to_vec()),
            b"used" => Err(DoorError::Conflict {
                code: "SLOT_USED".into(),
                detail: "the slot was used".into(),
            }),
            _ => Err(DoorError::NotFound { what: "slot" }),
        }
    }

    fn open_slot(&mut self, _: Timestamp, _: &SlotRequest) -> DoorResult<OpenedSlot> {
        Err(NO)
    }

    fn slots(&mut self, _: Timestamp) -> DoorResult<Vec<SlotRow>> {
        Ok(Vec::new())
    }

    fn confirm_slot(&mut self, _: Timestamp, _: &str, _: &str) -> DoorResult<KeyId> {
        Err(NO)
    }

    fn revoke(&mut self, _: Timestamp, _: &KeyId, _: &str) -> DoorResult<()> {
        Err(NO)
    }

    fn join_request(&mut self, _: Timestamp, _: &str) -> DoorResult<Vec<u8>> {
        Err(NO)
    }

    fn join_apply(&mut self, _: Timestamp, _: &[u8]) -> DoorResult<JoinState> {
        Err(NO)
    }

    fn link_request(&mut self, _: Timestamp) -> DoorResult<Option<LinkRequest>> {
        Ok(None)
    }

    fn link_apply(&mut self, _: Timestamp, _: &[u8]) -> DoorResult<LinkOutcome> {
        Err(NO)
    }

    fn link_failed(&mut self, _: Timestamp, _: &LinkFailure) -> DoorResult<()> {
        Ok(())
    }

    fn import_edition(&mut self, _: Timestamp, _: &[u8]) -> DoorResult<u32> {
        Err(NO)
    }

    fn newest_edition(&mut self) -> DoorResult<Option<Vec<u8>>> {
        Err(NO)
    }

    fn import_rows(&mut self, _: Timestamp, _: &ImportRows) -> DoorResult<Vec<RowOutcome>> {
        Err(NO)
    }

    fn export_page(&mut self, _: ExportOf, _: Option<&RecordId>) -> DoorResult<Vec<ExportRow>> {
        Err(NO)
    }

    fn export_person(&mut self, _: Timestamp, _: &PersonRequest) -> DoorResult<serde_json::Value> {
        Err(NO)
    }

    fn erase(&mut self, _: Timestamp, _: &EraseRequest) -> DoorResult<Erasure> {
        Err(NO)
    }

    fn forgetting(&mut self) -> DoorResult<Forgetting> {
        Err(NO)
    }

    fn holders(&mut self, _: Timestamp, _: &RecordId) -> DoorResult<Holders> {
        Err(NO)
    }

    fn withdraw_grid(&mut self, _: Timestamp, _: &KeyId, _: &GridCode) -> DoorResult<()> {
        Err(NO)
    }

    fn erased(&mut self, _: Timestamp, _: &[u8]) -> DoorResult<()> {
        Err(NO)
    }

    fn blobs_orphaned(&mut self, _: Timestamp) -> DoorResult<Vec<BlobHash>> {
        Ok(Vec::new())
    }

    fn blob_removed(&mut self, _: Timestamp, _: &BlobHash) -> DoorResult<()> {
        Ok(())
    }

    fn desk_command(
        &mut self,
        _: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        let key = format!("done/{}/{}", by.staff, command.idempotency_key);
        let repeated = self.note(&key)?.is_some();
        self.set_note(&key, Some(b"1"))?;
        Ok(CommandOutcome {
            case: command.case.unwrap_or(RecordId([1; 16])),
            change: linli_model::ChangeHash([2; 32]),
            n: Some(1),
            effect: command.event.clone(),
            repeated,
        })
    }

    fn unit_command(
        &mut self,
        _: Timestamp,
        _: &Acting,
        _: &Command,
    ) -> DoorResult<CommandOutcome> {
        Err(DoorError::Conflict {
            code: "OVERTAKEN".into(),
            detail: "the case moved on".into(),
        })
    }

    fn cases(&mut self, by: &Acting, _: &CaseFilter) -> DoorResult<CasePage> {
        if by.org.as_str() == "panic" {
            // A fault of the engine: the shell has to survive it.
            std::panic::resume_unwind(Box::new("a fault"));
        }
        Ok(CasePage {
            rows: Vec::new(),
            more: false,
        })
    }

    fn case(&mut self, _: &Acting, _: &RecordId) -> DoorResult<CaseDetail> {
        Err(DoorError::NotFound { what: "case" })
    }

    fn blob_state(&mut self, _: &KeyId, hash: &BlobHash) -> DoorResult<BlobState> {
        let world = self.world.lock().unwrap();
        Ok(world.blobs.get(hash).copied().unwrap_or(BlobState::Unknown))
    }

    fn blob_readable(&mut self, _: &KeyId, hash: &BlobHash) -> DoorResult<bool> {
        Ok(self.world.lock().unwrap().blobs.contains_key(hash))
    }

    fn blob_visible(&mut self, _: &Acting, hash: &BlobHash) -> DoorResult<bool> {
        Ok(self.world.lock().unwrap().blobs.contains_key(hash))
    }

    fn blob_stored(&mut self, _: Timestamp, hash: &BlobHash, _: u64) -> DoorResult<()> {
        let mut world = self.world.lock().unwrap();
        world.blobs.insert(*hash, BlobState::Stored);
        Ok(())
    }

    fn blob_lost(&mut self, _: Timestamp, hash: &BlobHash) -> DoorResult<()> {
        self.world
            .lock()
            .unwrap()
            .blobs
            .insert(*hash, BlobState::Wanted);
        Ok(())
    }

    fn blobs_stored(&mut self, _: Option<&BlobHash>) -> DoorResult<Vec<(BlobHash, u64)>> {
        Ok(Vec::new())
    }

    fn tick(&mut self, _: Timestamp) -> DoorResult<Ticked> {
        Ok(Ticked::default())
    }

    fn note(&mut self, key: &str) -> DoorResult<Option<Vec<u8>>> {
        self.conn
            .query_row("SELECT value FROM note WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
            .map_err(storage)
    }

    fn set_note(&mut self, key: &str, value: Option<&[u8]>) -> DoorResult<()> {
        let done = match value {
            Some(value) => self.conn.execute(
                "INSERT OR REPLACE INTO note (key, value) VALUES (?1, ?2)",
                params![key, value],
            ),
            None => self.conn.execute("DELETE FROM note WHERE key = ?1", [key]),
        };
        done.map(drop).map_err(storage)
    }

    fn notes(&mut self, prefix: &str) -> DoorResult<Vec<(String, Vec<u8>)>> {
        let mut list = self
            .conn
            .prepare("SELECT key, value FROM note WHERE substr(key, 1, ?2) = ?1 ORDER BY key")
            .map_err(storage)?;
        let len = i64::try_from(prefix.len()).unwrap();
        let rows = list
            .query_map(params![prefix, len], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(storage)?;
        rows.collect::<Result<_, _>>().map_err(storage)
    }

    fn status(&mut self, _: Timestamp) -> DoorResult<EngineStatus> {
        Ok(EngineStatus {
            generation: 1,
            not_ready: self.world.lock().unwrap().not_ready.clone(),
            edition: None,
            changes: 5,
            quarantined: 0,
            parked: 0,
            blobs_wanted: 0,
            lag: Vec::new(),
            peers: 1,
            link_at: None,
            link_failure: None,
        })
    }

    fn restored(&mut self, _: Timestamp) -> DoorResult<u64> {
        Ok(2)
    }

    fn declare_unreachable(&mut self, _: Timestamp, _: &OrgId) -> DoorResult<Vec<OrgId>> {
        Ok(Vec::new())
    }
}
