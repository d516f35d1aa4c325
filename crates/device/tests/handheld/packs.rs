//! Packs: a file that is empty, lost or older than the device's life gets everything back, in steps
//! that a cut cannot harm.

use std::fs;

use linli_device::dto::case::{CaseListKind, DeliveryState};
use linli_device::dto::report::NoPhotoReason;
use linli_device::{Device, PhotoSize};

use crate::line::Mode;
use crate::station::Station;
use crate::stories::list;
use crate::world::{ASSISTANT, GRID, Handheld, SECRET, copy_of, fence, jpeg, unlock};

const PACK: &str = "GET /sync/v1/pack/";

fn report(device: &Device) -> String {
    let mut input = fence();
    input.no_photo_reason = Some(NoPhotoReason::CannotSee);
    device.report(&input).unwrap().case_id
}

fn cases(device: &Device) -> usize {
    list(device, CaseListKind::Grid).len()
}

/// The grid's file is gone, as after a disk fault; everything else of the folder is there.
fn lose_the_file(handheld: &mut Handheld) {
    handheld.device.lock().unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = handheld
            .folder
            .path()
            .join(format!("grid-{GRID}.db{suffix}"));
        if file.exists() {
            fs::remove_file(file).unwrap();
        }
    }
    handheld.restart();
    handheld.unlock(ASSISTANT);
    assert_eq!(cases(&handheld.device), 0);
}

fn digest(device: &Device) -> (String, u32) {
    let grid = device.inspect(true).unwrap().grids.remove(0);
    assert_eq!(grid.faults, Some(Vec::new()));
    (grid.cases_digest, grid.cases)
}

#[tokio::test]
async fn a_lost_file_gets_the_own_cases_back_and_keeps_what_was_not_sent() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let first = handheld.device.report_with(&fence(), &[jpeg(1)]).unwrap();
    handheld.device.sync_once().await.unwrap();
    let second = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    let before = digest(&handheld.device);
    lose_the_file(&mut handheld);
    let unsent = report(&handheld.device);

    handheld.device.sync_once().await.unwrap();
    for case in [&first.case_id, &second, &unsent] {
        let row = handheld.device.find_case(case).unwrap().row;
        assert!(row.is_mine);
        assert_eq!(row.delivery.state, DeliveryState::Community);
        assert_eq!(station.case(case).1.n, 1, "nothing is doubled");
    }
    assert_eq!(digest(&handheld.device).1, before.1 + 1);
    assert!(handheld.device.outbox().unwrap().items.is_empty());
    let photo = &handheld.device.find_case(&first.case_id).unwrap().photos[0];
    handheld
        .device
        .photo(&photo.hash, PhotoSize::Full)
        .await
        .unwrap();

    // The text went first, then the packs, then one exchange for the rest.
    let calls = handheld.line.calls.lock().unwrap().clone();
    let push = calls
        .iter()
        .rposition(|call| call.starts_with(PACK))
        .unwrap();
    let packs = calls.iter().filter(|call| call.starts_with(PACK)).count();
    assert_eq!(
        packs, 6,
        "three scopes at the first binding, three after the loss"
    );
    assert!(
        calls[push - 3].starts_with("POST /sync/v1/exchange"),
        "{calls:?}"
    );
    assert!(
        calls[push + 1].starts_with("POST /sync/v1/exchange"),
        "{calls:?}"
    );

    handheld.device.sync_once().await.unwrap();
    assert_eq!(handheld.line.count(PACK), packs, "once is enough");
}

#[tokio::test]
async fn a_new_device_takes_the_pack_and_then_the_feed() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    for _ in 0..5 {
        report(&first.device);
    }
    first.device.sync_once().await.unwrap();
    let second = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    second.device.sync_once().await.unwrap();
    first.device.sync_once().await.unwrap();
    assert_eq!(digest(&first.device), digest(&second.device));
    assert_eq!(
        second.line.count("POST /sync/v1/exchange"),
        2,
        "one for the lease, one behind the packs"
    );
    assert!(
        !second
            .device
            .first_sync()
            .unwrap()
            .steps
            .iter()
            .any(|step| { step.state == linli_device::dto::first_sync::StepState::Running })
    );
    let later = report(&first.device);
    first.device.sync_once().await.unwrap();
    second.device.sync_once().await.unwrap();
    second.device.find_case(&later).unwrap();
}

