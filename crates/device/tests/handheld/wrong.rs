//! Wrong input and a wrong world: what was accepted before stays, and the answer says what is wrong.

use std::path::Path;
use std::sync::Arc;

use linli_device::dto::case::{CaseListKind, DeliveryState, ReceiptState};
use linli_device::dto::device::{BindInput, BindingStage};
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::household::HouseholdQuery;
use linli_device::dto::place::PositionState;
use linli_device::dto::report::{NoPhotoReason, ReportInput};
use linli_device::dto::sync::{StripState, WaitReason};
use linli_device::{BindingStep, By, Clock as _, Device, DeviceError, Engine, EnginePlan};
use linli_exchange::enrolment::EnrolAnswer;
use linli_model::{Scope, Timestamp};
use linli_store::DbKey;
use linli_sync::Code;
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::{SigningKey, Suite};

use crate::line::Mode;
use crate::station::Station;
use crate::stories::{hand_over_to_street, list};
use crate::world::{ASSISTANT, GRID, Handheld, MANAGER, SECRET, TestRandom, fence, jpeg};

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

fn report(device: &Device) -> String {
    let mut input = fence();
    input.no_photo_reason = Some(NoPhotoReason::CannotSee);
    device.report(&input).unwrap().case_id
}

/// An engine in a file, enrolled without a device around it.
fn grid_engine(station: &Station, file: &Path) -> (Engine, By) {
    let ticket = Ticket::parse(&station.ticket(&[ASSISTANT])).unwrap();
    let key = Arc::new(SigningKey::from_seed([44; 32]));
    let transcript = Transcript {
        suite: Suite::CURRENT,
        slot: ticket.slot,
        ca_sha256: [7; 32],
        key: key.public(),
        nonce: [1; 16],
        has_hardware_store: false,
        model: "test".into(),
        app: "test".into(),
    };
    let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &key).unwrap();
    let answer = station.enrol(&request.encode().unwrap()).unwrap();
    let answer = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
    let plan = EnginePlan {
        key,
        grid: GRID.parse().unwrap(),
        random: TestRandom::new(3),
        app: "test".into(),
        last_epoch: 0,
    };
    let engine = Engine::open(file, &DbKey::new([9; 32]), plan).unwrap();
    let now = station.clock.now();
    engine.install(&answer).unwrap();
    let by = engine.sign_in(&ASSISTANT.parse().unwrap(), now).unwrap();
    (engine, by)
}

