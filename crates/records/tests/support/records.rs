//! Records written the way devices and desks write them.

use std::collections::BTreeMap;

use linli_model::{ActorId, GridCode, KeyId, RecordKind, StaffId, Timestamp};
use linli_records::write::NewContent;
use linli_records::{
    ChangeNote, Document, EntryMap, FieldValue, Incoming, NewRecord, RawChange, create, write,
};

pub(crate) fn key(number: u8) -> KeyId {
    KeyId([number; 16])
}

pub(crate) fn actor(number: u8) -> ActorId {
    ActorId::new(&key(number), 1)
}

pub(crate) fn note() -> ChangeNote {
    ChangeNote {
        staff: StaffId::new("s0417").unwrap(),
        basis: None,
    }
}

pub(crate) fn fields(pairs: &[(&str, FieldValue)]) -> NewContent {
    NewContent {
        fields: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(value.clone())))
            .collect(),
        ..NewContent::default()
    }
}

pub(crate) fn event(text: &str) -> NewContent {
    NewContent {
        entries: vec![(EntryMap::Events, format!("{{\"event\":\"{text}\"}}"))],
        ..NewContent::default()
    }
}

/// A case of key 1 with one event.
pub(crate) fn case() -> (Document, RawChange) {
    let record = NewRecord {
        kind: RecordKind::Case,
        home: GridCode::new("110101001001G03").unwrap(),
        actor: actor(1),
        note: note(),
        at: Timestamp(1_764_000_000_000),
    };
    let content = NewContent {
        fields: BTreeMap::from([
            ("edition".to_owned(), Some(FieldValue::Int(7))),
            ("subject_kind".to_owned(), Some("place".into())),
        ]),
        ..event("report")
    };
    create(&record, &content).unwrap()
}

pub(crate) fn save(doc: &mut Document, by: u8, content: &NewContent) -> RawChange {
    write(
        doc,
        &actor(by),
        content,
        &note(),
        Timestamp(1_764_000_000_001),
    )
    .unwrap()
    .unwrap()
}

/// A change as it arrives from the key with this number.
pub(crate) fn arriving(change: &RawChange, from: u8) -> Incoming<'_> {
    Incoming {
        hash: change.hash,
        bytes: &change.bytes,
        actor_key: key(from),
        epoch: 1,
    }
}

/// A document of its own with everything of these changes.
pub(crate) fn loaded(changes: &[&RawChange]) -> Document {
    let tail: Vec<&[u8]> = changes
        .iter()
        .map(|change| change.bytes.as_slice())
        .collect();
    Document::load(None, &tail).unwrap()
}
