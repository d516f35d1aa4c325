//! The town of a story: servers and handhelds on files, a network that is a function call, a true time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use linli_exchange::Reference;
use linli_model::case::{CaseView, fold};
use linli_model::{ChangeHash, KeyId, RecordId, Timestamp};
use linli_records::case::read_case;
use linli_store::{Reader, StoreError};
use linli_sync::Code;
use linli_sync::frames::Offer;
use linli_sync_server::door::{
    Acting, Calls, Command, Door, DoorError, DoorResult, LinkFailure, Opening,
};
use linli_sync_server::engine::Engine;
use serde_json::Value;

use super::fault::Fault;
use super::handheld::Handheld;
use super::template::{
    HANDHELDS, SERVERS, START, call, call_in_vain, copy_into, handheld_path, opening, org, random,
    shared_folder, staff,
};

pub(crate) struct Server {
    engine: Option<Engine>,
    opening: Opening,
    /// Its clock minus the true time.
    pub(crate) skew: i64,
    pub(crate) backup: Option<PathBuf>,
    opened: u64,
}

impl Server {
    fn start(&mut self) {
        self.opened = self.opened.wrapping_mul(31).wrapping_add(1);
        let engine = Engine::open(&self.opening, random(self.opened));
        self.engine = Some(engine.unwrap());
    }

    fn kill(&mut self) {
        drop(self.engine.take());
        self.start();
    }
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) servers: Vec<Server>,
    pub(crate) handhelds: Vec<Handheld>,
    pub(crate) now: i64,
    /// What a handheld was told is stored.
    pub(crate) acked: BTreeSet<ChangeHash>,
    /// What nobody holds any more who could be asked.
    pub(crate) lost: BTreeSet<ChangeHash>,
    /// Revoked keys with everything of theirs that others held then.
    pub(crate) revoked: Vec<(KeyId, BTreeSet<ChangeHash>)>,
    /// Whether lines may have forked, and incidents are no surprise.
    pub(crate) is_shaken: bool,
    copies: u32,
}

