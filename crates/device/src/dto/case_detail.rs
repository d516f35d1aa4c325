//! One case with its photos, receipts, history and what comes next.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::case::{CaseRow, ReceiptState};
use super::check::TaskDto;
use super::code::{CodeDto, LevelDto, NameDto, Params};
use super::place::PositionDto;
use super::report::PhotoDto;
use super::voice::VoiceDto;

/// What one level says about having the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptDto {
    /// Which level.
    pub level: LevelDto,
    /// The organisation; at the device level the device's name.
    pub name: NameDto,
    /// What it says.
    pub state: ReceiptState,
    /// When it received, returned, or was sent to without an answer.
    pub at: Option<i64>,
    /// The number it gave at its counter.
    pub number: Option<String>,
    /// Whether what it has is all that this device has; `false` when newer changes wait.
    pub is_exact: bool,
    /// Why it was returned, or why the level is not needed.
    pub reason: Option<CodeDto>,
}

/// Whether an event counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EffectDto {
    /// Admitted by the organisation that holds the case.
    Applied,
    /// Not admitted yet; shown as this device expects it.
    Pending,
    /// Stored and without effect; the reason says why.
    NoEffect,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActorDto {
    /// The person's name, where this role may see it.
    pub person: Option<String>,
    /// The organisation or unit.
    pub org: Option<NameDto>,
    /// Whether a timer of a server did it.
    pub is_system: bool,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineItem {
    /// The event's id.
    pub id: String,
    /// What happened: the event's name in the workflow, such as `check_fail`.
    pub code: String,
    /// Values for the text.
    pub params: Params,
    /// When it happened, by the clock of whoever did it.
    pub at: i64,
    /// Who.
    pub actor: ActorDto,
    /// Whether it counts.
    pub effect: EffectDto,
    /// Why it has no effect, or the stated reason of a return, refusal or failure.
    pub reason: Option<CodeDto>,
    /// Words of the person.
    pub note: Option<String>,
    /// Photos that belong to it.
    pub photos: Vec<String>,
    /// Whether that clock was more than five minutes off.
    pub is_clock_doubtful: bool,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CaseDetail {
    /// What the list shows.
    pub row: CaseRow,
    /// The reporter's words.
    pub note: Option<String>,
    /// Where, as measured.
    pub position: Option<PositionDto>,
    /// The unit that is to handle it.
    pub unit: Option<NameDto>,
    /// Photos, oldest first.
    pub photos: Vec<PhotoDto>,
    /// Voice notes, oldest first.
    pub voices: Vec<VoiceDto>,
    /// What each level says, from the device upward.
    pub receipts: Vec<ReceiptDto>,
    /// When the last download was complete.
    pub as_of: Option<i64>,
    /// The history, oldest first.
    pub timeline: Vec<TimelineItem>,
    /// What this person is asked to do.
    pub tasks: Vec<TaskDto>,
    /// What happens next and who does it, most pressing first.
    pub next_steps: Vec<CodeDto>,
    /// Whether this person may add to it now: from when the community has it.
    pub may_amend: bool,
    /// Whether this person may ask now for the case to go up.
    pub may_escalate: bool,
}
