//! The drawn district against its own outline: areas, points and neighbours.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use linli_geo::{Coordinate, GridIndex, Side};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;

static LAND: LazyLock<Land> = LazyLock::new(|| draw().unwrap());

/// The area of an outline in square steps, holes taken off.
fn area(outline: &Outline) -> f64 {
    let ring = |ring: &Vec<[f64; 2]>| {
        let [x0, y0] = ring[0];
        let pairs = ring.iter().zip(&ring[1..]);
        let twice: f64 = pairs
            .map(|(a, b)| (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0))
            .sum();
        (twice / 2.0).abs() * 1e14
    };
    let rings = outline.to_rings();
    ring(&rings[0]) - rings[1..].iter().map(ring).sum::<f64>()
}

fn sum_of<K>(areas: &[Area<K>]) -> f64 {
    areas.iter().map(|one| area(&one.outline)).sum()
}

#[test]
fn every_level_has_its_areas_and_codes() {
    let land = &*LAND;
    assert_eq!(land.streets.len(), 17);
    assert_eq!(land.communities.len(), 169);
    assert_eq!(land.grids.len(), 589);
    let units = land.unit_grids.len();
    assert!((3_500..5_000).contains(&units), "{units}");
    assert!(
        land.grids
            .is_sorted_by_key(|grid| grid.code.as_str().to_owned())
    );
    assert!(
        land.unit_grids
            .is_sorted_by_key(|grid| grid.code.as_str().to_owned())
    );
}

#[test]
fn every_level_covers_the_district_exactly_once_by_area() {
    let land = &*LAND;
    let district = area(&land.district);
    // The corners where the net meets the outline are rounded to a centimetre: of 41.65 km² the border of
    // some thirty kilometres may move by less than ten square metres.
    let bearable = 10.0 * 1.17e2 * 0.9e2;
    for sum in [
        sum_of(&land.streets),
        sum_of(&land.communities),
        sum_of(&land.grids),
        sum_of(&land.unit_grids),
    ] {
        assert!((sum - district).abs() < bearable, "{}", sum - district);
    }
    // Among themselves the levels agree to the last step.
    for sum in [
        sum_of(&land.communities),
        sum_of(&land.grids),
        sum_of(&land.unit_grids),
    ] {
        assert!((sum - sum_of(&land.streets)).abs() < 1e3);
    }
}

#[test]
fn a_point_of_the_district_lies_in_one_grid_or_on_a_border_of_several() {
    let land = &*LAND;
    let grids = land.grids.iter();
    let index = GridIndex::new(
        grids
            .map(|grid| (grid.code.clone(), grid.outline.clone()))
            .collect(),
    );
    let [west, south, east, north] = land.district.bounds();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut inside = 0;
    for _ in 0..20_000 {
        let mut share = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
        let (lon, lat) = (
            west + (east - west) * share(),
            south + (north - south) * share(),
        );
        let at = Coordinate::new(lon, lat).unwrap();
        let hits = index.find(at, 0.0);
        let holders = hits.iter().filter(|hit| hit.side == Side::Inside).count();
        match land.district.side_of(at) {
            Side::Inside => {
                inside += 1;
                let on_border = hits.iter().filter(|hit| hit.side == Side::Border).count();
                let is_one = holders == 1 && on_border == 0 || holders == 0 && on_border >= 2;
                // Within a centimetre of the outline rounding decides.
                assert!(
                    is_one || land.district.border_m(at) < 0.02,
                    "{at}: {hits:?}"
                );
            }
            Side::Border | Side::Outside => {
                assert!(
                    holders == 0 || land.district.border_m(at) < 0.02,
                    "{at}: {hits:?}"
                );
            }
        }
    }
    assert!(inside > 8_000, "{inside}");
}

#[test]
fn parts_are_near_their_share() {
    let land = &*LAND;
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for grid in &land.grids {
        let street = grid.within.as_str().get(..9).unwrap();
        *counts.entry(street).or_default() += 1.0;
    }
    let fair = area(&land.district) / 589.0;
    for street in &land.streets {
        let count = counts[street.code.as_str()];
        let share = area(&street.outline) / fair / count;
        assert!((0.8..1.25).contains(&share), "{}: {share}", street.code);
    }
    for grid in &land.grids {
        let share = area(&grid.outline) / fair;
        assert!((0.2..3.0).contains(&share), "{}: {share}", grid.code);
    }
}

#[test]
fn unit_grids_are_of_about_a_hectare() {
    for grid in &LAND.unit_grids {
        // A square step is 0.00853 m × 0.01113 m here.
        let square_metres = area(&grid.outline) * 0.008_53 * 0.011_13;
        assert!(
            (2_500.0..26_000.0).contains(&square_metres),
            "{}: {square_metres}",
            grid.code
        );
    }
}

#[test]
fn the_same_program_draws_the_same_district() {
    assert_eq!(*LAND, draw().unwrap());
}
