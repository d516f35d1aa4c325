//! The lanes between the rows of houses, and what stands along them: lamps, covers, bins, trees.

use linli_geo::{Coordinate, Outline, Side};
use linli_model::standard::ComponentCode;

use super::Neighbourhood;
use super::buildings::{EAST_M, NORTH_M, PITCH_M, moved};
use crate::error::WorldError;

/// Between two points at which a lane is looked at, in metres.
const STEP_M: f64 = 8.0;
/// Shorter than this is no lane, in steps.
const SHORTEST: usize = 5;
/// Sequence numbers of one class that a grid has for itself.
const OF_A_GRID: u32 = 1_000;

/// A lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// What people call it.
    pub name: String,
    /// From its west end to its east end.
    pub line: Vec<Coordinate>,
}

/// A numbered thing of the city.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// 17 digits (GB/T 47678.5).
    pub code: ComponentCode,
    /// What it is.
    pub name: &'static str,
    /// The lane that it stands in, as an index.
    pub lane: usize,
    /// Where it stands.
    pub at: Coordinate,
}

/// A class with its code of five digits, its name, every how many steps of a lane one stands, and how
/// far north of the middle, in metres.
type Class = (&'static str, &'static str, usize, f64);

const CLASSES: [Class; 5] = [
    ("01002", "路灯", 5, 3.0),
    ("01001", "井盖", 7, 0.0),
    ("04001", "行道树", 3, -3.0),
    ("03002", "垃圾桶站", 24, 2.5),
    ("01003", "消火栓", 31, -2.5),
];

/// The lanes of a grid, row by row from the north.
pub(super) fn lanes(grid: &Outline) -> Result<Vec<Lane>, WorldError> {
    let [west, south, east, north] = grid.bounds();
    let mut lanes: Vec<Lane> = Vec::new();
    let mut lat = north - PITCH_M.1 * NORTH_M;
    while lat > south {
        let mut run: Vec<Coordinate> = Vec::new();
        let mut lon = west + STEP_M * EAST_M;
        while lon < east {
            let at = Coordinate::new(lon, lat)?;
            if grid.side_of(at) == Side::Inside {
                run.push(at);
            } else {
                end_lane(&mut lanes, &mut run);
            }
            lon += STEP_M * EAST_M;
        }
        end_lane(&mut lanes, &mut run);
        lat -= PITCH_M.1 * NORTH_M;
    }
    Ok(lanes)
}

fn end_lane(lanes: &mut Vec<Lane>, run: &mut Vec<Coordinate>) {
    let line = std::mem::take(run);
    if line.len() >= SHORTEST {
        let name = format!("{}巷", lanes.len() + 1);
        lanes.push(Lane { name, line });
    }
}

/// What stands along the lanes of a grid. `number` is the grid's place in the district, from 0: the
/// sequence numbers of its components follow from it, so that none is given twice.
pub fn components(filled: &Neighbourhood, number: usize) -> Result<Vec<Component>, WorldError> {
    let district = filled.grid.as_str().get(..6).unwrap_or_default();
    let before = u32::try_from(number)
        .unwrap_or(u32::MAX)
        .saturating_mul(OF_A_GRID);
    let mut found = Vec::new();
    for (class, name, every, north_m) in CLASSES {
        let mut sequence = before;
        for (lane, points) in filled.lanes.iter().enumerate() {
            for point in points.line.iter().skip(every / 2).step_by(every) {
                if sequence + 1 >= before.saturating_add(OF_A_GRID) {
                    break;
                }
                sequence += 1;
                found.push(Component {
                    code: format!("{district}{class}{sequence:06}").parse()?,
                    name,
                    lane,
                    at: moved(*point, 0.0, north_m)?,
                });
            }
        }
    }
    Ok(found)
}
