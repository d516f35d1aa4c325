//! The first sync by named steps.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::sync::WaitDto;

/// One thing that the first sync brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FirstSyncPart {
    /// Names, roles, categories and rules.
    Reference,
    /// The grid's outline, buildings and doors.
    Places,
    /// Households of the grid.
    Households,
    /// Cases of the grid.
    Cases,
    /// Recent photos; may follow later.
    Photos,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Complete.
    Done,
    /// Follows while people already work.
    Later,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FirstSyncStep {
    /// What it brings.
    pub part: FirstSyncPart,
    /// How far it is.
    pub state: StepState,
    /// Records (or photos) that are here.
    pub done_count: u32,
    /// Records (or photos) in all, once the server told.
    pub total_count: Option<u32>,
}

/// The first sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FirstSyncDto {
    /// The steps in order.
    pub steps: Vec<FirstSyncStep>,
    /// Bytes used so far.
    pub received_bytes: i64,
    /// Seconds left, when there is enough to estimate from.
    pub seconds_left: Option<u32>,
    /// Whether the person can already work.
    pub can_start: bool,
    /// Why nothing moves, when nothing moves.
    pub wait: Option<WaitDto>,
}
