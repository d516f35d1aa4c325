//! Slabs in rows, as they stand in the old quarters of a northern city: long sides to the south.

use linli_geo::{Coordinate, Outline, Side};
use linli_model::GridCode;

use super::lanes::lanes;
use super::{Building, Dwelling, Entrance, HOUSEHOLDS, Neighbourhood};
use crate::chance::Chance;
use crate::error::WorldError;
use crate::land::Area;

/// A metre in degrees at 39.9° north.
pub(super) const EAST_M: f64 = 1.0 / 85_300.0;
pub(super) const NORTH_M: f64 = 1.0 / 111_300.0;

/// From one building to the next, and its size, in metres.
pub(super) const PITCH_M: (f64, f64) = (44.0, 30.0);
const SIZE_M: (f64, f64) = (36.0, 12.0);

/// Dwellings at every landing.
const DOORS: u32 = 2;

/// Puts up buildings with dwellings for [`HOUSEHOLDS`] and a few empty ones.
pub(super) fn build(
    grid: &Area<GridCode>,
    chance: &mut Chance,
) -> Result<Neighbourhood, WorldError> {
    let sites = sites(&grid.outline)?;
    if sites.is_empty() {
        return Err(WorldError::TooSmall {
            area: grid.code.to_string(),
            blocks: 0,
            parts: 1,
        });
    }
    let mut filled = Neighbourhood {
        grid: grid.code.clone(),
        buildings: Vec::new(),
        entrances: Vec::new(),
        dwellings: Vec::new(),
        households: Vec::new(),
        residents: Vec::new(),
        lanes: lanes(&grid.outline)?,
    };
    // A few dwellings more than households: some stand empty.
    let wanted = HOUSEHOLDS + HOUSEHOLDS / 25;
    let count = sites.len();
    for (index, (at, footprint)) in sites.into_iter().enumerate() {
        let missing = wanted.saturating_sub(filled.dwellings.len());
        let each = u32::try_from(missing.div_ceil(count - index)).unwrap_or(u32::MAX);
        if each == 0 {
            break;
        }
        put_up(&mut filled, at, footprint, each, chance)?;
    }
    Ok(filled)
}

/// One building with at least `dwellings`.
fn put_up(
    filled: &mut Neighbourhood,
    at: Coordinate,
    footprint: Outline,
    dwellings: u32,
    chance: &mut Chance,
) -> Result<(), WorldError> {
    let entrances = 2 + chance.below(3);
    let floors = dwellings.div_ceil(entrances * DOORS).max(1);
    let building = filled.buildings.len();
    filled.buildings.push(Building {
        number: u32::try_from(building).unwrap_or_default() + 1,
        footprint,
        at,
        floors,
        built_year: 1955 + chance.below(60),
        lifts: if floors > 6 || chance.percent(8) {
            entrances
        } else {
            0
        },
        ramps: u32::from(chance.percent(30)),
    });
    for number in 1..=entrances {
        let along = (f64::from(number) - 0.5) / f64::from(entrances) - 0.5;
        filled.entrances.push(Entrance {
            building,
            number,
            at: moved(at, along * SIZE_M.0, SIZE_M.1 / 2.0)?,
        });
        let entrance = filled.entrances.len() - 1;
        for floor in 1..=floors {
            for door in 1..=DOORS {
                filled.dwellings.push(Dwelling {
                    entrance,
                    floor,
                    door: format!("{floor}{door:02}"),
                });
            }
        }
    }
    Ok(())
}

/// Where buildings can stand, row by row from the north-west: all corners inside the grid.
fn sites(grid: &Outline) -> Result<Vec<(Coordinate, Outline)>, WorldError> {
    let [west, south, east, north] = grid.bounds();
    let mut sites = Vec::new();
    let mut lat = north - PITCH_M.1 / 2.0 * NORTH_M;
    while lat > south {
        let mut lon = west + PITCH_M.0 / 2.0 * EAST_M;
        while lon < east {
            let at = Coordinate::new(lon, lat)?;
            let footprint = slab(at)?;
            let corners = footprint.to_rings().into_iter().flatten();
            let mut is_inside = true;
            for [lon, lat] in corners {
                is_inside &= grid.side_of(Coordinate::new(lon, lat)?) == Side::Inside;
            }
            // A slab is narrow: with its corners and the middles of its long sides inside, it is inside.
            for side in [-SIZE_M.1, SIZE_M.1] {
                is_inside &= grid.side_of(moved(at, 0.0, side / 2.0)?) == Side::Inside;
            }
            if is_inside {
                sites.push((at, footprint));
            }
            lon += PITCH_M.0 * EAST_M;
        }
        lat -= PITCH_M.1 * NORTH_M;
    }
    Ok(sites)
}

fn slab(middle: Coordinate) -> Result<Outline, WorldError> {
    let (x, y) = (SIZE_M.0 / 2.0, SIZE_M.1 / 2.0);
    let mut ring = Vec::new();
    for (east, north) in [(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)] {
        let corner = moved(middle, east, north)?;
        ring.push([corner.lon(), corner.lat()]);
    }
    Ok(Outline::from_rings(&[ring])?)
}

/// A place some metres east and north of another.
pub(super) fn moved(at: Coordinate, east_m: f64, north_m: f64) -> Result<Coordinate, WorldError> {
    let (lon, lat) = (at.lon() + east_m * EAST_M, at.lat() + north_m * NORTH_M);
    Ok(Coordinate::new(lon, lat)?)
}
