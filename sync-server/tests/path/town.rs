//! Three servers and one handheld whose network is a function call.

use std::collections::BTreeMap;

use linli_exchange::enrolment::EnrolAnswer;
use linli_exchange::{Client, Offering, Plan, Reference};
use linli_model::case::{
    Author, CaseHead, CaseLog, CaseView, Event, EventKind, Photo, Position, PositionSource,
    SubjectKind, Urgency, fold,
};
use linli_model::edition::Severity;
use linli_model::{
    BlobHash, EntryId, GridCode, KeyId, OrgId, RecordId, RecordKind, Role, Scope, StaffId,
    Timestamp,
};
use linli_records::case::{event_entry, head_content, read_case};
use linli_records::{ChangeNote, FieldValue, NewContent, NewRecord};
use linli_store::{Authorship, Ledger, Options, Place, Profile};
use linli_sync_server::door::{
    Acting, Calls, Command, Door, DoorError, DoorResult, Level, LinkFailure, Opening, SlotRequest,
    SlotSubject,
};
use linli_sync_server::engine::Engine;
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::{SigningKey, Suite};
use serde_json::Value;
use zeroize::Zeroizing;

#[path = "fault.rs"]
mod fault;
#[path = "packs.rs"]
mod packs;
#[path = "stores.rs"]
mod stores;
#[path = "timers.rs"]
mod timers;

pub use fault::Fault;

pub const BEFORE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
pub const AFTER: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const GRID: &str = "c1G01";
const CA: [u8; 32] = [7; 32];

pub fn org(id: &str) -> OrgId {
    id.parse().unwrap()
}

fn grid() -> GridCode {
    GRID.parse().unwrap()
}

fn staff(id: &str) -> StaffId {
    id.parse().unwrap()
}

/// Random bytes that are the same in every run.
fn random(seed: u64) -> Box<dyn FnMut(&mut [u8]) + Send> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Box::new(move |buffer| {
        for byte in buffer {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = state.to_le_bytes()[3];
        }
    })
}

struct Handheld {
    ledger: Ledger,
    key: SigningKey,
    reference: Reference,
    server: KeyId,
}

