//! A record about a person says why it is held, on what ground, by which consent and until when:
//! nothing without that is written, and nothing without that passes the gate.

use linli_model::{GridCode, RecordKind, Timestamp};
use linli_records::write::NewContent;
use linli_records::{Document, FieldValue, Incoming, NewRecord, WriteError, admit, create, write};

use crate::craft::{Craft, CraftKey, CraftOp, hash};
use crate::judging::{allow, code, next};
use crate::records::{actor, arriving, fields, key, note};

const ACCOUNT: [&str; 4] = ["purpose", "legal_basis", "consent_id", "expires_at"];

/// Every kind that is about a person, with what else its first change needs.
fn people() -> [(RecordKind, Vec<(&'static str, FieldValue)>); 4] {
    [
        (RecordKind::Contact, vec![]),
        (RecordKind::Enrolment, vec![("service", "meal".into())]),
        (RecordKind::Visit, vec![]),
        (
            RecordKind::Disclosure,
            vec![("case", "0".repeat(32).into())],
        ),
    ]
}

fn whole(more: &[(&'static str, FieldValue)]) -> NewContent {
    let account = [
        ("purpose", "register".into()),
        ("legal_basis", "consent".into()),
        ("consent_id", "c-1".into()),
        ("expires_at", FieldValue::Int(1_800_000_000_000)),
    ];
    fields(&[&account, more].concat())
}

fn record(kind: RecordKind) -> NewRecord {
    NewRecord {
        kind,
        home: GridCode::new("110101001001G03").unwrap(),
        actor: actor(1),
        note: note(),
        at: Timestamp(1_764_000_000_000),
    }
}

/// What the gate says to a change of the key with this number.
fn judged(doc: Option<&Document>, kind: RecordKind, craft: &Craft, from: u8) -> &'static str {
    let bytes = craft.bytes();
    let incoming = Incoming {
        hash: hash(&bytes),
        bytes: &bytes,
        actor_key: key(from),
        epoch: 1,
    };
    let outcomes = admit(doc, kind, &[incoming], &mut allow).outcomes;
    code(&outcomes[0])
}

#[test]
fn what_is_about_a_person_is_not_written_without_its_account() {
    for (kind, more) in people() {
        for left_out in ACCOUNT {
            let refusal = WriteError::Required {
                name: left_out.to_owned(),
            };
            let mut content = whole(&more);
            content.fields.remove(left_out);
            let refused = create(&record(kind), &content).unwrap_err();
            assert_eq!(refused, refusal, "{kind:?}");

            let (mut doc, _) = create(&record(kind), &whole(&more)).unwrap();
            let cleared = NewContent {
                fields: [(left_out.to_owned(), None)].into(),
                ..NewContent::default()
            };
            let refused = write(&mut doc, &actor(1), &cleared, &note(), Timestamp(0)).unwrap_err();
            assert_eq!(refused, refusal, "{kind:?}");
        }
    }
}

#[test]
fn what_is_about_a_person_does_not_pass_the_gate_without_its_account() {
    for (kind, more) in people() {
        let (doc, first) = create(&record(kind), &whole(&more)).unwrap();
        let passed = admit(None, kind, &[arriving(&first, 1)], &mut allow);
        assert_eq!(passed.document.map(|doc| doc.heads()), Some(doc.heads()));
        let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
        let crafted = Craft::of(&scanned);
        for left_out in ACCOUNT {
            let name = CraftKey::Name(left_out.to_owned());
            let mut without = crafted.clone();
            without.ops.retain(|op| op.key != name);
            let said = judged(None, kind, &without, 1);
            assert_eq!(said, "first_incomplete", "{kind:?} without {left_out}");

            let place = crafted.ops.iter().position(|op| op.key == name).unwrap();
            let clears = next(&doc)
                .with(&[CraftOp::delete(left_out).over(&[(1, place as u64 + 1)])])
                .naming(&[actor(1)]);
            let said = judged(Some(&doc), kind, &clears, 2);
            assert_eq!(said, "required", "{kind:?} clears {left_out}");
        }
    }
}
