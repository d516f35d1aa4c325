//! One replica of one case: signed changes as they travel, and the log they make.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::case::{Admit, CaseHead, CaseLog, Event, Receipt};
use linli_model::{ActorId, EntryId, RecordId};

/// Stands for a change's hash.
pub(crate) type ChangeId = u64;

/// A case of a story.
pub(crate) type CaseIndex = usize;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    Event(Event),
    Admit(Admit),
    Receipt(Receipt),
}

/// A change: entries of one actor in one case, written at once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) id: ChangeId,
    pub(crate) case: CaseIndex,
    pub(crate) head: CaseHead,
    pub(crate) actor: ActorId,
    /// The place in the actor's chain over all its cases, from 1.
    pub(crate) seq: u32,
    /// The change before it in the chain.
    pub(crate) prev: Option<ChangeId>,
    /// The heads of the document that the author had.
    pub(crate) deps: Vec<ChangeId>,
    pub(crate) entries: Vec<(EntryId, Entry)>,
}

impl Change {
    /// Whether it is a receipt and nothing else.
    pub(crate) fn is_receipt(&self) -> bool {
        self.entries
            .iter()
            .all(|(_, entry)| matches!(entry, Entry::Receipt(_)))
    }
}

/// Why a change cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A change it builds on is not here.
    Missing,
    /// Another change has written one of its entries.
    Forked,
}

#[derive(Clone)]
pub(crate) struct Doc {
    pub(crate) changes: BTreeMap<ChangeId, Rc<Change>>,
    pub(crate) order: Vec<Rc<Change>>,
    pub(crate) heads: BTreeSet<ChangeId>,
    pub(crate) log: CaseLog,
    /// Tells replicas with the same changes from others.
    pub(crate) content: u64,
}

impl Doc {
    pub(crate) fn new(case: CaseIndex, head: CaseHead) -> Self {
        Self {
            changes: BTreeMap::new(),
            order: Vec::new(),
            heads: BTreeSet::new(),
            log: CaseLog::new(record(case), head),
            content: 0,
        }
    }

    /// Whether the change can be added; `Ok(false)` when it is here already.
    pub(crate) fn check(&self, change: &Change) -> Result<bool, Trouble> {
        if self.changes.contains_key(&change.id) {
            return Ok(false);
        }
        if !change.deps.iter().all(|dep| self.changes.contains_key(dep)) {
            return Err(Trouble::Missing);
        }
        let taken = |id: &EntryId| {
            self.log.events.contains_key(id)
                || self.log.admits.contains_key(id)
                || self.log.receipts.contains_key(id)
        };
        if change.entries.iter().any(|(id, _)| taken(id)) {
            return Err(Trouble::Forked);
        }
        Ok(true)
    }

    pub(crate) fn add(&mut self, change: &Rc<Change>) {
        for dep in &change.deps {
            self.heads.remove(dep);
        }
        self.heads.insert(change.id);
        self.content ^= change.id;
        self.changes.insert(change.id, Rc::clone(change));
        self.order.push(Rc::clone(change));
        for (id, entry) in &change.entries {
            match entry {
                Entry::Event(event) => {
                    self.log.events.insert(*id, event.clone());
                }
                Entry::Admit(admit) => {
                    self.log.admits.insert(*id, admit.clone());
                }
                Entry::Receipt(receipt) => {
                    self.log.receipts.insert(*id, receipt.clone());
                }
            }
        }
    }

    /// What another replica has and this one does not, for people.
    pub(crate) fn lacks(&self, other: &Self) -> String {
        let missing = other
            .order
            .iter()
            .filter(|change| !self.changes.contains_key(&change.id));
        let entries = missing.flat_map(|change| change.entries.iter().map(|(id, _)| id));
        let names: Vec<String> = entries.map(EntryId::to_string).collect();
        format!("lacks [{}]", names.join(" "))
    }

    /// The changes that are refused and everything that builds on them.
    pub(crate) fn dependents(&self, refused: &BTreeSet<ChangeId>) -> BTreeSet<ChangeId> {
        let mut gone = BTreeSet::new();
        for change in &self.order {
            let builds_on = change.deps.iter().any(|dep| gone.contains(dep));
            if refused.contains(&change.id) || builds_on {
                gone.insert(change.id);
            }
        }
        gone
    }

    /// The document without some changes.
    pub(crate) fn without(&self, gone: &BTreeSet<ChangeId>) -> Self {
        let first = &self.log;
        let mut doc = Self {
            log: CaseLog::new(first.id, first.head.clone()),
            changes: BTreeMap::new(),
            order: Vec::new(),
            heads: BTreeSet::new(),
            content: 0,
        };
        for change in self
            .order
            .iter()
            .filter(|change| !gone.contains(&change.id))
        {
            doc.add(change);
        }
        doc
    }
}

pub(crate) fn record(case: CaseIndex) -> RecordId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(case as u64 + 1).to_be_bytes());
    RecordId(id)
}
