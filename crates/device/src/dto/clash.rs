//! 两个版本: fields that were changed in two places at once. Both values are kept until a person settles it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::register::BasisDto;

/// A field with several values, or a removal that met an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClashDto {
    /// The record.
    pub record: String,
    /// What it is: `household`, `contact`, …
    pub kind: String,
    /// The household that it belongs to.
    pub household: Option<String>,
    /// The field; `phones` for telephone numbers, `deleted` when a record was removed in one place and
    /// edited in another, `replaced` when a contact was written anew in two places.
    pub field: String,
    /// The values, the one in use first.
    pub versions: Vec<VersionDto>,
    /// Whether all of them can be kept.
    pub can_keep_all: bool,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionDto {
    /// Names it in a settlement.
    pub id: String,
    /// The value; a telephone number is masked, a removal is `removed`, what was edited is `kept`.
    pub value: String,
    /// Who wrote it, by id.
    pub staff: String,
    /// Who wrote it, by name.
    pub staff_name: String,
    /// The device or desk that wrote it, by the beginning of its key.
    pub device: String,
    /// When, by that device's clock.
    pub at: Option<i64>,
    /// How it is known.
    pub basis: Option<BasisDto>,
    /// Whether it is the one in use.
    pub is_current: bool,
}

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "choose", rename_all = "snake_case")]
pub enum Settlement {
    /// One of the values.
    Version {
        /// Its id.
        id: String,
    },
    /// All of them, where that is possible.
    All,
    /// None of them.
    Other {
        /// The right value.
        value: String,
    },
}

/// Settles a clash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettleInput {
    /// The record.
    pub record: String,
    /// The field.
    pub field: String,
    /// What is right.
    pub settlement: Settlement,
}
