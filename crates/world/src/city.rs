//! A sample city: the district's organisations, units, grids and staff, in one of three sizes.

mod staff;
mod units;

use linli_editions::{Book, BookError, City, FILES};
use linli_model::edition::{Edition, Grid, GridKind};
use linli_model::standard::DivisionCode;
use linli_model::{GridCode, IdError, Level, Name, Org, OrgId, OrgKind};

use crate::divisions::{Community, Street, streets};
use crate::error::WorldError;
use crate::land::{Area, Land, draw};

pub use staff::{assistant, desk_clerk, dispatcher, duty_lead, manager};
pub use units::{Unit, handler, unit, unit_lead};

/// The district: 东城区.
pub const DISTRICT: &str = "110101";
/// The street that is worked out: 东直门街道.
pub const STREET: &str = "110101009";
/// A community of it: 东外大街社区.
pub const COMMUNITY: &str = "110101009010";

/// How much of the district has grids and staff. Organisations are always those of the whole district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleSet {
    /// The grids of one community, [`COMMUNITY`].
    Grid,
    /// The 34 grids of [`STREET`].
    Street,
    /// All 589 grids.
    District,
}

impl SampleSet {
    /// What command lines and folders call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Street => "street",
            Self::District => "district",
        }
    }

    /// Whether the grids of a community belong to it.
    pub fn covers(self, community: &DivisionCode) -> bool {
        match self {
            Self::Grid => community.as_str() == COMMUNITY,
            Self::Street => community.as_str().starts_with(STREET),
            Self::District => true,
        }
    }
}

/// A sample city with its land.
#[derive(Debug, Clone)]
pub struct Sample {
    set: SampleSet,
    streets: Vec<Street>,
    land: Land,
}

impl Sample {
    /// Draws the land and reads the divisions.
    pub fn new(set: SampleSet) -> Result<Self, WorldError> {
        Ok(Self {
            set,
            streets: streets()?,
            land: draw()?,
        })
    }

    /// The land of the whole district.
    pub fn land(&self) -> &Land {
        &self.land
    }

    /// The grids of the set, in order of codes.
    pub fn grids(&self) -> impl Iterator<Item = &Area<GridCode>> {
        let covered = |grid: &&Area<GridCode>| self.set.covers(&grid.within);
        self.land.grids.iter().filter(covered)
    }

    /// Organisations, grids and staff.
    pub fn city(&self) -> Result<City, WorldError> {
        let mut orgs = vec![org(
            DISTRICT,
            None,
            "东城区",
            OrgKind::DistrictCentre,
            Level::District,
        )?];
        for street in &self.streets {
            let (code, name) = (street.code.as_str(), street.name.as_str());
            orgs.push(org(
                code,
                Some(DISTRICT),
                name,
                OrgKind::SubCentre,
                Level::Subdistrict,
            )?);
            for Community {
                code: own, name, ..
            } in &street.communities
            {
                let (kind, level) = (OrgKind::Station, Level::Community);
                orgs.push(org(own.as_str(), Some(code), name, kind, level)?);
            }
        }
        orgs.extend(units::orgs(&self.staffed_streets())?);
        Ok(City {
            district: OrgId::new(DISTRICT)?,
            grids: self
                .grids()
                .map(|area| self.grid(area))
                .collect::<Result<_, _>>()?,
            staff: staff::staff(self)?,
            orgs,
        })
    }

    /// The standard rules with the responsibilities of the sample's units, dispatched without a hand
    /// where the table is unambiguous.
    pub fn book(&self) -> Result<Book, BookError> {
        let responsibility = units::responsibility(&self.staffed_streets());
        Book::read(|file| match file {
            "responsibility.csv" => Some(responsibility.clone()),
            "settings.csv" => Some("name,value,note\nauto_dispatch,yes,\n".to_owned()),
            _ => {
                debug_assert!(FILES.contains(&file), "a file of the book");
                None
            }
        })
    }

    /// The reference data as edition 1.
    pub fn edition(&self) -> Result<Edition, WorldError> {
        Ok(self.book()?.edition(1, self.city()?)?)
    }

    /// The streets whose grids belong to the set.
    fn staffed_streets(&self) -> Vec<&Street> {
        let is_covered = |street: &&Street| {
            street
                .communities
                .iter()
                .any(|one| self.set.covers(&one.code))
        };
        self.streets.iter().filter(is_covered).collect()
    }

    /// The communities whose grids belong to the set.
    fn communities(&self) -> impl Iterator<Item = &Community> {
        let all = self.streets.iter().flat_map(|street| &street.communities);
        all.filter(|one| self.set.covers(&one.code))
    }

    fn grid(&self, area: &Area<GridCode>) -> Result<Grid, WorldError> {
        let community = self.communities().find(|one| one.code == area.within);
        let name = community.map_or("", |one| one.name.trim_end_matches("社区"));
        let number = area.code.as_str().rsplit('G').next().unwrap_or_default();
        Ok(Grid {
            code: area.code.clone(),
            community: OrgId::new(area.within.as_str())?,
            name: Name {
                zh: format!("{name}-{number}"),
                en: format!("{}-{number}", english(area.within.as_str(), name)),
            },
            kind: GridKind::Social,
            border: area.outline.to_rings().into_iter().map(rounded).collect(),
        })
    }
}

/// The grid of [`COMMUNITY`] with this number, from 1.
pub fn grid(number: u32) -> Result<GridCode, IdError> {
    GridCode::new(format!("{COMMUNITY}G{number:02}"))
}

/// To six decimals, a tenth of a metre: borders are not surveyed closer.
fn rounded(ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    ring.into_iter()
        .map(|[lon, lat]| [round(lon), round(lat)])
        .collect()
}

fn org(
    code: &str,
    parent: Option<&str>,
    name: &str,
    kind: OrgKind,
    level: Level,
) -> Result<Org, IdError> {
    Ok(Org {
        id: OrgId::new(code)?,
        parent: parent.map(OrgId::new).transpose()?,
        kind,
        level,
        name: Name {
            zh: name.to_owned(),
            en: english(code, name).to_owned(),
        },
    })
}

/// An English name where one is known; else the Chinese one, which is better than an invented one.
fn english<'a>(code: &str, name: &'a str) -> &'a str {
    match code {
        DISTRICT => "Dongcheng District",
        STREET => "Dongzhimen Subdistrict",
        COMMUNITY => "Dongwai Dajie Community",
        _ => name,
    }
}

#[cfg(test)]
mod tests;
