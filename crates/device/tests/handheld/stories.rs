//! Reports, checks and additions, on this device and after the station has had its say.

use linli_device::dto::case::{
    CaseListKind, CaseQuery, CaseRow, DeliveryState, ReceiptState, WorkStateDto,
};
use linli_device::dto::case_detail::EffectDto;
use linli_device::dto::check::{
    CheckFailReason, CheckInput, CheckUnableReason, CheckVerdict, TaskKind,
};
use linli_device::dto::draft::DraftRow;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::report::{AmendInput, NoPhotoReason, PhotoInput, PhotoKind};
use linli_device::dto::sync::{StripState, WaitReason};
use linli_device::{Device, DeviceError};
use linli_model::Role;
use linli_model::case::{EventKind, OrderKind};
use linli_model::edition::Severity;

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, MANAGER, STREET, UNIT, at, copy_of, fence, jpeg};

pub(crate) fn list(device: &Device, list: CaseListKind) -> Vec<CaseRow> {
    device.list_cases(&CaseQuery::all(list)).unwrap().rows
}

fn code(error: &DeviceError) -> ErrorCode {
    ErrorDto::from(error).code
}

fn field(error: &DeviceError) -> String {
    let dto = ErrorDto::from(error);
    assert_eq!(dto.code, ErrorCode::InputInvalid, "{error}");
    serde_json::to_value(&dto.params["field"])
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// The desk files the case, names the unit, the unit is done: the case waits for a check.
pub(crate) fn until_checking(station: &Station, case: &str) -> String {
    let category: linli_model::CategoryCode = "08007".parse().unwrap();
    station.decide(
        case,
        "io-1",
        Role::IntakeOfficer,
        EventKind::File {
            category,
            standard: Some("01".into()),
            severity: Severity::Minor,
            case_number: "9901012026090100100042".parse().unwrap(),
        },
    );
    let unit = UNIT.parse().unwrap();
    let dispatch = EventKind::Dispatch {
        unit,
        co_units: vec![],
    };
    let dispatched = station.decide(case, "dp-1", Role::Dispatcher, dispatch);
    let unit_acts =
        |staff, role, kind, answers| station.act(case, staff, role, UNIT, kind, answers);
    unit_acts(
        "ul-1",
        Role::UnitLead,
        EventKind::Acknowledge,
        Some(dispatched),
    );
    let result = EventKind::SubmitResult {
        photos: vec!["ab".repeat(32).parse().unwrap()],
        text: "围挡已换新".into(),
    };
    let result = unit_acts("hd-1", Role::Handler, result, Some(dispatched));
    let asked = station.act(
        case,
        "system",
        Role::System,
        crate::world::COMMUNITY,
        EventKind::RequestCheck,
        Some(result),
    );
    asked.to_string()
}

pub(crate) fn check(
    case: &str,
    answers: &str,
    verdict: CheckVerdict,
    photos: &[String],
) -> CheckInput {
    CheckInput {
        case_id: case.to_owned(),
        answers: answers.to_owned(),
        verdict,
        photos: photos.to_vec(),
        note: Some("看过了".into()),
        position: None,
        satisfied: None,
    }
}

#[tokio::test]
async fn a_report_is_safe_at_once_and_travels_when_there_is_a_line() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.line.set(Mode::NoNetwork);
    let saved = handheld.device.report_with(&fence(), &[jpeg(1)]).unwrap();
    let [row] = list(&handheld.device, CaseListKind::Mine)
        .try_into()
        .unwrap();
    assert_eq!(
        (row.code.as_str(), row.is_mine),
        (saved.code.as_str(), true)
    );
    assert_eq!(row.delivery.state, DeliveryState::Saved);
    assert_eq!(row.work, WorkStateDto::Reported);

    // No network: it waits, and says why.
    handheld.device.sync_once().await.unwrap_err();
    let [item] = handheld.device.outbox().unwrap().items.try_into().unwrap();
    assert_eq!(item.delivery.state, DeliveryState::Waiting);
    assert_eq!(item.delivery.wait.unwrap().reason, WaitReason::NoNetwork);
    assert_eq!(
        (
            item.attempt_count,
            item.waiting_photo_count,
            item.is_text_waiting
        ),
        (1, 1, true)
    );
    let status = handheld.device.sync_status().unwrap();
    assert_eq!(
        (status.strip, status.waiting_count),
        (StripState::Offline, 1)
    );

    // The program is killed; everything is there after the next start.
    handheld.restart();
    assert_eq!(
        handheld.device.status().unwrap().waiting_count,
        1,
        "known while locked"
    );
    handheld.unlock(ASSISTANT);
    handheld.line.set(Mode::Up);
    let run = handheld.device.sync_once().await.unwrap();
    assert_eq!(run.photos_sent, 1);

    let detail = handheld.device.find_case(&saved.case_id).unwrap();
    assert_eq!(detail.row.delivery.state, DeliveryState::Community);
    assert_eq!(detail.note.as_deref(), Some("围挡倒了一段"));
    assert_eq!(detail.photos.len(), 1);
    assert!(detail.photos[0].is_here && detail.photos[0].is_delivered);
    assert_eq!(detail.timeline[0].effect, EffectDto::Applied);
    assert_eq!(detail.receipts[1].state, ReceiptState::Received);
    assert!(detail.receipts[1].is_exact);
    assert!(handheld.device.outbox().unwrap().items.is_empty());
    assert_eq!(handheld.device.status().unwrap().waiting_count, 0);
    let (log, view) = station.case(&saved.case_id);
    assert_eq!((view.n, log.head.note.as_str()), (1, "围挡倒了一段"));
    assert_eq!(station.files.lock().unwrap().len(), 1);
    let status = handheld.device.sync_status().unwrap();
    assert!(status.last_delivered_at.is_some() && status.strip == StripState::Connected);
}

