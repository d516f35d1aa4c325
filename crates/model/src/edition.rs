//! Editions: the reference data of a district as one immutable, numbered, signed file.
//!
//! Organisations, staff and their grants, grids, the catalogue, who is responsible for what, limits,
//! the calendar, copy rules and settings. A case pins the edition it was reported under; an author's
//! rights are those of the edition named where they wrote. [`Edition::check`] reports every mistake
//! with its place; `case::Rules` is a checked edition with indexes, ready for the case rules.

mod calendar;
mod catalogue;
mod check;
mod directory;
mod grid;
mod limit;
mod settings;
mod staff;

use serde::{Deserialize, Serialize};

use crate::id::{CategoryCode, OrgId};
use crate::org::Org;

pub use calendar::{Calendar, Day, DayError};
pub use catalogue::{Category, Severity, Standard};
pub use check::Mistake;
pub use directory::{Class, ClassKind, Module, PersonalData};
pub use grid::{Grid, GridKind};
pub use limit::{Limit, LimitName, LimitUnit, Limits};
pub use settings::{CopyRule, CopyTo, CopyWhen, Settings};
pub use staff::{Grant, GrantPlace, Staff};

/// The version of the JSON form of an edition. 1: first release.
pub const EDITION_FORMAT: u32 = 1;

/// All reference data of a district under one number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// The version of this form, [`EDITION_FORMAT`].
    pub format: u32,
    /// 1 for the first; a later edition has a higher number.
    pub number: u32,
    /// The root organisation.
    pub district: OrgId,
    /// Every organisation, the root included.
    pub orgs: Vec<Org>,
    /// Every grid with its community.
    pub grids: Vec<Grid>,
    /// Staff and what each may act as.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// The classes of base data, components and matters, parents first or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directory: Vec<Class>,
    /// What can be reported.
    pub catalogue: Vec<Category>,
    /// Who handles what where.
    #[serde(default)]
    pub responsibility: Vec<Responsibility>,
    /// How long each step may take.
    #[serde(default)]
    pub limits: Limits,
    /// When the city works.
    #[serde(default)]
    pub calendar: Calendar,
    /// Who is told without being asked.
    #[serde(default = "CopyRule::defaults")]
    pub copy_rules: Vec<CopyRule>,
    /// The rest.
    #[serde(default)]
    pub settings: Settings,
}

/// One row of the responsibility table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsibility {
    /// What.
    pub category: CategoryCode,
    /// Where: this organisation and everything below it. The lowest matching row wins.
    pub area: OrgId,
    /// The one lead unit.
    pub lead: OrgId,
    /// Units that help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_units: Vec<OrgId>,
}
