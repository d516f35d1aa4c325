//! Staff and grants.

use serde::{Deserialize, Serialize};

use crate::id::{GridCode, OrgId, StaffId};
use crate::role::Role;

/// Where a grant counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantPlace {
    /// At an organisation's desk.
    Org(OrgId),
    /// In a grid.
    Grid(GridCode),
}

/// A role at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// Where: `{"role": …, "at": {"org": …}}` or `{"grid": …}`.
    pub at: GrantPlace,
}

/// A person who works with the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Their code, which is what records carry.
    pub id: StaffId,
    /// What colleagues call them; never in a record.
    #[serde(default)]
    pub name: String,
    /// The role telephone that the public notice shows, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they may act as.
    pub grants: Vec<Grant>,
}
