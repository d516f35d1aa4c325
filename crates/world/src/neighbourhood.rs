//! What stands in a social grid and who lives there: lanes, buildings, entrances, dwellings, households
//! and residents. All invented.
//!
//! 人进户，户进房，房进格，格进图: a resident belongs to a household, that to a dwelling, that to a building,
//! that to the grid.

mod buildings;
mod lanes;
mod people;

pub use lanes::{Component, Lane, components};

use linli_geo::{Coordinate, Outline};
use linli_model::GridCode;

use crate::chance::Chance;
use crate::error::WorldError;
use crate::land::Area;

/// How many households a grid has.
pub const HOUSEHOLDS: usize = 1_300;
/// How many residents a grid has.
pub const RESIDENTS: usize = 4_000;

/// Everything in one social grid. Indexes point into the lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbourhood {
    /// The grid.
    pub grid: GridCode,
    /// In the order of their numbers.
    pub buildings: Vec<Building>,
    /// Building by building.
    pub entrances: Vec<Entrance>,
    /// Entrance by entrance, from the ground up.
    pub dwellings: Vec<Dwelling>,
    /// At most one for each dwelling.
    pub households: Vec<Household>,
    /// Household by household; the first one is who opens the door.
    pub residents: Vec<Resident>,
    /// Between the rows of buildings, from the north.
    pub lanes: Vec<Lane>,
}

/// A building.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// The number that people say: `12` for 12号楼.
    pub number: u32,
    /// Its walls.
    pub footprint: Outline,
    /// Its middle.
    pub at: Coordinate,
    /// Floors above the ground.
    pub floors: u32,
    /// When it was built.
    pub built_year: u32,
    /// Lifts; most low houses have none.
    pub lifts: u32,
    /// Ramps to its entrances.
    pub ramps: u32,
}

/// An entrance.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrance {
    /// Which building.
    pub building: usize,
    /// `1` for 1单元.
    pub number: u32,
    /// Its door.
    pub at: Coordinate,
}

/// A dwelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dwelling {
    /// Which entrance.
    pub entrance: usize,
    /// From 1.
    pub floor: u32,
    /// The door as it is written: `502`.
    pub door: String,
}

/// A household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// Where it lives.
    pub dwelling: usize,
    /// What one says at the door: 张阿姨家.
    pub address_form: String,
    /// How many people.
    pub people: u32,
}

/// A resident, as far as one told the committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Which household.
    pub household: usize,
    /// Family name first.
    pub name: String,
    /// 990 and eight digits, which no operator gives out; most have told none.
    pub phone: Option<String>,
    /// Told by few.
    pub birth_year: Option<u32>,
}

/// Fills a social grid. The same grid is filled the same way every time.
pub fn fill(grid: &Area<GridCode>) -> Result<Neighbourhood, WorldError> {
    let mut chance = Chance::of(grid.code.as_str());
    let mut filled = buildings::build(grid, &mut chance)?;
    people::move_in(&mut filled, &mut chance);
    Ok(filled)
}

#[cfg(test)]
mod tests;