#[tokio::test]
async fn inputs_are_refused_by_name_and_nothing_is_saved() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::Privacy);
    let refused = |change: &dyn Fn(&mut linli_device::dto::report::ReportInput)| {
        let mut input = report.clone();
        change(&mut input);
        field(&device.report(&input).unwrap_err())
    };
    assert_eq!(
        refused(&|input| input.category = "77777".into()),
        "category"
    );
    assert_eq!(
        refused(&|input| input.category = "00001".into()),
        "category",
        "retired"
    );
    assert_eq!(
        refused(&|input| input.category = "not a code!".into()),
        "category"
    );
    assert_eq!(refused(&|input| input.no_photo_reason = None), "photos");
    assert_eq!(
        refused(&|input| input.photos = vec!["00".repeat(32)]),
        "photos"
    );
    assert_eq!(
        refused(&|input| input.position = Some(at(200.0, 39.9))),
        "position"
    );
    assert_eq!(
        refused(&|input| input.note = Some("长".repeat(5_000))),
        "note"
    );
    let nowhere = |input: &mut linli_device::dto::report::ReportInput| {
        input.position = None;
        input.place = Some("  ".into());
    };
    assert_eq!(refused(&nowhere), "place");
    assert!(list(device, CaseListKind::Grid).is_empty());

    device.report(&report).unwrap();
    let [row] = list(device, CaseListKind::Grid).try_into().unwrap();
    assert!(row.photo.is_none() && row.distance_m.is_none());
    let found = |text: &str| {
        let query = CaseQuery {
            text: Some(text.into()),
            ..CaseQuery::all(CaseListKind::Grid)
        };
        device.list_cases(&query).unwrap().rows.len()
    };
    assert_eq!(
        (
            found("东侧花池"),
            found(&row.code.to_lowercase()),
            found("围挡"),
            found("没有")
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(
        device
            .find_case_by_code(&row.code.replace('-', " "))
            .unwrap()
            .row
            .id,
        row.id
    );
    assert_eq!(
        code(&device.find_case("00").unwrap_err()),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_check_answers_what_was_asked_and_only_once() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, MANAGER]).await;
    handheld.unlock(ASSISTANT);
    let device = &handheld.device;
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    device.sync_once().await.unwrap();
    let asked = until_checking(&station, &saved.case_id);
    device.sync_once().await.unwrap();

    let [row] = list(device, CaseListKind::Todo).try_into().unwrap();
    assert_eq!(row.task, Some(TaskKind::Check));
    assert_eq!(row.case_no.as_deref(), Some("9901012026090100100042"));
    let detail = device.find_case(&saved.case_id).unwrap();
    assert_eq!(detail.tasks[0].answers, asked);
    assert_eq!(
        detail.tasks[0].condition.as_ref().unwrap().zh,
        "围挡完整牢固"
    );
    assert!(detail.tasks[0].due_at.is_some());
    assert_eq!(detail.unit.as_ref().unwrap().zh, "园林队");
    assert_eq!(detail.next_steps[0].code, "check_on_spot");
    assert_eq!(detail.receipts[3].state, ReceiptState::NotNeeded);

    let pass = CheckVerdict::Pass {
        condition_met: true,
    };
    let case = saved.case_id.as_str();
    let no_photo = device.check(&check(case, &asked, pass, &[])).unwrap_err();
    assert_eq!(field(&no_photo), "photos");
    let input = PhotoInput {
        kind: PhotoKind::After,
        position: Some(at(116.4032, 39.9043)),
    };
    let photo = device.add_photo(&jpeg(2), &input).unwrap();
    let photos = [photo.hash];
    let unticked = CheckVerdict::Pass {
        condition_met: false,
    };
    assert_eq!(
        field(
            &device
                .check(&check(case, &asked, unticked, &photos))
                .unwrap_err()
        ),
        "verdict"
    );
    let other = format!("{}9", &asked[..asked.len() - 1]);
    let overtaken = device
        .check(&check(case, &other, pass, &photos))
        .unwrap_err();
    assert!(matches!(overtaken, DeviceError::Refused(why) if why == "overtaken"));

    device.check(&check(case, &asked, pass, &photos)).unwrap();
    let detail = device.find_case(case).unwrap();
    assert_eq!(detail.row.work, WorkStateDto::Feedback);
    assert_eq!(
        detail.row.delivery.state,
        DeliveryState::Newer,
        "an earlier version is there"
    );
    assert!(!detail.receipts[1].is_exact);
    assert_eq!(detail.timeline.last().unwrap().effect, EffectDto::Pending);
    assert!(list(device, CaseListKind::Todo).is_empty());
    let again = device
        .check(&check(case, &asked, pass, &photos))
        .unwrap_err();
    assert_eq!(code(&again), ErrorCode::Refused);

    device.sync_once().await.unwrap();
    let detail = device.find_case(case).unwrap();
    assert_eq!(detail.timeline.last().unwrap().effect, EffectDto::Applied);
    assert_eq!(
        detail.timeline.last().unwrap().note.as_deref(),
        Some("看过了")
    );
    assert_eq!(
        detail
            .photos
            .iter()
            .filter(|photo| photo.kind == PhotoKind::After)
            .count(),
        2
    );
    assert!(device.outbox().unwrap().items.is_empty());
}

