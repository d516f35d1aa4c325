//! A working day: what others did comes as messages, danger that nobody has rings, and the patrol list
//! says where to go.

use linli_device::dto::building::BuildingInput;
use linli_device::dto::case::{CaseListKind, UrgencyDto, WorkStateDto};
use linli_device::dto::check::{CheckVerdict, TaskKind, VerifyFinding, VerifyInput};
use linli_device::dto::diagnosis::{FindingKind, FindingState};
use linli_device::dto::patrol::StopKind;
use linli_device::dto::register::VisitInput;
use linli_device::dto::report::{NoPhotoReason, ReportInput};
use linli_device::{Device, DeviceError};
use linli_model::Role;
use linli_model::case::EventKind;

use crate::line::Mode;
use crate::register::household;
use crate::station::Station;
use crate::stories::{check, list, until_checking};
use crate::world::{ASSISTANT, Handheld, MANAGER, at, fence, jpeg};

const MINUTE: i64 = 60 * 1_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn unread(device: &Device) -> u32 {
    device.sync_status().unwrap().unread_count
}

fn without_photo() -> ReportInput {
    ReportInput {
        voice: None,
        no_photo_reason: Some(NoPhotoReason::CannotSee),
        ..fence()
    }
}

#[tokio::test]
async fn what_others_did_with_an_own_case_is_told_once() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let other = Handheld::bound(&station, 2, &[MANAGER]).await;
    let device = &first.device;
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    device.sync_once().await.unwrap();
    assert_eq!(unread(device), 0, "nobody is told of what they did");
    until_checking(&station, &saved.case_id);
    device.sync_once().await.unwrap();

    let told = device.list_messages().unwrap();
    let events: Vec<&str> = told.rows.iter().map(|row| row.event.as_str()).collect();
    for event in [
        "file",
        "dispatch",
        "acknowledge",
        "submit_result",
        "request_check",
    ] {
        assert!(events.contains(&event), "{event}: {events:?}");
    }
    assert!(!events.contains(&"report"));
    assert!(told.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.at)));
    assert_eq!(told.rows[0].task, Some(TaskKind::Check));
    let result = told.rows.iter().find(|row| row.event == "submit_result");
    let result = result.unwrap();
    assert_eq!(result.org.as_ref().unwrap().zh, "园林队");
    assert_eq!(result.note.as_deref(), Some("围挡已换新"));
    assert_eq!(unread(device), u32::try_from(events.len()).unwrap());

    device
        .read_messages(std::slice::from_ref(&result.id))
        .unwrap();
    assert_eq!(unread(device), u32::try_from(events.len()).unwrap() - 1);
    device.read_messages(&[]).unwrap();
    assert_eq!(unread(device), 0);
    device.rebuild_rows().unwrap();
    assert_eq!(unread(device), 0, "rows made anew are the same messages");

    other.device.sync_once().await.unwrap();
    assert_eq!(other.device.list_messages().unwrap().rows, [], "not theirs");
    first.clock.advance(15 * DAY);
    assert_eq!(device.list_messages().unwrap().rows, [], "old news is none");
}

#[tokio::test]
async fn a_danger_that_nobody_has_rings_after_two_minutes_until_it_is_heard() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    handheld.line.set(Mode::NoNetwork);
    device.report(&without_photo()).unwrap();
    assert_eq!(device.sync_status().unwrap().alarms, [], "no danger");
    let danger = ReportInput {
        urgency: UrgencyDto::Danger,
        ..without_photo()
    };
    let saved = device.report(&danger).unwrap();
    let [alarm] = device.sync_status().unwrap().alarms.try_into().unwrap();
    assert_eq!(alarm.case_id, saved.case_id);
    assert_eq!(alarm.rings_at - alarm.saved_at, 2 * MINUTE);
    assert!(!alarm.is_heard);
    device.hear_alarm(&saved.case_id).unwrap();
    assert!(device.sync_status().unwrap().alarms[0].is_heard);
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    assert_eq!(device.sync_status().unwrap().alarms, [], "somebody has it");
    let error = device.hear_alarm(&"0".repeat(32)).unwrap_err();
    assert!(matches!(error, DeviceError::NotFound("case")), "{error}");
}

