//! The order of events that no holder has admitted yet.

use std::collections::{BTreeMap, BTreeSet};

use super::super::log::CaseLog;
use super::super::view::{Incident, IncidentKind};
use crate::id::{ActorId, EntryId};

/// Events outside the line: always the smallest whose causes are placed. An event whose causes do not
/// exist or run in a circle is placed all the same, smallest first, and reported.
pub(crate) fn provisional(
    log: &CaseLog,
    admitted: &BTreeSet<EntryId>,
) -> (Vec<EntryId>, BTreeSet<Incident>) {
    let mut waiting: BTreeMap<ActorId, BTreeSet<u32>> = BTreeMap::new();
    for id in log.events.keys().filter(|id| !admitted.contains(id)) {
        waiting.entry(id.actor).or_default().insert(id.counter);
    }
    let mut incidents = unknown_causes(log);
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let heads = waiting.iter().filter_map(|(actor, counters)| {
            let counter = *counters.first()?;
            Some(EntryId {
                actor: *actor,
                counter,
            })
        });
        let heads: Vec<EntryId> = heads.collect();
        let ready = heads.iter().find(|id| is_ready(log, &waiting, **id));
        if ready.is_none()
            && let Some(entry) = heads.first()
        {
            incidents.insert(Incident {
                kind: IncidentKind::NoCause,
                entry: *entry,
            });
        }
        let Some(next) = ready.or(heads.first()) else {
            break;
        };
        order.push(*next);
        if let Some(counters) = waiting.get_mut(&next.actor) {
            counters.remove(&next.counter);
        }
        waiting.retain(|_, counters| !counters.is_empty());
    }
    (order, incidents)
}

/// Whether nothing that the author had seen is still waiting. An actor's own earlier events are
/// always seen, so only its first waiting event is ever asked.
fn is_ready(log: &CaseLog, waiting: &BTreeMap<ActorId, BTreeSet<u32>>, id: EntryId) -> bool {
    let seen = log.events.get(&id).map(|event| event.seen.as_slice());
    seen.unwrap_or_default()
        .iter()
        .filter(|cause| cause.actor != id.actor)
        .all(|cause| {
            let first = waiting.get(&cause.actor).and_then(BTreeSet::first);
            first.is_none_or(|first| *first > cause.counter)
        })
}

fn unknown_causes(log: &CaseLog) -> BTreeSet<Incident> {
    let counters = log.counters();
    let is_known = |cause: &EntryId| {
        let last = counters.get(&cause.actor);
        last.is_some_and(|last| *last >= cause.counter)
    };
    log.events
        .iter()
        .filter(|(_, event)| !event.seen.iter().all(is_known))
        .map(|(id, _)| Incident {
            kind: IncidentKind::NoCause,
            entry: *id,
        })
        .collect()
}
