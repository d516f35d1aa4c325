use linli_model::case::{Author, EventKind};
use linli_model::edition::Severity;
use linli_model::{ActorId, KeyId, Role};

use super::*;
use crate::note::ChangeNote;
use crate::write::{NewRecord, create, write};
use linli_model::RecordKind;

fn head() -> CaseHead {
    CaseHead {
        home: "990101001001G03".parse().unwrap(),
        edition: 7,
        category: "06052".parse().unwrap(),
        urgency: Urgency::Urgent,
        subject: SubjectKind::Building,
        place: "东外大街36号楼".into(),
        note: "老人下不了台阶".into(),
        position: Some(Position {
            lon: 116.431_234_5,
            lat: 39.941_234_5,
            accuracy: 8.0,
            source: PositionSource::Gnss,
            at: Timestamp(1_000),
        }),
        contact: Some(ContactRef::Contact(RecordId([9; 16]))),
    }
}

fn event(actor: ActorId, kind: EventKind) -> Event {
    Event {
        by: Author {
            org: "990101001001".parse().unwrap(),
            staff: "ga-1".parse().unwrap(),
            role: Role::GridAssistant,
            device: Some(KeyId([1; 16])),
        },
        edition: 7,
        at: Timestamp(2_000),
        kind,
        seen: vec![EntryId { actor, counter: 1 }],
        answers: None,
        again_of: None,
    }
}

#[test]
fn a_case_reads_back_as_it_was_written() {
    let id = RecordId([5; 16]);
    let actor = ActorId([1; 16]);
    let photo = Photo {
        at: Timestamp(1),
        media_type: "image/jpeg".into(),
        bytes: 99,
        size: (4, 3),
        length_ms: None,
    };
    let photos = BTreeMap::from([(BlobHash([3; 32]), photo)]);
    let report = event(
        actor,
        EventKind::Report {
            category: head().category,
            urgency: Urgency::Urgent,
            severity: Severity::Ordinary,
            subject: SubjectKind::Building,
            photos: vec![BlobHash([3; 32])],
            no_photo: None,
        },
    );
    let mut content = head_content(&head(), &photos).unwrap();
    content.entries.push(event_entry(&report).unwrap());
    let note = ChangeNote {
        staff: "ga-1".parse().unwrap(),
        basis: None,
    };
    let record = NewRecord {
        kind: RecordKind::Case,
        home: head().home,
        actor,
        note: note.clone(),
        at: Timestamp(2_000),
    };
    let (mut doc, _) = create(&record, &content).unwrap();

    let amend = event(
        actor,
        EventKind::Note {
            text: "再看一次".into(),
        },
    );
    let more = NewContent {
        entries: vec![event_entry(&amend).unwrap()],
        ..NewContent::default()
    };
    write(&mut doc, &actor, &more, &note, Timestamp(3_000))
        .unwrap()
        .unwrap();

    let read = read_case(id, &doc).unwrap();
    assert_eq!(read.unread, []);
    assert_eq!(read.log.head, head());
    assert_eq!(read.log.photos, photos);
    let events: Vec<_> = read.log.events.into_iter().collect();
    assert_eq!(
        events,
        [
            (EntryId { actor, counter: 1 }, report),
            (EntryId { actor, counter: 2 }, amend)
        ]
    );
}

#[test]
fn an_entry_of_a_newer_version_is_named_not_lost() {
    let actor = ActorId([1; 16]);
    let mut content = head_content(&head(), &BTreeMap::new()).unwrap();
    content
        .entries
        .push((EntryMap::Events, r#"{"kind":{"type":"teleport"}}"#.into()));
    let record = NewRecord {
        kind: RecordKind::Case,
        home: head().home,
        actor,
        note: ChangeNote {
            staff: "ga-1".parse().unwrap(),
            basis: None,
        },
        at: Timestamp(1),
    };
    let (doc, _) = create(&record, &content).unwrap();
    let read = read_case(RecordId([5; 16]), &doc).unwrap();
    assert_eq!(read.unread, [EntryId { actor, counter: 1 }]);
    assert_eq!(read_entries(&doc, EntryMap::Events).len(), 1);
}
