//! Where something is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::case::CaseRow;
use super::code::GridDto;

/// Where a position comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// A satellite receiver.
    Gnss,
    /// Networks around.
    Network,
    /// A door that the person picked.
    Door,
    /// Typed.
    Manual,
    /// A receiver that says that it replays or simulates.
    Simulated,
}

/// A position in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct PositionDto {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Radius in metres within which the true position lies with about 68 %; nothing when unknown.
    pub accuracy_m: Option<f64>,
    /// Where it comes from.
    pub source: PositionSource,
    /// When it was measured or chosen.
    pub at: i64,
}

/// What the receiver says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PositionState {
    /// There is a position.
    Fixed,
    /// The receiver works and has none yet.
    Searching,
    /// No receiver, or not permitted.
    Unavailable,
}

/// The receiver's answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct PositionReading {
    /// What it says.
    pub state: PositionState,
    /// The newest position, which may be some minutes old.
    pub position: Option<PositionDto>,
}

/// A named place of the grid to pick instead of measuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlaceDto {
    /// The record's id.
    pub id: String,
    /// Its name, such as 忠实里南街1号楼3单元.
    pub name: String,
    /// Where it is, when known.
    pub position: Option<PositionDto>,
    /// Metres from the position that was asked about.
    pub distance_m: Option<u32>,
}

/// What is known about a position before a report is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlaceHint {
    /// The grid that contains it; nothing when no known grid does.
    pub grid: Option<GridDto>,
    /// Whether that is the signed-in person's own grid.
    pub is_own_grid: bool,
    /// The nearest named place, to fill in the words.
    pub nearest: Option<PlaceDto>,
    /// Open cases of the same category within 30 m and 24 hours.
    pub similar: Vec<CaseRow>,
}

/// Asks about a position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlaceQuery {
    /// Where.
    pub position: PositionDto,
    /// The category, once chosen.
    pub category: Option<String>,
}
