//! What comes back to somebody.

use std::collections::BTreeSet;

use super::super::admit::{Reason, Verdict};
use super::super::log::CaseLog;
use super::super::name::EventName;
use super::super::rules::Rules;
use super::super::standing::Slot;
use super::super::state::State;
use super::super::table::{Class, table};
use super::super::view::{Task, TaskFor, TaskKind, TimelineEntry};
use super::line::Line;
use crate::id::EntryId;
use crate::role::Role;

/// Requests that wait for a person at the holder's desk.
const CONFIRM: [Slot; 8] = [
    Slot::ExtensionRequest,
    Slot::HoldRequest,
    Slot::VoidRequest,
    Slot::EscalationRequest,
    Slot::RejectRequest,
    Slot::Unable,
    Slot::Appeal,
    Slot::AppealReview,
];

/// Every open task of a case, sorted. A task about an event without effect is done when somebody has
/// written the event again, or answered it (a note is enough).
pub(super) fn tasks(log: &CaseLog, line: &Line, rules: &Rules) -> Vec<Task> {
    let settled: BTreeSet<EntryId> = log
        .events
        .values()
        .flat_map(|event| event.again_of.into_iter().chain(event.answers))
        .collect();
    let mut tasks: BTreeSet<Task> = line
        .timeline
        .iter()
        .filter(|entry| !settled.contains(&entry.event))
        .filter_map(returned_to_author)
        .collect();
    tasks.extend(for_the_desk(line, rules));
    tasks.into_iter().collect()
}

fn returned_to_author(entry: &TimelineEntry) -> Option<Task> {
    let Verdict::NoEffect(reason) = entry.verdict else {
        return None;
    };
    let row = table().row(entry.name)?;
    let decided_elsewhere = row.class == Class::Desk && reason == Reason::Superseded;
    let asks = row.asks || decided_elsewhere;
    let settled = matches!(reason, Reason::Duplicate | Reason::DeskHasIt);
    if !asks || settled || entry.by.role == Role::System {
        return None;
    }
    Some(Task {
        to: TaskFor::Staff {
            org: entry.by.org.clone(),
            staff: entry.by.staff.clone(),
        },
        kind: TaskKind::NoEffect(reason),
        event: entry.event,
    })
}

fn for_the_desk(line: &Line, rules: &Rules) -> Vec<Task> {
    let standing = &line.standing;
    let Some(holder) = &standing.holder else {
        return Vec::new();
    };
    let desk = |kind, event| Task {
        to: TaskFor::Desk(holder.clone()),
        kind,
        event,
    };
    let mut tasks = Vec::new();
    if let Some(step) = standing.current.get(&Slot::OnSpot) {
        tasks.push(desk(TaskKind::FixedOnSpot, step.event));
    }
    for slot in CONFIRM {
        if let Some(step) = standing.current.get(&slot) {
            tasks.push(desk(TaskKind::Confirm, step.event));
        }
    }
    if let Some(step) = standing.current.get(&Slot::ForceRequest) {
        tasks.push(Task {
            to: TaskFor::Desk(rules.district().clone()),
            kind: TaskKind::Confirm,
            event: step.event,
        });
    }
    let mut decided = line.timeline.iter().rev().filter(|entry| {
        let own = table()
            .row(entry.name)
            .is_some_and(|row| row.class == Class::Desk);
        entry.verdict.is_effective() && (own || entry.name == EventName::ReturnCase)
    });
    if let Some(last) = decided.next() {
        if last.name == EventName::SendBack {
            tasks.push(desk(TaskKind::SentBack, last.event));
        } else if last.name == EventName::ReturnCase && standing.state == State::Filed {
            tasks.push(desk(TaskKind::Returned, last.event));
        }
    }
    tasks
}
