//! The head of a case: what was reported and where.

use serde::{Deserialize, Serialize};

use crate::id::{CategoryCode, GridCode, RecordId};
use crate::time::Timestamp;

/// How fast somebody must act.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 普通.
    #[default]
    Normal,
    /// 急.
    Urgent,
    /// 危: danger to life. Passed on at once, never handled alone.
    Danger,
}

/// What a case may be about (docs/trust.md). Never a person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A place in public space.
    #[default]
    Place,
    /// A public facility.
    Component,
    /// A building.
    Building,
    /// A service that an organisation gives.
    OrganisationService,
    /// A request of the reporter.
    OwnRequest,
    /// A person in danger: place and time, handed to the rescue line.
    WelfareEmergency,
}

/// Where a position came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// A satellite receiver.
    Gnss,
    /// The network.
    Network,
    /// A person pointed at the map.
    Map,
    /// The door of a dwelling or building.
    Door,
    /// Taken from a photo.
    Photo,
    /// A receiver that replays or simulates: what it says happened nowhere.
    Simulated,
}

/// A position as it was received: WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// Radius in metres that holds the true position with 68 %.
    pub accuracy: f64,
    /// Where it came from.
    pub source: PositionSource,
    /// When it was taken, by the device's clock.
    pub at: Timestamp,
}

/// Who reported: never a name in the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRef {
    /// A contact in the register of the home grid; stays there.
    Contact(RecordId),
    /// A disclosure that travels with the case and expires.
    Disclosure(RecordId),
}

/// The fields of a case document. Where a field has several values, this holds the winner and
/// [`super::CaseLog::conflicts`] all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseHead {
    /// The home grid. Immutable.
    pub home: GridCode,
    /// The edition under which it was reported. Immutable.
    pub edition: u32,
    /// What it is.
    pub category: CategoryCode,
    /// How fast.
    #[serde(default)]
    pub urgency: Urgency,
    /// What it is about.
    #[serde(default)]
    pub subject: SubjectKind,
    /// The place in words.
    #[serde(default)]
    pub place: String,
    /// The reporter's description.
    #[serde(default)]
    pub note: String,
    /// The position, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// How to reach the reporter, when they agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactRef>,
}
