use linli_model::StaffId;

use super::*;
use crate::document::LoadError;
use crate::read::{
    authorship, next_counter, read_entries, read_fields, read_members, read_photos, winner,
};

fn actor(byte: u8) -> ActorId {
    ActorId([byte; 16])
}

fn note() -> ChangeNote {
    ChangeNote {
        staff: StaffId::new("s1").unwrap(),
        basis: None,
    }
}

fn record(kind: RecordKind) -> NewRecord {
    NewRecord {
        kind,
        home: GridCode::new("110101001001G03").unwrap(),
        actor: actor(1),
        note: note(),
        at: Timestamp(1_000),
    }
}

fn fields(pairs: &[(&str, FieldValue)]) -> NewContent {
    NewContent {
        fields: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(value.clone())))
            .collect(),
        ..NewContent::default()
    }
}

fn case() -> Document {
    let content = NewContent {
        entries: vec![(EntryMap::Events, "{\"n\":1}".to_owned())],
        photos: BTreeMap::from([(BlobHash([7; 32]), "{\"size\":1}".to_owned())]),
        ..fields(&[
            ("edition", 3.into()),
            ("subject_kind", "component".into()),
            ("note", "井盖松动".into()),
        ])
    };
    create(&record(RecordKind::Case), &content).unwrap().0
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let doc = case();
    assert_eq!(doc.kind(), Some(RecordKind::Case));
    assert_eq!(winner(&doc, "note"), Some("井盖松动".into()));
    assert_eq!(winner(&doc, "home"), Some("110101001001G03".into()));
    let entries = read_entries(&doc, EntryMap::Events);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].id,
        EntryId {
            actor: actor(1),
            counter: 1
        }
    );
    assert_eq!(entries[0].json, "{\"n\":1}");
    assert_eq!(read_photos(&doc).len(), 1);
    assert_eq!(next_counter(&doc, &actor(1)), 2);
    assert_eq!(next_counter(&doc, &actor(2)), 1);
    assert_eq!(doc.change_count(), 1);
}

#[test]
fn a_record_survives_its_snapshot_and_its_raw_changes() {
    let mut doc = case();
    let first = doc.snapshot();
    let change = write(
        &mut doc,
        &actor(2),
        &fields(&[("urgency", "urgent".into())]),
        &note(),
        Timestamp(2),
    )
    .unwrap()
    .unwrap();
    let again = Document::load(Some(&first), &[&change.bytes]).unwrap();
    assert_eq!(again.heads(), doc.heads());
    assert_eq!(again.heads(), [change.hash]);
    assert!(again.has(&change.hash));
    let changes = doc.changes();
    let tail: Vec<&[u8]> = changes
        .iter()
        .rev()
        .map(|change| change.bytes.as_slice())
        .collect();
    let rebuilt = Document::load(None, &tail).unwrap();
    assert_eq!(rebuilt.snapshot(), doc.snapshot());
    assert_eq!(
        Document::load(None, &[&change.bytes]).unwrap_err(),
        LoadError::Gap(change.deps.clone())
    );
}

#[test]
fn a_save_that_changes_nothing_makes_no_change() {
    let mut doc = case();
    let heads = doc.heads();
    let same = NewContent {
        photos: BTreeMap::from([(BlobHash([7; 32]), "{\"size\":1}".to_owned())]),
        ..fields(&[("note", "井盖松动".into())])
    };
    assert_eq!(
        write(&mut doc, &actor(1), &same, &note(), Timestamp(2)),
        Ok(None)
    );
    assert_eq!(doc.heads(), heads);
}

#[test]
fn concurrent_values_are_all_kept_and_writing_the_winner_resolves_them() {
    let mut left = case();
    let mut right = left.clone();
    write(
        &mut left,
        &actor(2),
        &fields(&[("note", "left".into())]),
        &note(),
        Timestamp(5),
    )
    .unwrap();
    let theirs = write(
        &mut right,
        &actor(3),
        &fields(&[("note", "right".into())]),
        &note(),
        Timestamp(6),
    )
    .unwrap()
    .unwrap();
    let mut merged = Document::load(Some(&left.snapshot()), &[&theirs.bytes]).unwrap();
    let versions = read_fields(&merged).remove("note").unwrap();
    let values: Vec<_> = versions
        .iter()
        .map(|version| version.value.clone())
        .collect();
    assert_eq!(values, ["right".into(), "left".into()]);
    let author = authorship(&merged, &versions[0]).unwrap();
    assert_eq!((author.hash, author.at), (theirs.hash, Timestamp(6)));
    assert_eq!(author.note, Some(note()));
    let choice = fields(&[("note", "right".into())]);
    write(&mut merged, &actor(2), &choice, &note(), Timestamp(7))
        .unwrap()
        .unwrap();
    assert_eq!(read_fields(&merged)["note"].len(), 1);
}

#[test]
fn members_of_a_set_come_and_go() {
    let person = [
        ("purpose", "register".into()),
        ("legal_basis", "consent".into()),
        ("consent_id", "c1".into()),
        ("expires_at", 99.into()),
    ];
    let (mut doc, _) = create(&record(RecordKind::Contact), &fields(&person)).unwrap();
    let phone = |value: Option<&str>| NewContent {
        members: BTreeMap::from([(
            (MemberMap::Phones, "99000000001".to_owned()),
            value.map(str::to_owned),
        )]),
        ..NewContent::default()
    };
    let mut save = |content: &NewContent| {
        let change = write(&mut doc, &actor(1), content, &note(), Timestamp(2)).unwrap();
        (
            change.is_some(),
            read_members(&doc, MemberMap::Phones).len(),
        )
    };
    assert_eq!(save(&phone(Some("{}"))), (true, 1));
    assert_eq!(save(&phone(Some("{}"))), (false, 1));
    assert_eq!(save(&phone(None)), (true, 0));
    assert_eq!(save(&phone(None)), (false, 0));
}

