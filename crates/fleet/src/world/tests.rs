#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use super::*;

#[test]
fn the_edition_survives_its_own_json() {
    let edition = edition(SampleSet::Grid).unwrap();
    let json = serde_json::to_vec(&edition).unwrap();
    assert_eq!(serde_json::from_slice::<Edition>(&json).unwrap(), edition);
}

#[test]
fn invented_phones_are_recognisable_and_differ() {
    let households = demo_register(&grid(1).unwrap(), 300).unwrap().households;
    assert_eq!(households.len(), 300);
    assert!(
        households
            .iter()
            .all(|home| home.phone.starts_with("990") && home.phone.len() == 11)
    );
    let doors: std::collections::BTreeSet<_> = households.iter().map(|home| &home.door).collect();
    assert_eq!(doors.len(), households.len());
}

#[test]
fn every_grid_of_the_demo_has_doors() {
    for number in 1..=3 {
        let doors = demo_register(&grid(number).unwrap(), 24).unwrap();
        assert_eq!(doors.places.len(), 2);
    }
}
