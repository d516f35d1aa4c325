//! 格图: what the map and its list are drawn from, without a network.

use linli_device::dto::building::BuildingInput;
use linli_device::dto::case::{UrgencyDto, WorkStateDto};
use linli_device::dto::report::NoPhotoReason;

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, GRID, Handheld, at, fence};

#[tokio::test]
async fn the_map_holds_the_border_and_what_is_in_the_grid_offline() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    handheld.line.set(Mode::NoNetwork);
    let building = |name: &str, position| {
        let name = name.to_owned();
        device
            .add_building(&BuildingInput { name, position })
            .unwrap()
    };
    building("12号楼", None);
    let second = building("2号楼", Some(at(116.4031, 39.9041)));
    device.add_place("南门", Some((116.4029, 39.9039))).unwrap();
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    let fence = device.report(&report).unwrap();
    report.position = None;
    report.urgency = UrgencyDto::Urgent;
    let nowhere = device.report(&report).unwrap();

    let places = |near| {
        let found = device.list_places("", near).unwrap();
        found
            .into_iter()
            .map(|place| place.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(places(None), ["2号楼", "12号楼", "南门"], "by numbers");
    let gate = at(116.4029, 39.9039);
    assert_eq!(
        places(Some(&gate)),
        ["南门", "2号楼", "12号楼"],
        "nearest first"
    );

    let map = device.grid_map().unwrap();
    assert_eq!(map.own.grid.code, GRID);
    let ring = &map.own.border[0];
    assert_eq!(ring.len(), 5, "it is closed");
    assert!(ring.contains(&[116.40, 39.90]));
    let around: Vec<_> = map.neighbours.iter().map(|grid| &grid.grid.code).collect();
    assert_eq!(around, ["990101001001G02"], "it shares a side");
    let found: Vec<_> = map
        .cases
        .iter()
        .map(|case| (case.id.as_str(), case.urgency, case.work, case.at))
        .collect();
    assert_eq!(
        found,
        [
            (
                nowhere.case_id.as_str(),
                UrgencyDto::Urgent,
                WorkStateDto::Reported,
                None
            ),
            (
                fence.case_id.as_str(),
                UrgencyDto::Ordinary,
                WorkStateDto::Reported,
                Some([116.4032, 39.9043])
            ),
        ]
    );
    let names: Vec<_> = map
        .buildings
        .iter()
        .map(|one| (one.name.as_str(), one.at))
        .collect();
    assert_eq!(
        names,
        [("2号楼", Some([116.4031, 39.9041])), ("12号楼", None)]
    );
    assert_eq!(map.buildings[0].id, second.id);
    assert_eq!(map.places[0].name, "南门");
    assert_eq!((map.more_case_count, map.more_component_count), (0, 0));
}
