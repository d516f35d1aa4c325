//! What was erased while this device had changes of it: nobody needs them any more, and the person who
//! wrote them is told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A record that is gone for ever, with changes of this device that went with it. Their words are gone
/// too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ForgottenDto {
    /// The record.
    pub record: String,
    /// What it was: `household`, `contact`, …
    pub kind: String,
    /// How many changes of this device went with it.
    pub change_count: u32,
    /// When it was erased here.
    pub at: i64,
}
