//! Reference data, clocks, randomness and pictures of the tests. Everybody here is invented.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use linli_device::dto::case::UrgencyDto;
use linli_device::dto::device::{BindInput, UnlockInput};
use linli_device::dto::place::{PositionDto, PositionSource};
use linli_device::dto::report::ReportInput;
use linli_device::env::NoRandomness;
use linli_device::net::{Machine, NetworkKind, Power};
use linli_device::position::{Fix, PositionSource as Receiver};
use linli_device::{Clock, Device, Parts, Random};
use linli_model::Timestamp;
use linli_trust::pin::StretchParams;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::line::Line;
use crate::station::Station;

pub(crate) const DISTRICT: &str = "990101";
pub(crate) const STREET: &str = "990101001";
pub(crate) const COMMUNITY: &str = "990101001001";
pub(crate) const GRID: &str = "990101001001G01";
pub(crate) const UNIT: &str = "990101001-parks";
pub(crate) const ASSISTANT: &str = "ga-1";
pub(crate) const MANAGER: &str = "gm-1";
pub(crate) const POLICE: &str = "po-1";
pub(crate) const SECRET: &str = "correct horse battery";
/// 2026-09-01 09:00 in Beijing, a Tuesday.
pub(crate) const START: i64 = 1_788_224_400_000;

/// An edition with one district, one street, one community of two grids, and one unit.
pub(crate) fn edition(number: u32) -> Value {
    let org = |id: &str, parent: Option<&str>, kind: &str, level: &str, zh: &str| {
        json!({ "id": id, "parent": parent, "kind": kind, "level": level,
                "name": { "zh": zh, "en": id } })
    };
    let grid = |code: &str, west: f64| {
        json!({ "code": code, "community": COMMUNITY, "name": { "zh": format!("格{code}"), "en": code },
                "border": [[[west, 39.90], [west + 0.01, 39.90], [west + 0.01, 39.91], [west, 39.91], [west, 39.90]]] })
    };
    let person = |id: &str, name: &str, role: &str, at: Value| json!({ "id": id, "name": name, "grants": [{ "role": role, "at": at }] });
    let category = |code: &str, zh: &str, photo: bool, retired: bool| {
        json!({ "code": code, "name": { "zh": zh, "en": code }, "severity": "minor",
                "photo_required": photo, "retired": retired,
                "standards": [{ "code": "01", "condition": { "zh": "属实", "en": "true" },
                  "closing": { "zh": "围挡完整牢固", "en": "Fence whole" },
                  "limit": { "amount": 2, "unit": "work_day" } }] })
    };
    json!({
        "format": 1, "number": number, "district": DISTRICT,
        "orgs": [
            org(DISTRICT, None, "district_centre", "district", "样区"),
            org(STREET, Some(DISTRICT), "sub_centre", "subdistrict", "样街"),
            org(COMMUNITY, Some(STREET), "station", "community", "样社区"),
            org(UNIT, Some(STREET), "handling_unit", "subdistrict", "园林队"),
        ],
        "grids": [grid(GRID, 116.40), grid("990101001001G02", 116.41)],
        "staff": [
            person(ASSISTANT, "助理员甲", "grid_assistant", json!({ "grid": GRID })),
            person(MANAGER, "格长甲", "grid_manager", json!({ "grid": GRID })),
            person(POLICE, "警员甲", "grid_police", json!({ "grid": GRID })),
            person("io-1", "受理员甲", "intake_officer", json!({ "org": COMMUNITY })),
            person("dp-1", "派遣员甲", "dispatcher", json!({ "org": COMMUNITY })),
            person("ul-1", "园林负责人", "unit_lead", json!({ "org": UNIT })),
            person("hd-1", "园林处置人", "handler", json!({ "org": UNIT })),
        ],
        "catalogue": [
            category("08007", "围挡破损", true, false),
            category("01020", "燃气异味", false, false),
            category("00001", "旧类别", false, true),
        ],
    })
}

