//! What people at desks and units decide; here the station plays all of them.

use std::collections::BTreeMap;

use linli_device::Clock as _;
use linli_model::case::admission::{self, Desk};
use linli_model::case::{Author, Event, EventKind, Photo, fold};
use linli_model::{
    ActorId, BlobHash, EntryId, RecordId, RecordKind, Role, Scope, StaffId, Timestamp,
};
use linli_records::case::{admit_entry, event_entry, photo_content, read_case};
use linli_records::{ChangeNote, NewContent, write};
use linli_store::{Authorship, Place, SealAs};

use super::{Station, key};
use crate::world::{COMMUNITY, GRID, STREET};

impl Station {
    /// A decision of the desk: its event and its admission in one change.
    pub(crate) fn decide(&self, case: &str, staff: &str, role: Role, kind: EventKind) -> EntryId {
        self.act(case, staff, role, COMMUNITY, kind, None)
    }

    /// An event of a unit, admitted at once.
    pub(crate) fn act(
        &self,
        case: &str,
        staff: &str,
        role: Role,
        org: &str,
        kind: EventKind,
        answers: Option<EntryId>,
    ) -> EntryId {
        let record: RecordId = case.parse().unwrap();
        let now = self.clock.now();
        let photos = shown_in(&kind, now);
        let reference = self.reference.lock().unwrap();
        self.ledger()
            .write(|tx| {
                let document = tx.load_document(&record)?.unwrap();
                let log = read_case(record, &document).unwrap().log;
                let view = fold(&log, &*reference);
                let desk = self.desk(tx);
                let event = Event {
                    by: Author {
                        org: org.parse().unwrap(),
                        staff: staff.parse().unwrap(),
                        role,
                        device: None,
                    },
                    edition: 1,
                    at: now,
                    kind,
                    seen: log.frontier(),
                    answers,
                    again_of: None,
                };
                let id = log.next_entry(desk.actor);
                let admit =
                    admission::own_admit(&log, &view, &*reference, &desk, (id, &event), now)
                        .unwrap();
                assert!(
                    admit.verdict.is_effective(),
                    "{:?}: {:?}",
                    event.name(),
                    admit.verdict
                );
                let content = NewContent {
                    entries: vec![event_entry(&event).unwrap(), admit_entry(&admit).unwrap()],
                    photos: photo_content(&photos).unwrap(),
                    ..NewContent::default()
                };
                self.write(tx, &record, &content, (staff, role), now);
                Ok::<_, linli_store::StoreError>(id)
            })
            .unwrap()
    }

    /// The street gives the case back: its own desk writes that; here the station plays both.
    pub(crate) fn send_back(&self, case: &str, reason: &str) {
        let record: RecordId = case.parse().unwrap();
        let now = self.clock.now();
        let reference = self.reference.lock().unwrap();
        let street = key(2);
        self.ledger()
            .write(|tx| {
                let mut document = tx.load_document(&record)?.unwrap();
                let log = read_case(record, &document).unwrap().log;
                let view = fold(&log, &*reference);
                let desk = Desk {
                    org: STREET.parse().unwrap(),
                    generation: 1,
                    actor: ActorId::new(&street.id(), 1),
                };
                let event = Event {
                    by: Author {
                        org: desk.org.clone(),
                        staff: "dl-street".parse().unwrap(),
                        role: Role::DutyLead,
                        device: None,
                    },
                    edition: 1,
                    at: now,
                    kind: EventKind::SendBack {
                        reason: reason.into(),
                    },
                    seen: log.frontier(),
                    answers: view
                        .confirmed
                        .current
                        .get(&linli_model::case::Slot::Transfer)
                        .map(|s| s.event),
                    again_of: None,
                };
                let id = log.next_entry(desk.actor);
                let admit =
                    admission::own_admit(&log, &view, &*reference, &desk, (id, &event), now)
                        .unwrap();
                assert!(admit.verdict.is_effective(), "{:?}", admit.verdict);
                let content = NewContent {
                    entries: vec![event_entry(&event).unwrap(), admit_entry(&admit).unwrap()],
                    ..NewContent::default()
                };
                let staff: StaffId = "dl-street".parse().unwrap();
                let note = ChangeNote {
                    staff: staff.clone(),
                    basis: None,
                };
                let change = write(&mut document, &desk.actor, &content, &note, now)
                    .unwrap()
                    .unwrap();
                let place = Place {
                    record,
                    kind: RecordKind::Case,
                    home: GRID.parse().unwrap(),
                };
                let by = Authorship {
                    scope: Scope::Desk(desk.org.clone()),
                    staff,
                    role: Role::DutyLead,
                    edition: 1,
                    session: None,
                    at: now,
                };
                tx.save(&place, &document, &change, &by)?;
                tx.list(&Scope::Cases(GRID.parse().unwrap()), &[change.hash])?;
                tx.seal_outbox(&SealAs {
                    key: &street,
                    org: &desk.org,
                    app: "station",
                    at: now,
                })?;
                Ok::<_, linli_store::StoreError>(())
            })
            .unwrap();
    }
}

/// The photos that an event lists, as a unit's page stores them.
fn shown_in(kind: &EventKind, now: Timestamp) -> BTreeMap<BlobHash, Photo> {
    let EventKind::SubmitResult { photos, .. } = kind else {
        return BTreeMap::new();
    };
    let photo = Photo {
        at: now,
        media_type: "image/jpeg".into(),
        bytes: 1_000,
        size: (640, 480),
        length_ms: None,
    };
    photos.iter().map(|hash| (*hash, photo.clone())).collect()
}