#[tokio::test]
async fn what_a_desk_wants_to_be_seen_is_verified_on_the_spot() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let saved = device.report(&without_photo()).unwrap();
    device.sync_once().await.unwrap();
    let ask = EventKind::RequestVerification {
        text: "居民说已倒了三天".into(),
    };
    station.decide(&saved.case_id, "io-1", Role::IntakeOfficer, ask);
    device.sync_once().await.unwrap();

    let [row] = list(device, CaseListKind::Todo).try_into().unwrap();
    assert_eq!(
        (row.task, row.work),
        (Some(TaskKind::Verify), WorkStateDto::Verifying)
    );
    let task = device.find_case(&row.id).unwrap().tasks.remove(0);
    let verify = |finding, photos: &[String]| VerifyInput {
        case_id: row.id.clone(),
        answers: task.answers.clone(),
        finding,
        photos: photos.to_vec(),
        note: None,
        position: None,
    };
    let error = device
        .verify(&verify(VerifyFinding::Exists, &[]))
        .unwrap_err();
    assert!(
        matches!(error, DeviceError::InputInvalid("photos")),
        "{error}"
    );
    let input = linli_device::dto::report::PhotoInput {
        kind: linli_device::dto::report::PhotoKind::Close,
        position: None,
    };
    let photo = device.add_photo(&jpeg(3), &input).unwrap().hash;
    device
        .verify(&verify(VerifyFinding::Exists, &[photo]))
        .unwrap();
    assert!(list(device, CaseListKind::Todo).is_empty());
    device.sync_once().await.unwrap();
    let (_, view) = station.case(&row.id);
    assert_eq!(view.now.state, linli_model::case::State::Reported);
}

#[tokio::test]
async fn what_a_resident_says_at_a_check_goes_with_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    device.sync_once().await.unwrap();
    let asked = until_checking(&station, &saved.case_id);
    device.sync_once().await.unwrap();
    let fail = CheckVerdict::Fail {
        reason: linli_device::dto::check::CheckFailReason::Incomplete,
    };
    let input = linli_device::dto::report::PhotoInput {
        kind: linli_device::dto::report::PhotoKind::After,
        position: None,
    };
    let photo = device.add_photo(&jpeg(2), &input).unwrap().hash;
    let mut input = check(&saved.case_id, &asked, fail, &[photo]);
    input.satisfied = Some(false);
    device.check(&input).unwrap();
    device.sync_once().await.unwrap();
    let (log, _) = station.case(&saved.case_id);
    let said = log.events.values().find_map(|event| match event.kind {
        EventKind::VisitResult { satisfied, .. } => satisfied,
        _ => None,
    });
    assert_eq!(said, Some(false));
}

