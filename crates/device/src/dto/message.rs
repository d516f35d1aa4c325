//! 消息: what others did with the cases of a person, told once.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::case::CategoryRef;
use super::check::TaskKind;
use super::code::{CodeDto, LevelDto, NameDto, Params};

/// Something that happened to a case which the signed-in person reported or worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageRow {
    /// Names the message; what [`crate::Device::read_messages`] is given.
    pub id: String,
    /// The case.
    pub case_id: String,
    /// Its short code.
    pub code: String,
    /// What it is about.
    pub category: CategoryRef,
    /// Where, in words.
    pub place: Option<String>,
    /// What happened: the event's name in the workflow, such as `send_back`; or `received`, when a level
    /// has taken the case in.
    pub event: String,
    /// Values for the text.
    pub params: Params,
    /// The level that took it in or sent it back.
    pub level: Option<LevelDto>,
    /// The organisation that did it.
    pub org: Option<NameDto>,
    /// The stated reason.
    pub reason: Option<CodeDto>,
    /// Words with it.
    pub note: Option<String>,
    /// When.
    pub at: i64,
    /// Whether the person has seen it.
    pub is_read: bool,
    /// What the person is asked to do about the case now.
    pub task: Option<TaskKind>,
}

/// Messages of the last two weeks, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageList {
    /// The rows.
    pub rows: Vec<MessageRow>,
    /// How many are not read yet.
    pub unread_count: u32,
    /// When the last download was complete.
    pub as_of: Option<i64>,
}
