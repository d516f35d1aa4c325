//! Roles of staff, residents and the server itself, and the one table of what each may see and
//! write.
//!
//! The table joins docs/trust.md and docs/workflow.md by the stricter of the two, except that a grid's own
//! assistants and manager may search their own grid's household register. It is data
//! (`role/permissions.json`); which case events a role may author is a column of the transition
//! table (`case/transitions.json`), so that no rule stands in two places.

mod permission;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::IdError;

pub use permission::{Permission, ScopeFamily, Sight, permission, permissions};

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a person, or the server, acts as.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role {
            $($(#[$doc])* $variant,)*
        }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The identifier of docs/trust.md, as in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

roles! {
    /// 网格管理员 / 格长: first responsible for a grid.
    GridManager = "grid_manager",
    /// 网格助理员: patrols, reports, verifies, checks, visits.
    GridAssistant = "grid_assistant",
    /// 网格督导员: supervises timeliness for the street.
    GridSupervisor = "grid_supervisor",
    /// 网格党支部书记: mobilises volunteers.
    GridPartySecretary = "grid_party_secretary",
    /// 网格警员: safety advice and emergencies.
    GridPolice = "grid_police",
    /// 网格司法工作者: mediation.
    GridJusticeWorker = "grid_justice_worker",
    /// 网格消防员: hazard checks.
    GridFire = "grid_fire",
    /// 受理员: triage, filing, closing.
    IntakeOfficer = "intake_officer",
    /// 派遣员: chooses the unit.
    Dispatcher = "dispatcher",
    /// 值班长: approves holds, voids and forced closes.
    DutyLead = "duty_lead",
    /// 处置单位负责人: acknowledges, assigns, reviews.
    UnitLead = "unit_lead",
    /// 处置人: does the work.
    Handler = "handler",
    /// 楼门长: relays an entrance's requests and hazards.
    EntranceLead = "entrance_lead",
    /// 服务商: serves one order.
    Provider = "provider",
    /// 居民: reports, rates, corrects own data.
    Resident = "resident",
    /// 居民代表: oversight from de-identified figures.
    ResidentRep = "resident_rep",
    /// Answers residents' data requests.
    PrivacyOfficer = "privacy_officer",
    /// Reads logs.
    Auditor = "auditor",
    /// Configures; has no default read of personal data.
    SystemAdmin = "system_admin",
    /// The server acting by itself: timers and automatic steps.
    System = "system",
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| IdError {
                what: "Role",
                text: text.chars().take(64).collect(),
                reason: "unknown role",
            })
    }
}

#[cfg(test)]
mod tests;
