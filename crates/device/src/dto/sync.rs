//! The sync strip and the outbox: what waits, why, and since when.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::case::{CategoryRef, DeliveryDto};
use super::code::Params;

/// Why something waits. One reason per item, the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WaitReason {
    /// There is no network. Sends by itself.
    NoNetwork,
    /// The signal is weak: text first, photos follow.
    WeakPhoto,
    /// The community's server does not answer. Parameter `retry_at`.
    ServerDown,
    /// The server asked for patience. Parameter `place` when it told one.
    Busy,
    /// Photos wait for Wi-Fi.
    WifiOnly,
    /// Somebody must unlock or sign in again.
    Auth,
    /// This device's clock is wrong. Parameter `minutes`.
    Clock,
    /// The battery is low. Parameter `percent`.
    Battery,
    /// The program is too old for the server.
    OldApp,
    /// The system stopped the program in the background.
    Background,
}

/// A reason with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitDto {
    /// Why.
    pub reason: WaitReason,
    /// Values for the text.
    pub params: Params,
}

/// What the strip says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StripState {
    /// The community answered at the last try.
    Connected,
    /// A weak network: text goes first.
    Weak,
    /// No network, or nobody answers. Work goes on.
    Offline,
    /// Bytes are moving now.
    Sending,
    /// Something cannot go on without a person: the only state that may be red.
    NeedsYou,
}

/// A report of danger that nobody has taken in yet: people must call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlarmDto {
    /// The case.
    pub case_id: String,
    /// Its short code.
    pub code: String,
    /// What it is about.
    pub category: CategoryRef,
    /// When it was saved.
    pub saved_at: i64,
    /// When it rings: two minutes after that.
    pub rings_at: i64,
    /// Whether the person has heard it.
    pub is_heard: bool,
}

/// The strip at the top of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncStatus {
    /// What it says.
    pub strip: StripState,
    /// Why nothing moves, when nothing moves.
    pub wait: Option<WaitDto>,
    /// Items of this run that are done, while sending.
    pub sent_count: u32,
    /// Items of this run, while sending.
    pub sending_count: u32,
    /// Cases, and other records such as households, that wait to be sent.
    pub waiting_count: u32,
    /// Cases that need a person.
    pub needs_you_count: u32,
    /// When the community last answered at all.
    pub last_contact_at: Option<i64>,
    /// When the last upload that left nothing waiting was complete.
    pub last_delivered_at: Option<i64>,
    /// When the last download was complete: receipts are as old as this.
    pub last_download_at: Option<i64>,
    /// Own reports of danger that no level has, the oldest first; also those that do not ring yet.
    pub alarms: Vec<AlarmDto>,
    /// Messages that the signed-in person has not read.
    pub unread_count: u32,
    /// Free room in MB while there is little: photos are kept smaller, and below 50 none are taken.
    pub little_room_mb: Option<u32>,
}

/// A case that waits or needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxItem {
    /// The case.
    pub case_id: String,
    /// Its short code.
    pub code: String,
    /// What it is about.
    pub category: CategoryRef,
    /// How far it came, and why not further.
    pub delivery: DeliveryDto,
    /// Since when it waits.
    pub since_at: i64,
    /// Whether its text is among what waits (photos may wait alone).
    pub is_text_waiting: bool,
    /// Photos of it that wait.
    pub waiting_photo_count: u32,
    /// How often sending was tried.
    pub attempt_count: u32,
}

/// What waits on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxDto {
    /// Everything that waits or needs a person, oldest first.
    pub items: Vec<OutboxItem>,
    /// Households, people, visits and other records that are no cases and wait.
    pub register_count: u32,
    /// Photos that wait.
    pub photo_count: u32,
    /// Their size in bytes.
    pub photo_bytes: i64,
    /// When the last upload that left nothing waiting was complete.
    pub last_delivered_at: Option<i64>,
    /// When the last download was complete.
    pub last_download_at: Option<i64>,
    /// When the last file was written that somebody carries to the community and that has no answer
    /// yet. A fact, no receipt: what it holds waits all the same.
    pub carried_at: Option<i64>,
}
