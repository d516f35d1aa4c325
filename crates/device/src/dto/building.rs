//! 房进格：buildings of a grid with their entrances and dwellings, its places and its components.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::place::PositionDto;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageQuery {
    /// How many rows to leave out.
    pub offset: u32,
    /// The most rows to answer; at most 200.
    pub limit: u32,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: 50,
        }
    }
}

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BuildingRow {
    /// The record's id.
    pub id: String,
    /// Its name, such as 30号楼.
    pub name: String,
    /// Where it is, when known.
    pub position: Option<PositionDto>,
    /// How many entrances it has.
    pub entrance_count: u32,
    /// How many dwellings it has.
    pub dwelling_count: u32,
    /// How many households live in it.
    pub household_count: u32,
}

/// An entrance of a building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntranceRow {
    /// The record's id.
    pub id: String,
    /// Its name, such as 1单元.
    pub name: String,
    /// How many dwellings are behind it.
    pub dwelling_count: u32,
    /// How many households live behind it.
    pub household_count: u32,
}

/// Which dwellings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DwellingQuery {
    /// Of this building.
    pub building: Option<String>,
    /// Behind this entrance.
    pub entrance: Option<String>,
    /// The part of the list.
    pub page: PageQuery,
}

/// A dwelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DwellingRow {
    /// The record's id.
    pub id: String,
    /// Its door as people say it, such as 30号楼1单元101.
    pub door: String,
    /// Number on its door.
    pub unit: String,
    /// Floor.
    pub floor: Option<i32>,
    /// The households that live there, each by its id: usually one or none.
    pub households: Vec<String>,
    /// Form of address of the first of them.
    pub address_form: Option<String>,
}

/// Dwellings in the order of their doors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DwellingList {
    /// The rows asked for.
    pub rows: Vec<DwellingRow>,
    /// How many there are in all.
    pub total_count: u32,
}

/// What stands in public space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// 地点: a named place.
    Place,
    /// 部件: a public facility.
    Component,
}

/// Which places or components.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FacilityQuery {
    /// Places or components.
    pub kind: FacilityKind,
    /// Of this class.
    pub class: Option<String>,
    /// Of this building.
    pub building: Option<String>,
    /// The part of the list.
    pub page: PageQuery,
}

/// A place or a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FacilityRow {
    /// The record's id.
    pub id: String,
    /// Its name; its code, class or place where it has none.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
    /// Code of its class.
    pub class: Option<String>,
    /// State of a component.
    pub state: Option<ComponentState>,
    /// When the state was last looked at.
    pub checked_at: Option<i64>,
    /// Where, in words.
    pub place: Option<String>,
    /// How many of its fields have several values.
    pub clash_count: u32,
}

/// Places or components by class and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FacilityList {
    /// The rows asked for.
    pub rows: Vec<FacilityRow>,
    /// How many there are in all.
    pub total_count: u32,
}

/// 部件状态: what a component is found to be, in the five words of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ComponentState {
    /// 完好.
    Intact,
    /// 破损.
    Damaged,
    /// 丢失.
    Lost,
    /// 废弃.
    Abandoned,
    /// 移除.
    Removed,
}

impl ComponentState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Intact,
        Self::Damaged,
        Self::Lost,
        Self::Abandoned,
        Self::Removed,
    ];

    /// The state that a word in a record means; none for a word of a newer version.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The word in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Abandoned => "abandoned",
            Self::Removed => "removed",
        }
    }
}

/// What was found of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ComponentInput {
    /// The component.
    pub component: String,
    /// How it is.
    pub state: ComponentState,
}

/// A new building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BuildingInput {
    /// Its name, such as 30号楼.
    pub name: String,
    /// Where it is, when known.
    pub position: Option<PositionDto>,
}

/// A new entrance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntranceInput {
    /// The building.
    pub building: String,
    /// Its name, such as 1单元.
    pub name: String,
}

/// A new dwelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DwellingInput {
    /// The building.
    pub building: String,
    /// The entrance, where the building has any.
    pub entrance: Option<String>,
    /// Number on its door.
    pub unit: String,
    /// Floor.
    pub floor: Option<i16>,
}
