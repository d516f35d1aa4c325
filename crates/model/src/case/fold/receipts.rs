//! Who has the case, and exactly how much of it.

use std::collections::BTreeMap;

use super::super::log::CaseLog;
use super::super::view::{Place, ReceiptState};
use super::line::Line;
use crate::id::{ActorId, EntryId, OrgId};
use crate::org::Level;
use crate::time::Timestamp;

/// For each organisation that has said so: what it has, when it last got something, and how many
/// events it still lacks. A receipt covers what lies below its change, an admission everything in the
/// line up to it, and an organisation has what its own server wrote and had seen when it wrote.
pub(super) fn receipts(log: &CaseLog, line: &Line) -> BTreeMap<OrgId, ReceiptState> {
    let mut known: BTreeMap<&OrgId, Known> = BTreeMap::new();
    for receipt in log.receipts.values() {
        known.entry(&receipt.org).or_default().add(receipt);
    }
    let mut place_in_line = BTreeMap::new();
    for (index, entry) in line.timeline.iter().enumerate() {
        let Place::Admitted { admit, .. } = entry.place else {
            continue;
        };
        place_in_line.insert(entry.event, index);
        if let Some(admit) = log.admits.get(&admit) {
            let known = known.entry(&admit.org).or_default();
            known.at = known.at.max(admit.received_at);
            known.last_admitted = Some(index);
        }
    }
    let own = log
        .events
        .iter()
        .filter(|(_, event)| event.by.device.is_none());
    for (id, event) in own {
        if let Some(known) = known.get_mut(&event.by.org) {
            let had = event.seen.iter().chain([id]);
            had.for_each(|entry| known.has_up_to(entry.actor, entry.counter));
        }
    }
    known
        .into_iter()
        .map(|(org, known)| {
            let lacks = |id: &&EntryId| !known.has(**id, place_in_line.get(*id).copied());
            let waiting = log.events.keys().filter(lacks).count();
            let state = ReceiptState {
                level: known.level,
                at: known.at,
                number: known.number.clone(),
                waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            };
            (org.clone(), state)
        })
        .collect()
}

#[derive(Default)]
struct Known {
    level: Option<Level>,
    at: Timestamp,
    number: Option<String>,
    /// For each actor how many of its entries it has.
    counters: BTreeMap<ActorId, u32>,
    /// Where in the line its last admission stands.
    last_admitted: Option<usize>,
}

impl Known {
    fn add(&mut self, receipt: &super::super::receipt::Receipt) {
        if self.number.is_none() || receipt.at >= self.at {
            self.level = Some(receipt.level);
            self.number = Some(receipt.number.clone());
        }
        self.at = self.at.max(receipt.at);
        for (actor, counter) in &receipt.covers {
            self.has_up_to(*actor, *counter);
        }
    }

    fn has_up_to(&mut self, actor: ActorId, counter: u32) {
        let last = self.counters.entry(actor).or_insert(0);
        *last = counter.max(*last);
    }

    fn has(&self, id: EntryId, place: Option<usize>) -> bool {
        let covered = self.counters.get(&id.actor);
        covered.is_some_and(|last| *last >= id.counter)
            || (place.is_some() && place <= self.last_admitted)
    }
}
