//! Limits: how long each step may take, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a limit is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Minutes of any hour of any day.
    Minute,
    /// 紧急工作时: hours of any day.
    UrgentHour,
    /// 工作时: hours of the city's working time.
    WorkHour,
    /// 工作日: days on which the city works; ends at the same moment of the working day.
    WorkDay,
    /// 自然日: days of 24 hours.
    NaturalDay,
}

/// An amount of time under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: LimitUnit,
}

impl Limit {
    /// An amount of a unit.
    pub const fn new(amount: u32, unit: LimitUnit) -> Self {
        Self { amount, unit }
    }
}

/// The steps that have a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// From the report to filing, declining, merging or asking for verification.
    Decide,
    /// From the report to handling on the spot.
    SelfHandle,
    /// From the request for verification to its answer.
    Verify,
    /// From filing to dispatch.
    Dispatch,
    /// From dispatch to the unit's acknowledgement or return.
    Acknowledge,
    /// From dispatch to the result, when the filing names no standard.
    Handle,
    /// From a request for an extension to its decision.
    DecideExtension,
    /// From a request for a hold to its decision.
    DecideHold,
    /// From the request for a check to its result.
    Check,
    /// From a passed check to closing.
    Close,
    /// From a hand-over to taking or sending back.
    AnswerHandOver,
    /// The same for a case of danger or of severity major.
    AnswerHandOverUrgent,
    /// From an appeal to its decision.
    DecideAppeal,
    /// How long after closing a case may be reopened.
    Reopen,
}

impl LimitName {
    /// Every step that has a limit.
    pub const ALL: [Self; 14] = [
        Self::Decide,
        Self::SelfHandle,
        Self::Verify,
        Self::Dispatch,
        Self::Acknowledge,
        Self::Handle,
        Self::DecideExtension,
        Self::DecideHold,
        Self::Check,
        Self::Close,
        Self::AnswerHandOver,
        Self::AnswerHandOverUrgent,
        Self::DecideAppeal,
        Self::Reopen,
    ];

    /// The first city profile (docs/workflow.md), used where an edition says nothing.
    pub const fn default_limit(self) -> Limit {
        match self {
            Self::Decide | Self::Dispatch => Limit::new(30, LimitUnit::Minute),
            Self::SelfHandle => Limit::new(8, LimitUnit::UrgentHour),
            Self::Verify => Limit::new(24, LimitUnit::UrgentHour),
            Self::Acknowledge => Limit::new(2, LimitUnit::WorkHour),
            Self::Handle | Self::Close => Limit::new(3, LimitUnit::WorkDay),
            Self::DecideExtension | Self::AnswerHandOver => Limit::new(4, LimitUnit::WorkHour),
            Self::DecideHold => Limit::new(1, LimitUnit::WorkDay),
            Self::Check => Limit::new(2, LimitUnit::UrgentHour),
            Self::AnswerHandOverUrgent => Limit::new(1, LimitUnit::UrgentHour),
            Self::DecideAppeal => Limit::new(10, LimitUnit::WorkDay),
            Self::Reopen => Limit::new(15, LimitUnit::NaturalDay),
        }
    }
}

/// The limits of an edition. A step that is not named has [`LimitName::default_limit`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<LimitName, Limit>);

impl Limits {
    /// The limit of a step.
    pub fn get(&self, name: LimitName) -> Limit {
        self.0
            .get(&name)
            .copied()
            .unwrap_or_else(|| name.default_limit())
    }
}
