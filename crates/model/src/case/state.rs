//! Work states and outcomes of a case (docs/workflow.md).

use serde::{Deserialize, Serialize};

/// Where the work stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing happened yet: the "–" of the table.
    #[default]
    New,
    /// Being written on a device; never in a shared document.
    Draft,
    /// 已上报.
    Reported,
    /// 核实中.
    Verifying,
    /// 已立案.
    Filed,
    /// 已派遣.
    Dispatched,
    /// 处置中.
    Handling,
    /// 挂账 (缓办): the clock stands.
    OnHold,
    /// 已处置.
    Handled,
    /// 核查中.
    Checking,
    /// 反馈.
    Feedback,
    /// 已结案.
    Closed,
    /// 已评价.
    Evaluated,
    /// 不予立案.
    Declined,
    /// 已并案.
    Merged,
    /// 已作废.
    Voided,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 16] = [
        Self::New,
        Self::Draft,
        Self::Reported,
        Self::Verifying,
        Self::Filed,
        Self::Dispatched,
        Self::Handling,
        Self::OnHold,
        Self::Handled,
        Self::Checking,
        Self::Feedback,
        Self::Closed,
        Self::Evaluated,
        Self::Declined,
        Self::Merged,
        Self::Voided,
    ];

    /// Whether somebody still has to do something: reported to feedback.
    pub fn is_open(self) -> bool {
        match self {
            Self::Reported
            | Self::Verifying
            | Self::Filed
            | Self::Dispatched
            | Self::Handling
            | Self::OnHold
            | Self::Handled
            | Self::Checking
            | Self::Feedback => true,
            Self::New
            | Self::Draft
            | Self::Closed
            | Self::Evaluated
            | Self::Declined
            | Self::Merged
            | Self::Voided => false,
        }
    }

    /// Whether it ended, in whichever way. It may live again.
    pub fn is_ended(self) -> bool {
        !self.is_open() && !matches!(self, Self::New | Self::Draft)
    }
}

/// How a closed case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A unit handled it and the check passed.
    Resolved,
    /// Handled on the spot by the reporter.
    SelfHandled,
    /// Closed because somebody outside handles it.
    Referred,
    /// Closed by order of the district.
    Forced,
}