/// A clock that stands still until it is moved, and may show another time than it is.
#[derive(Debug)]
pub(crate) struct TestClock {
    time: Arc<AtomicI64>,
    wrong_by: AtomicI64,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            time: Arc::new(AtomicI64::new(START)),
            wrong_by: AtomicI64::new(0),
        })
    }

    /// Shows the same time, until it is set wrong.
    fn beside(other: &Self) -> Arc<Self> {
        Arc::new(Self {
            time: Arc::clone(&other.time),
            wrong_by: AtomicI64::new(0),
        })
    }

    /// Time passes, for everybody.
    pub(crate) fn advance(&self, ms: i64) {
        self.time.fetch_add(ms, Ordering::Relaxed);
    }

    /// This clock alone is wrong by so much.
    pub(crate) fn set_wrong(&self, ms: i64) {
        self.wrong_by.store(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // A millisecond passes between two looks, as it does outside.
        let time = self.time.fetch_add(1, Ordering::Relaxed);
        Timestamp(time + self.wrong_by.load(Ordering::Relaxed))
    }
}

/// Bytes from a counter: the same in every run.
#[derive(Debug)]
pub(crate) struct TestRandom {
    seed: u8,
    next: AtomicU64,
}

impl TestRandom {
    pub(crate) fn new(seed: u8) -> Arc<Self> {
        Arc::new(Self {
            seed,
            next: AtomicU64::new(0),
        })
    }
}

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        for chunk in bytes.chunks_mut(32) {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let digest = Sha256::digest([&[self.seed][..], &next.to_be_bytes()].concat());
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
        Ok(())
    }
}

/// A machine that says what it is told to say.
#[derive(Debug)]
pub(crate) struct TestMachine {
    pub(crate) network: Mutex<Option<NetworkKind>>,
    pub(crate) power: Mutex<Option<Power>>,
    pub(crate) free: AtomicU64,
}

impl TestMachine {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            network: Mutex::new(Some(NetworkKind::Free)),
            power: Mutex::new(None),
            free: AtomicU64::new(u64::MAX),
        })
    }
}

impl Machine for TestMachine {
    fn network(&self) -> Option<NetworkKind> {
        *self.network.lock().unwrap()
    }

    fn power(&self) -> Option<Power> {
        *self.power.lock().unwrap()
    }

    fn free_bytes(&self, _folder: &Path) -> Option<u64> {
        Some(self.free.load(Ordering::Relaxed))
    }

    fn model(&self) -> String {
        "test".to_owned()
    }
}

/// A receiver that says what it was told.
#[derive(Debug, Default)]
pub(crate) struct TestReceiver(Mutex<Option<Fix>>);

impl Receiver for TestReceiver {
    fn newest(&self) -> Option<Fix> {
        *self.0.lock().unwrap()
    }
}

/// A handheld in a folder, with everything that a test turns.
pub(crate) struct Handheld {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) machine: Arc<TestMachine>,
    pub(crate) line: Arc<Line>,
    pub(crate) device: Arc<Device>,
    pub(crate) receiver: Option<Arc<TestReceiver>>,
    random: Arc<TestRandom>,
}

impl Handheld {
    /// A device that is not bound, with a line to a station.
    pub(crate) fn unbound(station: &Arc<Station>, seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (TestClock::beside(&station.clock), TestRandom::new(seed));
        let machine = TestMachine::new();
        let line = Line::to(station);
        let parts = parts(&clock, &random, &machine, &line);
        let device = Device::open_with(folder.path(), parts).unwrap();
        Self {
            folder,
            clock,
            machine,
            line,
            device,
            receiver: None,
            random,
        }
    }

    /// A device that is bound and open.
    pub(crate) async fn bound(station: &Arc<Station>, seed: u8, staff: &[&str]) -> Self {
        let handheld = Self::unbound(station, seed);
        handheld.bind(&station.ticket(staff)).await;
        handheld
    }

