use std::collections::BTreeSet;
use std::sync::LazyLock;

use linli_geo::Side;

use super::*;
use crate::land::{Land, draw};

static LAND: LazyLock<Land> = LazyLock::new(|| draw().unwrap());

#[test]
fn every_grid_of_the_district_can_be_filled() {
    for grid in &LAND.grids {
        let filled = fill(grid).unwrap();
        assert_eq!(filled.households.len(), HOUSEHOLDS, "{}", grid.code);
        assert_eq!(filled.residents.len(), RESIDENTS, "{}", grid.code);
        let highest = filled
            .buildings
            .iter()
            .map(|building| building.floors)
            .max();
        assert!(highest.unwrap() <= 40, "{}: {highest:?}", grid.code);
    }
}

#[test]
fn houses_stand_in_their_grid_and_apart() {
    let grid = &LAND.grids[100];
    let filled = fill(grid).unwrap();
    let mut bounds: Vec<[f64; 4]> = Vec::new();
    for building in &filled.buildings {
        assert_eq!(grid.outline.side_of(building.at), Side::Inside);
        let [west, south, east, north] = building.footprint.bounds();
        let is_apart = |other: &[f64; 4]| {
            east < other[0] || other[2] < west || north < other[1] || other[3] < south
        };
        assert!(bounds.iter().all(is_apart));
        bounds.push([west, south, east, north]);
    }
}

#[test]
fn indexes_point_to_what_is_there_and_doors_are_unique() {
    let filled = fill(&LAND.grids[3]).unwrap();
    let mut doors = BTreeSet::new();
    for dwelling in &filled.dwellings {
        let entrance = &filled.entrances[dwelling.entrance];
        let building = &filled.buildings[entrance.building];
        assert!(dwelling.floor <= building.floors);
        assert!(doors.insert((building.number, entrance.number, dwelling.door.clone())));
    }
    let homes: BTreeSet<usize> = filled.households.iter().map(|home| home.dwelling).collect();
    assert_eq!(homes.len(), HOUSEHOLDS);
    assert!(
        homes
            .iter()
            .all(|dwelling| *dwelling < filled.dwellings.len())
    );
    for (index, household) in filled.households.iter().enumerate() {
        let people = filled.residents.iter().filter(|one| one.household == index);
        assert_eq!(people.count(), household.people as usize);
        assert!((1..=6).contains(&household.people), "{}", household.people);
    }
    let phones: Vec<&String> = filled
        .residents
        .iter()
        .filter_map(|one| one.phone.as_ref())
        .collect();
    assert!(
        phones
            .iter()
            .all(|phone| phone.len() == 11 && phone.starts_with("990"))
    );
    assert_eq!(phones.iter().collect::<BTreeSet<_>>().len(), phones.len());
    assert!(phones.len() > HOUSEHOLDS);
}

#[test]
fn a_grid_is_filled_the_same_way_every_time_and_unlike_another() {
    let one = fill(&LAND.grids[0]).unwrap();
    assert_eq!(one, fill(&LAND.grids[0]).unwrap());
    let other = fill(&LAND.grids[1]).unwrap();
    assert_ne!(one.residents[..20], other.residents[..20]);
}

#[test]
fn lanes_lie_in_their_grid_and_between_the_houses() {
    for grid in LAND.grids.iter().step_by(37) {
        let filled = fill(grid).unwrap();
        assert!(filled.lanes.len() > 1, "{}", grid.code);
        for lane in &filled.lanes {
            for at in &lane.line {
                assert_eq!(grid.outline.side_of(*at), Side::Inside, "{}", lane.name);
                let is_free =
                    |building: &Building| building.footprint.side_of(*at) == Side::Outside;
                assert!(filled.buildings.iter().all(is_free), "{}", lane.name);
            }
        }
    }
}

#[test]
fn no_two_components_of_the_district_have_one_number() {
    let mut codes = BTreeSet::new();
    for (number, grid) in LAND.grids.iter().enumerate().step_by(11) {
        let filled = fill(grid).unwrap();
        let components = components(&filled, number).unwrap();
        assert!(components.len() > 20, "{}: {}", grid.code, components.len());
        for component in components {
            assert!(component.lane < filled.lanes.len());
            assert_eq!(component.code.district(), "110101");
            assert!(codes.insert(component.code.clone()), "{}", component.code);
        }
    }
}
