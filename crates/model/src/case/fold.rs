//! The fold: from a case's log to what people see. Total, and the same on every replica that has the
//! same entries.
//!
//! It uses a fixed set of inputs (docs/workflow.md): the transition table, the organisations, limits and
//! calendar of the edition pinned in the head, the events, and of admissions `prev`, `generation`,
//! `org`, `event`, `received_at`, `happened_at` and `verdict`. Receipts and photos never change what a
//! case is; registers are not read.

mod line;
mod order;
mod receipts;
mod tasks;

use std::collections::BTreeSet;

use super::admit::{Reason, Verdict};
use super::apply::apply;
use super::decide::{Admitting, Proposal, decide};
use super::log::CaseLog;
use super::rules::{Editions, Rules};
use super::standing::Standing;
use super::view::{CaseView, Incident, IncidentKind, Place, TimelineEntry};
use crate::id::EntryId;
use crate::time::Timestamp;

pub(super) use line::{Line, living};
pub(super) use order::provisional;

/// Folds a log.
pub fn fold(log: &CaseLog, editions: &dyn Editions) -> CaseView {
    let Some(rules) = editions.rules(log.head.edition) else {
        return unknown_edition(log);
    };
    let mut line = living(log, rules);
    let mut now = line.standing.clone();
    let (order, lost) = provisional(log, &line.admitted);
    line.incidents.extend(lost);
    for id in order {
        if let Some(event) = log.events.get(&id) {
            let entry = try_out(&mut now, &line.standing, rules, id, event);
            line.timeline.push(entry);
        }
    }
    for (id, event) in &log.events {
        if editions.rules(event.edition).is_none() {
            let kind = IncidentKind::UnknownEdition;
            line.incidents.insert(Incident { kind, entry: *id });
        }
    }
    CaseView {
        id: log.id,
        tasks: tasks::tasks(log, &line, rules),
        receipts: receipts::receipts(log, &line),
        now,
        confirmed: line.standing,
        last: line.last,
        n: line.n,
        last_received: line.last_received,
        members: line.members,
        holders: line.holders,
        timeline: line.timeline,
        incidents: line.incidents,
    }
}

/// What an event that nobody has admitted would do. Custody, orders and membership stay: only
/// admitted events move them.
fn try_out(
    now: &mut Standing,
    confirmed: &Standing,
    rules: &Rules,
    id: EntryId,
    event: &super::event::Event,
) -> TimelineEntry {
    let proposal = Proposal {
        id,
        event,
        admitting: Admitting::Nobody,
        received_at: event.at,
        happened_at: event.at,
    };
    let verdict = decide(now, rules, &proposal);
    if verdict.is_effective() && apply(now, rules, &proposal).is_ok() {
        now.holder.clone_from(&confirmed.holder);
        now.transfer.clone_from(&confirmed.transfer);
        now.order.clone_from(&confirmed.order);
        now.members.clone_from(&confirmed.members);
    }
    TimelineEntry {
        event: id,
        name: event.name(),
        by: event.by.clone(),
        at: event.at,
        received_at: None,
        place: Place::Provisional,
        verdict,
        state: now.state,
    }
}

/// Without its edition a case shows its events and nothing else.
fn unknown_edition(log: &CaseLog) -> CaseView {
    let (order, mut incidents) = provisional(log, &BTreeSet::new());
    let entries = order.into_iter().filter_map(|id| {
        let event = log.events.get(&id)?;
        Some(TimelineEntry {
            event: id,
            name: event.name(),
            by: event.by.clone(),
            at: event.at,
            received_at: None,
            place: Place::Provisional,
            verdict: Verdict::NoEffect(Reason::UnknownEdition),
            state: Standing::default().state,
        })
    });
    let timeline: Vec<TimelineEntry> = entries.collect();
    incidents.extend(timeline.iter().map(|entry| Incident {
        kind: IncidentKind::UnknownEdition,
        entry: entry.event,
    }));
    CaseView {
        id: log.id,
        now: Standing::default(),
        confirmed: Standing::default(),
        last: None,
        n: 0,
        last_received: Timestamp::default(),
        members: BTreeSet::new(),
        holders: BTreeSet::new(),
        timeline,
        tasks: Vec::new(),
        incidents,
        receipts: std::collections::BTreeMap::new(),
    }
}
