//! A case as a row of a list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::building::PageQuery;
use super::check::TaskKind;
use super::code::{CodeDto, LevelDto, NameDto};
use super::sync::WaitDto;

/// What a case is about, readable without the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryRef {
    /// The catalogue code.
    pub code: String,
    /// Its name.
    pub name: NameDto,
    /// The name of a symbol from the screens' own set.
    pub icon: String,
}

/// How pressing it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UrgencyDto {
    /// 普通
    #[default]
    Ordinary,
    /// 急
    Urgent,
    /// 危: call first, then report.
    Danger,
}

/// Where the work on a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkStateDto {
    /// Reported, not yet filed by a desk.
    Reported,
    /// Somebody looks whether it is so.
    Verifying,
    /// Filed; a unit is to be found.
    Filed,
    /// A unit was named.
    Dispatched,
    /// The unit works on it.
    Handling,
    /// Put off with approval; the clock stands.
    OnHold,
    /// The unit says it is done.
    Handled,
    /// Waits for a check on the spot.
    Checking,
    /// People are asked whether it is right now.
    Feedback,
    /// Closed.
    Closed,
    /// Closed and evaluated.
    Evaluated,
    /// Not taken as a case.
    Declined,
    /// Joined to another case.
    Merged,
    /// Void: a test or a wrong entry.
    Voided,
}

/// How far the newest version of a case came from this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On this device, a moment ago.
    Saved,
    /// Queued; the reason is always given.
    Waiting,
    /// Bytes are moving.
    Sending,
    /// The community has the text; photos are under way or wait.
    Partial,
    /// The community has it.
    Community,
    /// The street has it.
    Street,
    /// The district has it.
    District,
    /// A level has an earlier version; newer changes wait here.
    Newer,
    /// Sent, and the line broke before the receipt.
    Unsure,
    /// Passed on upward and not confirmed in time. `level` says by whom.
    Unconfirmed,
    /// A level sent it back with a reason.
    Returned,
    /// Cannot go on without a person.
    NeedsYou,
}

/// Delivery of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryDto {
    /// How far.
    pub state: DeliveryState,
    /// Why it waits; always set when `state` is `waiting`.
    pub wait: Option<WaitDto>,
    /// Why it came back or needs a person.
    pub reason: Option<CodeDto>,
    /// The level that is meant, for receipts, returns and missing confirmations.
    pub level: Option<LevelDto>,
    /// When the state began.
    pub at: i64,
    /// Photos that the community has.
    pub photo_done_count: u32,
    /// Photos of the case.
    pub photo_count: u32,
}

/// What one ring of the receipt glyph shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// The level has it.
    Received,
    /// Not yet.
    NotYet,
    /// This level is not needed for this case.
    NotNeeded,
    /// This level sent it back.
    Returned,
    /// Passed on to this level, no confirmation in time.
    Unconfirmed,
}

/// One ring of the glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptMark {
    /// Which level.
    pub level: LevelDto,
    /// What it shows.
    pub state: ReceiptState,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaseRow {
    /// The record's id.
    pub id: String,
    /// Six characters for reading over the phone, made on the device: `K7M-42Q`.
    pub code: String,
    /// The number that the desk allotted when it filed the case.
    pub case_no: Option<String>,
    /// What it is about.
    pub category: CategoryRef,
    /// Where, in words.
    pub place: Option<String>,
    /// How pressing.
    pub urgency: UrgencyDto,
    /// Where the work stands.
    pub work: WorkStateDto,
    /// How far the newest version came.
    pub delivery: DeliveryDto,
    /// The four rings, from the device upward.
    pub receipts: Vec<ReceiptMark>,
    /// When it was reported.
    pub reported_at: i64,
    /// When the present step is due.
    pub due_at: Option<i64>,
    /// Whether that time has passed.
    pub is_overdue: bool,
    /// Whether the signed-in person reported it.
    pub is_mine: bool,
    /// What this person is asked to do about it.
    pub task: Option<TaskKind>,
    /// Metres from the last known position.
    pub distance_m: Option<u32>,
    /// Fields that hold two values.
    pub conflicts: Vec<String>,
    /// The hash of a photo to show small.
    pub photo: Option<String>,
}

/// Which cases a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaseListKind {
    /// Reported by the signed-in person, newest first.
    Mine,
    /// Tasks of the signed-in person, nearest first, then the sooner due.
    Todo,
    /// The whole grid, newest first.
    Grid,
}

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaseQuery {
    /// Which cases.
    pub list: CaseListKind,
    /// Part of a code, an address or a category name; nothing for all.
    pub text: Option<String>,
    /// Only cases in one of these work states; none named for all.
    pub works: Vec<WorkStateDto>,
    /// The part of the list; nothing for the whole of it.
    pub page: Option<PageQuery>,
}

impl CaseQuery {
    /// The whole list.
    pub fn all(list: CaseListKind) -> Self {
        Self {
            list,
            text: None,
            works: Vec::new(),
            page: None,
        }
    }
}

/// How many cases of a list are in a work state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkCount {
    /// The state.
    pub work: WorkStateDto,
    /// Cases in it.
    pub count: u32,
}

/// A list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaseList {
    /// The rows in order.
    pub rows: Vec<CaseRow>,
    /// How many there are in all, on every page.
    pub total_count: u32,
    /// How many of the list that match the text stand in each state, whatever states were asked for.
    pub works: Vec<WorkCount>,
    /// When the last download was complete: receipts are as old as this.
    pub as_of: Option<i64>,
}
