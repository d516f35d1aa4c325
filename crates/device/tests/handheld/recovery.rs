//! Lines that break, servers that refuse or were restored, clocks that are wrong, clones.

use linli_device::dto::case::{CaseListKind, DeliveryState};
use linli_device::dto::report::NoPhotoReason;
use linli_device::dto::sync::{StripState, WaitReason};
use linli_device::{Clock as _, Device};
use linli_sync::Code;

use crate::line::Mode;
use crate::station::Station;
use crate::stories::list;
use crate::world::{ASSISTANT, Handheld, SECRET, copy_of, fence, unlock};

fn report(device: &Device) -> String {
    let mut input = fence();
    input.no_photo_reason = Some(NoPhotoReason::CannotSee);
    device.report(&input).unwrap().case_id
}

fn state(device: &Device, case: &str) -> DeliveryState {
    device.find_case(case).unwrap().row.delivery.state
}

#[tokio::test]
async fn a_lost_answer_leaves_the_case_unsure_and_the_next_run_settles_it_once() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&handheld.device);
    handheld.line.set(Mode::AnswersLost);
    handheld.device.sync_once().await.unwrap_err();
    assert_eq!(state(&handheld.device, &case), DeliveryState::Unsure);
    handheld.line.set(Mode::Up);
    handheld.device.sync_once().await.unwrap();
    assert_eq!(state(&handheld.device, &case), DeliveryState::Community);
    let (log, view) = station.case(&case);
    assert_eq!((log.events.len(), view.n), (1, 1), "nothing is doubled");
}

#[tokio::test]
async fn an_answer_that_breaks_anywhere_is_finished_by_the_next() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let other = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    for _ in 0..3 {
        report(&other.device);
    }
    other.device.sync_once().await.unwrap();
    let mut bytes = 0;
    loop {
        let case = report(&handheld.device);
        handheld.line.set(Mode::AnswersCut(bytes));
        let is_whole = handheld.device.sync_once().await.is_ok();
        handheld.line.set(Mode::Up);
        handheld.device.sync_once().await.unwrap();
        assert_eq!(
            state(&handheld.device, &case),
            DeliveryState::Community,
            "cut after {bytes}"
        );
        if is_whole || bytes > 8_000 {
            break;
        }
        bytes += 211;
    }
    assert!(bytes > 211, "answers were cut");
    other.device.sync_once().await.unwrap();
    let digest = |handheld: &Handheld| handheld.device.inspect(true).unwrap().grids.remove(0);
    let (mine, theirs) = (digest(&handheld), digest(&other));
    assert_eq!(mine.cases_digest, theirs.cases_digest);
    assert_eq!(mine.faults, Some(Vec::new()));
}

#[tokio::test]
async fn what_the_server_refuses_is_written_again_once_and_then_shown_with_its_words() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let case = report(device);
    let epoch = device.inspect(false).unwrap().grids[0].epoch;
    *station.refuse_next.lock().unwrap() = Some(Code::ChangeForbidden);
    device.sync_once().await.unwrap();
    assert!(device.inspect(false).unwrap().grids[0].epoch > epoch);
    let (log, view) = station.case(&case);
    let [event] = log.events.values().collect::<Vec<_>>().try_into().unwrap();
    assert!(event.again_of.is_some(), "a repetition says so");
    assert_eq!((view.n, log.head.note.as_str()), (1, "围挡倒了一段"));
    assert_eq!(state(device, &case), DeliveryState::Community);
    assert!(device.outbox().unwrap().items.is_empty());
}

#[tokio::test]
async fn what_is_refused_twice_needs_a_person_and_stays_in_sight_with_its_words() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&handheld.device);
    *station.refuse_times.lock().unwrap() = 2;
    handheld.device.sync_once().await.unwrap();
    for _ in 0..2 {
        let row = handheld.device.find_case(&case).unwrap().row;
        assert_eq!(row.delivery.state, DeliveryState::NeedsYou);
        assert_eq!(list(&handheld.device, CaseListKind::Mine).len(), 1);
        assert_eq!(handheld.device.outbox().unwrap().items.len(), 1);
        let status = handheld.device.sync_status().unwrap();
        assert_eq!(
            (status.needs_you_count, status.strip),
            (1, StripState::NeedsYou)
        );
        let refused = handheld.device.refused().unwrap();
        assert!(refused[0].words.iter().any(|words| words == "围挡倒了一段"));
        handheld.restart();
        handheld.unlock(ASSISTANT);
    }
    handheld.device.settle_refused(&case).unwrap();
    assert!(handheld.device.outbox().unwrap().items.is_empty());
    assert!(
        handheld.device.settle_refused(&case).is_err(),
        "there is nothing left to settle"
    );
}

#[tokio::test]
async fn a_restored_server_is_offered_everything_again() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let first = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    station.open_generation();
    let second = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    assert_eq!(
        handheld.device.inspect(false).unwrap().grids[0].generation,
        2
    );
    for case in [first, second] {
        assert_eq!(station.case(&case).1.n, 1);
        assert_eq!(state(&handheld.device, &case), DeliveryState::Community);
    }
}

#[tokio::test]
async fn what_a_restored_server_has_lost_comes_back_from_the_handheld() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    station.lose_every_record();
    handheld.device.sync_once().await.unwrap();
    let (log, _) = station.case(&case);
    assert_eq!(
        log.head.note, "围挡倒了一段",
        "acknowledged before, and not lost"
    );
    assert_eq!(state(&handheld.device, &case), DeliveryState::Community);
    assert!(handheld.device.outbox().unwrap().items.is_empty());
}

