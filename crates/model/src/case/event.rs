//! Events: what somebody did or asked for.

mod parts;

use serde::{Deserialize, Serialize};

use super::head::{SubjectKind, Urgency};
use super::name::EventName;
use crate::case_number::CaseNumber;
use crate::edition::Severity;
use crate::id::{BlobHash, CategoryCode, EntryId, KeyId, OrgId, RecordId, StaffId};
use crate::role::Role;
use crate::time::Timestamp;

/// Who wrote an event. The gate has compared it with the signed batch header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// For which organisation.
    pub org: OrgId,
    /// Who. For the server itself a code such as `system`.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
    /// On which device; none when the organisation's server wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<KeyId>,
}

/// One entry of a case's `events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub by: Author,
    /// The edition whose grants gave the author this role (the one in the batch header).
    pub edition: u32,
    /// When, by the author's clock.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// What the author had seen of this case: for each actor its last entry (event, admission or
    /// receipt) known to the author, ascending. Made by [`super::CaseLog::frontier`].
    #[serde(default)]
    pub seen: Vec<EntryId>,
    /// The dispatch, request, result, closing or hand-over that this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<EntryId>,
    /// The refused event of which this is the repetition; always the first one, never a repetition.
    /// A repetition keeps `at`: it says when the person did it, and tells this event from one that a
    /// clone of the device wrote under the same entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_of: Option<EntryId>,
}

impl Event {
    /// What kind of event it is.
    pub fn name(&self) -> EventName {
        self.kind.name()
    }
}

/// Where an intake came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A telephone line.
    Hotline,
    /// The residents' page.
    Portal,
    /// The residents' forum.
    Forum,
    /// Another system.
    Transfer,
    /// A person at the counter.
    Counter,
    /// An official carries it for a resident, who owns it.
    Agent,
}

/// What a verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is there.
    Exists,
    /// It is not.
    NotExists,
    /// It could not be seen.
    Unable,
}

/// What the reporter said at closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    /// Content.
    Satisfied,
    /// Not content, but the closing condition is met.
    Dissatisfied,
    /// Anonymous: nobody to ask.
    Anonymous,
    /// Called twice without an answer.
    Unreachable,
}

/// The colour of a supervision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionLevel {
    /// 督办.
    Normal,
    /// 黄牌.
    Yellow,
    /// 红牌.
    Red,
}

/// The content of an event. A `reason` is a code of the city's list or a sentence, never a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each field says what its name says; EventName explains the events"
)]
pub enum EventKind {
    Start,
    Report {
        category: CategoryCode,
        urgency: Urgency,
        severity: Severity,
        subject: SubjectKind,
        photos: Vec<BlobHash>,
        no_photo: Option<String>,
    },
    Intake {
        source: Source,
        category: CategoryCode,
        urgency: Urgency,
        severity: Severity,
        subject: SubjectKind,
        anonymous: bool,
    },
    SelfHandle {
        before: Vec<BlobHash>,
        after: Vec<BlobHash>,
        text: String,
    },
    Merge {
        into: RecordId,
    },
    RequestVerification {
        text: String,
    },
    Verify {
        finding: Finding,
        photos: Vec<BlobHash>,
        text: String,
    },
    Decline {
        reason: String,
    },
    File {
        category: CategoryCode,
        standard: Option<String>,
        severity: Severity,
        case_number: CaseNumber,
    },
    Dispatch {
        unit: OrgId,
        co_units: Vec<OrgId>,
    },
    Acknowledge,
    ReturnCase {
        reason: String,
    },
    Escalate {
        to: OrgId,
        reason: String,
    },
    Extend,
    Hold {
        review_at: Timestamp,
    },
    Resume {
        due: Option<Timestamp>,
    },
    SubmitResult {
        photos: Vec<BlobHash>,
        text: String,
    },
    UnitReject {
        reason: String,
    },
    RequestCheck,
    CheckPass {
        photos: Vec<BlobHash>,
        text: String,
    },
    CheckFail {
        photos: Vec<BlobHash>,
        reason: String,
    },
    CheckUnable {
        reason: String,
    },
    RejectResult {
        reason: String,
    },
    Close {
        satisfaction: Satisfaction,
        is_referred: bool,
        text: String,
    },
    ForceClose {
        reason: String,
    },
    Void {
        reason: String,
    },
    Evaluate {
        due: Timestamp,
    },
    Reopen {
        reason: String,
    },
    Appeal {
        reason: String,
    },
    AppealReview {
        text: String,
    },
    AppealDecided {
        granted: bool,
        reason: String,
    },
    Amend {
        fields: Vec<String>,
        urgency: Option<Urgency>,
        photos: Vec<BlobHash>,
        text: String,
    },
    Note {
        text: String,
    },
    VisitResult {
        satisfied: Option<bool>,
        text: String,
    },
    Object {
        reason: String,
    },
    RequestEscalation {
        reason: String,
    },
    RequestReject {
        reason: String,
    },
    Assign {
        to: StaffId,
    },
    UnitAccept,
    RequestExtension {
        reason: String,
    },
    RequestHold {
        reason: String,
        review_at: Timestamp,
        evidence: Vec<BlobHash>,
    },
    RefuseRequest {
        reason: String,
    },
    Refile {
        category: CategoryCode,
        standard: Option<String>,
        severity: Severity,
    },
    Redispatch {
        unit: OrgId,
        co_units: Vec<OrgId>,
        reason: String,
    },
    AcceptOnSpot,
    ConfirmUnable,
    RequestVoid {
        reason: String,
    },
    Absorb {
        from: RecordId,
    },
    Unmerge {
        from: RecordId,
    },
    Cc {
        to: Vec<OrgId>,
    },
    Refer {
        to: OrgId,
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    HandOver {
        to: OrgId,
        #[serde(rename = "for")]
        target: OrgId,
    },
    Take,
    SendBack {
        reason: String,
    },
    Overdue {
        due: Timestamp,
        step: SupervisionLevel,
    },
    Reminder {
        due: Option<Timestamp>,
        text: String,
    },
    Supervision {
        level: SupervisionLevel,
        text: String,
    },
    CancelSupervision {
        reason: String,
    },
    Instruction {
        text: String,
    },
    Recall {
        reason: String,
    },
    RequestForceClose {
        reason: String,
    },
}

macro_rules! kind_names {
    ($($variant:ident)*) => {
        impl EventKind {
            /// The name of this kind.
            pub fn name(&self) -> EventName {
                match self {
                    $(Self::$variant { .. } => EventName::$variant,)*
                }
            }
        }
    };
}

kind_names! {
    Start Report Intake SelfHandle Merge RequestVerification Verify Decline File Dispatch Acknowledge
    ReturnCase Escalate Extend Hold Resume SubmitResult UnitReject RequestCheck CheckPass CheckFail
    CheckUnable RejectResult Close ForceClose Void Evaluate Reopen Appeal AppealReview AppealDecided
    Amend Note VisitResult Object RequestEscalation RequestReject Assign UnitAccept RequestExtension
    RequestHold RefuseRequest Refile Redispatch AcceptOnSpot ConfirmUnable RequestVoid Absorb Unmerge
    Cc Refer Withdraw HandOver Take SendBack Overdue Reminder Supervision CancelSupervision
    Instruction Recall RequestForceClose
}
