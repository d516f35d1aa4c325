//! The content of any event, for the golden table and for the stories.

use linli_model::case::{
    EventKind, EventName, Finding, Satisfaction, Slot, Source, Standing, SubjectKind,
    SupervisionLevel, Urgency,
};
use linli_model::edition::Severity;
use linli_model::{BlobHash, CaseNumber, EntryId, OrgId, RecordId, Timestamp};

use crate::district::{litter, org, staff};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What an author may choose.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) urgency: Urgency,
    pub(crate) severity: Severity,
    pub(crate) unit: OrgId,
    pub(crate) target: OrgId,
    pub(crate) next_hop: OrgId,
    pub(crate) into: RecordId,
    pub(crate) now: Timestamp,
    pub(crate) step: SupervisionLevel,
}

/// A complete event of this name.
pub(crate) fn content(name: EventName, choice: &Choice) -> EventKind {
    let reason = || "because".to_owned();
    let text = String::new;
    let photos = || vec![BlobHash([7; 32])];
    match name {
        EventName::Start => EventKind::Start,
        EventName::Report => EventKind::Report {
            category: litter(),
            urgency: choice.urgency,
            severity: choice.severity,
            subject: SubjectKind::Place,
            photos: photos(),
            no_photo: None,
        },
        EventName::Intake => EventKind::Intake {
            source: Source::Hotline,
            category: litter(),
            urgency: choice.urgency,
            severity: choice.severity,
            subject: SubjectKind::Place,
            anonymous: false,
        },
        EventName::SelfHandle => EventKind::SelfHandle {
            before: photos(),
            after: photos(),
            text: text(),
        },
        EventName::Merge => EventKind::Merge { into: choice.into },
        EventName::RequestVerification => EventKind::RequestVerification { text: text() },
        EventName::Verify => EventKind::Verify {
            finding: Finding::Exists,
            photos: photos(),
            text: text(),
        },
        EventName::Decline => EventKind::Decline { reason: reason() },
        EventName::File => EventKind::File {
            category: litter(),
            standard: Some("01".into()),
            severity: choice.severity,
            case_number: number(),
        },
        EventName::Dispatch => EventKind::Dispatch {
            unit: choice.unit.clone(),
            co_units: Vec::new(),
        },
        EventName::Acknowledge => EventKind::Acknowledge,
        EventName::ReturnCase => EventKind::ReturnCase { reason: reason() },
        EventName::Escalate => EventKind::Escalate {
            to: choice.target.clone(),
            reason: reason(),
        },
        EventName::Extend => EventKind::Extend,
        EventName::Hold => EventKind::Hold {
            review_at: choice.now.plus_ms(DAY_MS),
        },
        EventName::Resume => EventKind::Resume { due: None },
        EventName::SubmitResult => EventKind::SubmitResult {
            photos: photos(),
            text: text(),
        },
        EventName::UnitReject => EventKind::UnitReject { reason: reason() },
        EventName::RequestCheck => EventKind::RequestCheck,
        EventName::CheckPass => EventKind::CheckPass {
            photos: photos(),
            text: text(),
        },
        EventName::CheckFail => EventKind::CheckFail {
            photos: photos(),
            reason: reason(),
        },
        EventName::CheckUnable => EventKind::CheckUnable { reason: reason() },
        EventName::RejectResult => EventKind::RejectResult { reason: reason() },
        EventName::Close => EventKind::Close {
            satisfaction: Satisfaction::Satisfied,
            is_referred: false,
            text: text(),
        },
        EventName::ForceClose => EventKind::ForceClose { reason: reason() },
        EventName::Void => EventKind::Void { reason: reason() },
        EventName::Evaluate => EventKind::Evaluate { due: choice.now },
        EventName::Reopen => EventKind::Reopen { reason: reason() },
        EventName::Appeal => EventKind::Appeal { reason: reason() },
        EventName::AppealReview => EventKind::AppealReview { text: text() },
        EventName::AppealDecided => EventKind::AppealDecided {
            granted: true,
            reason: reason(),
        },
        EventName::Amend => EventKind::Amend {
            fields: vec!["note".into()],
            urgency: (choice.urgency == Urgency::Danger).then_some(Urgency::Danger),
            photos: Vec::new(),
            text: text(),
        },
        EventName::Note => EventKind::Note { text: text() },
        EventName::VisitResult => EventKind::VisitResult {
            satisfied: Some(true),
            text: text(),
        },
        EventName::Object => EventKind::Object { reason: reason() },
        EventName::RequestEscalation => EventKind::RequestEscalation { reason: reason() },
        EventName::RequestReject => EventKind::RequestReject { reason: reason() },
        EventName::Assign => EventKind::Assign { to: staff("u1-b") },
        EventName::UnitAccept => EventKind::UnitAccept,
        EventName::RequestExtension => EventKind::RequestExtension { reason: reason() },
        EventName::RequestHold => EventKind::RequestHold {
            reason: reason(),
            review_at: choice.now.plus_ms(DAY_MS),
            evidence: photos(),
        },
        EventName::RefuseRequest => EventKind::RefuseRequest { reason: reason() },
        EventName::Refile => EventKind::Refile {
            category: litter(),
            standard: None,
            severity: choice.severity,
        },
        EventName::Redispatch => EventKind::Redispatch {
            unit: choice.unit.clone(),
            co_units: Vec::new(),
            reason: reason(),
        },
        EventName::AcceptOnSpot => EventKind::AcceptOnSpot,
        EventName::ConfirmUnable => EventKind::ConfirmUnable,
        EventName::RequestVoid => EventKind::RequestVoid { reason: reason() },
        EventName::Absorb => EventKind::Absorb { from: choice.into },
        EventName::Unmerge => EventKind::Unmerge { from: choice.into },
        EventName::Cc => EventKind::Cc {
            to: vec![choice.target.clone()],
        },
        EventName::Refer => EventKind::Refer {
            to: choice.target.clone(),
            reason: reason(),
        },
        EventName::Withdraw => EventKind::Withdraw { reason: reason() },
        EventName::HandOver => EventKind::HandOver {
            to: choice.next_hop.clone(),
            target: choice.target.clone(),
        },
        EventName::Take => EventKind::Take,
        EventName::SendBack => EventKind::SendBack { reason: reason() },
        EventName::Overdue => EventKind::Overdue {
            due: choice.now,
            step: choice.step,
        },
        EventName::Reminder => EventKind::Reminder {
            due: Some(choice.now),
            text: text(),
        },
        EventName::Supervision => EventKind::Supervision {
            level: choice.step,
            text: text(),
        },
        EventName::CancelSupervision => EventKind::CancelSupervision { reason: reason() },
        EventName::Instruction => EventKind::Instruction { text: text() },
        EventName::Recall => EventKind::Recall { reason: reason() },
        EventName::RequestForceClose => EventKind::RequestForceClose { reason: reason() },
    }
}

/// The entry that an event of this name would answer here.
pub(crate) fn answer(name: EventName, standing: &Standing) -> Option<EntryId> {
    let row = linli_model::case::table().row(name)?;
    let current = |slot: &Slot| standing.current.get(slot).map(|step| step.event);
    // A hand-over that carries out an order comes before one that passes on.
    row.answers.iter().find_map(current)
}

pub(crate) fn number() -> CaseNumber {
    "9901012026090100100001".parse().unwrap()
}

#[test]
fn names_and_contents_agree() {
    let choice = Choice {
        urgency: Urgency::Normal,
        severity: Severity::Minor,
        unit: org("u1"),
        target: org("s1"),
        next_hop: org("s1"),
        into: RecordId([1; 16]),
        now: Timestamp(0),
        step: SupervisionLevel::Yellow,
    };
    for name in EventName::ALL {
        let kind = content(*name, &choice);
        assert_eq!(kind.name(), *name);
        let json = serde_json::to_string(&kind).unwrap();
        assert!(json.contains(&format!("\"type\":\"{name}\"")), "{json}");
        assert_eq!(serde_json::from_str::<EventKind>(&json).unwrap(), kind);
    }
}
