//! Lists in pages and by work state, and asking for a case to go up.

use linli_device::dto::building::PageQuery;
use linli_device::dto::case::{CaseListKind, CaseQuery, WorkCount, WorkStateDto};
use linli_device::dto::case_detail::EffectDto;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::report::{AmendInput, EscalateInput, EscalateReason, NoPhotoReason};
use linli_model::Role;
use linli_model::case::{EventKind, Slot};
use linli_model::edition::Severity;

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, POLICE, fence};

fn page(offset: u32, limit: u32) -> CaseQuery {
    CaseQuery {
        page: Some(PageQuery { offset, limit }),
        ..CaseQuery::all(CaseListKind::Grid)
    }
}

#[tokio::test]
async fn pages_of_a_list_make_the_whole_of_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    handheld.line.set(Mode::NoNetwork);
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    for number in 1..=7 {
        report.place = Some(format!("样街{number}号楼"));
        device.report(&report).unwrap();
        handheld.clock.advance(60_000);
    }
    let whole = device
        .list_cases(&CaseQuery::all(CaseListKind::Grid))
        .unwrap();
    assert_eq!((whole.rows.len(), whole.total_count), (7, 7));
    let mut pieces = Vec::new();
    for offset in [0, 3, 6, 9] {
        let part = device.list_cases(&page(offset, 3)).unwrap();
        assert_eq!(part.total_count, 7);
        pieces.extend(part.rows);
    }
    assert_eq!(pieces, whole.rows);
    let found = device
        .list_cases(&CaseQuery {
            text: Some("样街3号".into()),
            ..page(0, 3)
        })
        .unwrap();
    assert_eq!((found.rows.len(), found.total_count), (1, 1));
    assert_eq!(found.rows[0].place.as_deref(), Some("样街3号楼"));
}

#[tokio::test]
async fn a_list_is_narrowed_by_work_state_and_counts_the_others() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    let first = device.report(&report).unwrap();
    device.report(&report).unwrap();
    device.sync_once().await.unwrap();
    station.decide(
        &first.case_id,
        "io-1",
        Role::IntakeOfficer,
        EventKind::File {
            category: "08007".parse().unwrap(),
            standard: Some("01".into()),
            severity: Severity::Minor,
            case_number: "9901012026090100100042".parse().unwrap(),
        },
    );
    device.sync_once().await.unwrap();
    let narrowed = |works: &[WorkStateDto]| {
        device
            .list_cases(&CaseQuery {
                works: works.to_vec(),
                ..page(0, 50)
            })
            .unwrap()
    };
    let filed = narrowed(&[WorkStateDto::Filed]);
    assert_eq!(filed.total_count, 1);
    assert_eq!(filed.rows[0].id, first.case_id);
    let counts = vec![
        WorkCount {
            work: WorkStateDto::Reported,
            count: 1,
        },
        WorkCount {
            work: WorkStateDto::Filed,
            count: 1,
        },
    ];
    assert_eq!(filed.works, counts, "what is left out is counted");
    assert_eq!(narrowed(&[]).total_count, 2);
    let none = narrowed(&[WorkStateDto::Closed, WorkStateDto::Voided]);
    assert!(none.rows.is_empty() && none.total_count == 0);
}

#[tokio::test]
async fn a_request_to_pass_a_case_up_is_made_once_and_reaches_the_desk() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    let saved = device.report(&report).unwrap();
    let detail = || device.find_case(&saved.case_id).unwrap();
    let words = AmendInput {
        case_id: saved.case_id.clone(),
        answers: None,
        photos: Vec::new(),
        note: Some("补一句".into()),
    };
    assert!(!detail().may_amend && !detail().may_escalate);
    let early = device.amend(&words).unwrap_err();
    assert_eq!(ErrorDto::from(early).code, ErrorCode::Refused);
    device.sync_once().await.unwrap();
    assert!(detail().may_amend && detail().may_escalate);
    handheld.line.set(Mode::NoNetwork);
    device.amend(&words).unwrap();
    let wish = EscalateInput {
        case_id: saved.case_id.clone(),
        reason: EscalateReason::NoPower,
        note: Some("围挡归街道管".into()),
    };
    device.escalate(&wish).unwrap();
    let asked = detail();
    assert!(!asked.may_escalate, "it waits for its answer");
    let line = asked
        .timeline
        .iter()
        .find(|line| line.code == "request_escalation")
        .unwrap();
    assert_eq!(line.effect, EffectDto::Pending);
    assert_eq!(line.reason.as_ref().unwrap().code, "no_power");
    assert!(
        asked
            .timeline
            .iter()
            .any(|line| line.note.as_deref() == Some("围挡归街道管"))
    );
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    let (_, view) = station.case(&saved.case_id);
    assert!(view.now.current.contains_key(&Slot::EscalationRequest));

    let mut unknown = wish.clone();
    unknown.case_id = "00".into();
    let error = device.escalate(&unknown).unwrap_err();
    assert_eq!(ErrorDto::from(error).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn who_may_not_ask_for_it_is_not_offered_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, POLICE]).await;
    let device = &handheld.device;
    handheld.unlock(ASSISTANT);
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    let saved = device.report(&report).unwrap();
    device.sync_once().await.unwrap();
    device.lock().unwrap();
    handheld.unlock(POLICE);
    assert!(!device.find_case(&saved.case_id).unwrap().may_escalate);
    let wish = EscalateInput {
        case_id: saved.case_id,
        reason: EscalateReason::NoMeans,
        note: None,
    };
    let error = device.escalate(&wish).unwrap_err();
    assert_eq!(ErrorDto::from(error).code, ErrorCode::Refused);
}
