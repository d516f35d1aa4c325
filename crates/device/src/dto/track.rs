//! 工作轨迹: a person's own track, off until the person turns it on, kept on this device alone and gone
//! after 14 days (docs/trust.md).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::map::Point;

/// What a person wants of the track.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrackChoice {
    /// No points are kept.
    #[default]
    Off,
    /// Points are kept while on duty.
    On,
    /// No points for now, without a reason; being on duty goes on.
    Paused,
}

/// Why there are no points for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The receiver had no position.
    NoFix,
    /// There is no receiver, or it may not be used.
    NoReceiver,
    /// The person paused the track.
    Paused,
    /// The program was not running.
    Closed,
}

/// A stretch of time without points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrackGap {
    /// From.
    pub from_at: i64,
    /// To; nothing while it lasts.
    pub to_at: Option<i64>,
    /// Why.
    pub cause: GapCause,
}

/// The track of one shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrackRow {
    /// Names it.
    pub id: String,
    /// When it began.
    pub started_at: i64,
    /// When it ended; nothing while it runs.
    pub ended_at: Option<i64>,
    /// Points kept.
    pub point_count: u32,
    /// Its length in metres, gaps left out.
    pub length_m: u32,
    /// Where it has none.
    pub gaps: Vec<TrackGap>,
    /// When it will be gone.
    pub gone_at: i64,
}

/// The tracks of the signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrackDto {
    /// What the person wants.
    pub choice: TrackChoice,
    /// Whether points are being kept now.
    pub is_running: bool,
    /// Tracks, the newest first.
    pub rows: Vec<TrackRow>,
    /// After how many days each is gone.
    pub kept_days: u32,
}

/// The points of a track; a new line begins after each gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TrackLine {
    /// Lines of points.
    pub lines: Vec<Vec<Point>>,
}

/// A file that was written for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportedFile {
    /// Its name.
    pub name: String,
    /// The folder it lies in.
    pub folder: String,
}
