//! The gate's question: who could ever write this? And the buttons: what may I write now?

use linli_model::case::custody::may_author;
use linli_model::case::{Author, Event, EventName, next_steps};
use linli_model::{Code, KeyId, Role, Timestamp};

use crate::bench::Bench;
use crate::content::content;
use crate::district::{grid, org, staff};

fn gate(by: Author, name: EventName, is_first: bool) -> Result<(), Code> {
    let bench = Bench::new();
    let event = Event {
        by,
        edition: 1,
        at: Timestamp(0),
        kind: content(name, &bench.choice),
        seen: Vec::new(),
        answers: None,
        again_of: None,
    };
    may_author(bench.rules(), &grid("g1"), &event, is_first)
}

fn on_device(by: Author) -> Author {
    Author {
        device: Some(KeyId([1; 16])),
        ..by
    }
}

fn assistant() -> Author {
    Bench::device("a").0
}

#[test]
fn the_grids_own_staff_write_field_events_on_devices() {
    assert_eq!(gate(assistant(), EventName::Report, true), Ok(()));
    assert_eq!(gate(assistant(), EventName::CheckPass, false), Ok(()));
    let elsewhere = Author {
        staff: staff("g2-a"),
        ..assistant()
    };
    assert_eq!(
        gate(elsewhere, EventName::CheckPass, false),
        Err(Code::NoRight)
    );
    let other_community = Author {
        org: org("c2"),
        ..assistant()
    };
    assert_eq!(
        gate(other_community, EventName::CheckPass, false),
        Err(Code::WrongScope)
    );
}

#[test]
fn a_device_never_writes_for_a_desk() {
    let by = on_device(Bench::person("c1", "a", Role::IntakeOfficer));
    assert_eq!(gate(by, EventName::File, false), Err(Code::NoRight));
    let by = on_device(Bench::person("c1", "a", Role::System));
    assert_eq!(gate(by, EventName::RequestCheck, false), Err(Code::NoRight));
}

#[test]
fn a_grant_is_for_a_role_at_a_place() {
    let by = |at, role| Bench::person(at, "a", role);
    assert_eq!(
        gate(by("c1", Role::IntakeOfficer), EventName::File, false),
        Ok(())
    );
    let wrong_role = by("c1", Role::Dispatcher);
    assert_eq!(gate(wrong_role, EventName::File, false), Err(Code::NoRight));
    let wrong_place = Author {
        org: org("c2"),
        ..by("c1", Role::IntakeOfficer)
    };
    assert_eq!(
        gate(wrong_place, EventName::File, false),
        Err(Code::NoRight)
    );
    let unknown = Author {
        staff: staff("nobody"),
        ..by("c1", Role::IntakeOfficer)
    };
    assert_eq!(gate(unknown, EventName::File, false), Err(Code::NoRight));
    let no_such_org = Author {
        org: org("x"),
        ..by("c1", Role::IntakeOfficer)
    };
    assert_eq!(
        gate(no_such_org, EventName::File, false),
        Err(Code::WrongScope)
    );
    assert_eq!(
        gate(by("c1", Role::System), EventName::RequestCheck, false),
        Ok(())
    );
}

#[test]
fn a_document_begins_with_its_creation_and_has_no_second() {
    assert_eq!(
        gate(assistant(), EventName::Report, false),
        Err(Code::BadStructure)
    );
    assert_eq!(
        gate(assistant(), EventName::Note, true),
        Err(Code::BadStructure)
    );
    assert_eq!(
        gate(assistant(), EventName::Start, true),
        Err(Code::BadStructure)
    );
}

fn buttons(bench: &Bench, by: &Author) -> Vec<&'static str> {
    let steps = next_steps(&bench.view(), bench.rules(), by);
    steps.into_iter().map(EventName::as_str).collect()
}

#[test]
fn buttons_are_what_the_table_allows_here_and_now() {
    let officer = Bench::person("c1", "a", Role::IntakeOfficer);
    let reported = Bench::reported();
    assert_eq!(
        buttons(&reported, &officer),
        [
            "merge",
            "request_verification",
            "decline",
            "file",
            "escalate",
            "amend",
            "note",
            "request_void",
            "absorb",
            "cc",
            "refer",
        ]
    );
    assert_eq!(
        buttons(&reported, &assistant()),
        ["self_handle", "amend", "note", "request_escalation"]
    );
    // A neighbouring community sees nothing of it.
    assert_eq!(
        buttons(&reported, &Bench::person("c2", "a", Role::IntakeOfficer)),
        [""; 0]
    );

    let mut away = Bench::filed();
    away.decides(officer.clone(), EventName::Escalate);
    away.run(&["s1"]);
    let street = Bench::person("s1", "a", Role::IntakeOfficer);
    assert_eq!(
        buttons(&away, &street),
        ["amend", "note", "cc", "hand_over", "take", "send_back"]
    );
    assert_eq!(buttons(&away, &officer), ["amend", "note"]);
}
