use super::*;

#[test]
fn the_edition_has_no_mistake_and_the_whole_district() {
    let edition = edition().unwrap();
    assert_eq!(
        edition
            .check()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    let count = |kind| edition.orgs.iter().filter(|org| org.kind == kind).count();
    assert_eq!(count(OrgKind::DistrictCentre), 1);
    assert_eq!(count(OrgKind::SubCentre), 17);
    assert_eq!(count(OrgKind::Station), 169);
}

#[test]
fn the_edition_survives_its_own_json() {
    let edition = edition().unwrap();
    let json = serde_json::to_vec(&edition).unwrap();
    assert_eq!(serde_json::from_slice::<Edition>(&json).unwrap(), edition);
}

#[test]
fn invented_phones_are_recognisable_and_differ() {
    let households = demo_households(&grid(1).unwrap(), 300);
    assert!(
        households
            .iter()
            .all(|home| home.phone.starts_with("990") && home.phone.len() == 11)
    );
    let doors: std::collections::BTreeSet<_> = households.iter().map(|home| &home.door).collect();
    assert_eq!(doors.len(), households.len());
}
