//! The holder's work: which events to admit, in which order, and what the admission says.

use super::admit::Admit;
use super::decide::{Admitting, Proposal, decide};
use super::event::Event;
use super::fold::{Line, living, provisional};
use super::log::CaseLog;
use super::rules::Editions;
use super::standing::Standing;
use super::view::{CaseView, Place};
use crate::id::{ActorId, EntryId, OrgId};
use crate::time::Timestamp;

/// The server that admits: an organisation in one generation under one actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The organisation.
    pub org: OrgId,
    /// Its generation; a restore opens the next.
    pub generation: u64,
    /// The actor that writes.
    pub actor: ActorId,
}

/// The times of an event as the admitting server knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamps {
    /// When this server got it.
    pub received_at: Timestamp,
    /// The device's time corrected by the measured offset.
    pub happened_at: Timestamp,
}

/// The events that this organisation has to admit now, in order: everything outside the line, if it is
/// the holder; nothing otherwise.
pub fn pending(view: &CaseView, holder: &OrgId) -> Vec<EntryId> {
    if view.confirmed.holder.as_ref() != Some(holder) {
        return Vec::new();
    }
    view.timeline
        .iter()
        .filter(|entry| entry.place == Place::Provisional)
        .map(|entry| entry.event)
        .collect()
}

/// The admission of one event after the line of `view`. None when the desk is not the holder, the
/// event is not in the log, or is in the line already.
pub fn next_admit(
    log: &CaseLog,
    view: &CaseView,
    editions: &dyn Editions,
    desk: &Desk,
    id: EntryId,
    stamps: Stamps,
) -> Option<Admit> {
    if !pending(view, &desk.org).contains(&id) {
        return None;
    }
    let rules = editions.rules(log.head.edition)?;
    let event = log.events.get(&id)?;
    let stamps = first_stamps(log, id, stamps, view.last_received);
    Some(admit(
        &view.confirmed,
        rules,
        desk,
        view.last,
        id,
        event,
        stamps,
    ))
}

/// Admits everything that is pending, in one pass. `stamps` is asked for each event. Entries are to be
/// written in this order under the desk's actor, beginning with `log.next_entry(desk.actor)`.
pub fn admit_pending(
    log: &CaseLog,
    editions: &dyn Editions,
    desk: &Desk,
    mut stamps: impl FnMut(EntryId, &Event) -> Stamps,
) -> Vec<(EntryId, Admit)> {
    let mut written = Vec::new();
    let Some(rules) = editions.rules(log.head.edition) else {
        return written;
    };
    let mut line: Line = living(log, rules);
    let mut entry = log.next_entry(desk.actor);
    let (order, _) = provisional(log, &line.admitted);
    for id in order {
        let Some(event) = log.events.get(&id) else {
            continue;
        };
        if line.standing.holder.as_ref() != Some(&desk.org) {
            break;
        }
        let stamps = first_stamps(log, id, stamps(id, event), line.last_received);
        let admit = admit(&line.standing, rules, desk, line.last, id, event, stamps);
        line.advance(rules, entry, &admit, event);
        written.push((entry, admit));
        entry.counter = entry.counter.saturating_add(1);
    }
    written
}

/// The admission that goes into one change with a desk event which is about to be written as `id`.
/// The caller has admitted everything pending before and holds the event's verdict in the answer: an
/// event that would have no effect is not written but refused to the person.
pub fn own_admit(
    log: &CaseLog,
    view: &CaseView,
    editions: &dyn Editions,
    desk: &Desk,
    (id, event): (EntryId, &Event),
    at: Timestamp,
) -> Option<Admit> {
    let rules = editions.rules(log.head.edition)?;
    let received_at = at.max(view.last_received);
    let stamps = Stamps {
        received_at,
        happened_at: received_at,
    };
    // The creating event of an intake names the holder itself.
    let standing = if event.kind.creates() {
        let mut with = log.clone();
        with.events.insert(id, event.clone());
        living(&with, rules).standing
    } else {
        view.confirmed.clone()
    };
    Some(admit(&standing, rules, desk, view.last, id, event, stamps))
}

/// The first server's stamp counts: the earliest receipt that covers the event, if there is one. Never
/// below the previous admission's.
fn first_stamps(log: &CaseLog, id: EntryId, stamps: Stamps, previous: Timestamp) -> Stamps {
    let receipts = log.receipts.values().filter(|receipt| receipt.covers(id));
    let first = receipts.map(|receipt| receipt.at).min();
    let received_at = first.map_or(stamps.received_at, |first| first.min(stamps.received_at));
    Stamps {
        received_at: received_at.max(previous),
        happened_at: stamps.happened_at,
    }
}

fn admit(
    standing: &Standing,
    rules: &super::rules::Rules,
    desk: &Desk,
    prev: Option<EntryId>,
    id: EntryId,
    event: &Event,
    stamps: Stamps,
) -> Admit {
    let proposal = Proposal {
        id,
        event,
        admitting: Admitting::Server {
            org: &desk.org,
            actor: desk.actor,
        },
        received_at: stamps.received_at,
        happened_at: stamps.happened_at,
    };
    Admit {
        prev,
        generation: desk.generation,
        org: desk.org.clone(),
        event: id,
        received_at: stamps.received_at,
        happened_at: stamps.happened_at,
        verdict: decide(standing, rules, &proposal),
    }
}