#[tokio::test]
async fn a_wrong_clock_costs_one_retry_and_is_remembered() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    *handheld.line.skew_ms.lock().unwrap() = 26 * 60 * 1000;
    let case = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    assert_eq!(state(&handheld.device, &case), DeliveryState::Community);
    let calls = || handheld.line.calls.lock().unwrap().len();
    let refused = || handheld.line.count("401");
    assert_eq!(refused(), 1, "one refusal, one retry");
    let before = calls();
    handheld.device.sync_once().await.unwrap();
    assert_eq!((refused(), calls()), (1, before + 1));
}

#[tokio::test]
async fn every_failure_has_its_one_reason() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    report(device);
    for (mode, reason, strip) in [
        (Mode::NoNetwork, WaitReason::NoNetwork, StripState::Offline),
        (
            Mode::Unreachable,
            WaitReason::ServerDown,
            StripState::Offline,
        ),
        (
            Mode::Refuses(429, "BUSY"),
            WaitReason::Busy,
            StripState::Weak,
        ),
        (
            Mode::Refuses(503, "RECOVERING"),
            WaitReason::Busy,
            StripState::Weak,
        ),
        (
            Mode::Refuses(401, "NOT_ENROLLED"),
            WaitReason::Auth,
            StripState::NeedsYou,
        ),
        (
            Mode::Refuses(400, "PROTOCOL_OLD"),
            WaitReason::OldApp,
            StripState::NeedsYou,
        ),
    ] {
        handheld.line.set(mode.clone());
        device.sync_once().await.unwrap_err();
        let status = device.sync_status().unwrap();
        assert_eq!(
            (status.wait.unwrap().reason, status.strip),
            (reason, strip),
            "{mode:?}"
        );
        let [item] = device.outbox().unwrap().items.try_into().unwrap();
        assert_eq!(item.delivery.state, DeliveryState::Waiting, "{mode:?}");
        assert_eq!(item.delivery.wait.unwrap().reason, reason, "{mode:?}");
    }
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    assert_eq!(device.sync_status().unwrap().wait, None);
}

#[tokio::test]
async fn a_copy_of_a_device_goes_on_under_a_new_epoch_and_both_agree() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    let (_folder, copy) = copy_of(&handheld);
    copy.unlock(&unlock(ASSISTANT, SECRET)).unwrap();
    let by_first = report(&handheld.device);
    let by_copy = report(&copy);
    handheld.device.sync_once().await.unwrap();
    for _ in 0..3 {
        drop(copy.sync_once().await);
    }
    handheld.device.sync_once().await.unwrap();
    for case in [&by_first, &by_copy] {
        assert_eq!(station.case(case).1.n, 1, "neither person's work is lost");
        handheld.device.find_case(case).unwrap();
        copy.find_case(case).unwrap();
    }
    let grid = |device: &Device| device.inspect(false).unwrap().grids.remove(0);
    let (first, second) = (grid(&handheld.device), grid(&copy));
    assert!(second.epoch > first.epoch);
    assert_eq!(first.cases_digest, second.cases_digest);
}

#[tokio::test]
async fn an_erased_case_is_gone_with_its_photos() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let saved = device
        .report_with(&fence(), &[crate::world::jpeg(1)])
        .unwrap();
    device.sync_once().await.unwrap();
    let photo = device.find_case(&saved.case_id).unwrap().photos[0]
        .hash
        .parse()
        .unwrap();
    station.erase(&saved.case_id);
    device.sync_once().await.unwrap();
    assert!(list(device, CaseListKind::Grid).is_empty());
    assert!(device.find_case(&saved.case_id).is_err());
    let small = linli_device::PhotoSize::Small;
    assert_eq!(device.photo_here(&photo, small).unwrap(), None);
}

#[tokio::test]
async fn a_new_edition_reaches_the_screens_and_the_heartbeat_says_what_waits() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let mut changes = handheld.device.on_change();
    station.publish(2);
    handheld.device.sync_once().await.unwrap();
    assert_eq!(handheld.device.inspect(false).unwrap().grids[0].edition, 2);
    let mut has_reference = false;
    while let Ok(change) = changes.try_recv() {
        has_reference |= change
            .nouns
            .contains(&linli_device::dto::change_set::Noun::Reference);
    }
    assert!(has_reference);
    let quiet = handheld.line.manifests.lock().unwrap().len();
    handheld.device.sync_once().await.unwrap();
    assert_eq!(
        handheld.line.manifests.lock().unwrap().len(),
        quiet,
        "nothing new to say"
    );

    *handheld.machine.network.lock().unwrap() = Some(linli_device::net::NetworkKind::Metered);
    handheld.device.set_wifi_only(true).unwrap();
    handheld
        .device
        .report_with(&fence(), &[crate::world::jpeg(1)])
        .unwrap();
    handheld.device.sync_once().await.unwrap();
    let manifests = handheld.line.manifests.lock().unwrap();
    let last = manifests.last().unwrap();
    assert_eq!(
        (last.cases.len(), last.cases[0].photos, last.cases[0].text),
        (1, 1, false)
    );
    assert_eq!(last.edition, 2);
    assert!(last.at <= handheld.clock.now());
}
