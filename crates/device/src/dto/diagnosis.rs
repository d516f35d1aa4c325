//! 自检: what works on this device and what does not, in words for the person and for whoever helps.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::code::Params;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Whether there is a network. Good: parameter `kind` is `free` or `metered`.
    Network,
    /// When the community last answered: parameter `contact_at`.
    Server,
    /// How far this device's clock is off: parameter `minutes`.
    Clock,
    /// Free space: parameter `bytes`.
    Storage,
    /// The receiver: parameter `metres` when there is a position.
    Position,
    /// The battery: parameter `percent`.
    Battery,
    /// Until when this device may work without contact: parameter `ends_at`.
    Certificate,
    /// Work that has not reached the community: parameter `count`.
    Waiting,
    /// Files that were damaged and set aside: parameter `count`.
    Damage,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// All right.
    Good,
    /// Cannot be told.
    Unknown,
    /// Work goes on; something will not be as usual.
    Poor,
    /// A person has to do something.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingDto {
    /// What.
    pub kind: FindingKind,
    /// How it is.
    pub state: FindingState,
    /// Values for the text.
    pub params: Params,
}

/// What was found, in the order in which it is looked at. No resident's data are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiagnosisDto {
    /// The findings.
    pub findings: Vec<FindingDto>,
    /// When.
    pub at: i64,
}
