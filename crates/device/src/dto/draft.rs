//! What a person has begun and not saved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A draft of the signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftRow {
    /// The name that its form gave it, such as `report`.
    pub name: String,
    /// When it was kept last.
    pub at: i64,
}
