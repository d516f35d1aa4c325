//! Visits and what waits: a visit of which a case comes is saved first, the case later; what was saved of
//! the register waits as visibly as a case.

use linli_device::DeviceError;
use linli_device::dto::register::{HouseholdInput, VisitInput};
use linli_device::dto::report::NoPhotoReason;

use crate::line::Mode;
use crate::register::{card, find, household, person};
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, MANAGER, fence};

#[tokio::test]
async fn the_case_that_came_of_a_visit_is_named_once_it_is_reported() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let second = Handheld::bound(&station, 2, &[MANAGER]).await;
    let device = &first.device;
    device.sync_once().await.unwrap();
    let home = device
        .add_household(&household("30号楼1单元101 张先生家"))
        .unwrap()
        .id;
    let visit = VisitInput {
        household: home.clone(),
        visited_at: None,
        at_home: false,
        topic: Some("safety".into()),
        note: None,
        voice: None,
        next_visit_at: None,
        case_id: None,
    };
    let visit = device.note_visit(&visit).unwrap().id;
    assert_eq!(card(device, &home).visits[0].case_id, None);
    assert_eq!(
        find(device, "301101").rows.len(),
        1,
        "the pad of the screens has no hyphen"
    );

    let mut input = fence();
    input.no_photo_reason = Some(NoPhotoReason::CannotSee);
    let case = device.report(&input).unwrap().case_id;
    for (visit, case, missing) in [
        (visit.as_str(), "0".repeat(32), "case"),
        (home.as_str(), case.clone(), "visit"),
        ("nothing", case.clone(), "visit"),
    ] {
        let error = device.link_visit(visit, &case).unwrap_err();
        assert!(
            matches!(error, DeviceError::NotFound(what) if what == missing),
            "{error}"
        );
    }
    device.link_visit(&visit, &case).unwrap();
    device.sync_once().await.unwrap();
    second.device.sync_once().await.unwrap();
    for device in [&first.device, &second.device] {
        let [noted] = card(device, &home).visits.try_into().unwrap();
        assert_eq!(noted.case_id.as_deref(), Some(case.as_str()));
        assert_eq!(noted.topic.as_deref(), Some("safety"));
    }
}

#[tokio::test]
async fn what_waits_of_the_register_is_counted_until_the_server_has_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    let waits = || {
        let outbox = device.outbox().unwrap();
        assert!(outbox.items.is_empty(), "none of it is a case");
        let strip = device.sync_status().unwrap().waiting_count;
        assert_eq!(strip, outbox.register_count);
        strip
    };
    assert_eq!(waits(), 0);
    handheld.line.set(Mode::NoNetwork);
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    assert_eq!(waits(), 2, "the household and its person");
    device.move_out(&home).unwrap();
    assert_eq!(waits(), 2, "records are counted, not changes");
    device.sync_once().await.unwrap_err();
    assert_eq!(waits(), 2);
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    assert_eq!(waits(), 0);
}
