//! Parts that several kinds of event have, for rules that do not care which kind it is.

use super::EventKind;
use crate::id::{BlobHash, CategoryCode, OrgId};
use crate::time::Timestamp;

impl EventKind {
    /// Why, in the kinds that must say so.
    pub fn reason(&self) -> Option<&str> {
        if let Self::Decline { reason }
        | Self::ReturnCase { reason }
        | Self::Escalate { reason, .. }
        | Self::UnitReject { reason }
        | Self::CheckFail { reason, .. }
        | Self::CheckUnable { reason }
        | Self::RejectResult { reason }
        | Self::ForceClose { reason }
        | Self::Void { reason }
        | Self::Reopen { reason }
        | Self::Appeal { reason }
        | Self::AppealDecided { reason, .. }
        | Self::Object { reason }
        | Self::RequestEscalation { reason }
        | Self::RequestReject { reason }
        | Self::RequestExtension { reason }
        | Self::RequestHold { reason, .. }
        | Self::RefuseRequest { reason }
        | Self::Redispatch { reason, .. }
        | Self::RequestVoid { reason }
        | Self::Refer { reason, .. }
        | Self::Withdraw { reason }
        | Self::SendBack { reason }
        | Self::CancelSupervision { reason }
        | Self::Recall { reason }
        | Self::RequestForceClose { reason } = self
        {
            Some(reason)
        } else {
            None
        }
    }

    /// The photos that prove it; those from after the work where there are two kinds.
    pub fn photos(&self) -> &[BlobHash] {
        if let Self::Report { photos, .. }
        | Self::SelfHandle { after: photos, .. }
        | Self::Verify { photos, .. }
        | Self::SubmitResult { photos, .. }
        | Self::CheckPass { photos, .. }
        | Self::CheckFail { photos, .. }
        | Self::Amend { photos, .. }
        | Self::RequestHold {
            evidence: photos, ..
        } = self
        {
            photos
        } else {
            &[]
        }
    }

    /// The units of a dispatch: the lead, then those that help.
    pub fn units(&self) -> Option<(&OrgId, &[OrgId])> {
        if let Self::Dispatch { unit, co_units } | Self::Redispatch { unit, co_units, .. } = self {
            Some((unit, co_units))
        } else {
            None
        }
    }

    /// The category that it sets.
    pub fn category(&self) -> Option<&CategoryCode> {
        if let Self::Report { category, .. }
        | Self::Intake { category, .. }
        | Self::File { category, .. }
        | Self::Refile { category, .. } = self
        {
            Some(category)
        } else {
            None
        }
    }

    /// The time that a timer waited for.
    pub fn due(&self) -> Option<Timestamp> {
        if let Self::Resume { due } | Self::Reminder { due, .. } = self {
            *due
        } else if let Self::Evaluate { due } | Self::Overdue { due, .. } = self {
            Some(*due)
        } else {
            None
        }
    }

    /// Whether it creates the case: the first event of the document, and never again.
    pub fn creates(&self) -> bool {
        matches!(self, Self::Report { .. } | Self::Intake { .. })
    }
}
