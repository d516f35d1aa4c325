//! 格图: what the device keeps of where things are in its grid. Nobody who lives there is on it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::building::ComponentState;
use super::case::{CategoryRef, UrgencyDto, WorkStateDto};
use super::code::GridDto;

/// A point in WGS-84: degrees east, degrees north.
pub type Point = [f64; 2];

/// A grid and where it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct GridShape {
    /// The grid.
    pub grid: GridDto,
    /// Rings of points: the border, then holes. Empty when the border is not drawn yet.
    pub border: Vec<Vec<Point>>,
}

/// A case that somebody still works on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MapCase {
    /// The record's id.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// What it is about.
    pub category: CategoryRef,
    /// Where, in words.
    pub place: Option<String>,
    /// How pressing.
    pub urgency: UrgencyDto,
    /// Where the work stands.
    pub work: WorkStateDto,
    /// Where it is, when known.
    pub at: Option<Point>,
}

/// A building or a named place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MapSpot {
    /// The record's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is, when known.
    pub at: Option<Point>,
}

/// A public facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MapComponent {
    /// The record's id.
    pub id: String,
    /// Its name; its code, class or place where it has none.
    pub name: String,
    /// How it was found last.
    pub state: Option<ComponentState>,
    /// When that was looked at.
    pub checked_at: Option<i64>,
    /// Where, in words.
    pub place: Option<String>,
    /// Where it is, when known.
    pub at: Option<Point>,
}

/// The grid with everything in it that can have a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct GridMap {
    /// The device's own grid.
    pub own: GridShape,
    /// Grids that touch the rectangle around it.
    pub neighbours: Vec<GridShape>,
    /// Open cases, the most pressing first, then the newest.
    pub cases: Vec<MapCase>,
    /// Open cases beyond those: a grid is not meant to have so many.
    pub more_case_count: u32,
    /// Buildings in the order of their numbers.
    pub buildings: Vec<MapSpot>,
    /// Named places by name.
    pub places: Vec<MapSpot>,
    /// Components by name.
    pub components: Vec<MapComponent>,
    /// Components beyond those.
    pub more_component_count: u32,
}