    pub(crate) async fn bind(&self, ticket: &str) {
        let input = BindInput {
            ticket: ticket.to_owned(),
            secret: SECRET.to_owned(),
        };
        self.device.bind(&input).unwrap();
        let step = self.device.advance_binding().await.unwrap();
        assert_eq!(step, linli_device::BindingStep::Done);
    }

    /// The program is killed and started again: nothing is closed in order.
    pub(crate) fn restart(&mut self) {
        let mut parts = parts(&self.clock, &self.random, &self.machine, &self.line);
        let receiver = self.receiver.clone();
        parts.position = receiver.map(|receiver| -> Arc<dyn Receiver> { receiver });
        self.device = Device::open_with(self.folder.path(), parts).unwrap();
    }

    /// The same with a receiver: the program is started again with it.
    pub(crate) fn with_receiver(mut self, staff: &str) -> Self {
        self.receiver = Some(Arc::default());
        self.restart();
        self.unlock(staff);
        self
    }

    /// Time passes for everybody.
    pub(crate) fn clock_of_all(&self, ms: i64) {
        self.clock.advance(ms);
    }

    /// The receiver sees the device here, now.
    pub(crate) fn stand_at(&self, lon: f64, lat: f64) {
        let own_at = self.clock.now();
        let fix = Fix {
            lon,
            lat,
            accuracy: Some(5.0),
            // The satellites' clocks are right.
            at: own_at.plus_ms(-self.clock.wrong_by.load(Ordering::Relaxed)),
            own_at,
            is_simulated: true,
        };
        *self.receiver.as_ref().unwrap().0.lock().unwrap() = Some(fix);
    }

    pub(crate) fn unlock(&self, staff: &str) {
        self.device.unlock(&unlock(staff, SECRET)).unwrap();
    }
}

/// A device that was opened from a copy of a folder, as after a kill at that moment.
pub(crate) fn copy_of(handheld: &Handheld) -> (tempfile::TempDir, Arc<Device>) {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(handheld.folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let random = TestRandom::new(99);
    let parts = parts(&handheld.clock, &random, &handheld.machine, &handheld.line);
    let device = Device::open_with(folder.path(), parts).unwrap();
    (folder, device)
}

pub(crate) fn parts(
    clock: &Arc<TestClock>,
    random: &Arc<TestRandom>,
    machine: &Arc<TestMachine>,
    line: &Arc<Line>,
) -> Parts {
    Parts {
        clock: clock.clone(),
        random: random.clone(),
        connect: line.clone(),
        machine: machine.clone(),
        position: None,
        // The cheapest parameters that are allowed: tests stay quick.
        stretch: StretchParams::FLOOR,
    }
}

pub(crate) fn unlock(staff: &str, secret: &str) -> UnlockInput {
    UnlockInput {
        staff: staff.to_owned(),
        secret: secret.to_owned(),
    }
}

/// A fence that is down, with a position in the grid.
pub(crate) fn fence() -> ReportInput {
    ReportInput {
        category: "08007".into(),
        urgency: UrgencyDto::Ordinary,
        position: Some(at(116.4032, 39.9043)),
        place: Some("样街1号楼东侧花池".into()),
        note: Some("围挡倒了一段".into()),
        photos: Vec::new(),
        voice: None,
        no_photo_reason: None,
    }
}

pub(crate) fn at(lon: f64, lat: f64) -> PositionDto {
    PositionDto {
        lon,
        lat,
        accuracy_m: Some(8.0),
        source: PositionSource::Gnss,
        at: START,
    }
}

/// A picture as a camera makes it; different numbers give different pictures.
pub(crate) fn jpeg(number: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(640, 480, |x, y| {
        let value = x.wrapping_mul(31).wrapping_add(y.wrapping_mul(17)) ^ number.wrapping_mul(97);
        image::Rgb([value as u8, (value >> 3) as u8, (x / 3) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}
