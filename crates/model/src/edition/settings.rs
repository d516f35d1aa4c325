//! Copy rules and settings.

use serde::{Deserialize, Serialize};

use super::catalogue::Severity;
use crate::id::OrgId;
use crate::org::Level;

/// What makes a copy rule fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyWhen {
    /// The case is listed on the board.
    Board,
    /// The case's severity is at least this.
    Severity(Severity),
    /// The case is a danger.
    Danger,
}

/// Who gets the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyTo {
    /// The organisation of this level above the home grid.
    Level(Level),
    /// This organisation.
    Org(OrgId),
}

/// When something holds, an organisation becomes a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRule {
    /// When.
    pub when: CopyWhen,
    /// To whom.
    pub to: CopyTo,
}

impl CopyRule {
    /// Overdue on the board and severity prominent or more: to the district. Danger: to the whole
    /// path.
    pub fn defaults() -> Vec<Self> {
        [
            CopyWhen::Board,
            CopyWhen::Severity(Severity::Prominent),
            CopyWhen::Danger,
        ]
        .into_iter()
        .map(|when| Self {
            when,
            to: CopyTo::Level(Level::District),
        })
        .collect()
    }
}

/// Everything else that a city decides. Missing values take the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Days without contact after which a device hides household data.
    pub lease_days: u32,
    /// Hours for which an enrolment slot is open.
    pub enrolment_hours: u32,
    /// Whether a unit's lead reviews a result before it is checked.
    pub unit_review: bool,
    /// Whether the server takes a hand-over or a report and dispatches it when the responsibility
    /// table is unambiguous.
    pub auto_dispatch: bool,
    /// At how many percent of a limit the server reminds.
    pub reminder_percent: u32,
    /// Distance for the hint "similar case", in metres.
    pub merge_metres: u32,
    /// Age for the same hint, in hours.
    pub merge_hours: u32,
    /// How many extensions a case may have.
    pub max_extensions: u32,
    /// Days after closing when a contact or disclosure expires.
    pub contact_days: u32,
    /// Days for which a visit is kept.
    pub visit_days: u32,
    /// Days between the mark that a record of the register is to be dropped and its erasure.
    pub deleted_days: u32,
    /// Days after closing for which a case is kept, without contact data.
    pub case_days: u32,
    /// Days for which rows of the access log are kept; what they say of a consent that ended is its
    /// proof for as long.
    pub log_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease_days: 7,
            enrolment_hours: 8,
            unit_review: false,
            auto_dispatch: false,
            reminder_percent: 80,
            merge_metres: 50,
            merge_hours: 24,
            max_extensions: 2,
            contact_days: 30,
            visit_days: 365,
            deleted_days: 30,
            case_days: 5 * 365 + 1,
            log_days: 3 * 365 + 1,
        }
    }
}
