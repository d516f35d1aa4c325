//! Scopes: the unit of feed, of permission and of replication (docs/sync.md).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{GridCode, IdError, OrgId};

/// What a batch belongs to and what a feed lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Households, contacts, enrolments and visits of a grid. Never leaves the grid's own devices and server.
    Register(GridCode),
    /// Buildings, entrances, dwellings, places and components of a grid. Nothing personal.
    Places(GridCode),
    /// Every case whose home is the grid.
    Cases(GridCode),
    /// Every case that the organisation is a member of.
    Desk(OrgId),
    /// Signed editions, certificates, revocations and tombstones of a district.
    Reference(OrgId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(grid) => write!(f, "register/{grid}"),
            Self::Places(grid) => write!(f, "places/{grid}"),
            Self::Cases(grid) => write!(f, "cases/{grid}"),
            Self::Desk(org) => write!(f, "desk/{org}"),
            Self::Reference(district) => write!(f, "reference/{district}"),
        }
    }
}

impl FromStr for Scope {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| IdError {
            what: "Scope",
            text: text.chars().take(64).collect(),
            reason,
        };
        let (family, of) = text.split_once('/').ok_or_else(|| wrong("no '/'"))?;
        Ok(match family {
            "register" => Self::Register(of.parse()?),
            "places" => Self::Places(of.parse()?),
            "cases" => Self::Cases(of.parse()?),
            "desk" => Self::Desk(of.parse()?),
            "reference" => Self::Reference(of.parse()?),
            _ => return Err(wrong("unknown family")),
        })
    }
}

impl TryFrom<String> for Scope {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}

/// What a record is. The number is its place on the wire and in the database and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum RecordKind {
    /// A case with its events, admissions and receipts.
    Case = 1,
    /// A household of a dwelling, without personal contact data.
    Household = 2,
    /// Name, phones, language and hours of one person, forgotten as a whole.
    Contact = 3,
    /// A service that a resident asked for, with consent and expiry.
    Enrolment = 4,
    /// A visit's log.
    Visit = 5,
    /// A building.
    Building = 6,
    /// A building's entrance.
    Entrance = 7,
    /// A dwelling behind an entrance.
    Dwelling = 8,
    /// A named place.
    Place = 9,
    /// A public facility in public space.
    Component = 10,
    /// A reporter's contact that travels with one case and expires.
    Disclosure = 11,
}

impl RecordKind {
    /// Every kind, in order of its number.
    pub const ALL: [Self; 11] = [
        Self::Case,
        Self::Household,
        Self::Contact,
        Self::Enrolment,
        Self::Visit,
        Self::Building,
        Self::Entrance,
        Self::Dwelling,
        Self::Place,
        Self::Component,
        Self::Disclosure,
    ];

    /// The number on the wire and in the database.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The scope of a grid in which records of this kind are written by the grid's own devices.
    pub fn grid_scope(self, grid: GridCode) -> Scope {
        match self {
            Self::Case | Self::Disclosure => Scope::Cases(grid),
            Self::Household | Self::Contact | Self::Enrolment | Self::Visit => {
                Scope::Register(grid)
            }
            Self::Building | Self::Entrance | Self::Dwelling | Self::Place | Self::Component => {
                Scope::Places(grid)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_round_trip_and_refuse_strangers() {
        for text in [
            "register/g1",
            "places/g1",
            "cases/g1",
            "desk/o1",
            "reference/d1",
        ] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for wrong in ["", "cases", "cases/", "case/g1", "cases/a/b"] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_name_kinds_both_ways() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordKind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(RecordKind::from_number(0), None);
    }
}
