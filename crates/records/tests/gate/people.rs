//! A record about a person says why it is held, on what ground, by which consent and until when:
//! nothing without that is written, and nothing without that passes the gate. What a visit shows of a
//! household is a voice note, never a picture.

use linli_model::case::{Photo, VOICE_BYTES, VOICE_MS, VOICE_TYPE};
use linli_model::{BlobHash, GridCode, RecordKind, Timestamp};
use linli_records::write::NewContent;
use linli_records::{Document, FieldValue, Incoming, NewRecord, WriteError, admit, create, write};

use crate::craft::{Craft, CraftKey, CraftOp, hash};
use crate::judging::{allow, code, is_applied, next};
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

fn file(media_type: &str, bytes: u64, length_ms: Option<u32>) -> String {
    let file = Photo {
        at: Timestamp(1_764_000_000_000),
        media_type: media_type.to_owned(),
        bytes,
        size: (0, 0),
        length_ms,
    };
    serde_json::to_string(&file).unwrap()
}

fn voice() -> String {
    file(VOICE_TYPE, 9_000, Some(4_000))
}

/// A whole record of a kind, with a file.
fn with_file(kind: RecordKind, json: &str) -> NewContent {
    let mut content = match kind {
        RecordKind::Case => fields(&[
            ("edition", FieldValue::Int(1)),
            ("subject_kind", "place".into()),
        ]),
        RecordKind::Visit => whole(&[]),
        _ => NewContent::default(),
    };
    content.photos = [(BlobHash([7; 32]), json.to_owned())].into();
    content
}

/// Which files a kind takes, in our own writing and at the gate alike.
fn takes(kind: RecordKind, json: &str) -> bool {
    let own = create(&record(kind), &with_file(kind, json));
    // The same change with the file in it, by a hand that does not ask our own writing.
    let allowed = match kind {
        RecordKind::Visit => voice(),
        _ => file("image/jpeg", 9_000, None),
    };
    let (_, first) = create(&record(kind), &with_file(kind, &allowed)).unwrap();
    let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
    let mut craft = Craft::of(&scanned);
    let name = CraftKey::Name(BlobHash([7; 32]).to_string());
    let place = craft.ops.iter_mut().find(|op| op.key == name).unwrap();
    place.value = CraftOp::put("x", json).value;
    let bytes = craft.bytes();
    let incoming = Incoming {
        hash: hash(&bytes),
        bytes: &bytes,
        actor_key: key(1),
        epoch: 1,
    };
    let outcomes = admit(None, kind, &[incoming], &mut allow).outcomes;
    let passes = is_applied(&outcomes[0]);
    if !passes {
        assert_eq!(code(&outcomes[0]), "wrong_value");
    }
    assert_eq!(own.is_ok(), passes, "{kind:?} {json}");
    passes
}

#[test]
fn a_visit_takes_a_voice_note_within_its_caps_and_no_picture() {
    let visit = |json: &str| takes(RecordKind::Visit, json);
    assert!(visit(&voice()));
    assert!(visit(&file(VOICE_TYPE, VOICE_BYTES, Some(VOICE_MS))));
    for wrong in [
        file("image/jpeg", 9_000, None),
        file("image/jpeg", 9_000, Some(4_000)),
        file("video/mp4", 9_000, Some(4_000)),
        file(VOICE_TYPE, 9_000, None),
        file(VOICE_TYPE, 9_000, Some(0)),
        file(VOICE_TYPE, 9_000, Some(VOICE_MS + 1)),
        file(VOICE_TYPE, VOICE_BYTES + 1, Some(4_000)),
        file(VOICE_TYPE, 0, Some(4_000)),
        "{\"media_type\":\"audio/ogg\"}".to_owned(),
    ] {
        assert!(!visit(&wrong), "{wrong}");
    }
}

#[test]
fn a_case_takes_both_and_things_take_pictures_alone() {
    assert!(takes(RecordKind::Case, &voice()));
    assert!(takes(RecordKind::Case, &file("image/jpeg", 9_000, None)));
    assert!(!takes(
        RecordKind::Case,
        &file(VOICE_TYPE, 9_000, Some(VOICE_MS + 1))
    ));
    for kind in [
        RecordKind::Building,
        RecordKind::Place,
        RecordKind::Component,
    ] {
        assert!(takes(kind, &file("image/jpeg", 9_000, None)), "{kind:?}");
        assert!(!takes(kind, &voice()), "{kind:?}");
    }
}
