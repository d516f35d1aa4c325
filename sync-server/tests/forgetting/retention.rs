//! R5: what is due is erased, what is needed is kept, and each run says what it did.

use linli_device::dto::register::{EnrolmentInput, VisitInput};
use linli_exchange::{Kept, Reference};
use linli_model::{RecordKind, Timestamp};
use linli_store::{ControlItem, StoreError};
use linli_sync_server::door::Door as _;
use linli_trust::{Signed, Suite, TombstoneBody};

use crate::stage::{DAY, Stage, YEAR};
use crate::template::grid;

#[test]
fn each_term_ends_when_it_ends_and_not_before() {
    let mut stage = Stage::new();
    let [household, contact] = stage.household(0, "甲家", "99000000001", 3 * YEAR);
    let by = stage.by(0);
    let enrolment = EnrolmentInput {
        household: household.to_string(),
        contact: Some(contact.to_string()),
        service: "meal".into(),
        need: None,
        provider: None,
        consent: stage.consent(100 * DAY),
    };
    let enrolment = stage.handhelds[0]
        .enrol_service(&by, &enrolment, stage.now)
        .unwrap();
    let visit = VisitInput {
        household: household.to_string(),
        visited_at: None,
        at_home: true,
        topic: None,
        note: Some("要一个坡道".into()),
        voice: None,
        next_visit_at: None,
        case_id: None,
    };
    let visit = stage.handhelds[0]
        .note_visit(&by, &visit, stage.now)
        .unwrap();
    let [leaving, _] = stage.household(1, "乙家", "99000000002", 3 * YEAR);
    stage.sync_all();
    stage.handhelds[1]
        .move_out(&stage.by(1), &leaving.to_string(), stage.now)
        .unwrap();
    stage.sync_all();
    stage.tick();
    assert_eq!(stage.runs(), Vec::<String>::new(), "nothing is due yet");
    let start = stage.now;
    let at = |stage: &mut Stage, days: i64| {
        stage.now = start.plus_ms(days * DAY);
        stage.at("c1", |calls, now| calls.tick(now)).unwrap();
    };
    at(&mut stage, 29);
    assert!(
        stage.is_held("c1", leaving),
        "a day before the end of its term"
    );
    at(&mut stage, 31);
    assert!(!stage.is_held("c1", leaving), "moved out 30 days ago");
    assert!(stage.is_held("c1", enrolment));
    at(&mut stage, 101);
    assert!(!stage.is_held("c1", enrolment), "its consent is over");
    at(&mut stage, 364);
    assert!(stage.is_held("c1", visit));
    at(&mut stage, 366);
    assert!(!stage.is_held("c1", visit), "twelve months");
    assert!(stage.is_held("c1", household) && stage.is_held("c1", contact));
    assert_eq!(
        stage.runs(),
        [
            "household deleted 1",
            "contact expired 1",
            "enrolment expired 1",
            "visit expired 1"
        ]
    );
    let report = stage.at("c1", |calls, _| calls.forgetting()).unwrap();
    assert_eq!(report.terms_days["visit_days"], 365);
    assert_eq!(
        (report.looked_at, report.looked),
        (Some(stage.now.plus_ms(-2_000)), 3)
    );
    // The proof of the consent that ended, without anything about the person.
    let log = stage.read("c1", |reader| reader.audit_rows(0, 1_000).unwrap());
    let log: Vec<String> = log
        .iter()
        .map(|row| String::from_utf8_lossy(&row.content).into_owned())
        .collect();
    let proof = format!(
        "\"record\":\"{enrolment}\",\"kind\":\"enrolment\",\"reason\":\"expired\",\"org\":\"c1\""
    );
    let proof = log.iter().find(|row| row.contains(&proof)).unwrap();
    assert!(proof.contains("\"consent\":\"c-2026-1\""), "{proof}");
    let length = log.len();
    at(&mut stage, 101 + 1_097);
    let start = stage.read("c1", |reader| reader.audit_start().unwrap());
    assert!(
        start.number > 0,
        "three years later the first rows are gone"
    );
    let left = stage.read("c1", |reader| {
        reader.audit_rows(start.number, 1_000).unwrap()
    });
    start.verify(&left).unwrap();
    assert!(left.len() < length + 2);
    assert!(
        stage
            .runs()
            .iter()
            .any(|run| run.starts_with("access_log log_term"))
    );
}