pub(crate) const DISTRICT: usize = 0;
pub(crate) const STREET: usize = 1;
pub(crate) const COMMUNITY: usize = 2;

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = shared_folder();
        copy_into(folder.path());
        let mut servers = Vec::new();
        for index in 0..SERVERS.len() {
            let mut server = Server {
                engine: None,
                opening: opening(folder.path(), index),
                skew: 0,
                backup: None,
                opened: seed.wrapping_mul(17).wrapping_add(index as u64),
            };
            server.start();
            servers.push(server);
        }
        let handhelds = (0..HANDHELDS.len()).map(|index| {
            let path = handheld_path(folder.path(), index);
            Handheld::open(
                path,
                index,
                seed.wrapping_mul(19).wrapping_add(index as u64),
            )
        });
        Self {
            handhelds: handhelds.collect(),
            servers,
            folder,
            now: START.0,
            acked: BTreeSet::new(),
            lost: BTreeSet::new(),
            revoked: Vec::new(),
            is_shaken: false,
            copies: 0,
        }
    }

    /// A minute goes by.
    pub(crate) fn tick(&mut self) {
        self.now += 60_000;
    }

    fn at_server(&self, index: usize) -> Timestamp {
        Timestamp(self.now + self.servers[index].skew)
    }

    pub(crate) fn at_handheld(&self, index: usize) -> Timestamp {
        Timestamp(self.now + self.handhelds[index].skew)
    }

    pub(crate) fn call<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut dyn Calls, Timestamp) -> DoorResult<T>,
    ) -> DoorResult<T> {
        let now = self.at_server(index);
        let engine = self.servers[index].engine.as_mut().unwrap();
        call(engine, |calls| work(calls, now))
    }

    /// What a server answers under a fault; `None` when nothing comes back.
    fn serve(
        &mut self,
        index: usize,
        fault: Fault,
        key: KeyId,
        body: &[u8],
    ) -> DoorResult<Option<Vec<u8>>> {
        match fault {
            Fault::LoseRequest => return Ok(None),
            Fault::KillServerBefore => {
                let now = self.at_server(index);
                let server = &mut self.servers[index];
                call_in_vain(server.engine.as_mut().unwrap(), |calls| {
                    calls.exchange(now, &key, body)
                });
                server.kill();
                return Ok(None);
            }
            Fault::None
            | Fault::LoseAnswer
            | Fault::CutAnswer(_)
            | Fault::Twice
            | Fault::KillServerAfter
            | Fault::KillClient(_) => {}
        }
        let answer = self.call(index, |calls, now| calls.exchange(now, &key, body))?;
        if fault == Fault::Twice {
            self.call(index, |calls, now| calls.exchange(now, &key, body))?;
        }
        if fault == Fault::KillServerAfter {
            self.servers[index].kill();
            return Ok(None);
        }
        Ok((fault != Fault::LoseAnswer).then_some(answer))
    }

    /// One exchange of a handheld. Answers whether another one should follow.
    pub(crate) fn exchange(&mut self, index: usize, fault: Fault) -> bool {
        self.tick();
        let now = self.at_handheld(index);
        if self.handhelds[index].is_gone {
            return false;
        }
        let key = self.handhelds[index].key();
        let mut exchange = self.handhelds[index].engine().begin_sync(now).unwrap();
        let body = exchange.body.clone();
        let answer = self.serve(COMMUNITY, fault, key, &body);
        let handheld = &mut self.handhelds[index];
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                handheld.engine().fail_sync(&exchange, true, now).unwrap();
                return true;
            }
            Err(DoorError::Refused { .. } | DoorError::Later { .. }) => {
                handheld.engine().fail_sync(&exchange, false, now).unwrap();
                return true;
            }
            Err(error) => panic!("handheld {index}: {error}"),
        };
        let whole = answer.len();
        let arrived = fault.cut(&answer);
        for piece in arrived.chunks(4_096) {
            handheld
                .engine()
                .apply_sync(&mut exchange, piece, now)
                .unwrap();
        }
        if let Fault::KillClient(_) = fault {
            drop(exchange);
            handheld.kill();
            self.note_acked(index);
            return true;
        }
        if arrived.len() < whole {
            handheld.engine().fail_sync(&exchange, true, now).unwrap();
            self.note_acked(index);
            return true;
        }
        let synced = handheld.engine().end_sync(exchange, now).unwrap();
        if let Some(error) = &synced.failed {
            assert!(
                error.code == Code::Recovering,
                "handheld {index}: {error:?}"
            );
        }
        if !synced.wipes.is_empty() {
            assert!(
                handheld.is_revoked,
                "handheld {index} is told to erase itself"
            );
            assert_eq!(handheld.read(|reader| reader.outbox_len().unwrap()), 0);
            handheld.is_gone = true;
        }
        self.note_acked(index);
        synced.more
    }

    fn note_acked(&mut self, index: usize) {
        let taken = self.handhelds[index]
            .read(|reader| hashes(reader, "SELECT hash FROM outbox WHERE result IN (1, 2)"));
        self.acked.extend(taken);
    }

    /// One round of a link. Answers whether another one should follow.
    pub(crate) fn link(&mut self, below: usize, fault: Fault) -> bool {
        self.tick();
        let above = below - 1;
        let request = match self.call(below, |calls, now| calls.link_request(now)) {
            Ok(Some(request)) => request,
            // A clock so wrong that the parent's certificate is not good.
            Ok(None) | Err(DoorError::Refused { .. }) => return true,
            Err(error) => panic!("{below}: {error}"),
        };
        let server = self.servers[below].engine.as_mut().unwrap();
        let keys = server.desk_keys().unwrap();
        let (_, key) = keys.into_iter().find(|(id, _)| *id == request.org).unwrap();
        let answer = self.serve(above, fault, key.id(), &request.body);
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(DoorError::Refused { .. } | DoorError::Later { .. }) => {
                let failure = LinkFailure {
                    code: "unreachable".into(),
                    detail: String::new(),
                };
                self.call(below, |calls, now| calls.link_failed(now, &failure))
                    .unwrap();
                return true;
            }
            Err(error) => panic!("{below} to {above}: {error}"),
        };
        if let Fault::KillClient(_) = fault {
            let now = self.at_server(below);
            let server = &mut self.servers[below];
            call_in_vain(server.engine.as_mut().unwrap(), |calls| {
                calls.link_apply(now, &answer)
            });
            server.kill();
            return true;
        }
        let arrived = fault.cut(&answer).to_vec();
        match self.call(below, |calls, now| calls.link_apply(now, &arrived)) {
            Ok(outcome) => outcome.more,
            // An old copy of a server.
            Err(DoorError::Refused { code, .. }) if code == Code::GenerationUnknown.name() => true,
            Err(error) => {
                assert!(arrived.len() < answer.len(), "{below} to {above}: {error}");
                true
            }
        }
    }

    /// A command of a person at a desk, which may come too late or too early.
    pub(crate) fn command(
        &mut self,
        host: usize,
        at: &str,
        who: &str,
        case: RecordId,
        event: &Value,
    ) {
        self.tick();
        let by = Acting {
            staff: staff(who),
            org: org(at),
            session: "test".into(),
        };
        let command = Command {
            case: Some(case),
            idempotency_key: format!("key-{}", self.now),
            event: event.clone(),
        };
        match self.call(host, |calls, now| calls.desk_command(now, &by, &command)) {
            Ok(_)
            | Err(
                DoorError::Conflict { .. } | DoorError::NotFound { .. } | DoorError::Later { .. },
            ) => {}
            Err(error) => panic!("{at} {event}: {error}"),
        }
    }

    pub(crate) fn timers(&mut self, index: usize) {
        self.tick();
        self.call(index, |calls, now| calls.tick(now)).unwrap();
    }

    /// Keeps a copy of a server as it is now.
    pub(crate) fn back_up_server(&mut self, index: usize) {
        self.copies += 1;
        let to = self.folder.path().join(format!("backup-{}", self.copies));
        let server = &mut self.servers[index];
        copy_database(&server.opening.database, &to);
        server.backup = Some(to);
    }

    /// A server is lost and comes back from its last backup.
    pub(crate) fn restore_server(&mut self, index: usize) -> bool {
        let Some(backup) = self.servers[index].backup.clone() else {
            return false;
        };
        self.tick();
        let before = self.held();
        self.put_back(index, &backup);
        self.call(index, |calls, now| calls.restored(now)).unwrap();
        self.count_losses(&before);
        self.revoke_again();
        self.is_shaken = true;
        true
    }

    /// An old copy of a server's files runs as if nothing had happened.
    pub(crate) fn put_back(&mut self, index: usize, copy: &Path) {
        let server = &mut self.servers[index];
        drop(server.engine.take());
        remove_database(&server.opening.database);
        copy_database(copy, &server.opening.database);
        server.start();
    }

    /// An exchange that the community refuses as a whole; with what code.
    pub(crate) fn exchange_refused(&mut self, index: usize) -> Code {
        self.tick();
        let now = self.at_handheld(index);
        let handheld = &self.handhelds[index];
        let mut exchange = handheld.engine().begin_sync(now).unwrap();
        let (key, body) = (handheld.key(), exchange.body.clone());
        let answer = self
            .serve(COMMUNITY, Fault::None, key, &body)
            .unwrap()
            .unwrap();
        let engine = self.handhelds[index].engine();
        engine.apply_sync(&mut exchange, &answer, now).unwrap();
        engine.end_sync(exchange, now).unwrap().failed.unwrap().code
    }

    pub(crate) fn back_up_handheld(&mut self, index: usize) {
        self.copies += 1;
        let to = self.folder.path().join(format!("backup-{}", self.copies));
        let handheld = &mut self.handhelds[index];
        copy_database(handheld.path(), &to);
        handheld.backup = Some(to);
    }

    /// A handheld is put back to its last copy, and nobody tells it.
    pub(crate) fn restore_handheld(&mut self, index: usize) -> bool {
        let Some(backup) = self.handhelds[index].backup.clone() else {
            return false;
        };
        let before = self.held();
        let handheld = &mut self.handhelds[index];
        handheld.stop();
        remove_database(handheld.path());
        copy_database(&backup, handheld.path());
        handheld.start();
        self.count_losses(&before);
        self.is_shaken = true;
        true
    }

    /// Two handhelds with one key and one epoch.
    pub(crate) fn clone_handheld(&mut self, index: usize) {
        let name = self.handhelds.len();
        let to = handheld_path(self.folder.path(), name);
        copy_database(self.handhelds[index].path(), &to);
        let owner = self.handhelds[index].owner();
        let seed = self.now.unsigned_abs();
        let mut clone = Handheld::open(to, owner, seed);
        clone.is_revoked = self.handhelds[index].is_revoked;
        self.handhelds.push(clone);
        self.is_shaken = true;
    }

    pub(crate) fn lose_handheld(&mut self, index: usize) {
        let before = self.held();
        self.handhelds[index].is_gone = true;
        self.count_losses(&before);
    }

    /// The key of a handheld, and of its clones, is revoked at its community.
    pub(crate) fn revoke(&mut self, index: usize) {
        self.tick();
        let key = self.handhelds[index].key();
        if self.revoked.iter().any(|(known, _)| *known == key) {
            return;
        }
        let before = self.held();
        if self
            .call(COMMUNITY, |calls, now| calls.revoke(now, &key, "lost"))
            .is_err()
        {
            return;
        }
        for handheld in &mut self.handhelds {
            handheld.is_revoked |= handheld.key() == key;
        }
        self.count_losses(&before);
        let mut received = self.held();
        received.extend(self.waiting_at_community());
        self.revoked.push((key, received));
    }

    /// What the community has received and judges later: when its neighbours have answered after a
    /// restore, or when an earlier batch has come.
    fn waiting_at_community(&self) -> BTreeSet<ChangeHash> {
        let parked = self.read(COMMUNITY, |reader| {
            hashes(reader, "SELECT hash FROM parked")
        });
        let bodies = self.read(COMMUNITY, |reader| {
            let mut list = reader.sql().prepare("SELECT body FROM inbox").unwrap();
            let found = list.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            found.map(Result::unwrap).collect::<Vec<_>>()
        });
        let parcels = bodies.iter().flat_map(|body| {
            let offer = Offer::from_bytes(body).unwrap();
            offer.changes.into_parcels()
        });
        parcels
            .flat_map(|parcel| parcel.batch.entries)
            .map(|entry| entry.hash)
            .chain(parked)
            .collect()
    }

    /// Whoever restores a server revokes again what was revoked after the backup.
    fn revoke_again(&mut self) {
        for (key, _) in self.revoked.clone() {
            let _ = self.call(COMMUNITY, |calls, now| calls.revoke(now, &key, "lost"));
        }
    }

    /// Every change that somebody still holds who can be asked.
    pub(crate) fn held(&self) -> BTreeSet<ChangeHash> {
        let all = "SELECT hash FROM changes";
        let mut held = BTreeSet::new();
        for index in 0..self.servers.len() {
            held.extend(self.read(index, |reader| hashes(reader, all)));
        }
        for handheld in self.handhelds.iter().filter(|one| one.is_in_use()) {
            held.extend(handheld.read(|reader| hashes(reader, all)));
        }
        held
    }

    fn count_losses(&mut self, before: &BTreeSet<ChangeHash>) {
        let after = self.held();
        self.lost.extend(before.difference(&after));
    }

    pub(crate) fn read<T>(&self, index: usize, work: impl FnOnce(&Reader<'_>) -> T) -> T {
        let engine = self.servers[index].engine.as_ref().unwrap();
        engine
            .ledger()
            .read(|reader| Ok::<_, StoreError>(work(reader)))
            .unwrap()
    }

    pub(crate) fn find(&self, index: usize, case: RecordId) -> Option<CaseView> {
        self.read(index, |reader| {
            let document = reader.load_document(&case).unwrap()?;
            let reference = Reference::load(reader).unwrap().unwrap();
            Some(fold(&read_case(case, &document).unwrap().log, &reference))
        })
    }

    /// How much everybody has: the same before and after a round in which nothing happened.
    pub(crate) fn stock(&self) -> Vec<i64> {
        let count = |reader: &Reader<'_>| {
            let sql = "SELECT (SELECT count(*) FROM changes) + (SELECT count(*) FROM quarantine)";
            reader.sql().query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let servers = (0..self.servers.len()).map(|at| self.read(at, count));
        servers
            .chain(self.handhelds.iter().map(|one| one.read(count)))
            .collect()
    }

    pub(crate) fn not_ready(&mut self, index: usize) -> Vec<String> {
        let status = self.call(index, |calls, now| calls.status(now));
        status.unwrap().not_ready
    }

    pub(crate) fn verify(&mut self, index: usize) -> Vec<String> {
        let engine = self.servers[index].engine.as_mut().unwrap();
        let found = engine.verify().unwrap().findings;
        found
            .iter()
            .map(|one| format!("{} {}", one.what, one.detail))
            .collect()
    }

    pub(crate) fn kill_server(&mut self, index: usize) {
        self.servers[index].kill();
    }
}

/// Hashes by a statement.
pub(crate) fn hashes(reader: &Reader<'_>, sql: &str) -> Vec<ChangeHash> {
    let mut list = reader.sql().prepare_cached(sql).unwrap();
    let found = list
        .query_map([], |row| row.get::<_, [u8; 32]>(0).map(ChangeHash))
        .unwrap();
    found.map(Result::unwrap).collect()
}

const PARTS: [&str; 2] = ["", "-wal"];

fn part(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(part);
    PathBuf::from(name)
}

/// A database and its log, between two transactions.
fn copy_database(from: &Path, to: &Path) {
    for name in PARTS {
        if part(from, name).exists() {
            std::fs::copy(part(from, name), part(to, name)).unwrap();
        }
    }
}

fn remove_database(path: &Path) {
    for name in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(part(path, name));
    }
}