fn long_report(number: usize) -> ReportInput {
    ReportInput {
        note: Some(format!("{number} {}", "满".repeat(600))),
        voice: None,
        no_photo_reason: Some(NoPhotoReason::CannotSee),
        ..fence()
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_years_stops_neither_binding_nor_reports() {
    for wrong in [-10 * YEAR_MS, 10 * YEAR_MS] {
        let station = Station::new();
        let handheld = Handheld::unbound(&station, 1);
        handheld.clock.set_wrong(wrong);
        handheld.bind(&station.ticket(&[ASSISTANT])).await;
        let case = report(&handheld.device);
        handheld.device.sync_once().await.unwrap();
        let row = handheld.device.find_case(&case).unwrap().row;
        assert_eq!(row.delivery.state, DeliveryState::Community, "{wrong}");
        let (log, view) = station.case(&case);
        assert_eq!(view.n, 1);
        let now = station.clock.now();
        let admit = log.admits.values().next().unwrap();
        assert!(
            now.ms_since(admit.received_at).abs() < 60_000,
            "the station's own time counts"
        );
        assert_eq!(handheld.line.count("401"), 1, "the offset was learnt once");
        handheld
            .device
            .list_households(&HouseholdQuery::default())
            .unwrap();

        // The clock is put right: nothing is asked for twice, nothing is lost.
        handheld.clock.set_wrong(0);
        let second = report(&handheld.device);
        handheld.device.sync_once().await.unwrap();
        assert_eq!(station.case(&second).1.n, 1);
        handheld
            .device
            .list_households(&HouseholdQuery::default())
            .unwrap();
    }
}

#[tokio::test]
async fn whether_a_level_is_late_is_judged_by_the_clock_of_the_station() {
    const MINUTE_MS: i64 = 60 * 1000;
    for wrong in [-26 * MINUTE_MS, 26 * MINUTE_MS] {
        let station = Station::new();
        let handheld = Handheld::unbound(&station, 1);
        handheld.clock.set_wrong(wrong);
        handheld.bind(&station.ticket(&[ASSISTANT])).await;
        let device = &handheld.device;
        let case = report(device);
        device.sync_once().await.unwrap();
        hand_over_to_street(&station, &case);
        device.sync_once().await.unwrap();
        let street = || {
            let detail = device.find_case(&case).unwrap();
            assert_eq!(detail.row.receipts[2].state, detail.receipts[2].state);
            (detail.row.delivery.state, detail.receipts[2].state)
        };
        handheld.clock_of_all(14 * MINUTE_MS);
        assert_eq!(street().1, ReceiptState::NotYet, "{wrong}");
        handheld.clock_of_all(2 * MINUTE_MS);
        let late = (DeliveryState::Unconfirmed, ReceiptState::Unconfirmed);
        assert_eq!(street(), late, "{wrong}");
    }
}

#[tokio::test]
async fn a_position_is_as_old_as_the_device_has_it_whatever_its_clock_shows() {
    const MINUTE_MS: i64 = 60 * 1000;
    for wrong in [-26 * MINUTE_MS, 26 * MINUTE_MS] {
        let station = Station::new();
        let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
        let handheld = handheld.with_receiver(ASSISTANT);
        handheld.clock.set_wrong(wrong);
        handheld.stand_at(116.43, 39.94);
        let state = || handheld.device.position().unwrap().state;
        assert_eq!(state(), PositionState::Fixed, "{wrong}");
        handheld.clock_of_all(3 * MINUTE_MS);
        assert_eq!(state(), PositionState::Searching, "{wrong}");
    }
}

#[tokio::test]
async fn a_clock_that_turns_wrong_later_costs_one_retry() {
    for wrong in [-10 * YEAR_MS, 10 * YEAR_MS] {
        let station = Station::new();
        let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
        let first = report(&handheld.device);
        handheld.device.sync_once().await.unwrap();
        handheld.clock.set_wrong(wrong);
        handheld.restart();
        handheld.unlock(ASSISTANT);
        let second = report(&handheld.device);
        handheld.device.sync_once().await.unwrap();
        for case in [&first, &second] {
            assert_eq!(station.case(case).1.n, 1);
            handheld.device.find_case(case).unwrap();
        }
        assert_eq!(list(&handheld.device, CaseListKind::Mine).len(), 2);
        handheld
            .device
            .list_households(&HouseholdQuery::default())
            .unwrap();
        handheld.clock.set_wrong(0);
        handheld.device.sync_once().await.unwrap();
        handheld
            .device
            .list_households(&HouseholdQuery::default())
            .unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_no_certificate_fits_is_named_and_the_ticket_is_kept() {
    let station = Station::new();
    let mut handheld = Handheld::unbound(&station, 1);
    handheld.line.set(Mode::ClockWrong);
    let input = BindInput {
        ticket: station.ticket(&[ASSISTANT]),
        secret: SECRET.into(),
    };
    handheld.device.bind(&input).unwrap();
    let step = handheld.device.advance_binding().await.unwrap();
    assert_eq!(step, BindingStep::NoNetwork, "the ticket is kept");
    let binding = handheld.device.status().unwrap().binding.unwrap();
    assert_eq!(binding.stage, BindingStage::NoNetwork);
    assert_eq!(binding.reason.unwrap().code, "clock");

    handheld.line.set(Mode::Up);
    let step = handheld.device.advance_binding().await.unwrap();
    assert_eq!(step, BindingStep::Done);
    handheld.line.set(Mode::ClockWrong);
    let case = report(&handheld.device);
    handheld.device.sync_once().await.unwrap_err();
    let status = handheld.device.sync_status().unwrap();
    assert_eq!(status.wait.unwrap().reason, WaitReason::Clock);
    handheld.restart();
    handheld.unlock(ASSISTANT);
    handheld.line.set(Mode::Up);
    handheld.device.sync_once().await.unwrap();
    assert_eq!(station.case(&case).1.n, 1);
}

#[tokio::test]
async fn an_old_program_is_told_so_and_keeps_what_waits() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&handheld.device);
    *station.fail_next.lock().unwrap() = Some(Code::ProtocolOld);
    handheld.device.sync_once().await.unwrap_err();
    let status = handheld.device.sync_status().unwrap();
    assert_eq!(status.wait.unwrap().reason, WaitReason::OldApp);
    assert_eq!(status.strip, StripState::NeedsYou);
    let [item] = handheld.device.outbox().unwrap().items.try_into().unwrap();
    assert_eq!(item.delivery.state, DeliveryState::Waiting);
    handheld.device.find_case(&case).unwrap();
    // Reporting goes on, and after the update everything goes.
    let second = report(&handheld.device);
    handheld.device.sync_once().await.unwrap();
    for case in [&case, &second] {
        assert_eq!(station.case(case).1.n, 1);
    }
}

#[tokio::test]
async fn what_is_not_of_this_grid_is_shown_with_its_reason_and_stays() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&handheld.device);
    *station.refuse_times.lock().unwrap() = 2;
    *station.refuse_with.lock().unwrap() = Code::HeaderForbidden;
    handheld.device.sync_once().await.unwrap();
    let [refused] = handheld.device.refused().unwrap().try_into().unwrap();
    assert_eq!(refused.code, "HEADER_FORBIDDEN");
    assert_eq!(refused.record.to_string(), case);
    assert!(refused.words.iter().any(|words| words == "围挡倒了一段"));
    let row = handheld.device.find_case(&case).unwrap().row;
    assert_eq!(row.delivery.state, DeliveryState::NeedsYou);
}