#[tokio::test]
async fn a_check_that_fails_or_cannot_be_made_keeps_reason_words_and_photos() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    for (number, verdict, name, state) in [
        (
            1,
            CheckVerdict::Fail {
                reason: CheckFailReason::Incomplete,
            },
            "check_fail",
            WorkStateDto::Handling,
        ),
        (
            2,
            CheckVerdict::Unable {
                reason: CheckUnableReason::NoAccess,
            },
            "check_unable",
            WorkStateDto::Checking,
        ),
    ] {
        let saved = device.report_with(&fence(), &[jpeg(number)]).unwrap();
        device.sync_once().await.unwrap();
        let asked = until_checking(&station, &saved.case_id);
        device.sync_once().await.unwrap();
        let input = PhotoInput {
            kind: PhotoKind::After,
            position: None,
        };
        let photo = device.add_photo(&jpeg(number + 10), &input).unwrap();
        device
            .check(&check(
                &saved.case_id,
                &asked,
                verdict,
                std::slice::from_ref(&photo.hash),
            ))
            .unwrap();
        device.sync_once().await.unwrap();
        let detail = device.find_case(&saved.case_id).unwrap();
        assert_eq!(detail.row.work, state, "{name}");
        let item = detail
            .timeline
            .iter()
            .find(|item| item.code == name)
            .unwrap();
        assert_eq!(item.effect, EffectDto::Applied);
        assert!(item.reason.is_some());
        assert!(
            detail
                .timeline
                .iter()
                .any(|item| item.note.as_deref() == Some("看过了")),
            "{name}"
        );
        assert!(
            detail.photos.iter().any(|known| known.hash == photo.hash),
            "{name}"
        );
        assert!(detail.tasks.is_empty(), "{name}");
    }
}

/// The community passes a case on, and the street has not taken it yet.
pub(crate) fn hand_over_to_street(station: &Station, case: &str) {
    let street: linli_model::OrgId = STREET.parse().unwrap();
    let order = EventKind::Escalate {
        to: street.clone(),
        reason: "no_power".into(),
    };
    let order = station.decide(case, "io-1", Role::IntakeOfficer, order);
    let hand_over = EventKind::HandOver {
        to: street.clone(),
        target: street,
    };
    station.act(
        case,
        "system",
        Role::System,
        crate::world::COMMUNITY,
        hand_over,
        Some(order),
    );
}

