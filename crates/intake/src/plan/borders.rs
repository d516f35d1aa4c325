//! Whether the grids of an edition share the ground between them.

use linli_geo::coverage::{Patch, gaps, overlaps};
use linli_geo::{GridIndex, Outline};
use linli_model::GridCode;

use super::{Lines, Options, Planned};
use crate::mistake::Mistake;
use crate::reason::Reason;

/// How far around a gap its neighbours are looked for, in metres.
const NEAR_M: f64 = 50.0;

impl Planned {
    /// Names every overlap and gap with its place and area.
    pub(super) fn check_borders(&mut self, lines: &Lines, options: &Options) {
        let mut areas: Vec<(GridCode, Outline)> = Vec::new();
        for grid in self
            .edition
            .grids
            .iter()
            .filter(|grid| !grid.border.is_empty())
        {
            match Outline::from_rings(&grid.border) {
                Ok(outline) => areas.push((grid.code.clone(), outline)),
                Err(error) => {
                    let line = lines.of("grids", grid.code.as_str());
                    let reason = Reason::Border(error.to_string());
                    self.mistakes
                        .push(Mistake::new(line, "", grid.code.as_str(), reason));
                }
            }
        }
        for overlap in overlaps(&areas, options.tolerance_m2) {
            let (first, second) = (overlap.first.as_str(), overlap.second.as_str());
            // Named at the one that the file brought.
            let (line, code, other) = match lines.of("grids", second) {
                0 => (lines.of("grids", first), first, second),
                line => (line, second, first),
            };
            let reason = Reason::Overlap {
                other: other.to_owned(),
                at: overlap.patch.at.to_string(),
                area_m2: overlap.patch.area_m2,
            };
            self.mistakes.push(Mistake::new(line, "", code, reason));
        }
        let outlines: Vec<Outline> = areas.iter().map(|(_, outline)| outline.clone()).collect();
        let index = GridIndex::new(areas);
        for gap in gaps(&outlines, &options.whole, options.tolerance_m2) {
            self.mistakes.push(gap_mistake(&index, &gap));
        }
    }
}

fn gap_mistake(index: &GridIndex<GridCode>, gap: &Patch) -> Mistake {
    let near = index.find(gap.at, NEAR_M.max(gap.area_m2.sqrt()));
    let codes: Vec<&str> = near.iter().take(3).map(|hit| hit.key.as_str()).collect();
    let reason = Reason::Gap {
        at: gap.at.to_string(),
        area_m2: gap.area_m2,
    };
    Mistake::new(0, "", &codes.join(" "), reason)
}
