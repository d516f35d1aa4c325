//! Whether areas share the ground between them: where two overlap, and where none is.

use geo::orient::{Direction, Orient};
use geo::{BooleanOps, Contains, GeodesicArea, InteriorPoint, MultiPolygon, Polygon, unary_union};

use crate::coordinate::Coordinate;
use crate::outline::Outline;

/// A piece of ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    /// A point in it.
    pub at: Coordinate,
    /// Its area in square metres, on the ellipsoid.
    pub area_m2: f64,
}

/// Ground that two areas claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap<K> {
    /// The area that comes first in the list.
    pub first: K,
    /// The other.
    pub second: K,
    /// What both claim.
    pub patch: Patch,
}

/// Where two areas of different keys overlap by at least `at_least_m2`, in the order of the list.
pub fn overlaps<K: Clone + PartialEq>(areas: &[(K, Outline)], at_least_m2: f64) -> Vec<Overlap<K>> {
    let mut found = Vec::new();
    for (index, (first, outline)) in areas.iter().enumerate() {
        for (second, other) in areas.iter().skip(index.saturating_add(1)) {
            if first == second || !may_touch(outline, other) {
                continue;
            }
            let both = outline.polygon().intersection(other.polygon());
            for patch in patches(&both, at_least_m2) {
                found.push(Overlap {
                    first: first.clone(),
                    second: second.clone(),
                    patch,
                });
            }
        }
    }
    found
}

/// Ground of at least `at_least_m2` that lies between the areas and belongs to none. With `whole`,
/// everything of it that no area covers; without, only what the areas enclose.
pub fn gaps(areas: &[Outline], whole: &[Outline], at_least_m2: f64) -> Vec<Patch> {
    let covered = union(areas);
    if whole.is_empty() {
        // What lies in a hole of the whole may be an island of it.
        let holes = covered
            .iter()
            .flat_map(|part| part.interiors().iter().cloned());
        let holes: Vec<Polygon<f64>> = holes.map(|ring| Polygon::new(ring, Vec::new())).collect();
        let free = unary_union(&holes).difference(&covered);
        return patches(&free, at_least_m2);
    }
    patches(&union(whole).difference(&covered), at_least_m2)
}

/// All of it. Holes have to run against their border, else the union fills them.
fn union(areas: &[Outline]) -> MultiPolygon<f64> {
    let turned = areas
        .iter()
        .map(|outline| outline.polygon().orient(Direction::Default));
    unary_union(&turned.collect::<Vec<_>>())
}

fn may_touch(a: &Outline, b: &Outline) -> bool {
    let ([west, south, east, north], [left, low, right, high]) = (a.bounds(), b.bounds());
    west < right && left < east && south < high && low < north
}

fn patches(ground: &MultiPolygon<f64>, at_least_m2: f64) -> Vec<Patch> {
    let patch = |part: &Polygon<f64>| {
        let area_m2 = part.geodesic_area_unsigned();
        if area_m2 < at_least_m2 {
            return None;
        }
        let inside = part.interior_point().filter(|point| part.contains(point));
        let point = inside.or_else(|| part.exterior().points().next())?;
        let at = Coordinate::new(point.x(), point.y()).ok()?;
        Some(Patch { at, area_m2 })
    };
    ground.iter().filter_map(patch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::Side;

    fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Outline {
        let ring = vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ];
        Outline::from_rings(&[ring]).unwrap()
    }

    #[test]
    fn neighbours_that_share_a_border_neither_overlap_nor_leave_a_gap() {
        let areas = [
            ("a", rectangle(116.0, 39.0, 116.01, 39.01)),
            ("b", rectangle(116.01, 39.0, 116.02, 39.01)),
        ];
        assert_eq!(overlaps(&areas, 1.0), vec![]);
        let outlines = areas.map(|(_, outline)| outline);
        assert_eq!(gaps(&outlines, &[], 1.0), vec![]);
        assert_eq!(
            gaps(&outlines, &[rectangle(116.0, 39.0, 116.02, 39.01)], 1.0),
            vec![]
        );
    }

    #[test]
    fn an_overlap_has_a_place_and_an_area() {
        // A ten-thousandth of a degree: 8.6 m east by 1,110 m north.
        let areas = [
            ("a", rectangle(116.0, 39.0, 116.0101, 39.01)),
            ("b", rectangle(116.01, 39.0, 116.02, 39.01)),
            ("a", rectangle(116.005, 39.005, 116.006, 39.006)),
        ];
        let found = overlaps(&areas, 1.0);
        let [only] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((only.first, only.second), ("a", "b"));
        assert!((9_600.0..9_620.0).contains(&only.patch.area_m2), "{only:?}");
        let strip = rectangle(116.01, 39.0, 116.0101, 39.01);
        assert_eq!(strip.side_of(only.patch.at), Side::Inside);
        assert_eq!(overlaps(&areas, 10_000.0), vec![], "smaller than asked for");
    }

    #[test]
    fn a_gap_is_found_between_areas_and_against_a_whole() {
        let ring = |west: f64, south: f64, east: f64, north: f64| {
            rectangle(west, south, east, north).to_rings().remove(0)
        };
        let frame = Outline::from_rings(&[
            ring(116.0, 39.0, 116.01, 39.01),
            ring(116.004, 39.004, 116.006, 39.006),
        ])
        .unwrap();
        let found = gaps(std::slice::from_ref(&frame), &[], 1.0);
        let [hole] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!((38_000.0..38_600.0).contains(&hole.area_m2), "{hole:?}");
        let middle = rectangle(116.004, 39.004, 116.006, 39.006);
        assert_eq!(
            gaps(&[frame.clone(), middle], &[], 1.0),
            vec![],
            "it is filled"
        );
        let whole = rectangle(116.0, 39.0, 116.01, 39.011);
        let against = gaps(&[frame], &[whole], 1.0);
        assert_eq!(
            against.len(),
            2,
            "the hole and the strip in the north: {against:?}"
        );
    }
}