#[tokio::test]
async fn a_return_asks_for_more_and_an_addition_answers_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    device.sync_once().await.unwrap();
    let case = saved.case_id.as_str();
    hand_over_to_street(&station, case);
    device.sync_once().await.unwrap();
    let row = device.find_case(case).unwrap().row;
    assert_eq!(row.receipts[2].state, ReceiptState::NotYet);
    handheld.clock.advance(16 * 60 * 1000);
    let detail = device.find_case(case).unwrap();
    assert_eq!(detail.row.delivery.state, DeliveryState::Unconfirmed);
    assert_eq!(detail.receipts[2].state, ReceiptState::Unconfirmed);
    assert_eq!(detail.next_steps[0].code, "handed_over");
    let (_, view) = station.case(case);
    let transfer = view.confirmed.transfer.unwrap();
    assert_eq!(transfer.kind, OrderKind::Escalate);

    station.send_back(case, "close_up_missing");
    device.sync_once().await.unwrap();
    let detail = device.find_case(case).unwrap();
    assert_eq!(detail.row.delivery.state, DeliveryState::Returned);
    assert_eq!(
        detail.row.delivery.reason.as_ref().unwrap().code,
        "close_up_missing"
    );
    assert_eq!(detail.row.task, Some(TaskKind::Amend));
    assert_eq!(detail.receipts[2].state, ReceiptState::Returned);
    assert_eq!(
        device.outbox().unwrap().items.len(),
        1,
        "it needs the reporter"
    );

    let nothing = AmendInput {
        case_id: case.into(),
        answers: None,
        photos: vec![],
        note: None,
    };
    assert_eq!(field(&device.amend(&nothing).unwrap_err()), "photos");
    let input = PhotoInput {
        kind: PhotoKind::Close,
        position: None,
    };
    let photo = device.add_photo(&jpeg(3), &input).unwrap();
    let answer = AmendInput {
        case_id: case.into(),
        answers: Some(detail.tasks[0].answers.clone()),
        photos: vec![photo.hash],
        note: Some("补近景".into()),
    };
    device.amend(&answer).unwrap();
    assert!(device.find_case(case).unwrap().tasks.is_empty());
    device.sync_once().await.unwrap();
    assert!(device.outbox().unwrap().items.is_empty());
    let (log, _) = station.case(case);
    assert_eq!(log.photos.len(), 2);
}

#[tokio::test]
async fn two_people_share_a_device_and_not_their_lists() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, MANAGER]).await;
    let device = &handheld.device;
    let status = device.status().unwrap();
    assert_eq!(status.staff.len(), 2);
    assert!(status.signed_in.is_none(), "who works has to say so");
    assert_eq!(
        code(&device.report(&fence()).unwrap_err()),
        ErrorCode::Locked
    );

    handheld.unlock(ASSISTANT);
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    device.report(&report).unwrap();
    device.save_draft("report", "甲的草稿").unwrap();
    handheld.clock.advance(1_000);
    device.save_draft("visit-1", "甲的走访").unwrap();
    let names = |drafts: Vec<DraftRow>| drafts.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(
        names(device.list_drafts().unwrap()),
        ["visit-1", "report"],
        "the newest first"
    );
    device.lock().unwrap();
    handheld.unlock(MANAGER);
    assert!(list(device, CaseListKind::Mine).is_empty());
    assert_eq!(list(device, CaseListKind::Grid).len(), 1);
    assert_eq!(device.load_draft("report").unwrap(), None);
    assert_eq!(names(device.list_drafts().unwrap()), [""; 0]);
    device.report(&report).unwrap();
    device.sync_once().await.unwrap();
    for row in list(device, CaseListKind::Grid) {
        let (log, _) = station.case(&row.id);
        let staff = if row.is_mine { MANAGER } else { ASSISTANT };
        let author = &log.events.values().next().unwrap().by;
        assert_eq!(author.staff.as_str(), staff);
    }
    assert!(list(device, CaseListKind::Todo).is_empty());
}

#[tokio::test]
async fn every_answered_command_survives_a_kill_at_that_moment() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.line.set(Mode::NoNetwork);
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    for number in 1..=3 {
        let photo = jpeg(number);
        let saved = handheld.device.report_with(&report, &[photo]).unwrap();
        handheld
            .device
            .save_draft("report", &format!("{number}"))
            .unwrap();
        let (_folder, copy) = copy_of(&handheld);
        copy.unlock(&crate::world::unlock(ASSISTANT, crate::world::SECRET))
            .unwrap();
        let detail = copy.find_case(&saved.case_id).unwrap();
        assert!(detail.photos[0].is_here);
        assert_eq!(list(&copy, CaseListKind::Mine).len(), number as usize);
        assert_eq!(copy.load_draft("report").unwrap(), Some(number.to_string()));
        assert_eq!(copy.outbox().unwrap().items.len(), number as usize);
        assert!(
            copy.inspect(true).unwrap().grids[0]
                .faults
                .as_ref()
                .unwrap()
                .is_empty()
        );
    }
}
