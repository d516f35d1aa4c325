//! The town: district, street and community with their servers, two handhelds of one grid.

use std::collections::BTreeMap;

use linli_device::dto::household::{ConsentDto, HouseholdQuery};
use linli_device::dto::register::{ContactInput, HouseholdInput};
use linli_device::{By, Engine as Handheld};
use linli_model::case::{Author, CaseHead, ContactRef, Event, EventKind, SubjectKind, Urgency};
use linli_model::edition::Severity;
use linli_model::{BlobHash, RecordId, RecordKind, Role, Timestamp};
use linli_records::case::{event_entry, head_content};
use linli_records::{ChangeNote, NewRecord};
use linli_store::{Authorship, Place, Reader};
use linli_sync_server::door::{
    Acting, BlobState, Calls, Command, Door, DoorResult, EraseRequest, ForgetRun, LinkFailure,
};
use linli_sync_server::engine::Engine;
use serde_json::json;

use crate::search::Database;
use crate::template::{
    HANDHELDS, SERVERS, START, call, copy_into, grid, handheld_key, handheld_path, opening, org,
    plan, random, shared_folder, staff,
};

pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;
pub(crate) const YEAR: i64 = 365 * DAY;

/// A voice note.
pub(crate) struct Said {
    pub(crate) hash: BlobHash,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    servers: BTreeMap<&'static str, Engine>,
    pub(crate) handhelds: Vec<Handheld>,
    pub(crate) now: Timestamp,
    next_case: u8,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = shared_folder();
        copy_into(folder.path());
        let servers = SERVERS.iter().enumerate().map(|(index, (name, _))| {
            let engine = Engine::open(&opening(folder.path(), index), random(index as u64 + 77));
            (*name, engine.unwrap())
        });
        let servers = servers.collect();
        let handhelds = (0..HANDHELDS.len()).map(|index| {
            let path = handheld_path(folder.path(), index);
            Handheld::open(&path, &handheld_key(), plan(index, 99 + index as u64)).unwrap()
        });
        let mut stage = Self {
            handhelds: handhelds.collect(),
            folder,
            servers,
            now: START,
            next_case: 1,
        };
        stage.sync_all();
        stage
    }

    /// Every database with its key.
    pub(crate) fn databases(&self) -> Vec<Database> {
        let servers = (0..SERVERS.len()).map(|index| {
            let opening = opening(self.folder.path(), index);
            Database {
                path: opening.database,
                key: *opening.database_key,
            }
        });
        let handhelds = (0..HANDHELDS.len()).map(|index| Database {
            path: handheld_path(self.folder.path(), index),
            key: [9; 32],
        });
        servers.chain(handhelds).collect()
    }

    pub(crate) fn sightings(&self, text: &str) -> Vec<String> {
        crate::search::sightings(self.folder.path(), &self.databases(), text)
    }

    pub(crate) fn by(&self, index: usize) -> By {
        let person = staff(HANDHELDS[index]);
        self.handhelds[index].sign_in(&person, self.now).unwrap()
    }

    pub(crate) fn wait(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
    }

    pub(crate) fn at<T>(
        &mut self,
        server: &str,
        work: impl FnOnce(&mut dyn Calls, Timestamp) -> DoorResult<T>,
    ) -> DoorResult<T> {
        self.wait(1_000);
        let now = self.now;
        call(self.servers.get_mut(server).unwrap(), |calls| {
            work(calls, now)
        })
    }

    pub(crate) fn read<T>(&self, server: &str, work: impl FnOnce(&Reader<'_>) -> T) -> T {
        let ledger = self.servers[server].ledger();
        ledger
            .read(|reader| Ok::<_, linli_store::StoreError>(work(reader)))
            .unwrap()
    }

    pub(crate) fn server(&mut self, name: &str) -> &mut Engine {
        self.servers.get_mut(name).unwrap()
    }

    /// The program of a server is killed and starts again.
    pub(crate) fn restart(&mut self, name: &'static str) {
        let index = SERVERS
            .iter()
            .position(|(known, _)| *known == name)
            .unwrap();
        drop(self.servers.remove(name));
        let engine = Engine::open(
            &opening(self.folder.path(), index),
            random(self.now.0.cast_unsigned()),
        );
        self.servers.insert(name, engine.unwrap());
    }

    /// The timers of every server.
    pub(crate) fn tick(&mut self) {
        for (name, _) in SERVERS {
            self.at(name, |calls, now| calls.tick(now)).unwrap();
        }
    }

    /// A handheld exchanges until neither end has more.
    pub(crate) fn exchange(&mut self, index: usize) {
        for _ in 0..20 {
            self.wait(1_000);
            let now = self.now;
            let handheld = &self.handhelds[index];
            let mut exchange = handheld.begin_sync(now).unwrap();
            let (key, body) = (handheld.device(), exchange.body.clone());
            let answer = self
                .at("c1", |calls, now| calls.exchange(now, &key, &body))
                .unwrap();
            let handheld = &self.handhelds[index];
            handheld.apply_sync(&mut exchange, &answer, now).unwrap();
            let synced = handheld.end_sync(exchange, now).unwrap();
            assert!(synced.failed.is_none(), "{:?}", synced.failed);
            handheld.tick(now).unwrap();
            if !synced.more {
                return;
            }
        }
        panic!("the exchange does not end");
    }

    /// Both links until they are quiet.
    pub(crate) fn link_all(&mut self) {
        for _ in 0..10 {
            let busy = ["c1", "s1", "c1"].map(|below| self.link(below));
            if busy.iter().all(|busy| !busy) {
                return;
            }
        }
        panic!("the links do not become quiet");
    }

    fn link(&mut self, below: &str) -> bool {
        let above = if below == "c1" { "s1" } else { "990101" };
        let request = self
            .at(below, |calls, now| calls.link_request(now))
            .unwrap()
            .unwrap();
        let keys = self.server(below).desk_keys().unwrap();
        let (_, key) = keys.into_iter().find(|(id, _)| *id == request.org).unwrap();
        let answer = self.at(above, |calls, now| {
            calls.exchange(now, &key.id(), &request.body)
        });
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let failure = LinkFailure {
                    code: "unreachable".into(),
                    detail: error.to_string(),
                };
                self.at(below, |calls, now| calls.link_failed(now, &failure))
                    .unwrap();
                panic!("{below} to {above}: {error}");
            }
        };
        self.at(below, |calls, now| calls.link_apply(now, &answer))
            .unwrap()
            .more
    }

    /// Everybody with everybody, twice.
    pub(crate) fn sync_all(&mut self) {
        for _ in 0..2 {
            for index in 0..self.handhelds.len() {
                self.exchange(index);
            }
            self.link_all();
        }
    }

    /// A voice note of a handheld that no record names yet.
    pub(crate) fn spoken(&self, index: usize) -> Said {
        let handheld = &self.handhelds[index];
        let samples = (0..32_000u32).flat_map(|at| ((at % 97 * 60) as i16).to_le_bytes());
        let samples: Vec<u8> = samples.collect();
        let person = staff(HANDHELDS[index]);
        handheld
            .add_voice_piece(&person, ("visit", 0), &samples, self.now)
            .unwrap();
        let kept = handheld.finish_voice(&person, "visit", self.now).unwrap();
        let hash = kept.unwrap().hash.parse().unwrap();
        let bytes = handheld.photo(&hash, false).unwrap().unwrap();
        Said { hash, bytes }
    }

    /// What a handheld has to send arrives at the community, once it may be sent.
    pub(crate) fn upload(&mut self, index: usize, said: &Said) {
        let handheld = &self.handhelds[index];
        let [waits] = handheld.photos_to_send().unwrap().try_into().unwrap();
        assert_eq!((waits.hash, waits.mime.as_str()), (said.hash, "audio/ogg"));
        let (key, size) = (handheld.device(), waits.size);
        let state = self.at("c1", |calls, _| calls.blob_state(&key, &said.hash));
        assert_eq!(state.unwrap(), BlobState::Wanted);
        self.at("c1", |calls, now| calls.blob_stored(now, &said.hash, size))
            .unwrap();
        self.handhelds[index]
            .photo_sent(&said.hash, size, true, self.now)
            .unwrap();
    }

    /// Who has a voice note or waits for it, by name. What nothing names at a server goes from its disk
    /// with the next housekeeping.
    pub(crate) fn holders_of(&mut self, said: &Said) -> Vec<String> {
        let mut holders = Vec::new();
        for (name, _) in SERVERS {
            let later = self.now.plus_ms(1);
            let loose = self
                .at(name, |calls, _| calls.blobs_orphaned(later))
                .unwrap();
            let is_known = self.read(name, |reader| reader.blob(&said.hash).unwrap().is_some());
            if is_known && !loose.contains(&said.hash) {
                holders.push(name.to_owned());
            }
        }
        for (index, handheld) in self.handhelds.iter().enumerate() {
            if handheld.photo(&said.hash, false).unwrap().is_some() {
                holders.push(format!("handheld-{index}"));
            }
        }
        holders
    }

    /// Everything that an erasure leaves for later.
    pub(crate) fn compact(&mut self) {
        for (name, _) in SERVERS {
            self.server(name).compact().unwrap();
        }
        for handheld in &self.handhelds {
            handheld.compact(true).unwrap();
        }
    }

    /// A pack of the grid's register for a handheld that begins anew.
    pub(crate) fn pack(&mut self) -> DoorResult<linli_sync_server::door::PackFile> {
        let key = self.handhelds[0].device();
        let scope = RecordKind::Household.grid_scope(grid());
        self.at("c1", |calls, now| calls.pack(now, &key, &scope, None))
    }

    pub(crate) fn consent(&self, lasts: i64) -> ConsentDto {
        ConsentDto {
            purpose: "register".into(),
            legal_basis: "consent".into(),
            consent: "c-2026-1".into(),
            expires_at: self.now.0 + lasts,
        }
    }

    /// A household with one person, written on a handheld. Answers both.
    pub(crate) fn household(
        &self,
        index: usize,
        form: &str,
        phone: &str,
        lasts: i64,
    ) -> [RecordId; 2] {
        let person = ContactInput {
            name: Some(format!("{form}样例")),
            phones: vec![phone.into()],
            language: None,
            hours: None,
            consent: self.consent(lasts),
        };
        let input = HouseholdInput {
            dwelling: None,
            address_form: form.into(),
            people_count: Some(2),
            contacts: vec![person],
        };
        let (handheld, by) = (&self.handhelds[index], self.by(index));
        let household = handheld.add_household(&by, &input, self.now).unwrap();
        let card = handheld
            .household(&by, &household.to_string(), self.now)
            .unwrap();
        [household, card.contacts[0].id.parse().unwrap()]
    }

    /// How many households a search for the end of a number finds.
    pub(crate) fn found(&self, index: usize, text: &str) -> usize {
        let query = HouseholdQuery {
            text: Some(text.into()),
            ..HouseholdQuery::default()
        };
        let found = self.handhelds[index].households(&self.by(index), &query, self.now);
        found.unwrap().rows.len()
    }

    pub(crate) fn erase_request(record: RecordId, confirm: bool) -> EraseRequest {
        EraseRequest {
            record,
            staff: staff(HANDHELDS[0]),
            request: "2026-17".into(),
            reason: "request".into(),
            despite_cases: false,
            confirm,
        }
    }

    /// A case that names a contact, reported on the first handheld.
    pub(crate) fn case_for(&mut self, contact: RecordId) -> RecordId {
        let head = CaseHead {
            home: grid(),
            edition: 1,
            category: "06052".parse().unwrap(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Building,
            place: "东外大街36号楼".into(),
            note: "老人下不了台阶".into(),
            position: None,
            contact: Some(ContactRef::Contact(contact)),
        };
        let handheld = &self.handhelds[0];
        let kind = EventKind::Report {
            category: head.category.clone(),
            urgency: Urgency::Normal,
            severity: Severity::Ordinary,
            subject: SubjectKind::Building,
            photos: Vec::new(),
            no_photo: Some("cannot_see".into()),
        };
        let event = Event {
            by: Author {
                org: org("c1"),
                staff: staff(HANDHELDS[0]),
                role: Role::GridAssistant,
                device: Some(handheld.device()),
            },
            edition: 1,
            at: self.now,
            kind,
            seen: Vec::new(),
            answers: None,
            again_of: None,
        };
        let mut content = head_content(&head, &BTreeMap::new()).unwrap();
        content.entries.push(event_entry(&event).unwrap());
        self.save(RecordKind::Case, &content)
    }

    /// A record of the first handheld, written past its commands.
    pub(crate) fn save(
        &mut self,
        kind: RecordKind,
        content: &linli_records::NewContent,
    ) -> RecordId {
        let record = RecordId([self.next_case; 16]);
        self.next_case += 1;
        let handheld = &self.handhelds[0];
        let actor = handheld
            .ledger()
            .read(|reader| reader.actor(&handheld.device()))
            .unwrap();
        let new = NewRecord {
            kind,
            home: grid(),
            actor,
            note: ChangeNote {
                staff: staff(HANDHELDS[0]),
                basis: None,
            },
            at: self.now,
        };
        let (document, change) = linli_records::create(&new, content).unwrap();
        let by = Authorship {
            scope: kind.grid_scope(grid()),
            staff: staff(HANDHELDS[0]),
            role: Role::GridAssistant,
            edition: 1,
            session: None,
            at: self.now,
        };
        let place = Place {
            record,
            kind,
            home: grid(),
        };
        let saved = handheld
            .ledger()
            .write(|tx| tx.save(&place, &document, &change, &by));
        saved.unwrap();
        record
    }

    /// The community ends a case without work.
    pub(crate) fn decline(&mut self, case: RecordId) {
        let by = Acting {
            staff: staff("io-c1"),
            org: org("c1"),
            session: "test".into(),
        };
        let command = Command {
            case: Some(case),
            idempotency_key: format!("key-{}", self.now.0),
            event: json!({ "type": "decline", "reason": "not_ours" }),
        };
        self.at("c1", |calls, now| calls.desk_command(now, &by, &command))
            .unwrap();
    }

    /// What the community has erased by itself, as `kind reason count`, oldest first.
    pub(crate) fn runs(&mut self) -> Vec<String> {
        let report = self.at("c1", |calls, _| calls.forgetting()).unwrap();
        let line = |run: &ForgetRun| format!("{} {} {}", run.kind, run.reason, run.count);
        report.runs.iter().rev().map(line).collect()
    }

    pub(crate) fn is_held(&self, server: &str, record: RecordId) -> bool {
        self.read(server, |reader| {
            reader.document_info(&record).unwrap().is_some()
        })
    }

    pub(crate) fn is_on(&self, index: usize, record: RecordId) -> bool {
        let ledger = self.handhelds[index].ledger();
        ledger
            .read(|reader| reader.document_info(&record))
            .unwrap()
            .is_some()
    }
}
