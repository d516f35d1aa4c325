//! Commands: every promise to a screen is kept when the data are safe on this device.

use linli_model::text_hint;

use super::Device;
use crate::dto::change_set::Noun;
use crate::dto::check::{CheckInput, VerifyInput};
use crate::dto::draft::DraftRow;
use crate::dto::report::{
    AmendInput, BlackenInput, EscalateInput, PhotoArea, PhotoDto, PhotoInput, ReportInput,
    SavedReport, TextHintDto,
};
use crate::engine::Saved;
use crate::error::{DeviceError, Result};
use crate::photo::{Area, PreparedPhoto, prepare, prepare_tight};

/// Below this no photo is taken any more, in bytes; text always is (docs/sync.md).
pub(super) const CAMERA_BYTES: u64 = 50 * 1024 * 1024;
/// Below this photos get smaller, in bytes.
pub(super) const LITTLE_ROOM: u64 = 300 * 1024 * 1024;

/// Most parts of a photo that are blackened at once.
const AREAS: usize = 50;

impl Device {
    /// What the words of a report seem to hold that does not belong into a case; asked while they are
    /// written, and never a reason not to save. Works while locked.
    pub fn text_hints(text: &str) -> Vec<TextHintDto> {
        let hints = text_hint::text_hints(text).into_iter();
        hints.map(TextHintDto::from).collect()
    }

    /// Saves a report.
    pub fn report(&self, input: &ReportInput) -> Result<SavedReport> {
        self.report_with(input, &[])
    }