#[test]
fn what_the_schema_does_not_declare_is_not_written() {
    let mut doc = case();
    let mut refuse = |content: NewContent| {
        let before = doc.heads();
        let error = write(&mut doc, &actor(1), &content, &note(), Timestamp(2)).unwrap_err();
        assert_eq!(doc.heads(), before);
        error
    };
    let undeclared = |name: &str| WriteError::Undeclared {
        kind: "case",
        name: name.to_owned(),
    };
    assert_eq!(
        refuse(fields(&[("religion", "x".into())])),
        undeclared("religion")
    );
    assert_eq!(
        refuse(fields(&[("events", "x".into())])),
        undeclared("events")
    );
    let immutable = |name: &str| WriteError::Immutable {
        name: name.to_owned(),
    };
    assert_eq!(refuse(fields(&[("home", "g2".into())])), immutable("home"));
    assert_eq!(
        refuse(fields(&[("edition", 4.into())])),
        immutable("edition")
    );
    let wrong = |name: &str| WriteError::WrongValue {
        name: name.to_owned(),
    };
    assert_eq!(refuse(fields(&[("lon", 1.into())])), wrong("lon"));
    let entry = NewContent {
        entries: vec![(EntryMap::Events, "x".to_owned())],
        ..NewContent::default()
    };
    assert_eq!(refuse(entry), wrong("events"));
    let large = NewContent {
        entries: vec![
            (
                EntryMap::Events,
                format!("{{\"t\":\"{}\"}}", "x".repeat(16_000))
            );
            5
        ],
        ..NewContent::default()
    };
    assert!(matches!(refuse(large), WriteError::TooLarge { ops: 5, .. }));
}

#[test]
fn the_first_change_needs_the_required_fields_and_the_others_need_a_first() {
    let error = create(&record(RecordKind::Case), &NewContent::default()).unwrap_err();
    assert_eq!(
        error,
        WriteError::Required {
            name: "edition".to_owned()
        }
    );
    let mut empty = Document::create();
    let error = write(
        &mut empty,
        &actor(1),
        &NewContent::default(),
        &note(),
        Timestamp(1),
    );
    assert_eq!(error, Err(WriteError::WrongDocument("is empty")));
}

#[test]
fn the_sizes_of_changes_stay_within_the_bar() {
    let mut doc = case();
    let one = fields(&[("urgency", "urgent".into())]);
    let change = write(
        &mut doc,
        &actor(1),
        &one,
        &note(),
        Timestamp(1_764_000_000_000),
    )
    .unwrap();
    assert!(change.unwrap().bytes.len() <= 160);
}

#[test]
fn a_deletion_holds_until_something_it_had_not_seen_is_merged() {
    let mut doc = case();
    let mut elsewhere = doc.clone();
    assert_eq!(read::deletion(&doc), read::Deletion::Live);
    let content = deletion(&doc);
    let flag = write(&mut doc, &actor(1), &content, &note(), Timestamp(2))
        .unwrap()
        .unwrap();
    assert_eq!(
        read::deletion(&doc),
        read::Deletion::Deleted {
            by: vec![flag.hash]
        }
    );
    let edit = fields(&[("note", "edited".into())]);
    let edit = write(&mut elsewhere, &actor(2), &edit, &note(), Timestamp(2))
        .unwrap()
        .unwrap();
    let merged = Document::load(Some(&doc.snapshot()), &[&edit.bytes]).unwrap();
    assert_eq!(
        read::deletion(&merged),
        read::Deletion::Revived {
            by: vec![edit.hash]
        }
    );
    let content = deletion(&elsewhere);
    let other = write(&mut elsewhere, &actor(2), &content, &note(), Timestamp(3))
        .unwrap()
        .unwrap();
    let both = Document::load(Some(&merged.snapshot()), &[&other.bytes]).unwrap();
    assert!(matches!(read::deletion(&both), read::Deletion::Deleted { by } if by.len() == 2));
    let undone = NewContent {
        fields: BTreeMap::from([("deleted".to_owned(), None)]),
        ..NewContent::default()
    };
    write(&mut doc, &actor(1), &undone, &note(), Timestamp(3))
        .unwrap()
        .unwrap();
    assert_eq!(read::deletion(&doc), read::Deletion::Live);
}

#[test]
fn a_bit_that_flipped_on_the_disk_is_noticed_when_loading() {
    let mut doc = case();
    let first = doc.snapshot();
    let edit = fields(&[("note", "abc".into())]);
    let edit = write(&mut doc, &actor(2), &edit, &note(), Timestamp(2))
        .unwrap()
        .unwrap();
    for at in 0..edit.bytes.len() {
        let mut tail = edit.bytes.clone();
        tail[at] ^= 1;
        assert!(
            Document::load(Some(&first), &[&tail]).is_err(),
            "byte {at} of the tail"
        );
    }
    for at in 0..first.len() {
        let mut snapshot = first.clone();
        snapshot[at] ^= 1;
        assert!(
            Document::load(Some(&snapshot), &[]).is_err(),
            "byte {at} of the snapshot"
        );
    }
}