#[tokio::test]
async fn the_patrol_leads_to_what_is_due_nearest_first_and_the_shift_counts_what_was_done() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    assert_eq!(device.duty().unwrap().since_at, None);
    assert_eq!(device.shift_summary().unwrap(), None);
    let since = device.set_duty(true).unwrap().since_at;
    assert_eq!(
        device.set_duty(true).unwrap().since_at,
        since,
        "once is enough"
    );

    let near = device
        .add_building(&BuildingInput {
            name: "2号楼".into(),
            position: Some(at(116.4031, 39.9041)),
        })
        .unwrap();
    let far = device
        .add_building(&BuildingInput {
            name: "9号楼".into(),
            position: Some(at(116.4090, 39.9090)),
        })
        .unwrap();
    let home = device
        .add_household(&household("2号楼1单元101 张先生家"))
        .unwrap();
    let mut visit = VisitInput {
        household: home.id.clone(),
        visited_at: None,
        at_home: true,
        topic: Some("safety".into()),
        note: None,
        voice: None,
        next_visit_at: Some(station_now(&handheld) + 7 * DAY),
        case_id: None,
    };
    device.note_visit(&visit).unwrap();
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    device.sync_once().await.unwrap();
    until_checking(&station, &saved.case_id);
    device.sync_once().await.unwrap();
    handheld.stand_at(116.4032, 39.9040);

    let patrol = device.patrol().unwrap();
    assert_eq!((patrol.task_count, patrol.visit_count), (1, 0), "next week");
    assert_eq!(patrol.stops[0].kind, StopKind::Task);
    assert_eq!(patrol.stops[0].id, saved.case_id);
    assert!(patrol.stops[0].distance_m.unwrap() < 50);
    handheld.clock.advance(6 * DAY + 60 * MINUTE);
    let patrol = device.patrol().unwrap();
    assert_eq!(patrol.visit_count, 1, "tomorrow");
    let stop = patrol
        .stops
        .iter()
        .find(|stop| stop.kind == StopKind::Visit);
    assert_eq!(stop.unwrap().id, home.id);
    assert!(!stop.unwrap().is_overdue);
    handheld.clock.advance(2 * DAY);
    device.sync_once().await.unwrap();
    let patrol = device.patrol().unwrap();
    assert!(
        patrol
            .stops
            .iter()
            .any(|stop| stop.kind == StopKind::Visit && stop.is_overdue)
    );
    visit.next_visit_at = None;
    device.note_visit(&visit).unwrap();
    assert_eq!(device.patrol().unwrap().visit_count, 0, "it was done");

    let covered = device.coverage(30).unwrap();
    let order: Vec<_> = covered
        .buildings
        .iter()
        .map(|row| (row.id.as_str(), row.done_count))
        .collect();
    assert_eq!(
        order[0],
        (far.id.as_str(), 0),
        "what waits longest is first"
    );
    assert_eq!(order[1].0, near.id);
    assert!(order[1].1 >= 1, "the report lies beside it");
    assert_eq!(device.coverage(1).unwrap().buildings[1].done_count, 0);
    assert!(matches!(
        device.coverage(0).unwrap_err(),
        DeviceError::InputInvalid("days")
    ));

    let summary = device.shift_summary().unwrap().unwrap();
    assert_eq!(
        (summary.report_count, summary.visit_count),
        (1, 1),
        "the second visit came after it"
    );
    assert_eq!(summary.register_count, 3, "two buildings and a household");
    assert!(summary.ended_at.is_some(), "nobody is on duty for a week");
    assert_eq!(device.duty().unwrap().since_at, None);
}

fn station_now(handheld: &Handheld) -> i64 {
    use linli_device::Clock as _;
    handheld.clock.now().0
}

#[tokio::test]
async fn a_device_says_what_works_and_what_does_not() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    let state = |kind| {
        let found = device.diagnose().unwrap().findings;
        found.iter().find(|one| one.kind == kind).unwrap().state
    };
    assert_eq!(state(FindingKind::Server), FindingState::Good);
    assert_eq!(state(FindingKind::Storage), FindingState::Good);
    assert_eq!(
        state(FindingKind::Position),
        FindingState::Poor,
        "no receiver"
    );
    assert_eq!(state(FindingKind::Battery), FindingState::Unknown);
    assert_eq!(state(FindingKind::Waiting), FindingState::Good);
    assert_eq!(state(FindingKind::Certificate), FindingState::Good);
    let free = &handheld.machine.free;
    free.store(100 << 20, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(state(FindingKind::Storage), FindingState::Poor);
    free.store(10 << 20, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(state(FindingKind::Storage), FindingState::Bad);
    device.report(&without_photo()).unwrap();
    assert_eq!(state(FindingKind::Waiting), FindingState::Poor);
    let aside = handheld.folder.path().join("grid-1.db.damaged-1");
    std::fs::write(&aside, b"x").unwrap();
    assert_eq!(state(FindingKind::Damage), FindingState::Bad);
    device.lock().unwrap();
    assert_eq!(state(FindingKind::Certificate), FindingState::Unknown);
    assert_eq!(
        state(FindingKind::Waiting),
        FindingState::Poor,
        "known behind the lock"
    );
}
