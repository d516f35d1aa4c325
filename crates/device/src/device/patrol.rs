//! The working day of the signed-in person: duty, where to go, what was covered, tracks.

use std::path::Path;

use super::Device;
use crate::dto::change_set::Noun;
use crate::dto::patrol::{CoverageDto, DutyDto, PatrolList, ShiftSummary};
use crate::dto::track::{ExportedFile, TrackChoice, TrackDto, TrackLine};
use crate::engine::KEPT_DAYS;
use crate::error::{DeviceError, Result};
use crate::files;

impl Device {
    /// Whether the signed-in person is on duty.
    pub fn duty(&self) -> Result<DutyDto> {
        let open = self.opened()?;
        let since = open.engine()?.on_duty_since(&open.staff, self.now())?;
        Ok(DutyDto {
            since_at: since.map(|at| at.0),
            is_tracking: self.is_tracking(),
        })
    }

    /// Begins or ends the person's shift. The track, if the person wants one, begins and ends with it.
    pub fn set_duty(&self, is_on: bool) -> Result<DutyDto> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.set_duty(&open.by(engine, now)?, is_on, now)?;
        self.follow_duty(&open)?;
        self.tell(&[Noun::Patrol], []);
        self.duty()
    }

    /// Where to go, nearest first.
    pub fn patrol(&self) -> Result<PatrolList> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.patrol(&open.by(engine, now)?, &self.view()?, self.here(), now)
    }

    /// What of the grid was covered by work within so many days.
    pub fn coverage(&self, days: u32) -> Result<CoverageDto> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.coverage(&open.by(engine, now)?, days, self.here(), now)
    }

    /// The running shift of the person, or the last one.
    pub fn shift_summary(&self) -> Result<Option<ShiftSummary>> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.shift_summary(&open.by(engine, now)?, now)
    }

    /// The person's own tracks.
    pub fn track(&self) -> Result<TrackDto> {
        let open = self.opened()?;
        let engine = open.engine()?;
        Ok(TrackDto {
            choice: engine.track_choice(&open.staff)?,
            is_running: self.is_tracking(),
            rows: engine.tracks(&open.staff, self.now())?,
            kept_days: KEPT_DAYS,
        })
    }

    /// Turns the person's track on, off, or to a pause.
    pub fn set_track(&self, choice: TrackChoice) -> Result<TrackDto> {
        let open = self.opened()?;
        open.engine()?.set_track_choice(&open.staff, choice)?;
        self.follow_duty(&open)?;
        self.tell(&[Noun::Patrol], []);
        self.track()
    }

    /// The points of a track of the person.
    pub fn track_line(&self, id: &str) -> Result<TrackLine> {
        let open = self.opened()?;
        open.engine()?.track_line(&open.staff, id, self.now())
    }

    /// Writes a track of the person as GPX into a folder of theirs. Whoever has the file has the track.
    pub fn export_track(&self, id: &str, folder: &Path) -> Result<ExportedFile> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let rows = engine.tracks(&open.staff, self.now())?;
        let row = rows.iter().find(|row| row.id == id);
        let row = row.ok_or(DeviceError::NotFound("track"))?;
        let name = format!("linli-track-{}", row.started_at);
        let text = engine.track_gpx(&open.staff, id, &name, self.now())?;
        let file = format!("{name}.gpx");
        files::replace(&folder.join(&file), text.as_bytes())?;
        Ok(ExportedFile {
            name: file,
            folder: folder.display().to_string(),
        })
    }

    /// Deletes a track of the person for ever.
    pub fn delete_track(&self, id: &str) -> Result<()> {
        let open = self.opened()?;
        open.engine()?.delete_track(&open.staff, id)?;
        self.forget_running(id);
        self.tell(&[Noun::Patrol], []);
        Ok(())
    }
}
