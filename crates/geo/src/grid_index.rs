//! From a point to the areas that it may lie in.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::coordinate::Coordinate;
use crate::outline::{Outline, Side};

/// An area that a point lies in or next to.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<K> {
    /// Which one.
    pub key: K,
    /// Where the point lies.
    pub side: Side,
    /// How far the border is, in metres.
    pub border_m: f64,
}

/// Areas by place. Built once, asked often.
#[derive(Debug)]
pub struct GridIndex<K> {
    areas: Vec<(K, Outline)>,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<K: Clone + Ord> GridIndex<K> {
    /// An index of areas. One key may have several.
    pub fn new(areas: Vec<(K, Outline)>) -> Self {
        let boxes = areas.iter().enumerate().map(|(at, (_, outline))| {
            let [west, south, east, north] = outline.bounds();
            GeomWithData::new(Rectangle::from_corners([west, south], [east, north]), at)
        });
        let tree = RTree::bulk_load(boxes.collect());
        Self { areas, tree }
    }

    /// The areas that hold the point, and those whose border is within `margin_m` of it: at a border
    /// both sides are listed.
    ///
    /// Inside comes first, then on the border, then outside; then the one that the point is deepest
    /// in or nearest to, then the smaller key. Empty: the point lies in none.
    pub fn find(&self, at: Coordinate, margin_m: f64) -> Vec<Hit<K>> {
        let margin_m = margin_m.max(0.0);
        let mut hits: Vec<Hit<K>> = Vec::new();
        for place in self
            .tree
            .locate_in_envelope_intersecting(&around(at, margin_m))
        {
            let Some((key, outline)) = self.areas.get(place.data) else {
                continue;
            };
            let (side, border_m) = (outline.side_of(at), outline.border_m(at));
            if side == Side::Outside && border_m > margin_m {
                continue;
            }
            hits.push(Hit {
                key: key.clone(),
                side,
                border_m,
            });
        }
        hits.sort_by(|a, b| {
            // Inside deeper is better, outside nearer is better.
            let depth = |hit: &Hit<K>| match hit.side {
                Side::Inside => -hit.border_m,
                Side::Border => 0.0,
                Side::Outside => hit.border_m,
            };
            let order = depth(a).total_cmp(&depth(b));
            a.side
                .cmp(&b.side)
                .then(order)
                .then_with(|| a.key.cmp(&b.key))
        });
        let mut seen = std::collections::BTreeSet::new();
        hits.retain(|hit| seen.insert(hit.key.clone()));
        hits
    }
}

/// A box that holds everything within `margin_m` of a point.
fn around(at: Coordinate, margin_m: f64) -> AABB<[f64; 2]> {
    // A degree of latitude is never shorter than 110,574 m.
    let north = margin_m / 110_500.0 + 1e-9;
    let shrink = at.lat().to_radians().cos().max(0.01);
    let east = north / shrink;
    AABB::from_corners(
        [at.lon() - east, at.lat() - north],
        [at.lon() + east, at.lat() + north],
    )
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    /// A hundredth of a degree, counted from a corner of Beijing.
    fn square(column: u32, row: u32) -> Outline {
        let (west, south) = (
            116.0 + f64::from(column) / 100.0,
            39.0 + f64::from(row) / 100.0,
        );
        let (east, north) = (
            116.0 + f64::from(column + 1) / 100.0,
            39.0 + f64::from(row + 1) / 100.0,
        );
        let ring = vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ];
        Outline::from_rings(&[ring]).unwrap()
    }

    fn board() -> GridIndex<u32> {
        let cells =
            (0..20).flat_map(|row| (0..20).map(move |column| (row * 20 + column, column, row)));
        GridIndex::new(
            cells
                .map(|(key, column, row)| (key, square(column, row)))
                .collect(),
        )
    }

    fn keys(index: &GridIndex<u32>, lon: f64, lat: f64, margin_m: f64) -> Vec<u32> {
        let at = Coordinate::new(lon, lat).unwrap();
        index
            .find(at, margin_m)
            .into_iter()
            .map(|hit| hit.key)
            .collect()
    }

    #[test]
    fn a_point_at_a_border_lists_both_sides_and_at_a_corner_all_four() {
        let index = board();
        assert_eq!(keys(&index, 116.005, 39.005, 0.0), [0]);
        assert_eq!(keys(&index, 116.01, 39.005, 0.0), [0, 1]);
        assert_eq!(keys(&index, 116.01, 39.01, 0.0), [0, 1, 20, 21]);
        // Ten metres before the border: the own cell first, and the other only within the margin.
        assert_eq!(keys(&index, 116.009_88, 39.005, 5.0), [0]);
        assert_eq!(keys(&index, 116.009_88, 39.005, 15.0), [0, 1]);
        assert_eq!(keys(&index, 116.010_12, 39.005, 15.0), [1, 0]);
        // Outside of everything, near and far.
        assert_eq!(keys(&index, 115.999_9, 39.005, 15.0), [0]);
        assert!(keys(&index, 115.9, 39.005, 15.0).is_empty());
        assert!(keys(&GridIndex::new(vec![]), 116.0, 39.0, 1e9).is_empty());
    }

    #[test]
    fn the_index_finds_what_a_look_at_every_area_finds() {
        let index = board();
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        for _ in 0..2_000 {
            let mut share = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
            let at = Coordinate::new(115.99 + 0.22 * share(), 38.99 + 0.22 * share()).unwrap();
            let margin_m = 300.0 * share();
            let mut expect: Vec<u32> = index
                .areas
                .iter()
                .filter(|(_, outline)| {
                    outline.side_of(at) != Side::Outside || outline.border_m(at) <= margin_m
                })
                .map(|(key, _)| *key)
                .collect();
            let hits = index.find(at, margin_m);
            assert!(hits.is_sorted_by_key(|hit| hit.side));
            let mut got: Vec<u32> = hits.into_iter().map(|hit| hit.key).collect();
            got.sort_unstable();
            expect.sort_unstable();
            assert_eq!(got, expect, "{at} {margin_m}");
        }
    }

    #[test]
    fn a_key_of_two_areas_is_listed_once() {
        let index = GridIndex::new(vec![
            (7, square(0, 0)),
            (7, square(1, 0)),
            (8, square(0, 1)),
        ]);
        assert_eq!(keys(&index, 116.01, 39.005, 0.0), [7]);
        assert_eq!(keys(&index, 116.01, 39.01, 0.0), [7, 8]);
    }
}