#[test]
fn what_a_case_in_work_needs_is_kept_and_goes_thirty_days_after_its_end() {
    let mut stage = Stage::new();
    let [_, contact] = stage.household(0, "甲家", "99000000003", 5 * DAY);
    let case = stage.case_for(contact);
    stage.sync_all();
    stage.now = stage.now.plus_ms(6 * DAY);
    stage.tick();
    assert!(
        stage.is_held("c1", contact),
        "its consent is over, and a case in work names it"
    );
    let refused = stage.at("c1", |calls, now| {
        calls.erase(now, &Stage::erase_request(contact, true))
    });
    assert_eq!(refused.unwrap_err().code(), "open_case");
    stage.decline(case);
    stage.tick();
    assert!(!stage.is_held("c1", contact), "the case ended");

    // A contact that is held for the case only, and for longer than the case.
    let mut content = linli_records::NewContent::default();
    for (name, value) in [
        ("purpose", "case_contact".into()),
        ("legal_basis", "consent".into()),
        ("consent_id", "c-2".into()),
        ("expires_at", (stage.now.0 + YEAR).into()),
        ("name", "样例".into()),
    ] {
        content.fields.insert(name.into(), Some(value));
    }
    let contact = stage.save(RecordKind::Contact, &content);
    let case = stage.case_for(contact);
    stage.exchange(0);
    stage.decline(case);
    stage.link_all();
    let end = stage.now;
    stage.now = end.plus_ms(29 * DAY);
    stage.tick();
    assert!(stage.is_held("c1", contact));
    stage.now = end.plus_ms(31 * DAY);
    stage.tick();
    assert!(!stage.is_held("c1", contact));
    assert_eq!(stage.runs(), ["contact expired 1", "contact case_ended 1"]);
    stage.now = end.plus_ms(1_825 * DAY);
    stage.tick();
    assert!(stage.is_held("c1", case));
    stage.now = end.plus_ms(1_828 * DAY);
    stage.tick();
    assert!(!stage.is_held("c1", case), "five years");
}

#[test]
fn what_the_parent_has_not_got_yet_is_not_erased() {
    let mut stage = Stage::new();
    let [_, contact] = stage.household(0, "甲家", "99000000004", YEAR);
    let case = stage.case_for(contact);
    stage.exchange(0);
    let key = format!("key-{}", stage.now.0);
    let command = linli_sync_server::door::Command {
        case: Some(case),
        idempotency_key: key,
        event: serde_json::json!({ "type": "cc", "to": ["s1"] }),
    };
    let by = linli_sync_server::door::Acting {
        staff: crate::template::staff("io-c1"),
        org: crate::template::org("c1"),
        session: "test".into(),
    };
    stage
        .at("c1", |calls, now| calls.desk_command(now, &by, &command))
        .unwrap();
    stage.decline(case);
    stage.now = stage.now.plus_ms(1_830 * DAY);
    stage.tick();
    assert!(stage.is_held("c1", case), "the street has not got it");
}

/// Random bytes of a desk are not enough: it must be the record's own community, or one above it.
#[test]
fn only_the_records_own_desk_or_one_above_it_erases() {
    let mut stage = Stage::new();
    let [household, _] = stage.household(0, "甲家", "99000000005", YEAR);
    stage.sync_all();
    let keys = stage.server("s1").desk_keys().unwrap();
    let (_, unit) = keys.iter().find(|(org, _)| org.as_str() == "u1").unwrap();
    let (_, street) = keys.iter().find(|(org, _)| org.as_str() == "s1").unwrap();
    let tombstone = |key: &linli_trust::SigningKey| {
        let body = TombstoneBody {
            suite: Suite::CURRENT,
            record: household,
            kind: RecordKind::Household,
            scope: RecordKind::Household.grid_scope(grid()),
            reason: "request".parse().unwrap(),
            at: Timestamp(1),
            number: 1,
            signer: key.id(),
        };
        ControlItem::Tombstone(Signed::seal(body, key).unwrap())
    };
    let ledger = stage.handhelds[1].ledger();
    let keep = |item: &ControlItem| {
        ledger
            .write(|tx| {
                let mut reference = Reference::load(tx).unwrap().unwrap();
                Ok::<_, StoreError>(reference.keep(tx, item, Timestamp(2)).unwrap())
            })
            .unwrap()
    };
    assert_eq!(keep(&tombstone(unit)), Kept::Refused);
    assert!(stage.is_on(1, household));
    assert_eq!(keep(&tombstone(street)), Kept::New);
    assert!(!stage.is_on(1, household));
}
