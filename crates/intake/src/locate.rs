//! Which grid a row lies in: as it says, or as its position says. Never a guess.

use std::collections::BTreeMap;

use linli_geo::{Coordinate, GridIndex, Outline, Side};
use linli_model::GridCode;
use linli_model::edition::Grid;

use crate::kinds::BaseRow;
use crate::reason::Reason;

/// Farther outside of its grid than this, in metres, a position is taken for a mistake: most often
/// of the coordinate system, whose shift is some 500 m.
pub const FAR_M: f64 = 200.0;

/// The grids of an edition by code and by place.
#[derive(Debug)]
pub struct Places {
    borders: BTreeMap<GridCode, Option<Outline>>,
    index: GridIndex<GridCode>,
}

impl Places {
    /// Prepares the grids of an edition. A border that is none is as good as not drawn.
    pub fn new(grids: &[Grid]) -> Self {
        let outline = |grid: &Grid| Outline::from_rings(&grid.border).ok();
        let borders: BTreeMap<GridCode, Option<Outline>> = grids
            .iter()
            .map(|grid| (grid.code.clone(), outline(grid)))
            .collect();
        let drawn = borders
            .iter()
            .filter_map(|(code, border)| Some((code.clone(), border.clone()?)));
        Self {
            index: GridIndex::new(drawn.collect()),
            borders,
        }
    }

    /// Finds the grid of a row, or says in which column what is wrong.
    pub(crate) fn settle(
        &self,
        row: &mut BaseRow,
        at: Option<Coordinate>,
    ) -> Option<(&'static str, Reason)> {
        match (&row.grid, at) {
            (Some(grid), at) => {
                let Some(border) = self.borders.get(grid) else {
                    return Some(("grid", Reason::UnknownGrid));
                };
                let metres = outside_m(border.as_ref()?, at?)?;
                (metres > FAR_M).then(|| {
                    let grid = grid.to_string();
                    ("lon", Reason::FarFromGrid { grid, metres })
                })
            }
            (None, Some(at)) => {
                let hits = self.index.find(at, 0.0);
                let border: Vec<String> = hits
                    .iter()
                    .filter(|hit| hit.side == Side::Border)
                    .map(|hit| hit.key.to_string())
                    .collect();
                match hits.as_slice() {
                    [] => Some(("grid", Reason::NoGridThere)),
                    [one] => {
                        row.grid = Some(one.key.clone());
                        None
                    }
                    [_, ..] if border.is_empty() => {
                        let all = hits.iter().map(|hit| hit.key.to_string()).collect();
                        Some(("grid", Reason::OnBorder(all)))
                    }
                    [_, ..] => Some(("grid", Reason::OnBorder(border))),
                }
            }
            (None, None) => None,
        }
    }
}

/// How far outside a point lies; nothing when it lies inside or on the border.
fn outside_m(border: &Outline, at: Coordinate) -> Option<f64> {
    (border.side_of(at) == Side::Outside).then(|| border.border_m(at))
}
