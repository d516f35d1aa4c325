//! What people see of a case: the result of the fold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::admit::{Reason, Verdict};
use super::event::{Author, SupervisionLevel};
use super::head::Urgency;
use super::name::EventName;
use super::state::{Outcome, State};
use crate::case_number::CaseNumber;
use crate::edition::Severity;
use crate::id::{CategoryCode, EntryId, OrgId, RecordId, StaffId};
use crate::org::Level;
use crate::time::Timestamp;

/// Something current that a later event may answer. At most one of each is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The open request for verification.
    Verification,
    /// The dispatch that the unit works on.
    Dispatch,
    /// The unit's result.
    Result,
    /// The unit lead's acceptance of the result.
    Review,
    /// The open request for a check.
    Check,
    /// A check that was impossible, waiting for confirmation.
    Unable,
    /// The passed or confirmed check.
    Passed,
    /// The reporter's open wish to reject the result.
    RejectRequest,
    /// The closing.
    Closing,
    /// The decline.
    Decline,
    /// A fix on the spot that came after filing.
    OnSpot,
    /// The open request for an extension.
    ExtensionRequest,
    /// The open request for a hold.
    HoldRequest,
    /// The hold.
    Hold,
    /// The open request of the grid to pass the case up.
    EscalationRequest,
    /// The first person's void.
    VoidRequest,
    /// The first person's forced close.
    ForceRequest,
    /// The open appeal.
    Appeal,
    /// The first step of its review.
    AppealReview,
    /// The custody order.
    Order,
    /// The hand-over that waits for its answer.
    Transfer,
}

/// A current event: which, by whom, when the first server got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The event.
    pub event: EntryId,
    /// Who wrote it.
    pub staff: StaffId,
    /// For which organisation.
    pub org: OrgId,
    /// When the first server got it.
    pub at: Timestamp,
}

/// A hand-over that waits for `take` or `send_back`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who gave it.
    pub from: OrgId,
    /// Where it shall end.
    pub target: OrgId,
    /// When the answer limit began.
    pub since: Timestamp,
}

/// Why a case shall move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// The holder passes it up.
    Escalate,
    /// The holder passes it to another organisation.
    Refer,
    /// An upper member calls it up; the holder may not withdraw it.
    Recall,
    /// A danger goes to the highest desk that can be reached.
    Danger,
}

/// A custody order: the case goes to `target` when the line is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyOrder {
    /// Why.
    pub kind: OrderKind,
    /// Where it shall end.
    pub target: OrgId,
    /// Since when.
    pub since: Timestamp,
}

/// A hold of the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When the clock stopped.
    pub since: Timestamp,
    /// When it runs again by itself.
    pub review_at: Timestamp,
}

/// The instants from which limits run; all are servers' times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    /// First server's receipt of the report.
    pub reported: Option<Timestamp>,
    /// Filing.
    pub filed: Option<Timestamp>,
    /// First dispatch of the current filing: the handling clock.
    pub dispatched: Option<Timestamp>,
    /// Result.
    pub handled: Option<Timestamp>,
    /// Passed check.
    pub passed: Option<Timestamp>,
    /// Closing.
    pub closed: Option<Timestamp>,
    /// The last reminder's due time.
    pub reminded: Option<Timestamp>,
    /// The last overdue mark's due time.
    pub overdue: Option<Timestamp>,
    /// Finished holds: from, to.
    pub holds: Vec<(Timestamp, Timestamp)>,
}

/// Everything that a decision reads. Two of them are kept: what is admitted, and what an author sees
/// who counts the events that no holder has admitted yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Where the work stands.
    pub state: State,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The rung it is worked on.
    pub level: Option<Level>,
    /// What it is.
    pub category: Option<CategoryCode>,
    /// How much it asks for.
    pub severity: Severity,
    /// How fast.
    pub urgency: Urgency,
    /// The handling standard chosen at filing.
    pub standard: Option<String>,
    /// The number given at filing.
    pub case_number: Option<CaseNumber>,
    /// Who admits and decides. None before anything was reported.
    pub holder: Option<OrgId>,
    /// The hand-over that waits for an answer.
    pub transfer: Option<Transfer>,
    /// The custody order.
    pub order: Option<CustodyOrder>,
    /// The lead unit of the current dispatch.
    pub unit: Option<OrgId>,
    /// Units that help.
    pub co_units: BTreeSet<OrgId>,
    /// Current dispatch, request, result, closing and so on.
    pub current: BTreeMap<Slot, Step>,
    /// The running hold.
    pub hold: Option<Hold>,
    /// Who handled it, so that they do not check it.
    pub handlers: BTreeSet<StaffId>,
    /// Failed checks and rejected results.
    pub rework_count: u32,
    /// Returns by units.
    pub return_count: u32,
    /// Extensions granted.
    pub extension_count: u32,
    /// Holds granted.
    pub hold_count: u32,
    /// Objections made.
    pub objection_count: u32,
    /// Appeals made.
    pub appeal_count: u32,
    /// Whether it is listed on the board (挂账, 未结).
    pub is_on_board: bool,
    /// The supervision it is under.
    pub supervision: Option<SupervisionLevel>,
    /// Whether an appeal took the overdue mark out of the figures.
    pub is_overdue_exempt: bool,
    /// The case it was merged into.
    pub merged_into: Option<RecordId>,
    /// Cases merged into this one.
    pub absorbed: BTreeSet<RecordId>,
    /// Times from which limits run.
    pub marks: Marks,
    /// Intents that had their effect, named by their first event.
    pub done: BTreeSet<EntryId>,
}

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
