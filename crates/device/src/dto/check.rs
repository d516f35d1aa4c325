//! Tasks, the check on the spot after a unit says it is done, and the verification before
//! a desk files what somebody else reported.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::code::{CodeDto, NameDto};
use super::place::PositionDto;

/// What a person is asked to do about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// 核查: go and see whether the result is right.
    Check,
    /// 核实: go and see whether what somebody else reported is there.
    Verify,
    /// 去补: a level sent the report back and says what is missing.
    Amend,
    /// To know: an event of this person had no effect.
    Overtaken,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TaskDto {
    /// What is asked.
    pub kind: TaskKind,
    /// The event that asks; an answer names it.
    pub answers: String,
    /// When it is due.
    pub due_at: Option<i64>,
    /// What must be true to pass a check, from the catalogue.
    pub condition: Option<NameDto>,
    /// What is missing, or why there was no effect.
    pub reason: Option<CodeDto>,
    /// The photo to compare with.
    pub photo: Option<String>,
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckFailReason {
    /// Nothing was done.
    NotDone,
    /// A part is missing.
    Incomplete,
    /// It was done and is broken again.
    BrokenAgain,
    /// The work left a new problem.
    NewProblem,
}

/// Why nobody could check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckUnableReason {
    /// No way in.
    NoAccess,
    /// Weather.
    Weather,
    /// The spot was not found.
    NotFound,
    /// It would be dangerous.
    Unsafe,
}

/// What was found on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CheckVerdict {
    /// It is right. Needs a photo and the condition ticked.
    Pass {
        /// Whether the person ticked the closing condition.
        condition_met: bool,
    },
    /// It is not right.
    Fail {
        /// Why.
        reason: CheckFailReason,
    },
    /// It could not be seen.
    Unable {
        /// Why.
        reason: CheckUnableReason,
    },
}

/// A check on the spot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckInput {
    /// The case.
    pub case_id: String,
    /// The task's `answers`.
    pub answers: String,
    /// What was found.
    pub verdict: CheckVerdict,
    /// Hashes of photos that were added before.
    pub photos: Vec<String>,
    /// Words of the person.
    pub note: Option<String>,
    /// Where the person stood.
    pub position: Option<PositionDto>,
    /// Whether a resident on the spot was content; nothing when nobody was asked.
    pub satisfied: Option<bool>,
}

/// What a verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VerifyFinding {
    /// It is there. Needs a photo.
    Exists,
    /// It is not. Needs a photo.
    NotExists,
    /// It could not be seen.
    Unable,
}

/// A verification on the spot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VerifyInput {
    /// The case.
    pub case_id: String,
    /// The task's `answers`.
    pub answers: String,
    /// What was found.
    pub finding: VerifyFinding,
    /// Hashes of photos that were added before.
    pub photos: Vec<String>,
    /// Words of the person.
    pub note: Option<String>,
    /// Where the person stood.
    pub position: Option<PositionDto>,
}
