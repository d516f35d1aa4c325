//! The names of case events, in the order of the transition table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::IdError;

macro_rules! event_names {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of thing an event says, without its content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventName {
            $($(#[$doc])* $variant,)*
        }

        impl EventName {
            /// Every name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as in JSON, in the table and in texts' keys.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

event_names! {
    /// 1: a draft is begun on a device.
    Start = "start",
    /// 2: a device reports.
    Report = "report",
    /// 3: a desk takes in a call, a portal message or a transfer.
    Intake = "intake",
    /// 4: handled on the spot.
    SelfHandle = "self_handle",
    /// 5: the same matter as another case.
    Merge = "merge",
    /// 6: somebody should look whether it exists.
    RequestVerification = "request_verification",
    /// 7: somebody looked.
    Verify = "verify",
    /// 8: 不予立案.
    Decline = "decline",
    /// 9: 立案.
    File = "file",
    /// 10: 派遣.
    Dispatch = "dispatch",
    /// 11: 签收.
    Acknowledge = "acknowledge",
    /// 12: 退单: not our matter.
    ReturnCase = "return_case",
    /// 13: order: up one level.
    Escalate = "escalate",
    /// 14: more time is granted.
    Extend = "extend",
    /// 15: the clock is stopped.
    Hold = "hold",
    /// 16: the clock runs again.
    Resume = "resume",
    /// 17: the unit is done.
    SubmitResult = "submit_result",
    /// 18: the unit's lead is not content.
    UnitReject = "unit_reject",
    /// 19: somebody should check the result.
    RequestCheck = "request_check",
    /// 20: the result is good.
    CheckPass = "check_pass",
    /// 21: the result is not good.
    CheckFail = "check_fail",
    /// 22: it could not be checked.
    CheckUnable = "check_unable",
    /// 23: the reporter is right not to be content.
    RejectResult = "reject_result",
    /// 24: 结案.
    Close = "close",
    /// 25: 强制结案, second person.
    ForceClose = "force_close",
    /// 26: 作废, second person.
    Void = "void",
    /// 27: 评价.
    Evaluate = "evaluate",
    /// 28: it is not solved after all.
    Reopen = "reopen",
    /// 29: the unit disagrees with the overdue mark.
    Appeal = "appeal",
    /// 29: the first step of an appeal's review.
    AppealReview = "appeal_review",
    /// 29: the second step.
    AppealDecided = "appeal_decided",
    /// A field was changed or something was added.
    Amend = "amend",
    /// A remark.
    Note = "note",
    /// What a resident said about the result.
    VisitResult = "visit_result",
    /// The reporter disagrees with a decline, once.
    Object = "object",
    /// The grid asks the desk to pass the case up.
    RequestEscalation = "request_escalation",
    /// The reporter is not content with a checked result.
    RequestReject = "request_reject",
    /// The unit's lead names who does it.
    Assign = "assign",
    /// The unit's lead is content with the result.
    UnitAccept = "unit_accept",
    /// The unit asks for more time.
    RequestExtension = "request_extension",
    /// The unit asks for the clock to be stopped.
    RequestHold = "request_hold",
    /// The desk says no to an open request.
    RefuseRequest = "refuse_request",
    /// Filed again by the desk that took it over.
    Refile = "refile",
    /// 改派: another unit before anybody acknowledged.
    Redispatch = "redispatch",
    /// The desk closes what a grid fixed on the spot after filing.
    AcceptOnSpot = "accept_on_spot",
    /// A duty lead confirms that a check was impossible.
    ConfirmUnable = "confirm_unable",
    /// 26: first person.
    RequestVoid = "request_void",
    /// Another case was merged into this one.
    Absorb = "absorb",
    /// The case it was merged into ended without solving it.
    Unmerge = "unmerge",
    /// 抄告.
    Cc = "cc",
    /// Order: to another organisation.
    Refer = "refer",
    /// The custody order is taken back.
    Withdraw = "withdraw",
    /// Custody passes along one link.
    HandOver = "hand_over",
    /// The new holder accepts.
    Take = "take",
    /// The new holder does not, and says why.
    SendBack = "send_back",
    /// A limit has passed.
    Overdue = "overdue",
    /// 催办.
    Reminder = "reminder",
    /// 督办, 黄牌, 红牌.
    Supervision = "supervision",
    /// The supervision is lifted.
    CancelSupervision = "cancel_supervision",
    /// 领导批示: recorded, changes nothing by itself.
    Instruction = "instruction",
    /// An upper member calls the case up.
    Recall = "recall",
    /// 25: first person.
    RequestForceClose = "request_force_close",
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventName {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .iter()
            .copied()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| IdError {
                what: "EventName",
                text: text.chars().take(64).collect(),
                reason: "unknown event",
            })
    }
}
