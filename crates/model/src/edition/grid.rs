//! Grids.

use serde::{Deserialize, Serialize};

use crate::id::{GridCode, OrgId};
use crate::org::Name;

/// Which of the two kinds that people are assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridKind {
    /// 责任网格: households and streets.
    #[default]
    Social,
    /// 专属网格: a market, campus or park.
    Dedicated,
}

/// A grid: belongs to exactly one community.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Its code.
    pub code: GridCode,
    /// The organisation directly above it.
    pub community: OrgId,
    /// What people call it.
    pub name: Name,
    /// Which kind.
    #[serde(default)]
    pub kind: GridKind,
    /// Rings of `[longitude, latitude]` in WGS-84 degrees: the border, then holes. Empty when the
    /// border is not drawn yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub border: Vec<Vec<[f64; 2]>>,
}