/// Name, organisations and level of each server.
type Layout<'a> = &'a [(&'a str, &'a [&'a str], Level)];

const FEDERATED: Layout<'static> = &[
    ("990101", &["990101"], Level::District),
    ("s1", &["s1"], Level::Street),
    ("c1", &["c1"], Level::Community),
];

pub struct Town {
    servers: BTreeMap<String, Engine>,
    /// How each server is opened again. Only servers on files can be.
    openings: BTreeMap<String, Opening>,
    _folder: tempfile::TempDir,
    /// Which server hosts an organisation.
    host_of: BTreeMap<String, String>,
    device: Handheld,
    now: i64,
    next_id: u8,
}

fn edition() -> Vec<u8> {
    let org = |id: &str, parent: Option<&str>, kind: &str, level: &str| serde_json::json!({"id": id, "parent": parent, "kind": kind, "level": level, "name": {"zh": id, "en": id}});
    let person = |id: &str, role: &str, at: &str| serde_json::json!({"id": id, "grants": [{"role": role, "at": {"org": at}}]});
    serde_json::to_vec(&serde_json::json!({
        "format": 1, "number": 1, "district": "990101",
        "orgs": [
            org("990101", None, "district_centre", "district"),
            org("s1", Some("990101"), "sub_centre", "subdistrict"),
            org("c1", Some("s1"), "station", "community"),
            org("u1", Some("s1"), "handling_unit", "subdistrict"),
        ],
        "grids": [{"code": GRID, "community": "c1", "name": {"zh": "一格", "en": "one"}}],
        "staff": [
            {"id": "ga-1", "grants": [{"role": "grid_assistant", "at": {"grid": GRID}}]},
            person("io-c1", "intake_officer", "c1"),
            person("io-s1", "intake_officer", "s1"),
            person("ul-u1", "unit_lead", "u1"),
            person("hd-u1", "handler", "u1"),
        ],
        "catalogue": [{"code": "06052", "name": {"zh": "坡道", "en": "ramp"}}],
        "responsibility": [{"category": "06052", "area": "s1", "lead": "u1"}],
        "settings": {"auto_dispatch": true},
    }))
    .unwrap()
}

impl Town {
    pub fn federated() -> Self {
        Self::new(FEDERATED, false)
    }

    /// Servers whose stores are files, so that they can be stopped and started.
    pub fn federated_on_files() -> Self {
        Self::new(FEDERATED, true)
    }

    pub fn one_box() -> Self {
        Self::new(&[("box", &["990101", "s1", "c1"], Level::District)], false)
    }

    fn new(layout: Layout<'_>, on_files: bool) -> Self {
        let now = Timestamp(1_790_000_000_000);
        let folder = tempfile::tempdir().unwrap();
        let mut servers = BTreeMap::new();
        let mut openings = BTreeMap::new();
        let mut host_of = BTreeMap::new();
        for (index, (name, orgs, level)) in layout.iter().enumerate() {
            let opening = Opening {
                database: folder.path().join(format!("{name}.db")),
                database_key: Zeroizing::new([index as u8; 32]),
                packs: folder.path().join(format!("{name}-packs")),
                orgs: orgs.iter().map(|id| org(id)).collect(),
                level: *level,
                pack_retention_ms: 0,
            };
            let source = random(index as u64 + 1);
            let engine = match on_files {
                true => Engine::open(&opening, source),
                false => Engine::open_in_memory(&opening, source),
            };
            servers.insert((*name).to_owned(), engine.unwrap());
            openings.insert((*name).to_owned(), opening);
            for id in *orgs {
                host_of.insert((*id).to_owned(), (*name).to_owned());
            }
        }
        host_of.insert("u1".into(), host_of["s1"].clone());
        let root = host_of["990101"].clone();
        call(servers.get_mut(&root).unwrap(), |calls| {
            calls.import_edition(now, &edition())
        })
        .unwrap();
        for (above, below) in [("990101", "s1"), ("s1", "c1")] {
            let (above, below_host) = (host_of[above].clone(), host_of[below].clone());
            if above != below_host {
                join(&mut servers, &above, &below_host, below, now);
            }
        }
        let community = servers.get_mut(&host_of["c1"]).unwrap();
        let device = enrol(community, now);
        Self {
            servers,
            openings,
            _folder: folder,
            host_of,
            device,
            now: now.0,
            next_id: 1,
        }
    }

    fn tick(&mut self) -> Timestamp {
        self.now += 60_000;
        Timestamp(self.now)
    }

    fn host(&mut self, id: &str) -> &mut Engine {
        let name = self.host_of[id].clone();
        self.servers.get_mut(&name).unwrap()
    }

    /// The assistant reports with a photo; nothing is sent yet.
    pub fn report(&mut self, category: &str) -> RecordId {
        let now = self.tick();
        let head = CaseHead {
            home: grid(),
            edition: 1,
            category: category.parse().unwrap(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Building,
            place: "东外大街36号楼".into(),
            note: "老人下不了台阶".into(),
            position: Some(Position {
                lon: 116.43,
                lat: 39.94,
                accuracy: 8.0,
                source: PositionSource::Gnss,
                at: now,
            }),
            contact: None,
        };
        let before: BlobHash = BEFORE.parse().unwrap();
        let photo = Photo {
            at: now,
            media_type: "image/jpeg".into(),
            bytes: 1000,
            size: (40, 30),
            length_ms: None,
        };
        let mut content = head_content(&head, &BTreeMap::from([(before, photo)])).unwrap();
        let kind = EventKind::Report {
            category: head.category.clone(),
            urgency: Urgency::Normal,
            severity: Severity::Ordinary,
            subject: SubjectKind::Building,
            photos: vec![before],
            no_photo: None,
        };
        content
            .entries
            .push(event_entry(&self.device.event(now, kind, Vec::new(), None)).unwrap());
        self.create(RecordKind::Case, &content, now)
    }

    /// An invented household in the register.
    pub fn household(&mut self, phone: &str) {
        let now = self.tick();
        let mut content = NewContent::default();
        content
            .fields
            .insert("name".into(), Some(FieldValue::Text("样例".into())));
        content
            .fields
            .insert("language".into(), Some(FieldValue::Text("zh".into())));
        content
            .fields
            .insert("hours".into(), Some(FieldValue::Text(phone.into())));
        content
            .fields
            .insert("purpose".into(), Some(FieldValue::Text("register".into())));
        let basis = FieldValue::Text("consent".into());
        content.fields.insert("legal_basis".into(), Some(basis));
        let consent = FieldValue::Text("c-1".into());
        content.fields.insert("consent_id".into(), Some(consent));
        let expires_at = FieldValue::Int(now.0 + 1_000_000);
        content.fields.insert("expires_at".into(), Some(expires_at));
        self.create(RecordKind::Contact, &content, now);
    }

    fn create(&mut self, kind: RecordKind, content: &NewContent, now: Timestamp) -> RecordId {
        let id = RecordId([self.next_id; 16]);
        self.next_id += 1;
        let actor = self
            .device
            .ledger
            .read(|reader| reader.actor(&self.device.key.id()))
            .unwrap();
        let note = ChangeNote {
            staff: staff("ga-1"),
            basis: None,
        };
        let record = NewRecord {
            kind,
            home: grid(),
            actor,
            note,
            at: now,
        };
        let (document, change) = linli_records::create(&record, content).unwrap();
        self.device.save(id, kind, &document, &change, now);
        id
    }

    /// A further event of the assistant.
    pub fn write_on_device(&mut self, case: RecordId, kind: EventKind, answers: Option<EntryId>) {
        let now = self.tick();
        let device = &self.device;
        let mut document = device
            .ledger
            .read(|reader| reader.load_document(&case))
            .unwrap()
            .unwrap();
        let log = read_case(case, &document).unwrap().log;
        let event = device.event(now, kind, log.frontier(), answers);
        let content = NewContent {
            entries: vec![event_entry(&event).unwrap()],
            ..NewContent::default()
        };
        let actor = device
            .ledger
            .read(|reader| reader.actor(&device.key.id()))
            .unwrap();
        let note = ChangeNote {
            staff: staff("ga-1"),
            basis: None,
        };
        let change = linli_records::write(&mut document, &actor, &content, &note, now)
            .unwrap()
            .unwrap();
        device.save(case, RecordKind::Case, &document, &change, now);
    }

    /// Exchanges until neither end has more. Answers how many requests it took.
    pub fn exchange_device(&mut self) -> u32 {
        for round in 1..20 {
            if !self.exchange_once(Fault::None) {
                return round;
            }
        }
        panic!("the exchange does not end");
    }

    /// One exchange of the handheld. Answers whether another one should follow.
    pub fn exchange_once(&mut self, fault: Fault) -> bool {
        let now = self.tick();
        let name = self.host_of["c1"].clone();
        let server = self.servers.get_mut(&name).unwrap();
        self.device.exchange(server, now, fault)
    }

    /// Runs every link until it is quiet, from below to above and back.
    pub fn link_all(&mut self) {
        for _ in 0..12 {
            if self.quiet_round() == 0 {
                return;
            }
        }
        panic!("the links do not become quiet");
    }

    /// One round over all links. Answers how many of them had more to say.
    pub fn quiet_round(&mut self) -> u32 {
        let links = [("c1", "s1"), ("s1", "990101"), ("c1", "s1")];
        let busy = links.map(|(below, above)| u32::from(self.link(below, above, Fault::None)));
        busy.iter().sum()
    }

    /// One round of a link. Answers whether another one should follow.
    pub fn link(&mut self, below: &str, above: &str, fault: Fault) -> bool {
        let (below, above) = (self.host_of[below].clone(), self.host_of[above].clone());
        if below == above {
            return false;
        }
        let now = self.tick();
        let child = self.servers.get_mut(&below).unwrap();
        let request = call(child, |calls| calls.link_request(now))
            .unwrap()
            .expect("a parent");
        let keys = child.desk_keys().unwrap();
        let key = keys
            .into_iter()
            .find(|(id, _)| *id == request.org)
            .unwrap()
            .1
            .id();
        let parent = self.servers.get_mut(&above).unwrap();
        let answer =
            fault.carry(|| call(parent, |calls| calls.exchange(now, &key, &request.body)).unwrap());
        let child = self.servers.get_mut(&below).unwrap();
        let Some(answer) = answer else {
            let failure = LinkFailure {
                code: "unreachable".into(),
                detail: String::new(),
            };
            call(child, |calls| calls.link_failed(now, &failure)).unwrap();
            return true;
        };
        match call(child, |calls| calls.link_apply(now, &answer)) {
            Ok(outcome) => outcome.more,
            Err(error) => {
                assert!(fault == Fault::CutAnswer, "{below} to {above}: {error}");
                true
            }
        }
    }

    /// Stops a server without a word and starts it again from its file.
    pub fn restart(&mut self, at: &str) {
        let name = self.host_of[at].clone();
        let opening = self.openings[&name].clone();
        drop(self.servers.remove(&name));
        let engine = Engine::open(&opening, random(self.now.unsigned_abs())).unwrap();
        self.servers.insert(name, engine);
    }

    pub fn command(&mut self, at: &str, who: &str, case: RecordId, event: &Value) {
        let now = self.tick();
        let by = Acting {
            staff: staff(who),
            org: org(at),
            session: "test".into(),
        };
        let command = Command {
            case: Some(case),
            idempotency_key: format!("key-{}", now.0),
            event: event.clone(),
        };
        let host = self.host(at);
        call(host, |calls| calls.desk_command(now, &by, &command))
            .unwrap_or_else(|error| panic!("{at} {event}: {error}"));
    }

    /// A command that may come too late or too early. Answers whether it had an effect.
    pub fn try_command(&mut self, at: &str, who: &str, case: RecordId, event: &Value) -> bool {
        let now = self.tick();
        let by = Acting {
            staff: staff(who),
            org: org(at),
            session: "test".into(),
        };
        let key = format!("key-{}", now.0);
        let command = Command {
            case: Some(case),
            idempotency_key: key,
            event: event.clone(),
        };
        match call(self.host(at), |calls| {
            calls.desk_command(now, &by, &command)
        }) {
            Ok(_) => true,
            Err(DoorError::Conflict { .. } | DoorError::NotFound { .. }) => false,
            Err(error) => panic!("{at} {event}: {error}"),
        }
    }

    pub fn find(&mut self, at: &str, case: RecordId) -> Option<CaseView> {
        let server = self.host(at);
        server
            .ledger()
            .read(|reader| {
                let Some(document) = reader.load_document(&case)? else {
                    return Ok(None);
                };
                let reference = Reference::load(reader).unwrap().unwrap();
                Ok::<_, linli_store::StoreError>(Some(fold(
                    &read_case(case, &document).unwrap().log,
                    &reference,
                )))
            })
            .unwrap()
    }

    pub fn view(&mut self, at: &str, case: RecordId) -> CaseView {
        self.find(at, case).unwrap()
    }

    pub fn view_on_device(&self, case: RecordId) -> CaseView {
        fold(&self.log_on_device(case), &self.device.reference)
    }

    /// What the handheld holds of a case.
    pub fn log_on_device(&self, case: RecordId) -> CaseLog {
        let read = |reader: &linli_store::Reader<'_>| reader.load_document(&case);
        let document = self.device.ledger.read(read).unwrap().unwrap();
        read_case(case, &document).unwrap().log
    }
}

impl Handheld {
    fn event(
        &self,
        now: Timestamp,
        kind: EventKind,
        seen: Vec<EntryId>,
        answers: Option<EntryId>,
    ) -> Event {
        let by = Author {
            org: org("c1"),
            staff: staff("ga-1"),
            role: Role::GridAssistant,
            device: Some(self.key.id()),
        };
        Event {
            by,
            edition: 1,
            at: now,
            kind,
            seen,
            answers,
            again_of: None,
        }
    }

    fn save(
        &self,
        id: RecordId,
        kind: RecordKind,
        document: &linli_records::Document,
        change: &linli_records::RawChange,
        now: Timestamp,
    ) {
        let by = Authorship {
            scope: kind.grid_scope(grid()),
            staff: staff("ga-1"),
            role: Role::GridAssistant,
            edition: 1,
            session: None,
            at: now,
        };
        let place = Place {
            record: id,
            kind,
            home: grid(),
        };
        self.ledger
            .write(|tx| tx.save(&place, document, change, &by))
            .unwrap();
    }

    /// One exchange. Answers whether another one should follow.
    fn exchange(&mut self, server: &mut Engine, now: Timestamp, fault: Fault) -> bool {
        let wants = vec![
            Scope::Cases(grid()),
            Scope::Places(grid()),
            Scope::Register(grid()),
        ];
        let (body, mut client) = self
            .ledger
            .write(|tx| {
                let plan = Plan {
                    peer: self.server,
                    key: &self.key,
                    org: &org("c1"),
                    app: "test",
                    wants,
                    offering: Offering::Outbox,
                    max_bytes: 1024 * 1024,
                    ask_chains: true,
                    now,
                };
                Client::begin(tx, &self.reference, &plan)
            })
            .unwrap();
        let key = self.key.id();
        let answer =
            fault.carry(|| call(server, |calls| calls.exchange(now, &key, &body)).unwrap());
        let Some(answer) = answer else { return true };
        let mut input = answer.as_slice();
        let mut again = false;
        loop {
            let event = match client.next(&mut input) {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => panic!("{error}"),
            };
            let reference = &mut self.reference;
            let applied = self
                .ledger
                .write(|tx| client.apply(tx, reference, event, now))
                .unwrap();
            assert!(applied.failed.is_none(), "{:?}", applied.failed);
            assert!(!applied.has_refusals, "a change was refused");
            assert!(
                applied.diverged.is_none(),
                "diverged in {:?}",
                applied.diverged
            );
            again |= applied.ended.unwrap_or(false);
        }
        let is_whole = client.finish().is_ok();
        assert!(
            is_whole || fault == Fault::CutAnswer,
            "the answer is not whole"
        );
        again || !is_whole
    }
}

/// Runs one call in a group of its own.
pub fn call<T>(
    engine: &mut Engine,
    work: impl FnOnce(&mut dyn Calls) -> DoorResult<T>,
) -> DoorResult<T> {
    let mut work = Some(work);
    let mut answer: DoorResult<T> = Err(DoorError::Bug("not run".into()));
    engine.group(&mut |group| {
        let mut kept = None;
        let done = group.part(&mut |calls| {
            let run = work.take().expect("called once");
            kept = Some(run(calls)?);
            Ok(())
        });
        answer = done.map(|()| kept.expect("a value"));
    })?;
    answer
}

fn slot(engine: &mut Engine, subject: SlotSubject, now: Timestamp) -> String {
    let wish = SlotRequest {
        subject,
        label: "0417".into(),
        ttl_ms: 1_000_000,
        url: "https://127.0.0.1:1".into(),
        ca_sha256: CA,
    };
    call(engine, |calls| calls.open_slot(now, &wish))
        .unwrap()
        .ticket
}

fn join(
    servers: &mut BTreeMap<String, Engine>,
    above: &str,
    below: &str,
    below_org: &str,
    now: Timestamp,
) {
    let ticket = slot(
        servers.get_mut(above).unwrap(),
        SlotSubject::Server {
            org: org(below_org),
        },
        now,
    );
    let request = call(servers.get_mut(below).unwrap(), |calls| {
        calls.join_request(now, &ticket)
    })
    .unwrap();
    let answer = call(servers.get_mut(above).unwrap(), |calls| {
        calls.enrol(now, &request)
    })
    .unwrap();
    call(servers.get_mut(below).unwrap(), |calls| {
        calls.join_apply(now, &answer)
    })
    .unwrap();
}

fn enrol(community: &mut Engine, now: Timestamp) -> Handheld {
    let subject = SlotSubject::Device {
        org: org("c1"),
        grids: vec![grid()],
        staff: vec![staff("ga-1")],
    };
    let ticket = Ticket::parse(&slot(community, subject, now)).unwrap();
    let key = SigningKey::from_seed([42; 32]);
    let transcript = Transcript {
        suite: Suite::CURRENT,
        slot: ticket.slot,
        ca_sha256: ticket.ca_sha256,
        key: key.public(),
        nonce: [1; 16],
        has_hardware_store: false,
        model: "test".into(),
        app: "test".into(),
    };
    let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &key).unwrap();
    let answer = call(community, |calls| {
        calls.enrol(now, &request.encode().unwrap())
    })
    .unwrap();
    let answer = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
    let ledger = Ledger::open_in_memory(Profile::Device, Options::default()).unwrap();
    let reference = ledger.write(|tx| answer.install(tx, now)).unwrap().unwrap();
    Handheld {
        ledger,
        key,
        reference,
        server: answer.server().key.id(),
    }
}
