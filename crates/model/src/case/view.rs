//! What people see of a case: the result of the fold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::admit::{Reason, Verdict};
use super::event::Author;
use super::name::EventName;
use super::standing::Standing;
use super::state::State;
use crate::id::{EntryId, OrgId, RecordId, StaffId};
use crate::org::Level;
use crate::time::Timestamp;

/// Where an event stands in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the line, as its n-th.
    Admitted {
        /// 1 for the first.
        n: u32,
        /// The admission.
        admit: EntryId,
    },
    /// After the line, until a holder admits it.
    Provisional,
}

/// One event as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// The event.
    pub event: EntryId,
    /// What it is.
    pub name: EventName,
    /// Who wrote it.
    pub by: Author,
    /// When, by the author's clock.
    pub at: Timestamp,
    /// When the first server got it, once admitted.
    pub received_at: Option<Timestamp>,
    /// Its place.
    pub place: Place,
    /// Whether it has an effect; for a provisional event what it would be.
    pub verdict: Verdict,
    /// The state after it.
    pub state: State,
}

/// Who has something to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskFor {
    /// The author of an event.
    Staff {
        /// Their organisation.
        org: OrgId,
        /// Who.
        staff: StaffId,
    },
    /// A desk.
    Desk(OrgId),
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// An event that asks for something had no effect.
    NoEffect(Reason),
    /// The grid fixed it after filing: close it?
    FixedOnSpot,
    /// The target did not take it.
    SentBack,
    /// A unit returned it.
    Returned,
    /// A second person must confirm or refuse.
    Confirm,
}

/// Something that came back to somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Task {
    /// Whose.
    pub to: TaskFor,
    /// What.
    pub kind: TaskKind,
    /// The event it is about.
    pub event: EntryId,
}

/// Something that should not happen, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Incident {
    /// What.
    pub kind: IncidentKind,
    /// The entry it is about.
    pub entry: EntryId,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// This replica would have decided otherwise. The stored verdict stands.
    VerdictDiffers,
    /// The effect is not possible where it stands in the line; nothing was changed.
    Impossible,
    /// An admission of a branch that lost a fork.
    VoidBranch,
    /// An admission by an organisation that was not the holder, or that repeats another.
    NotInLine,
    /// A second creating event.
    SecondCreation,
    /// The edition is not known here.
    UnknownEdition,
    /// An event whose causes never come, or run in a circle.
    NoCause,
}

/// What an organisation has of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptState {
    /// Its rung, when it wrote a receipt.
    pub level: Option<Level>,
    /// When it last received something.
    pub at: Timestamp,
    /// The number of its last receipt.
    pub number: Option<String>,
    /// Events it does not have yet: more than 0 means "earlier version received, changes waiting".
    pub waiting: u32,
}

/// A case as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// The record.
    pub id: RecordId,
    /// Where it stands, counting provisional events.
    pub now: Standing,
    /// Where it stands by admitted events alone: what the holder decides on.
    pub confirmed: Standing,
    /// The last admission of the line.
    pub last: Option<EntryId>,
    /// Its place in the line, 0 when there is none.
    pub n: u32,
    /// When the first server got the last admitted event.
    pub last_received: Timestamp,
    /// Who gets the case.
    pub members: BTreeSet<OrgId>,
    /// Who held it, the present holder included.
    pub holders: BTreeSet<OrgId>,
    /// Every event in order: the line, then what is not admitted yet.
    pub timeline: Vec<TimelineEntry>,
    /// What came back to somebody.
    pub tasks: Vec<Task>,
    /// What should not happen.
    pub incidents: BTreeSet<Incident>,
    /// Who has it, and how much of it.
    pub receipts: BTreeMap<OrgId, ReceiptState>,
}