#[tokio::test]
async fn a_pack_that_breaks_anywhere_goes_on_where_it_broke() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    for _ in 0..6 {
        report(&handheld.device);
    }
    handheld.device.sync_once().await.unwrap();
    let before = digest(&handheld.device);
    let whole = station
        .pack(&format!("cases/{GRID}").parse().unwrap())
        .unwrap();
    for cut in [
        10,
        300,
        700,
        1_100,
        whole.bytes.len() / 2,
        whole.bytes.len() - 1,
    ] {
        lose_the_file(&mut handheld);
        *handheld.line.pack_bytes.lock().unwrap() = 0;
        let mut seen = 0;
        let mut runs = 0;
        handheld.line.set(Mode::PacksCut(cut));
        while cases(&handheld.device) < 6 && runs < 100 {
            // Each part is used, and the program is killed after each.
            drop(handheld.device.sync_once().await);
            assert!(cases(&handheld.device) >= seen, "nothing is lost again");
            seen = cases(&handheld.device);
            handheld.restart();
            handheld.unlock(ASSISTANT);
            runs += 1;
            if seen == 0 && runs > 3 {
                // Shorter than header and first frame together: no line at all.
                break;
            }
        }
        handheld.line.set(Mode::Up);
        handheld.device.sync_once().await.unwrap();
        assert_eq!(digest(&handheld.device), before, "cut after {cut}");
    }
}

#[tokio::test]
async fn a_pack_that_is_not_the_signed_one_is_not_installed_and_stops_nothing() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let other = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    let own = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    report(&other.device);
    other.device.sync_once().await.unwrap();
    let scope = format!("cases/{GRID}").parse().unwrap();
    let size = station.pack(&scope).unwrap().bytes.len();
    for place in [0, 20, 60, size - 30, size - 1] {
        lose_the_file(&mut handheld);
        handheld.line.set(Mode::PacksBent(place));
        handheld.device.sync_once().await.unwrap();
        let fresh = report(&handheld.device);
        handheld.device.sync_once().await.unwrap();
        assert_eq!(station.case(&fresh).1.n, 1, "byte {place}: work goes on");
        handheld.line.set(Mode::Up);
        handheld.device.sync_once().await.unwrap();
        other.device.sync_once().await.unwrap();
        assert_eq!(
            digest(&handheld.device),
            digest(&other.device),
            "byte {place}"
        );
    }

    *station.packs_by_stranger.lock().unwrap() = true;
    lose_the_file(&mut handheld);
    handheld.device.sync_once().await.unwrap();
    handheld.device.find_case(&own).unwrap_err();
    assert_eq!(
        cases(&handheld.device),
        1,
        "nobody answers for this pack; the feed came"
    );
    *station.packs_by_stranger.lock().unwrap() = false;
    handheld.device.sync_once().await.unwrap();
    handheld.device.find_case(&own).unwrap();
    assert_eq!(digest(&handheld.device), digest(&other.device));
}

#[tokio::test]
async fn a_folder_from_a_backup_gets_back_what_it_has_missed() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let old = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    let (_folder, copy) = copy_of(&handheld);
    // The device lives on, writes to the old case's neighbourhood, and is then lost.
    let missed = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();

    copy.unlock(&unlock(ASSISTANT, SECRET)).unwrap();
    let unsent = report(&copy);
    for _ in 0..3 {
        drop(copy.sync_once().await);
    }
    for case in [&old, &missed, &unsent] {
        let row = copy.find_case(case).unwrap().row;
        assert_eq!(row.delivery.state, DeliveryState::Community, "{case}");
        assert_eq!(station.case(case).1.n, 1);
    }
    assert!(copy.outbox().unwrap().items.is_empty());
    assert!(copy.refused().unwrap().is_empty());
}
