//! A save of a case: events as one change, with its rows, its photos and what the person wanted, in
//! one transaction.

use std::collections::BTreeMap;

use linli_exchange::Reference;
use linli_model::case::{
    Admitting, Author, CaseHead, CaseLog, Event, EventKind, Photo, Proposal, Reason, Verdict,
    decide, fold,
};
use linli_model::{ActorId, BlobHash, EntryId, GridCode, RecordId, RecordKind, Scope, Timestamp};
use linli_records::case::{event_entry, head_content, photo_content, read_case};
use linli_records::read::next_counter;
use linli_records::{ChangeNote, Document, NewContent, NewRecord, create, write};
use linli_store::{Authorship, Tx};

use super::intent::{Intent, Written};
use super::people::By;
use super::shifts::{self, Act};
use super::{Engine, Place, drafts, leave, notes, rows};
use crate::error::{DeviceError, Result};

/// An event that is to be written.
#[derive(Debug, Clone)]
pub(super) struct NewEvent {
    pub(super) kind: EventKind,
    pub(super) answers: Option<EntryId>,
    /// When the person did it.
    pub(super) at: Timestamp,
    /// The first event that this one repeats after a refusal.
    pub(super) again_of: Option<EntryId>,
}

impl NewEvent {
    pub(super) fn now(kind: EventKind, answers: Option<EntryId>, now: Timestamp) -> Self {
        Self {
            kind,
            answers,
            at: now,
            again_of: None,
        }
    }
}

/// What one save brings.
pub(super) struct Save<'a> {
    pub(super) by: &'a By,
    pub(super) record: RecordId,
    /// The head, when the save creates the case.
    pub(super) head: Option<CaseHead>,
    pub(super) photos: BTreeMap<BlobHash, Photo>,
    pub(super) events: Vec<NewEvent>,
    pub(super) now: Timestamp,
    pub(super) refused_before: u32,
}

impl Engine {
    /// Writes the save. Nothing is written when the rules would give an event no effect, unless they
    /// want it written all the same.
    pub(super) fn save(
        &self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        save: Save<'_>,
    ) -> Result<()> {
        let place = Place::of(reference, &self.device(), save.now)?;
        let actor = tx.actor(&self.device())?;
        let (mut document, mut log, first) = begun(tx, &save, &actor)?;
        let author = Author {
            org: place.org().clone(),
            staff: save.by.staff.clone(),
            role: save.by.role,
            device: Some(self.device()),
        };
        let mut written = Vec::new();
        for (id, new) in entries(actor, first).zip(&save.events) {
            let event = Event {
                by: author.clone(),
                edition: reference.newest_number(),
                at: new.at,
                kind: new.kind.clone(),
                seen: log.frontier(),
                answers: new.answers,
                again_of: new.again_of,
            };
            check(&log, reference, id, &event, save.now)?;
            log.events.insert(id, event.clone());
            written.push(Written { id, event });
        }
        let content = content(&save, &written)?;
        let note = ChangeNote {
            staff: save.by.staff.clone(),
            basis: None,
        };
        let change = match document.as_mut() {
            None => {
                let record = NewRecord {
                    kind: RecordKind::Case,
                    home: log.head.home.clone(),
                    actor,
                    note,
                    at: save.now,
                };
                let (made, change) = create(&record, &content)?;
                document = Some(made);
                Some(change)
            }
            Some(document) => write(document, &actor, &content, &note, save.now)?,
        };
        let (Some(change), Some(document)) = (change, document) else {
            return Ok(());
        };
        leave::may_save(tx)?;
        let home = log.head.home.clone();
        let authorship = Authorship {
            scope: Scope::Cases(home.clone()),
            staff: save.by.staff.clone(),
            role: save.by.role,
            edition: reference.newest_number(),
            session: None,
            at: save.now,
        };
        tx.save(
            &case_place(save.record, home),
            &document,
            &change,
            &authorship,
        )?;
        drafts::finish(tx, &save.by.staff)?;
        let act = Act::of_events(written.iter().map(|item| &item.event.kind));
        if let (Some(act), 0) = (act, save.refused_before) {
            shifts::note_act(tx, &save.by.staff, act, save.now)?;
        }
        let intent = Intent {
            staff: save.by.staff.clone(),
            role: save.by.role,
            head: save.head,
            photos: save.photos,
            events: written,
            refused_before: save.refused_before,
        };
        tx.put_intent(&change.hash, &save.record, &intent.encode()?)?;
        rows::write_case(tx, reference, &save.record, &document, save.now)?;
        notes::saved(tx, &save.record, save.now)
    }
}

fn case_place(record: RecordId, home: GridCode) -> linli_store::Place {
    linli_store::Place {
        record,
        kind: RecordKind::Case,
        home,
    }
}

/// The case as it stands, and the counter of our next entry in it; nothing but its head when the save
/// begins it.
fn begun(
    tx: &Tx<'_>,
    save: &Save<'_>,
    actor: &ActorId,
) -> Result<(Option<Document>, CaseLog, u32)> {
    if let Some(head) = &save.head {
        return Ok((None, CaseLog::new(save.record, head.clone()), 1));
    }
    let document = tx
        .load_document(&save.record)?
        .ok_or(DeviceError::NotFound("case"))?;
    let first = next_counter(&document, actor);
    let log = read_case(save.record, &document)?.log;
    Ok((Some(document), log, first))
}

fn entries(actor: ActorId, first: u32) -> impl Iterator<Item = EntryId> {
    (first..).map(move |counter| EntryId { actor, counter })
}

fn content(save: &Save<'_>, written: &[Written]) -> Result<NewContent> {
    let mut content = match &save.head {
        Some(head) => head_content(head, &save.photos)?,
        None => NewContent {
            photos: photo_content(&save.photos)?,
            ..NewContent::default()
        },
    };
    for item in written {
        content.entries.push(event_entry(&item.event)?);
    }
    Ok(content)
}

/// Says early that an event would have no effect. A fix on the spot that comes after the desk has
/// filed is written all the same: the desk is asked whether to close.
fn check(
    log: &CaseLog,
    reference: &Reference,
    id: EntryId,
    event: &Event,
    now: Timestamp,
) -> Result<()> {
    let view = fold(log, reference);
    let rules = linli_model::case::Editions::rules(reference, log.head.edition)
        .ok_or(DeviceError::Refused("unknown_edition".into()))?;
    let proposal = Proposal {
        id,
        event,
        admitting: Admitting::Authoring { other: None },
        received_at: now,
        happened_at: now,
    };
    match decide(&view.now, rules, &proposal) {
        Verdict::Effective | Verdict::NoEffect(Reason::DeskHasIt) => Ok(()),
        Verdict::NoEffect(reason) if event.again_of.is_some() && is_for_the_desk(reason) => Ok(()),
        Verdict::NoEffect(Reason::Incomplete) => Err(DeviceError::InputInvalid("photos")),
        Verdict::NoEffect(Reason::NotSuitable) if event.kind.creates() => {
            Err(DeviceError::InputInvalid("category"))
        }
        Verdict::NoEffect(reason) => Err(DeviceError::Refused(reason.as_str().to_owned())),
    }
}

/// What is written again after a refusal goes to the holder, who decides, even if it was overtaken in
/// the meantime: it comes back as a task then.
fn is_for_the_desk(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Overtaken | Reason::WrongState | Reason::TooLate | Reason::Superseded
    )
}
