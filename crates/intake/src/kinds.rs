//! The kinds of base data: which columns a file of each has, and what one row of it means.

mod buildings;
mod components;
mod contacts;
mod divisions;
mod dwellings;
mod grids;
mod households;
mod organisations;
mod shared;
mod staff;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use linli_geo::{Coordinate, Crs};
use linli_model::edition::Day;
use linli_model::{GridCode, RecordKind};
use linli_records::FieldValue;
use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::fields::Fields;

pub use divisions::DivisionRow;
pub use grids::GridRow;
pub use organisations::OrgRow;
pub use staff::StaffRow;

/// A kind of base data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 行政区划: districts, subdistricts, communities.
    Divisions,
    /// 机构: every organisation, handling units included.
    Organisations,
    /// 人员: staff and what each may act as.
    Staff,
    /// 网格: grids with their borders.
    Grids,
    /// 楼栋.
    Buildings,
    /// 房屋: dwellings behind their entrances.
    Dwellings,
    /// 户: households of dwellings.
    Households,
    /// 联系人: names and telephones of households, each with purpose, consent and end.
    Contacts,
    /// 部件: public facilities.
    Components,
}

/// What a row of any kind means.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A division.
    Division(DivisionRow),
    /// An organisation.
    Organisation(OrgRow),
    /// A role of a member of staff.
    Staff(StaffRow),
    /// A grid.
    Grid(GridRow),
    /// A record of a grid.
    Base(BaseRow),
}

/// A record as a file describes it: by codes and names, never by our record ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaseRow {
    /// The line of the file.
    pub line: u64,
    /// What the record is.
    pub kind: RecordKind,
    /// Its grid, when the row or its position says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridCode>,
    /// Where it belongs: the door for what lives in a building, the building for a component.
    #[serde(default, skip_serializing_if = "Door::is_empty")]
    pub door: Door,
    /// Fields by the names of the record's schema. An empty cell has none: it changes nothing.
    pub fields: BTreeMap<String, FieldValue>,
    /// Telephones of a contact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
}

/// A door, as people name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Door {
    /// The code of the building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// The name of the entrance, as `1单元`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrance: Option<String>,
    /// The unit, as `101`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The code of the dwelling, where the city has such codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling: Option<String>,
    /// How the household is called, for what belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_form: Option<String>,
}

impl Door {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a row is read with beside its cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct With {
    /// The coordinate system that the command states.
    pub(crate) crs: Option<Crs>,
    /// Today.
    pub(crate) today: Day,
}

/// A row with what only the next step needs: where it lies and what makes it the same as another.
pub(crate) struct Parsed {
    pub(crate) row: Row,
    /// Its position in WGS-84.
    pub(crate) at: Option<Coordinate>,
    /// Two rows of a file with the same one are the same thing twice.
    pub(crate) same: String,
}

impl Kind {
    /// Every kind, in the order in which they are imported.
    pub const ALL: [Self; 9] = [
        Self::Divisions,
        Self::Organisations,
        Self::Grids,
        Self::Staff,
        Self::Buildings,
        Self::Dwellings,
        Self::Households,
        Self::Contacts,
        Self::Components,
    ];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Divisions => "divisions",
            Self::Organisations => "organisations",
            Self::Staff => "staff",
            Self::Grids => "grids",
            Self::Buildings => "buildings",
            Self::Dwellings => "dwellings",
            Self::Households => "households",
            Self::Contacts => "contacts",
            Self::Components => "components",
        }
    }

    /// What it is called in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Divisions => "行政区划",
            Self::Organisations => "机构",
            Self::Staff => "人员",
            Self::Grids => "网格",
            Self::Buildings => "楼栋",
            Self::Dwellings => "房屋",
            Self::Households => "户",
            Self::Contacts => "联系人",
            Self::Components => "部件",
        }
    }

    /// Whether it becomes part of an edition; else it becomes records of grids.
    pub fn is_reference(self) -> bool {
        match self {
            Self::Divisions | Self::Organisations | Self::Staff | Self::Grids => true,
            Self::Buildings
            | Self::Dwellings
            | Self::Households
            | Self::Contacts
            | Self::Components => false,
        }
    }

    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Divisions => divisions::COLUMNS,
            Self::Organisations => organisations::COLUMNS,
            Self::Staff => staff::COLUMNS,
            Self::Grids => grids::COLUMNS,
            Self::Buildings => buildings::COLUMNS,
            Self::Dwellings => dwellings::COLUMNS,
            Self::Households => households::COLUMNS,
            Self::Contacts => contacts::COLUMNS,
            Self::Components => components::COLUMNS,
        }
    }

    /// Reads a row. Nothing when something in it is wrong; the fields know what.
    pub(crate) fn parse(self, fields: &mut Fields<'_>, with: With) -> Option<Parsed> {
        let before = fields.mistake_count();
        let parsed = match self {
            Self::Divisions => divisions::parse(fields, with),
            Self::Organisations => organisations::parse(fields),
            Self::Staff => staff::parse(fields),
            Self::Grids => grids::parse(fields),
            Self::Buildings => buildings::parse(fields, with),
            Self::Dwellings => dwellings::parse(fields),
            Self::Households => households::parse(fields),
            Self::Contacts => contacts::parse(fields, with),
            Self::Components => components::parse(fields, with),
        };
        parsed.filter(|_| fields.mistake_count() == before)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text || kind.zh() == text);
        found.ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            format!(
                "{text:?} is no kind of base data; there are {}",
                all.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests;
