//! 巡查: being on duty, where to go next, what was covered, and what a shift came to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::check::TaskKind;
use super::code::NameDto;
use super::map::Point;

/// Whether the signed-in person is on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DutyDto {
    /// Since when; nothing while off duty.
    pub since_at: Option<i64>,
    /// Whether points of a track are being kept now.
    pub is_tracking: bool,
}

/// What a stop of a patrol is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// A case that asks something of this person.
    Task,
    /// A door where somebody is expected again.
    Visit,
    /// A component that nobody looked at for a while.
    Component,
}

/// One of eight directions from where the person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 北.
    North,
    /// 东北.
    NorthEast,
    /// 东.
    East,
    /// 东南.
    SouthEast,
    /// 南.
    South,
    /// 西南.
    SouthWest,
    /// 西.
    West,
    /// 西北.
    NorthWest,
}

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatrolStop {
    /// What for.
    pub kind: StopKind,
    /// The case, the household or the component.
    pub id: String,
    /// What is asked about a case.
    pub task: Option<TaskKind>,
    /// The category of a case.
    pub category: Option<NameDto>,
    /// The door of a visit, or the name of a component.
    pub name: Option<String>,
    /// Where, in words.
    pub place: Option<String>,
    /// When it is due; for a component, when it should have been looked at.
    pub due_at: Option<i64>,
    /// Whether that time has passed.
    pub is_overdue: bool,
    /// Where it is, when known.
    pub at: Option<Point>,
    /// Metres from the last known position.
    pub distance_m: Option<u32>,
    /// The direction from there.
    pub direction: Option<Direction>,
}

/// Where to go, nearest first; what has no distance comes last, the sooner due before the later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatrolList {
    /// The stops, at most 100.
    pub stops: Vec<PatrolStop>,
    /// Cases that ask something, in all.
    pub task_count: u32,
    /// Doors due for a visit, in all.
    pub visit_count: u32,
    /// Components due for a look, in all.
    pub component_count: u32,
}

/// A building or a street line, and what was done there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoverageRow {
    /// The record's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Reports, checks, visits and looks at components there within the days asked about.
    pub done_count: u32,
    /// The last of them, however long ago.
    pub last_at: Option<i64>,
    /// Metres from the last known position.
    pub distance_m: Option<u32>,
}

/// What of a grid was covered by work that was done there, by whomever. Nobody's track is used for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoverageDto {
    /// Over how many days.
    pub days: u32,
    /// Buildings, those that waited longest first.
    pub buildings: Vec<CoverageRow>,
    /// Named places such as street lines, those that waited longest first.
    pub places: Vec<CoverageRow>,
}

/// What a person did in a shift, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShiftSummary {
    /// When it began.
    pub started_at: i64,
    /// When it ended; nothing while it runs.
    pub ended_at: Option<i64>,
    /// Cases reported.
    pub report_count: u32,
    /// Cases checked or verified on the spot.
    pub check_count: u32,
    /// Visits noted.
    pub visit_count: u32,
    /// Other records of the register that were written.
    pub register_count: u32,
    /// Components looked at.
    pub component_count: u32,
    /// Length of the shift's track in metres, when there is one.
    pub walked_m: Option<u32>,
}
