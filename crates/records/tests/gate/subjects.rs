//! A case says what it is about, and that is never a person (R9).

use linli_model::{GridCode, RecordKind, Timestamp};
use linli_records::{Incoming, NewRecord, WriteError, admit, create};

use crate::craft::{Craft, CraftKey, hash};
use crate::judging::{allow, code};
use crate::records::{actor, fields, key, note};

const SUBJECTS: [&str; 6] = [
    "place",
    "component",
    "building",
    "organisation_service",
    "own_request",
    "welfare_emergency",
];

fn record() -> NewRecord {
    NewRecord {
        kind: RecordKind::Case,
        home: GridCode::new("110101001001G03").unwrap(),
        actor: actor(1),
        note: note(),
        at: Timestamp(1_764_000_000_000),
    }
}

#[test]
fn a_case_is_about_one_of_six_and_nothing_else_is_written() {
    for subject in SUBJECTS {
        let content = fields(&[("edition", 1.into()), ("subject_kind", subject.into())]);
        create(&record(), &content).unwrap();
    }
    for other in ["person", "resident", "household", ""] {
        let content = fields(&[("edition", 1.into()), ("subject_kind", other.into())]);
        assert!(create(&record(), &content).is_err(), "{other:?}");
    }
    let refused = create(&record(), &fields(&[("edition", 1.into())])).unwrap_err();
    let name = "subject_kind".to_owned();
    assert_eq!(refused, WriteError::Required { name });
}

#[test]
fn a_case_that_does_not_say_what_it_is_about_does_not_pass_the_gate() {
    let content = fields(&[("edition", 1.into()), ("subject_kind", "place".into())]);
    let (_, first) = create(&record(), &content).unwrap();
    let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
    let mut without = Craft::of(&scanned);
    let name = CraftKey::Name("subject_kind".to_owned());
    without.ops.retain(|op| op.key != name);
    let bytes = without.bytes();
    let incoming = Incoming {
        hash: hash(&bytes),
        bytes: &bytes,
        actor_key: key(1),
        epoch: 1,
    };
    let outcomes = admit(None, RecordKind::Case, &[incoming], &mut allow).outcomes;
    assert_eq!(code(&outcomes[0]), "first_incomplete");
}
