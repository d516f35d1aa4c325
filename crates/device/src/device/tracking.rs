//! Keeping the track while a person on duty wants one. It goes on behind a locked screen: what is
//! recorded then waits in memory until somebody unlocks, because the file is closed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use linli_model::StaffId;

use super::Device;
use super::open::Open;
use crate::dto::change_set::Noun;
use crate::dto::track::TrackChoice;
use crate::error::Result;
use crate::track::{Mark, Reading, Recorder};

/// The receiver is asked so often.
const ASK: Duration = Duration::from_secs(5);
/// Marks are written when there are so many, or when the track ends: a write wears the flash.
const TOGETHER: usize = 12;

/// A track that is being kept.
pub(super) struct Tracking {
    staff: StaffId,
    track: i64,
    is_paused: bool,
    recorder: Recorder,
    waiting: Vec<Mark>,
}

impl Device {
    /// Whether points are being kept now.
    pub(super) fn is_tracking(&self) -> bool {
        let tracking = self.tracking();
        tracking.as_ref().is_some_and(|one| !one.is_paused)
    }

    /// Begins, pauses or ends the track as duty and the person's choice say.
    pub(super) fn follow_duty(&self, open: &Open) -> Result<()> {
        let engine = open.engine()?;
        let now = self.now();
        let is_on_duty = engine.on_duty_since(&open.staff, now)?.is_some();
        let choice = engine.track_choice(&open.staff)?;
        let is_wanted = is_on_duty && choice != TrackChoice::Off;
        let mut tracking = self.tracking();
        if let Some(running) = tracking.as_mut()
            && (!is_wanted || running.staff != open.staff)
        {
            engine.put_marks(running.track, &running.waiting)?;
            engine.end_track(running.track, now)?;
            *tracking = None;
        }
        if !is_wanted {
            return Ok(());
        }
        let is_paused = choice == TrackChoice::Paused;
        match tracking.as_mut() {
            Some(running) => running.is_paused = is_paused,
            None => {
                *tracking = Some(Tracking {
                    staff: open.staff.clone(),
                    track: engine.begin_track(&open.staff, now)?,
                    is_paused,
                    recorder: Recorder::default(),
                    waiting: Vec::new(),
                });
            }
        }
        Ok(())
    }

    /// Asks the receiver now and then, for as long as the future is polled.
    pub(super) async fn keep_track(&self) -> Infallible {
        loop {
            tokio::time::sleep(ASK).await;
            if let Err(error) = self.record_track() {
                tracing::warn!(%error, "the track could not be written; its points wait");
            }
        }
    }

    /// One look at the receiver. [`Device::run`] asks every few seconds.
    pub fn record_track(&self) -> Result<()> {
        let open = self.opened().ok();
        if let Some(open) = &open {
            // A shift that was not ended ends by itself; another person may have unlocked.
            self.follow_duty(open)?;
        }
        let now = self.now();
        let mut guard = self.tracking();
        let Some(tracking) = guard.as_mut() else {
            return Ok(());
        };
        let reading = match &self.parts.position {
            _ if tracking.is_paused => Reading::Paused,
            None => Reading::NoReceiver,
            Some(source) => Reading::Newest(source.newest()),
        };
        let marks = tracking.recorder.read(reading, now);
        let is_gap = marks.iter().any(|mark| matches!(mark, Mark::Gap { .. }));
        tracking.waiting.extend(marks);
        let is_idle = !tracking.is_paused && tracking.recorder.is_idle(now);
        let Some(open) = open else {
            return Ok(());
        };
        if is_gap || is_idle || tracking.waiting.len() >= TOGETHER {
            open.engine()?
                .put_marks(tracking.track, &tracking.waiting)?;
            tracking.waiting.clear();
        }
        drop(guard);
        if is_idle {
            self.rest(&open)?;
        }
        Ok(())
    }

    /// Somebody who stays in one place is not patrolling: the track pauses until they say so.
    fn rest(&self, open: &Arc<Open>) -> Result<()> {
        let engine = open.engine()?;
        engine.set_track_choice(&open.staff, TrackChoice::Paused)?;
        self.follow_duty(open)?;
        self.tell(&[Noun::Patrol], []);
        Ok(())
    }

    /// A track that was deleted is not written any more; what comes now is a new one.
    pub(super) fn forget_running(&self, id: &str) {
        let mut tracking = self.tracking();
        if tracking
            .as_ref()
            .is_some_and(|running| running.track.to_string() == id)
        {
            *tracking = None;
        }
    }
}
