//! A handheld's real engine, fed by function calls instead of a network, that counts what would have
//! gone over the line.

use std::path::Path;
use std::sync::{Arc, Mutex};

use linli_device::env::NoRandomness;
use linli_device::{Engine, EnginePlan, Random};
use linli_exchange::enrolment::EnrolAnswer;
use linli_model::{KeyId, RecordId, RecordKind, Role, Timestamp};
use linli_records::{Basis, ChangeNote, NewContent, NewRecord};
use linli_store::{Authorship, DbKey, StoreError};
use linli_trust::SigningKey;

use crate::meter;
use crate::town::{self, Town};

/// Where a handheld's data lie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Nowhere.
    Memory,
    /// In this encrypted file.
    File(&'a Path),
}

/// A handheld.
pub(crate) struct Handheld {
    pub(crate) engine: Engine,
    pub(crate) key: KeyId,
}

/// What a run of exchanges moved and used.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) requests: u32,
    /// Bodies toward the server.
    pub(crate) up: usize,
    /// Bodies from the server.
    pub(crate) down: usize,
    /// The worst moment of the handheld.
    pub(crate) heap: usize,
    /// The worst moment of the server.
    pub(crate) server_heap: usize,
}

impl Moved {
    /// Both directions.
    pub(crate) fn bytes(&self) -> usize {
        self.up + self.down
    }
}

type Source = Box<dyn FnMut(&mut [u8]) + Send>;

struct SameRandom(Mutex<Source>);

impl Random for SameRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        (self.0.lock().unwrap())(bytes);
        Ok(())
    }
}

impl Handheld {
    pub(crate) fn new(key: SigningKey, place: Place<'_>, answer: &EnrolAnswer) -> Self {
        let id = key.id();
        let source = Box::new(town::random(u64::from(id.0[0]) + 100));
        let plan = EnginePlan {
            key: Arc::new(key),
            grid: town::grid(),
            random: Arc::new(SameRandom(Mutex::new(source))),
            app: "bench".into(),
            last_epoch: 0,
        };
        let engine = match place {
            Place::Memory => Engine::open_in_memory(plan),
            Place::File(path) => Engine::open(path, &DbKey::new([3; 32]), plan),
        };
        let engine = engine.unwrap();
        engine.install(answer).unwrap();
        Self { engine, key: id }
    }

    /// Exchanges until neither end has more to say.
    pub(crate) fn sync(&self, town: &mut Town) -> Moved {
        let mut moved = Moved::default();
        while self.exchange(town, &mut moved) {}
        moved
    }

    /// One exchange. Answers whether another should follow at once.
    fn exchange(&self, town: &mut Town, moved: &mut Moved) -> bool {
        let now = town.pass();
        let (mut exchange, grown) = meter::growth(|| self.engine.begin_sync(now).unwrap());
        moved.heap = moved.heap.max(grown);
        let body = std::mem::take(&mut exchange.body);
        let (answer, grown) =
            meter::growth(|| town.call(|calls, now| calls.exchange(now, &self.key, &body)));
        moved.server_heap = moved.server_heap.max(grown);
        moved.requests += 1;
        moved.up += body.len();
        moved.down += answer.len();
        drop(body);
        let (synced, grown) = meter::growth(|| {
            // As it comes from a socket.
            for piece in answer.chunks(16 * 1024) {
                self.engine.apply_sync(&mut exchange, piece, now).unwrap();
            }
            self.engine.end_sync(exchange, now).unwrap()
        });
        moved.heap = moved.heap.max(grown);
        assert!(synced.failed.is_none(), "{:?}", synced.failed);
        assert!(!synced.has_refusals, "a change was refused");
        synced.more
    }

    fn note() -> ChangeNote {
        ChangeNote {
            staff: town::assistant(),
            basis: Some(Basis::DoorVisit),
        }
    }

    /// Writes a record.
    pub(crate) fn create(
        &self,
        record: RecordId,
        kind: RecordKind,
        content: &NewContent,
        at: Timestamp,
    ) {
        self.engine
            .ledger()
            .write(|tx| {
                let new = NewRecord {
                    kind,
                    home: town::grid(),
                    actor: tx.actor(&self.key)?,
                    note: Self::note(),
                    at,
                };
                let (document, change) = linli_records::create(&new, content).unwrap();
                let (place, by) = placed(record, kind, at);
                tx.save(&place, &document, &change, &by)?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }

    /// Writes many records in one transaction without a flush.
    pub(crate) fn create_all(&self, records: &[(RecordId, RecordKind, NewContent)], at: Timestamp) {
        let write = |tx: &mut linli_store::Tx<'_>| {
            for (record, kind, content) in records {
                let new = NewRecord {
                    kind: *kind,
                    home: town::grid(),
                    actor: tx.actor(&self.key)?,
                    note: Self::note(),
                    at,
                };
                let (document, change) = linli_records::create(&new, content).unwrap();
                let (place, by) = placed(*record, *kind, at);
                tx.save(&place, &document, &change, &by)?;
            }
            Ok::<_, StoreError>(())
        };
        self.engine.ledger().write_relaxed(write).unwrap();
    }

    /// Writes into a record. Answers the change's bytes; nothing when nothing changes.
    pub(crate) fn edit(
        &self,
        record: RecordId,
        content: &NewContent,
        at: Timestamp,
    ) -> Option<Vec<u8>> {
        self.engine
            .ledger()
            .write(|tx| {
                let actor = tx.actor(&self.key)?;
                let mut document = tx.load_document(&record)?.expect("a known record");
                let kind = document.kind().expect("a kind");
                let written =
                    linli_records::write(&mut document, &actor, content, &Self::note(), at);
                let Some(change) = written.unwrap() else {
                    return Ok(None);
                };
                let (place, by) = placed(record, kind, at);
                tx.save(&place, &document, &change, &by)?;
                Ok::<_, StoreError>(Some(change.bytes))
            })
            .unwrap()
    }
}

impl Handheld {
    /// The microseconds to open, change and encode a record, and those of the transaction that stores
    /// it without a flush.
    pub(crate) fn edit_timed(
        &self,
        record: RecordId,
        content: &NewContent,
        at: Timestamp,
    ) -> (f64, f64) {
        let ledger = self.engine.ledger();
        let write = || {
            let read = |reader: &linli_store::Reader<'_>| {
                Ok::<_, StoreError>((reader.actor(&self.key)?, reader.load_document(&record)?))
            };
            let (actor, document) = ledger.read(read).unwrap();
            let mut document = document.expect("a known record");
            let written = linli_records::write(&mut document, &actor, content, &Self::note(), at);
            (written.unwrap().expect("a change"), document)
        };
        let ((change, document), writing) = meter::timed(write);
        let (place, by) = placed(record, document.kind().expect("a kind"), at);
        let store = || ledger.write_relaxed(|tx| tx.save(&place, &document, &change, &by));
        let (stored, storing) = meter::timed(store);
        stored.unwrap();
        (meter::micros(writing), meter::micros(storing))
    }
}

fn placed(record: RecordId, kind: RecordKind, at: Timestamp) -> (linli_store::Place, Authorship) {
    let place = linli_store::Place {
        record,
        kind,
        home: town::grid(),
    };
    let by = Authorship {
        scope: kind.grid_scope(town::grid()),
        staff: town::assistant(),
        role: Role::GridAssistant,
        edition: 1,
        session: None,
        at,
    };
    (place, by)
}
