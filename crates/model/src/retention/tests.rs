use proptest::prelude::*;

use super::*;

fn terms() -> Terms {
    Terms::from(&Settings::default())
}

fn held(kind: RecordKind) -> Held {
    Held {
        kind,
        expires_at: None,
        visited_at: None,
        received_at: Timestamp(0),
        deleted_since: None,
        household_gone: None,
        is_for_case: false,
        cases: Cases::None,
    }
}

fn day(days: i64) -> Timestamp {
    Timestamp(days * DAY_MS)
}

/// The table of docs/storage.md, row by row.
#[test]
fn each_kind_has_its_term() {
    let terms = terms();
    let contact = Held {
        expires_at: Some(day(400)),
        is_for_case: true,
        cases: Cases::Ended(day(10)),
        ..held(RecordKind::Contact)
    };
    assert_eq!(due(&contact, &terms), Some((day(40), Why::CaseEnded)));
    let of_register = Held {
        is_for_case: false,
        ..contact
    };
    assert_eq!(due(&of_register, &terms), Some((day(400), Why::Expired)));
    let disclosure = Held {
        kind: RecordKind::Disclosure,
        is_for_case: false,
        ..contact
    };
    assert_eq!(due(&disclosure, &terms), Some((day(40), Why::CaseEnded)));
    let enrolment = Held {
        expires_at: Some(day(7)),
        ..held(RecordKind::Enrolment)
    };
    assert_eq!(due(&enrolment, &terms), Some((day(7), Why::Expired)));
    let visit = Held {
        visited_at: Some(day(3)),
        received_at: day(5),
        expires_at: Some(day(4000)),
        ..held(RecordKind::Visit)
    };
    assert_eq!(due(&visit, &terms), Some((day(368), Why::VisitTerm)));
    let household = Held {
        deleted_since: Some(day(1)),
        ..held(RecordKind::Household)
    };
    assert_eq!(due(&household, &terms), Some((day(31), Why::Deleted)));
    assert_eq!(due(&held(RecordKind::Household), &terms), None);
    let case = Held {
        cases: Cases::Ended(day(0)),
        ..held(RecordKind::Case)
    };
    assert_eq!(due(&case, &terms), Some((day(1826), Why::CaseTerm)));
    assert_eq!(terms.log, 1096 * DAY_MS);
}

#[test]
fn a_visit_of_a_clock_that_is_years_ahead_still_ends() {
    let visit = Held {
        visited_at: Some(day(40_000)),
        expires_at: Some(day(40_365)),
        received_at: day(5),
        ..held(RecordKind::Visit)
    };
    assert_eq!(due(&visit, &terms()), Some((day(370), Why::VisitTerm)));
}

fn any_kind() -> impl Strategy<Value = RecordKind> {
    prop::sample::select(RecordKind::ALL.to_vec())
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0i64..20_000).prop_map(day)
}

fn any_held() -> impl Strategy<Value = Held> {
    let cases = prop_oneof![
        Just(Cases::None),
        Just(Cases::Open),
        any_time().prop_map(Cases::Ended),
    ];
    let optional = || prop::option::of(any_time());
    (
        any_kind(),
        (optional(), optional(), optional(), optional()),
        any_time(),
        any::<bool>(),
        cases,
    )
        .prop_map(|(kind, times, received_at, is_for_case, cases)| Held {
            kind,
            expires_at: times.0,
            visited_at: times.1,
            received_at,
            deleted_since: times.2,
            household_gone: times.3,
            is_for_case,
            cases,
        })
}

proptest! {
    #[test]
    fn what_a_case_in_work_needs_is_never_due(held in any_held()) {
        let held = Held { cases: Cases::Open, ..held };
        prop_assert_eq!(due(&held, &terms()), None);
    }

    #[test]
    fn nothing_about_a_person_outlives_the_end_it_names(held in any_held()) {
        let is_about_a_person = matches!(
            held.kind,
            RecordKind::Contact | RecordKind::Enrolment | RecordKind::Visit | RecordKind::Disclosure
        );
        prop_assume!(is_about_a_person && held.cases != Cases::Open);
        if let Some(end) = held.expires_at {
            let (at, _) = due(&held, &terms()).unwrap();
            prop_assert!(at <= end);
        }
    }

    #[test]
    fn a_longer_term_never_erases_earlier(held in any_held(), longer in 0i64..5_000) {
        let short = terms();
        let add = |ms: i64| ms + longer * DAY_MS;
        let long = Terms {
            contact: add(short.contact),
            visit: add(short.visit),
            deleted: add(short.deleted),
            case: add(short.case),
            log: add(short.log),
        };
        let at = |terms: &Terms| due(&held, terms).map(|(at, _)| at);
        prop_assert_eq!(at(&short).is_some(), at(&long).is_some());
        prop_assert!(at(&short) <= at(&long));
    }

    #[test]
    fn what_is_public_is_never_due(held in any_held()) {
        let is_public = matches!(
            held.kind,
            RecordKind::Building
                | RecordKind::Entrance
                | RecordKind::Dwelling
                | RecordKind::Place
                | RecordKind::Component
        );
        prop_assume!(is_public);
        prop_assert_eq!(due(&held, &terms()), None);
    }

    #[test]
    fn a_case_goes_only_after_its_end(held in any_held()) {
        let held = Held { kind: RecordKind::Case, ..held };
        match (held.cases, due(&held, &terms())) {
            (Cases::Ended(end), Some((at, Why::CaseTerm))) => prop_assert_eq!(at, end.plus_ms(terms().case)),
            (Cases::None | Cases::Open, None) => {}
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
