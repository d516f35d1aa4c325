//! One handheld of the story: the engine that ships, on a file.

use std::path::{Path, PathBuf};

use linli_device::dto::case::UrgencyDto;
use linli_device::dto::check::{CheckFailReason, CheckInput, CheckVerdict};
use linli_device::dto::report::{AmendInput, NoPhotoReason, PhotoKind, ReportInput};
use linli_device::photo::PreparedPhoto;
use linli_device::{By, DeviceError, Engine, Saved};
use linli_model::case::{CaseView, Slot, fold};
use linli_model::{BlobHash, EntryId, KeyId, RecordId, Timestamp};
use linli_records::case::read_case;
use linli_store::Reader;

use super::template::{self, HANDHELDS};

pub(crate) const AFTER: &str = "2222222222222222222222222222222222222222222222222222222222222222";

pub(crate) struct Handheld {
    engine: Option<Engine>,
    path: PathBuf,
    /// Whose it is; a clone has the key of another one.
    owner: usize,
    /// Its clock minus the true time.
    pub(crate) skew: i64,
    pub(crate) backup: Option<PathBuf>,
    pub(crate) is_gone: bool,
    pub(crate) is_revoked: bool,
    opened: u64,
}

impl Handheld {
    pub(crate) fn open(path: PathBuf, owner: usize, seed: u64) -> Self {
        let mut handheld = Self {
            engine: None,
            path,
            owner,
            skew: 0,
            backup: None,
            is_gone: false,
            is_revoked: false,
            opened: seed,
        };
        handheld.start();
        handheld
    }

    /// The program is killed and starts again.
    pub(crate) fn kill(&mut self) {
        self.stop();
        self.start();
    }

    pub(crate) fn stop(&mut self) {
        drop(self.engine.take());
    }

    pub(crate) fn start(&mut self) {
        self.opened = self.opened.wrapping_mul(31).wrapping_add(1);
        let plan = template::plan(self.owner, self.opened);
        let engine = Engine::open(&self.path, &template::handheld_key(), plan);
        self.engine = Some(engine.unwrap());
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn owner(&self) -> usize {
        self.owner
    }

    pub(crate) fn key(&self) -> KeyId {
        self.engine().device()
    }

    /// Whether somebody still uses it.
    pub(crate) fn is_in_use(&self) -> bool {
        !self.is_gone && !self.is_revoked
    }

    fn by(&self, now: Timestamp) -> Option<By> {
        let person = template::staff(HANDHELDS[self.owner]);
        self.engine().sign_in(&person, now).ok()
    }

    pub(crate) fn report(&self, now: Timestamp) -> Option<RecordId> {
        let by = self.by(now)?;
        let input = ReportInput {
            category: "06052".into(),
            urgency: UrgencyDto::Ordinary,
            position: None,
            place: Some("东外大街36号楼".into()),
            note: Some("老人下不了台阶".into()),
            photos: Vec::new(),
            voice: None,
            no_photo_reason: Some(NoPhotoReason::CannotSee),
        };
        let saved = self.engine().report(&by, &input, &[], now).unwrap();
        Some(saved.record)
    }

    /// A check when one is asked for, else a few words.
    pub(crate) fn write_about(&self, case: RecordId, passes: bool, now: Timestamp) {
        let (Some(by), Some(view)) = (self.by(now), self.view(case)) else {
            return;
        };
        let before = self.events(case);
        let check = view.now.current.get(&Slot::Check).map(|step| step.event);
        let done = match check {
            Some(check) => self.check(&by, case, check, passes, now),
            None => self.amend(&by, case, now),
        };
        match done {
            Ok(_) => assert!(self.events(case) > before, "what was written is not seen"),
            Err(DeviceError::Refused(_)) => {}
            Err(error) => panic!("{case}: {error}"),
        }
    }

    fn check(
        &self,
        by: &By,
        case: RecordId,
        check: EntryId,
        passes: bool,
        now: Timestamp,
    ) -> Result<Saved, DeviceError> {
        let hash: BlobHash = AFTER.parse().unwrap();
        let photo = PreparedPhoto {
            hash,
            jpeg: b"after".to_vec(),
            thumbnail: b"a".to_vec(),
            width: 4,
            height: 3,
        };
        let added = self.engine().add_photo(&photo, PhotoKind::After, None, now);
        added.unwrap();
        let verdict = if passes {
            CheckVerdict::Pass {
                condition_met: true,
            }
        } else {
            CheckVerdict::Fail {
                reason: CheckFailReason::NotDone,
            }
        };
        let input = CheckInput {
            case_id: case.to_string(),
            answers: check.to_string(),
            verdict,
            photos: vec![hash.to_string()],
            note: None,
            position: None,
            satisfied: None,
        };
        self.engine().check(by, &input, now)
    }

    fn amend(&self, by: &By, case: RecordId, now: Timestamp) -> Result<Saved, DeviceError> {
        let input = AmendInput {
            case_id: case.to_string(),
            answers: None,
            photos: Vec::new(),
            note: Some("路过看了".into()),
        };
        self.engine().amend(by, &input, now)
    }

    fn events(&self, case: RecordId) -> usize {
        self.view(case).map_or(0, |view| view.timeline.len())
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Reader<'_>) -> T) -> T {
        let ledger = self.engine().ledger();
        ledger
            .read(|reader| Ok::<_, linli_store::StoreError>(work(reader)))
            .unwrap()
    }

    pub(crate) fn view(&self, case: RecordId) -> Option<CaseView> {
        let document = self.read(|reader| reader.load_document(&case).unwrap())?;
        let log = read_case(case, &document).unwrap().log;
        let view = self
            .engine()
            .with_reference(|reference| Ok(fold(&log, reference)));
        Some(view.unwrap())
    }
}
