//! A number that is corrected, expires or is erased is nowhere afterwards.

use linli_device::dto::register::{
    ContactEdit, EnrolmentInput, PhoneChange, PhoneInput, VisitInput,
};

use crate::stage::{DAY, Stage, YEAR};

/// Every canary begins so; no operator gives out numbers that begin with 990.
const CANARY: &str = "9901777";
const NEIGHBOURS: u32 = 40;

#[test]
fn a_canary_that_was_corrected_expired_or_erased_is_found_nowhere() {
    let mut stage = Stage::new();
    let [_, corrected] = stage.household(0, "甲家", "99017770001", YEAR);
    let [_, expiring] = stage.household(0, "乙家", "99017770002", 10 * DAY);
    let [erased, person] = stage.household(1, "丙家", "99017770003", YEAR);
    let by = stage.by(1);
    let enrolment = EnrolmentInput {
        household: erased.to_string(),
        contact: Some(person.to_string()),
        service: "meal".into(),
        need: Some("先打99017770003".into()),
        provider: None,
        consent: stage.consent(YEAR),
    };
    stage.handhelds[1]
        .enrol_service(&by, &enrolment, stage.now)
        .unwrap();
    let said = stage.spoken(1);
    let visit = VisitInput {
        household: erased.to_string(),
        visited_at: None,
        at_home: true,
        topic: None,
        note: Some("改打99017770003".into()),
        voice: Some(said.hash.to_string()),
        next_visit_at: None,
        case_id: None,
    };
    stage.handhelds[1]
        .note_visit(&by, &visit, stage.now)
        .unwrap();
    // A grid's worth of neighbours, so that cells move between pages.
    for number in 0..NEIGHBOURS {
        let phone = format!("9900{:07}", number * 7_919 % 9_999_991);
        stage.household(number as usize % 2, &format!("{number}号家"), &phone, YEAR);
        stage.wait(1_000);
    }
    stage.sync_all();
    let pack = stage.pack().unwrap();
    assert!(pack.path.exists());
    // The voice note follows in its own lane: to the community, and to the other handheld, which plays it.
    stage.upload(1, &said);
    let now = stage.now;
    stage.handhelds[0]
        .keep_photo(&said.hash, &said.bytes, now)
        .unwrap();
    assert_eq!(stage.holders_of(&said), ["c1", "handheld-0", "handheld-1"]);

    // The search finds what is there; the other way round it would prove nothing.
    for index in [0, 1] {
        for (tail, household) in [("0001", "甲家"), ("0002", "乙家"), ("0003", "丙家")] {
            assert_eq!(
                stage.found(index, &format!("{CANARY}{tail}")),
                1,
                "{household} on {index}"
            );
        }
    }
    let before = stage.sightings(CANARY);
    for place in [
        "c1.db: pages",
        "c1.db: cells",
        "c1.db: documents",
        "handheld-0.db: pages",
        "handheld-0.db: cells",
        "handheld-0.db: documents",
        "handheld-1.db: pages",
        "handheld-1.db: cells",
        "handheld-1.db: documents",
    ] {
        assert!(
            before.iter().any(|seen| seen == place),
            "{place} is not among {before:?}"
        );
    }
    assert!(
        before.iter().any(|seen| seen.ends_with(".pack: unpacked")),
        "{before:?}"
    );
    assert!(
        !before
            .iter()
            .any(|seen| seen.starts_with("s1") || seen.starts_with("990101"))
    );

    // One is corrected as a stranger's, one is on its way on the other handheld when it is erased.
    let wrong = PhoneInput {
        contact: corrected.to_string(),
        change: PhoneChange::Replace {
            phone: "0001".into(),
            number: "99000000001".into(),
        },
        forget: true,
        basis: None,
    };
    let by = stage.by(0);
    stage.handhelds[0]
        .correct_phone(&by, &wrong, stage.now)
        .unwrap();
    let edit = ContactEdit {
        contact: person.to_string(),
        hours: Some("晚上打99017770003".into()),
        ..ContactEdit::default()
    };
    stage.handhelds[0]
        .edit_contact(&by, &edit, stage.now)
        .unwrap();
    stage.wait(11 * DAY);
    let shown = stage
        .at("c1", |calls, now| {
            calls.erase(now, &Stage::erase_request(erased, false))
        })
        .unwrap();
    let kinds: Vec<_> = shown
        .kinds
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(
        kinds,
        [
            ("contact", 1),
            ("enrolment", 1),
            ("household", 1),
            ("visit", 1)
        ]
    );
    assert!(!shown.is_done && stage.is_held("c1", erased), "only shown");
    let done = stage
        .at("c1", |calls, now| {
            calls.erase(now, &Stage::erase_request(erased, true))
        })
        .unwrap();
    assert_eq!(done.numbers, [1, 2, 3, 4]);
    stage.exchange(0);
    stage.tick();
    assert!(!stage.is_held("c1", corrected) && !stage.is_held("c1", expiring));
    stage.sync_all();

    let forgotten = stage.handhelds[0].forgotten().unwrap();
    let [told] = forgotten.as_slice() else {
        panic!("{forgotten:?}")
    };
    assert_eq!(
        (
            told.record.parse().unwrap(),
            told.kind.as_str(),
            told.change_count
        ),
        (person, "contact", 1)
    );
    assert_eq!(stage.handhelds[0].counts().unwrap().waiting, 0);
    let waiting = stage.handhelds[0]
        .ledger()
        .read(|reader| reader.outbox_len())
        .unwrap();
    assert_eq!(waiting, 0, "its outbox ends clean");
    stage.handhelds[0].settle_forgotten(&person).unwrap();
    assert!(stage.handhelds[0].forgotten().unwrap().is_empty());
    for index in [0, 1] {
        assert_eq!(stage.found(index, CANARY), 0);
        assert_eq!(
            stage.found(index, "99000000001"),
            1,
            "the right number stays"
        );
    }
    assert!(!pack.path.exists(), "the pack with it is gone");
    assert_eq!(stage.holders_of(&said), Vec::<String>::new());

    // Copies in gaps of pages are what is left for the compaction (linli_store::tombstone).
    let left = stage.sightings(CANARY);
    assert!(
        left.iter().all(|seen| seen.ends_with(": pages")),
        "{left:?}"
    );
    stage.compact();
    assert_eq!(stage.sightings(CANARY), Vec::<String>::new());
    stage.pack().unwrap();
    assert_eq!(
        stage.sightings(CANARY),
        Vec::<String>::new(),
        "nor in a pack that is made now"
    );
    // After a kill, with the logs of every process opened anew.
    stage.restart("c1");
    stage.sync_all();
    assert_eq!(stage.sightings(CANARY), Vec::<String>::new());
    assert_eq!(
        stage.runs(),
        [
            "contact request 1",
            "enrolment request 1",
            "household request 1",
            "visit request 1",
            "contact expired 2"
        ]
    );
}