    /// Saves a report and its photos in one transaction.
    pub fn report_with(&self, input: &ReportInput, files: &[Vec<u8>]) -> Result<SavedReport> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        let by = open.by(engine, now)?;
        let mut fresh: Vec<PreparedPhoto> = Vec::with_capacity(files.len());
        for file in files {
            fresh.push(self.prepared(file)?);
        }
        let saved = engine.report(&by, input, &fresh, now)?;
        self.saved(saved)
    }

    /// Saves what was found on the spot.
    pub fn check(&self, input: &CheckInput) -> Result<SavedReport> {
        let open = self.opened()?;
        let record = input
            .case_id
            .parse()
            .map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let now = self.now();
        let saved = engine.check(&open.by(engine, now)?, input, now)?;
        self.saved(saved)
    }

    /// Saves whether what somebody else reported is there.
    pub fn verify(&self, input: &VerifyInput) -> Result<SavedReport> {
        let open = self.opened()?;
        let record = input
            .case_id
            .parse()
            .map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let now = self.now();
        let saved = engine.verify(&open.by(engine, now)?, input, now)?;
        self.saved(saved)
    }

    /// Adds photos or words to a case.
    pub fn amend(&self, input: &AmendInput) -> Result<SavedReport> {
        let open = self.opened()?;
        let record = input
            .case_id
            .parse()
            .map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let now = self.now();
        let saved = engine.amend(&open.by(engine, now)?, input, now)?;
        self.saved(saved)
    }

    /// Asks the desk that holds a case to pass it up.
    pub fn escalate(&self, input: &EscalateInput) -> Result<SavedReport> {
        let open = self.opened()?;
        let record = input
            .case_id
            .parse()
            .map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let now = self.now();
        let saved = engine.escalate(&open.by(engine, now)?, input, now)?;
        self.saved(saved)
    }

    /// A person has seen what the server refused of a record.
    pub fn settle_refused(&self, case_id: &str) -> Result<()> {
        let open = self.opened()?;
        let record = case_id.parse().map_err(|_| DeviceError::NotFound("case"))?;
        // A record of the register is in no list of cases.
        let engine = open.engine_of(&record).or_else(|_| open.engine())?;
        engine.settle_refused(&record, self.now())?;
        self.count_waiting()?;
        self.tell(
            &[Noun::Cases, Noun::Outbox, Noun::Sync, Noun::Register],
            [record],
        );
        Ok(())
    }

    fn saved(&self, saved: Saved) -> Result<SavedReport> {
        self.count_waiting()?;
        self.tell(
            &[Noun::Cases, Noun::Outbox, Noun::Sync, Noun::Device],
            [saved.record],
        );
        self.hurry.notify_one();
        Ok(SavedReport {
            case_id: saved.record.to_string(),
            code: saved.code.to_string(),
            at: saved.at.0,
        })
    }

    /// Takes a photo in: checked, upright, small, bare, encrypted. It waits for the report that will
    /// name it.
    pub fn add_photo(&self, file: &[u8], input: &PhotoInput) -> Result<PhotoDto> {
        let open = self.opened()?;
        let photo = self.prepared(file)?;
        let engine = open.engine()?;
        engine.add_photo(&photo, input.kind, input.position.as_ref(), self.now())
    }

    /// Blackens parts of a photo that waits for its report. The one with the parts open is gone.
    pub fn blacken_photo(&self, input: &BlackenInput) -> Result<PhotoDto> {
        let open = self.opened()?;
        let hash = input
            .hash
            .parse()
            .map_err(|_| DeviceError::InputInvalid("photos"))?;
        if input.areas.is_empty() || input.areas.len() > AREAS {
            return Err(DeviceError::InputInvalid("photos"));
        }
        let areas: Vec<Area> = input.areas.iter().copied().map(area).collect();
        let engine = open.engine_with(&hash)?;
        engine.blacken_photo(&hash, &areas, self.now())
    }

    /// A photo ready to be stored, as far as there is room for one.
    fn prepared(&self, file: &[u8]) -> Result<PreparedPhoto> {
        let free = self.parts.machine.free_bytes(&self.folder);
        match free {
            Some(..CAMERA_BYTES) => Err(DeviceError::StorageFull),
            Some(..LITTLE_ROOM) => Ok(prepare_tight(file)?),
            Some(_) | None => Ok(prepare(file)?),
        }
    }

    /// Free room in MB, while there is so little that photos are kept smaller.
    pub(super) fn little_room_mb(&self) -> Option<u32> {
        let free = self.parts.machine.free_bytes(&self.folder)?;
        let mb = u32::try_from(free / (1024 * 1024)).unwrap_or(u32::MAX);
        (free < LITTLE_ROOM).then_some(mb)
    }

    /// Leaves the first-sync screen while the rest follows.
    pub fn start_work(&self) -> Result<()> {
        self.opened()?.store.set_started()?;
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    /// The content of a draft of the signed-in person.
    pub fn load_draft(&self, name: &str) -> Result<Option<String>> {
        let open = self.opened()?;
        open.engine()?.load_draft(&open.staff, name)
    }

    /// What the signed-in person has begun and not saved, the newest first.
    pub fn list_drafts(&self) -> Result<Vec<DraftRow>> {
        let open = self.opened()?;
        open.engine()?.list_drafts(&open.staff)
    }

    /// Keeps a draft, encrypted; it survives a restart.
    pub fn save_draft(&self, name: &str, content: &str) -> Result<()> {
        let open = self.opened()?;
        open.engine()?
            .save_draft(&open.staff, name, content, self.now())
    }

    /// Forgets a draft.
    pub fn delete_draft(&self, name: &str) -> Result<()> {
        let open = self.opened()?;
        open.engine()?.delete_draft(&open.staff, name)
    }

    /// Notes for the locked screen how many cases have not reached the community.
    pub(super) fn count_waiting(&self) -> Result<()> {
        let open = self.opened()?;
        let mut waiting = 0u32;
        for engine in open.engines.values() {
            waiting = waiting.saturating_add(engine.counts()?.unsent);
        }
        self.state()
            .face
            .change(|face| face.waiting_count = waiting)?;
        Ok(())
    }
}

fn area(given: PhotoArea) -> Area {
    Area {
        left: given.left,
        top: given.top,
        width: given.width,
        height: given.height,
    }
}
