#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

use linli_geo::GridIndex;
use linli_model::edition::Category;

use super::*;

#[test]
fn every_set_makes_an_edition_that_may_be_published() {
    for (set, grids) in [
        (SampleSet::Grid, 3),
        (SampleSet::Street, 34),
        (SampleSet::District, 589),
    ] {
        let sample = Sample::new(set).unwrap();
        let edition = sample
            .edition()
            .unwrap_or_else(|error| panic!("{set:?}: {error}"));
        assert_eq!(edition.grids.len(), grids, "{set:?}");
        assert_eq!(
            edition
                .orgs
                .iter()
                .filter(|org| org.kind.has_desk())
                .count(),
            187
        );
        assert!(edition.grids.iter().all(|grid| !grid.border.is_empty()));
    }
}

#[test]
fn nearly_every_category_has_one_unit_and_dangers_are_decided_by_people() {
    let edition = Sample::new(SampleSet::Street).unwrap().edition().unwrap();
    let led = |category: &&Category| {
        let rows = edition.responsibility.iter();
        rows.filter(|row| row.category == category.code).count()
    };
    let none = edition.catalogue.iter().filter(|one| led(one) == 0);
    let none: Vec<&str> = none.map(|one| one.code.as_str()).collect();
    assert_eq!(none, ["01020", "01997", "10001", "10993"]);
    assert!(edition.catalogue.iter().all(|one| led(&one) <= 1));
}

#[test]
fn rounded_borders_still_say_where_a_point_lies() {
    let sample = Sample::new(SampleSet::Street).unwrap();
    let edition = sample.edition().unwrap();
    let areas = edition.grids.iter().map(|grid| {
        let outline = linli_geo::Outline::from_rings(&grid.border).unwrap();
        (grid.code.clone(), outline)
    });
    let index = GridIndex::new(areas.collect());
    for grid in sample.grids() {
        let filled = crate::neighbourhood::fill(grid).unwrap();
        for building in &filled.buildings {
            let hits = index.find(building.at, 0.0);
            let codes: Vec<_> = hits.iter().map(|hit| &hit.key).collect();
            assert!(
                codes.contains(&&grid.code),
                "{:?} of {}",
                building.at,
                grid.code
            );
        }
    }
}
