//! Where a case stands: everything that a decision reads.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::SupervisionLevel;
use super::head::Urgency;
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
    /// The filing, for who did it.
    Filing,
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

/// What a person meant to do once, however often it is written: the first event that says so, and when
/// the person did it. The time tells apart what a device and its clone wrote under one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Intent {
    /// The first event.
    pub first: EntryId,
    /// When, by the author's clock.
    pub at: Timestamp,
}

/// A hand-over that waits for `take` or `send_back`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who gave it.
    pub from: OrgId,
    /// Where it shall end.
    pub target: OrgId,
    /// Why it moves.
    pub kind: OrderKind,
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
    /// First server's receipt of the report, or of what made it `reported` again.
    pub reported: Option<Timestamp>,
    /// When the report happened; compared with the limit of handling on the spot only.
    pub happened: Option<Timestamp>,
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
    /// Due times for which the server has reminded.
    pub reminded: BTreeSet<Timestamp>,
    /// The highest step that the server took because the handling limit had passed.
    pub overdue: Option<SupervisionLevel>,
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
    /// The community of the home grid.
    pub home: Option<OrgId>,
    /// Who admits and decides. None before anything was reported.
    pub holder: Option<OrgId>,
    /// Who gets the case.
    pub members: BTreeSet<OrgId>,
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
    /// Intents that had their effect.
    pub done: BTreeSet<Intent>,
}
