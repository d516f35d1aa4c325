//! The town before anything happens, made once: its files are copied for every story.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use linli_device::env::NoRandomness;
use linli_device::{Engine as Handheld, EnginePlan, Random};
use linli_exchange::enrolment::EnrolAnswer;
use linli_model::{GridCode, OrgId, StaffId, Timestamp};
use linli_store::DbKey;
use linli_sync_server::door::{
    Calls, Door, DoorError, DoorResult, Level, Opening, SlotRequest, SlotSubject,
};
use linli_sync_server::engine::{Engine, Random as EngineRandom};
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::{SigningKey, Suite};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

pub(crate) const GRID: &str = "c1G01";
pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);
pub(crate) const SERVERS: [(&str, Level); 3] = [
    ("990101", Level::District),
    ("s1", Level::Street),
    ("c1", Level::Community),
];
/// The handhelds with the member of staff who carries each.
pub(crate) const HANDHELDS: [&str; 2] = ["ga-1", "ga-2"];
const CA: [u8; 32] = [7; 32];

pub(crate) fn org(id: &str) -> OrgId {
    id.parse().unwrap()
}

pub(crate) fn grid() -> GridCode {
    GRID.parse().unwrap()
}

pub(crate) fn staff(id: &str) -> StaffId {
    id.parse().unwrap()
}

/// Random bytes that are the same in every run.
pub(crate) struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.0.lock().unwrap().fill_bytes(bytes);
        Ok(())
    }
}

pub(crate) fn random(seed: u64) -> EngineRandom {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Box::new(move |bytes| rng.fill_bytes(bytes))
}

/// How a server is opened on its files in a folder.
pub(crate) fn opening(folder: &Path, index: usize) -> Opening {
    let (name, level) = SERVERS[index];
    Opening {
        database: folder.join(format!("{name}.db")),
        database_key: Zeroizing::new([u8::try_from(index).unwrap(); 32]),
        packs: folder.join(format!("{name}-packs")),
        orgs: vec![org(name)],
        level,
        pack_retention_ms: 0,
    }
}

/// How a handheld is opened. Clones share the key.
pub(crate) fn plan(index: usize, seed: u64) -> EnginePlan {
    EnginePlan {
        key: Arc::new(SigningKey::from_seed(
            [u8::try_from(42 + index).unwrap(); 32],
        )),
        grid: grid(),
        random: Arc::new(Seeded::new(seed)),
        app: "simulation".into(),
        last_epoch: 0,
    }
}

pub(crate) fn handheld_key() -> DbKey {
    DbKey::new([9; 32])
}

pub(crate) fn handheld_path(folder: &Path, name: usize) -> PathBuf {
    folder.join(format!("handheld-{name}.db"))
}

/// A copy of the town's files in a folder of its own.
pub(crate) fn copy_into(folder: &Path) {
    static TEMPLATE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let folder = shared_folder();
        build(folder.path());
        folder
    });
    for file in std::fs::read_dir(template.path()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
    }
}

/// A folder in memory where there is one: what is tested is not the disk.
pub(crate) fn shared_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn build(folder: &Path) {
    let now = START;
    let mut servers = BTreeMap::new();
    for (index, (name, _)) in SERVERS.iter().enumerate() {
        let engine = Engine::open(&opening(folder, index), random(index as u64 + 1));
        servers.insert(*name, engine.unwrap());
    }
    let district = servers.get_mut("990101").unwrap();
    call(district, |calls| calls.import_edition(now, &edition())).unwrap();
    for (above, below) in [("990101", "s1"), ("s1", "c1")] {
        let subject = SlotSubject::Server { org: org(below) };
        let ticket = slot(servers.get_mut(above).unwrap(), subject, now);
        let child = servers.get_mut(below).unwrap();
        let request = call(child, |calls| calls.join_request(now, &ticket)).unwrap();
        let parent = servers.get_mut(above).unwrap();
        let answer = call(parent, |calls| calls.enrol(now, &request)).unwrap();
        let child = servers.get_mut(below).unwrap();
        call(child, |calls| calls.join_apply(now, &answer)).unwrap();
    }
    for (index, person) in HANDHELDS.iter().enumerate() {
        enrol(servers.get_mut("c1").unwrap(), folder, index, person, now);
    }
}

fn enrol(community: &mut Engine, folder: &Path, index: usize, person: &str, now: Timestamp) {
    let subject = SlotSubject::Device {
        org: org("c1"),
        grids: vec![grid()],
        staff: vec![staff(person)],
    };
    let ticket = Ticket::parse(&slot(community, subject, now)).unwrap();
    let plan = plan(index, 7);
    let transcript = Transcript {
        suite: Suite::CURRENT,
        slot: ticket.slot,
        ca_sha256: ticket.ca_sha256,
        key: plan.key.public(),
        nonce: [1; 16],
        has_hardware_store: false,
        model: "test".into(),
        app: "test".into(),
    };
    let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &plan.key).unwrap();
    let body = request.encode().unwrap();
    let answer = call(community, |calls| calls.enrol(now, &body)).unwrap();
    let answer = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
    let path = handheld_path(folder, index);
    let handheld = Handheld::open(&path, &handheld_key(), plan).unwrap();
    handheld.install(&answer).unwrap();
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

/// Runs one call in a group of its own.
pub(crate) fn call<T>(
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

/// Runs one call whose transaction never commits: the program is killed at its end.
pub(crate) fn call_in_vain<T>(
    engine: &mut Engine,
    work: impl FnOnce(&mut dyn Calls) -> DoorResult<T>,
) {
    let killed = call(engine, |calls| -> DoorResult<()> {
        let _ = work(calls);
        Err(DoorError::Storage("killed".into()))
    });
    assert!(killed.is_err(), "nothing is committed");
}

fn edition() -> Vec<u8> {
    let org = |id: &str, parent: Option<&str>, kind: &str, level: &str| {
        serde_json::json!({"id": id, "parent": parent, "kind": kind, "level": level,
            "name": {"zh": id, "en": id}})
    };
    let person = |id: &str, role: &str, at: &str| serde_json::json!({"id": id, "grants": [{"role": role, "at": {"org": at}}]});
    let assistant = |id: &str| serde_json::json!({"id": id, "grants": [{"role": "grid_assistant", "at": {"grid": GRID}}]});
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
            assistant("ga-1"), assistant("ga-2"),
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
