//! Who has the case, and exactly how much of it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::log::CaseLog;
use super::super::view::{Place, ReceiptState};
use super::line::Line;
use crate::id::{EntryId, OrgId};
use crate::time::Timestamp;

/// For each organisation that has said so: what it has, when it last got something, and how many
/// events it still lacks. A receipt covers what lies below its change, an admission everything in the
/// line up to it, and an organisation has what its own server wrote and had seen when it wrote.
pub(super) fn receipts(log: &CaseLog, line: &Line) -> BTreeMap<OrgId, ReceiptState> {
    let mut known: BTreeMap<OrgId, Known> = BTreeMap::new();
    for receipt in log.receipts.values() {
        let known = known.entry(receipt.org.clone()).or_default();
        if known.number.is_none() || receipt.at >= known.at {
            known.level = Some(receipt.level);
            known.number = Some(receipt.number.clone());
        }
        known.at = known.at.max(receipt.at);
        let covered = log.events.keys().filter(|id| receipt.covers(**id));
        known.has.extend(covered);
    }
    let mut in_line = BTreeSet::new();
    for entry in &line.timeline {
        let Place::Admitted { admit, .. } = entry.place else {
            continue;
        };
        in_line.insert(entry.event);
        if let Some(admit) = log.admits.get(&admit) {
            let known = known.entry(admit.org.clone()).or_default();
            known.at = known.at.max(admit.received_at);
            known.admitted = in_line.len();
        }
    }
    let in_order: Vec<EntryId> = line.timeline.iter().map(|entry| entry.event).collect();
    for known in known.values_mut() {
        known.has.extend(in_order.iter().take(known.admitted));
    }
    for (id, event) in log
        .events
        .iter()
        .filter(|(_, event)| event.by.device.is_none())
    {
        if let Some(known) = known.get_mut(&event.by.org) {
            known.has.insert(*id);
            let seen = |id: &&EntryId| event.seen.iter().any(|last| covers(*last, **id));
            known.has.extend(log.events.keys().filter(seen));
        }
    }
    known
        .into_iter()
        .map(|(org, known)| (org, known.state(log)))
        .collect()
}

fn covers(last: EntryId, id: EntryId) -> bool {
    last.actor == id.actor && last.counter >= id.counter
}

#[derive(Default)]
struct Known {
    level: Option<crate::org::Level>,
    at: Timestamp,
    number: Option<String>,
    has: BTreeSet<EntryId>,
    /// How many events of the line lie at or before its last admission.
    admitted: usize,
}

impl Known {
    fn state(self, log: &CaseLog) -> ReceiptState {
        let waiting = log.events.keys().filter(|id| !self.has.contains(id));
        ReceiptState {
            level: self.level,
            at: self.at,
            number: self.number,
            waiting: u32::try_from(waiting.count()).unwrap_or(u32::MAX),
        }
    }
}