#[tokio::test]
async fn a_pack_with_a_record_of_another_grid_is_not_installed() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let case = report(&first.device);
    first.device.sync_once().await.unwrap();
    *station.stray_home.lock().unwrap() = Some("990101001001G02".parse().unwrap());
    let second = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    second.device.sync_once().await.unwrap();
    // The feed has brought it, where its own signature says where it belongs.
    second.device.find_case(&case).unwrap();
    let refused = second.device.find_case_by_code("K7M-42Q").unwrap_err();
    assert_eq!(ErrorDto::from(&refused).code, ErrorCode::NotFound);
}

#[test]
fn a_full_disk_refuses_the_next_save_and_loses_none_before_it() {
    let station = Station::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("grid.db");
    let (engine, by) = grid_engine(&station, &file);
    let limit = |pages: i64| {
        engine.ledger().write(|tx| {
            let set = format!("PRAGMA max_page_count = {pages}");
            tx.sql().query_row(&set, [], |row| row.get::<_, i64>(0))?;
            Ok::<_, linli_store::StoreError>(())
        })
    };
    limit(1).unwrap();
    let mut saved = 0;
    let full = loop {
        match engine.report(&by, &long_report(saved), &[], station.clock.now()) {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < 10_000, "the limit does not count");
    };
    assert!(matches!(full, DeviceError::StorageFull), "{full}");
    assert_eq!(ErrorDto::from(&full).code, ErrorCode::StorageFull);
    assert_eq!(
        usize::try_from(engine.counts().unwrap().waiting).unwrap(),
        saved
    );
    assert!(engine.ledger().integrity().unwrap().is_sound());
    let photo = linli_device::photo::prepare(&jpeg(1)).unwrap();
    let kind = linli_device::dto::report::PhotoKind::Wide;
    let full = engine
        .add_photo(&photo, kind, None, Timestamp(1))
        .unwrap_err();
    assert!(matches!(full, DeviceError::StorageFull), "{full}");

    // There is room again: the same report is saved.
    limit(1_000_000).unwrap();
    engine
        .report(&by, &long_report(saved), &[], station.clock.now())
        .unwrap();
    assert_eq!(
        usize::try_from(engine.counts().unwrap().waiting).unwrap(),
        saved + 1
    );
    assert!(
        engine
            .scopes()
            .contains(&Scope::Cases(engine.grid().clone()))
    );
}

#[tokio::test]
async fn somebody_without_the_right_is_told_so() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, MANAGER]).await;
    handheld.line.set(Mode::NoNetwork);
    handheld.unlock(ASSISTANT);
    let stranger = linli_device::dto::device::UnlockInput {
        staff: "io-1".into(),
        secret: crate::world::SECRET.into(),
    };
    let refused = ErrorDto::from(handheld.device.unlock(&stranger).unwrap_err());
    assert_eq!(refused.code, ErrorCode::Refused);
    let reason = serde_json::to_value(&refused.params["reason"]).unwrap();
    assert_eq!(reason, "not_allowed");
}
