//! The catalogue: what can be reported and the standard each matter is handled to.

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use crate::id::{CategoryCode, ClassCode};
use crate::org::Name;

/// How much a case asks for (docs/workflow.md, default grading).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 小: one person, no cost, the same day.
    Minor,
    /// 普通: one unit, up to three working days.
    #[default]
    Ordinary,
    /// 突出: two or more units, money, or ten households.
    Prominent,
    /// 重大: danger to life, a hundred people, district property, or refused by two units.
    Major,
}

/// One handling standard: a condition with its limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// Two digits, unique in the category; written `01001-01` with it.
    pub code: String,
    /// When this row applies (立案条件).
    pub condition: Name,
    /// What must be true to close (结案条件).
    #[serde(default)]
    pub closing: Name,
    /// How long the unit has from dispatch.
    pub limit: Limit,
}

/// One kind of matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its code.
    pub code: CategoryCode,
    /// The class of the directory that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassCode>,
    /// What people call it.
    pub name: Name,
    /// What is proposed when it is reported.
    #[serde(default)]
    pub severity: Severity,
    /// Whether a report needs a photo, or a reason why there is none.
    #[serde(default)]
    pub photo_required: bool,
    /// Kept for old cases, not offered for new ones.
    #[serde(default)]
    pub retired: bool,
    /// Its handling standards.
    #[serde(default)]
    pub standards: Vec<Standard>,
}

impl Category {
    /// The standard with this code.
    pub fn standard(&self, code: &str) -> Option<&Standard> {
        self.standards.iter().find(|row| row.code == code)
    }
}
