//! A draft and what it becomes: never both, never neither.

use linli_device::dto::register::VisitInput;
use linli_device::dto::report::NoPhotoReason;
use linli_device::{Device, finishing};

use crate::register::household;
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, fence};

fn draft(device: &Device, name: &str) -> Option<String> {
    device.load_draft(name).unwrap()
}

#[tokio::test]
async fn a_save_finishes_its_draft_and_no_other() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    for name in ["report", "home-add", "visit"] {
        device.save_draft(name, "half written").unwrap();
    }
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    finishing(Some("report".into()), || device.report(&report)).unwrap();
    assert_eq!(draft(device, "report"), None);

    let home = finishing(Some("home-add".into()), || {
        device.add_household(&household("张先生家"))
    });
    let home = home.unwrap().id;
    assert_eq!(draft(device, "home-add"), None);

    // Without a name no draft is finished, also not that of the save before.
    device.save_draft("home-add", "another").unwrap();
    let visit = VisitInput {
        household: home,
        visited_at: None,
        at_home: true,
        topic: None,
        note: None,
        voice: None,
        next_visit_at: None,
        case_id: None,
    };
    device.note_visit(&visit).unwrap();
    assert_eq!(draft(device, "home-add").as_deref(), Some("another"));
    assert_eq!(draft(device, "visit").as_deref(), Some("half written"));
}

#[tokio::test]
async fn a_save_that_fails_leaves_the_draft() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    device.save_draft("report", "half written").unwrap();
    let mut report = fence();
    report.category = "00000".into();
    finishing(Some("report".into()), || device.report(&report)).unwrap_err();
    assert_eq!(draft(device, "report").as_deref(), Some("half written"));
}
