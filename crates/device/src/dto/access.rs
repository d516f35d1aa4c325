//! 显示号码: looking at a telephone number, and the log of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// 用途: why a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccessPurpose {
    /// 走访.
    Visit,
    /// 办件.
    Case,
    /// 应急.
    Emergency,
    /// 核对.
    Verify,
}

/// Asks for the numbers of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevealInput {
    /// The contact.
    pub contact: String,
    /// Why.
    pub purpose: AccessPurpose,
    /// The case or visit that it is for, by its id.
    pub task: Option<String>,
}

/// The numbers, after the log has a row about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevealedDto {
    /// The contact.
    pub contact: String,
    /// Its numbers in full.
    pub phones: Vec<String>,
    /// The row of the log.
    pub entry: u32,
}

/// One row of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccessRow {
    /// Its number, without gaps.
    pub number: u32,
    /// When.
    pub at: i64,
    /// Who, by id.
    pub staff: String,
    /// Who, by name.
    pub staff_name: String,
    /// As what.
    pub role: String,
    /// The record that was looked at.
    pub record: String,
    /// Why.
    pub purpose: AccessPurpose,
    /// The case or visit that it was for.
    pub task: Option<String>,
}

/// The access log of this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccessList {
    /// The rows asked for, the newest first.
    pub rows: Vec<AccessRow>,
    /// Whether every row of the whole log stands where it was written, unchanged.
    pub is_sound: bool,
}
