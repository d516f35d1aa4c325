//! Carrying work to the community by hand when there is no network.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a file would hold now, and where it can be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarryDto {
    /// Cases that wait.
    pub case_count: u32,
    /// Households, people, visits and other records that are no cases and wait.
    pub register_count: u32,
    /// Photos that wait.
    pub photo_count: u32,
    /// Their size in bytes.
    pub photo_bytes: i64,
    /// Where a file can be written: drives that are plugged in first, then a folder of this machine.
    pub places: Vec<CarryPlace>,
    /// When the last file was written that has no answer yet.
    pub written_at: Option<i64>,
}

/// A drive or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarryPlace {
    /// Its path.
    pub path: String,
    /// How people know it: the last part of the path.
    pub name: String,
    /// Whether it is a drive that is plugged in.
    pub is_drive: bool,
    /// Free bytes, when the machine tells.
    pub free_bytes: Option<i64>,
    /// Answers of the community that lie there, newest first.
    pub answers: Vec<CarryAnswer>,
}

/// A file that looks like an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarryAnswer {
    /// Its path.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// A file that was written. Nothing is delivered by that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarriedFile {
    /// Its name.
    pub name: String,
    /// The folder it lies in.
    pub folder: String,
    /// Its size.
    pub bytes: i64,
    /// Cases in it.
    pub case_count: u32,
    /// Other records in it.
    pub register_count: u32,
    /// Photos in it.
    pub photo_count: u32,
    /// Photos that had no room, or were not wanted.
    pub left_photo_count: u32,
    /// When it was written.
    pub written_at: i64,
}

/// What the community's answer changed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CarryBackDto {
    /// Cases and other records that wait no longer.
    pub delivered_count: u32,
    /// Photos that the community has now.
    pub photo_count: u32,
    /// Cases that need a person.
    pub needs_you_count: u32,
    /// Cases and other records that still wait: written since, or not taken.
    pub waiting_count: u32,
}
