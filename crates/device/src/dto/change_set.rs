//! The one event that the engine sends: what changed, in words of the domain.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The name of the event that carries a [`ChangeSet`].
pub const CHANGE_EVENT: &str = "linli://changed";

/// Something that screens show and may have to read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    /// [`super::device::DeviceStatus`], with settings and binding.
    Device,
    /// [`super::first_sync::FirstSyncDto`].
    FirstSync,
    /// [`super::sync::SyncStatus`].
    Sync,
    /// [`super::sync::OutboxDto`].
    Outbox,
    /// Lists of cases, and the cases named.
    Cases,
    /// Categories, names and places.
    Reference,
    /// Buildings, households and everything about them, with their clashes.
    Register,
    /// [`super::patrol::DutyDto`] and [`super::track::TrackDto`].
    Patrol,
}

/// What changed in one write or one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeSet {
    /// Kinds of things, each once.
    pub nouns: Vec<Noun>,
    /// The cases among them.
    pub cases: Vec<String>,
}
