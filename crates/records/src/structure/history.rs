//! What is remembered of a document's changes: enough to check the next one, cheap to copy.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{ActorId, ChangeHash};

use super::fact::{ActorPlace, Fact, Id, Ids, Place, What};
use super::{Examined, StructureRefusal, examine};
use crate::prescan::{ScanRefusal, ScannedChange, scan};
use crate::rules::Rules;

/// The operations and the causal order of a document's changes.
///
/// Rebuilt by scanning the changes; there is no table of it. A change's history is kept as the
/// number of changes of each actor that it includes, which is exact because an actor's changes
/// form one line.
#[derive(Debug, Clone, Default)]
pub struct History {
    actors: Vec<Actor>,
    places: BTreeMap<ActorId, ActorPlace>,
    changes: Vec<KnownChange>,
    index: BTreeMap<ChangeHash, u32>,
    facts: Vec<StoredFact>,
    clocks: Vec<u32>,
    text: String,
    heads: BTreeSet<ChangeHash>,
}

#[derive(Debug, Clone, Default)]
struct Actor {
    /// The actor's changes by sequence number, from 1.
    changes: Vec<u32>,
}

/// One change in a history.
#[derive(Debug, Clone)]
struct KnownChange {
    hash: ChangeHash,
    author: ActorPlace,
    seq: u32,
    start_op: u32,
    /// The place of its operations in the history's list.
    facts: (u32, u32),
    /// The place of its clock.
    clock: (u32, u32),
}

impl KnownChange {
    fn max_op(&self) -> u32 {
        (self.start_op + (self.facts.1 - self.facts.0)).saturating_sub(1)
    }
}

#[derive(Debug, Clone, Copy)]
struct StoredFact {
    object: Id,
    place: StoredPlace,
    what: What,
    insert: bool,
}

#[derive(Debug, Clone, Copy)]
enum StoredPlace {
    Name { from: u32, to: u32 },
    Element(Id),
}

impl History {
    /// Scans the changes of a document that has already been accepted, each after those it
    /// builds on.
    pub fn rebuild<'a>(changes: impl Iterator<Item = &'a [u8]>) -> Result<Self, ScanRefusal> {
        let mut history = Self::default();
        for bytes in changes {
            history.remember(&scan(bytes)?);
        }
        Ok(history)
    }

    /// Checks a change and takes it in.
    pub fn accept(&mut self, change: &ScannedChange<'_>) -> Result<(), StructureRefusal> {
        let examined = examine(self, change, Rules::ALL)?;
        self.extend(change, &examined);
        Ok(())
    }

    /// Whether a change is part of this history.
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.index.contains_key(hash)
    }

    /// The number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there is no change yet.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes that no other builds on, ascending.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.heads.iter().copied().collect()
    }

    /// The number of changes of an actor.
    pub fn seq_of(&self, actor: &ActorId) -> u32 {
        self.last_seq(self.place_of(actor))
    }

    /// Whether everything in `hash` is included in what stands below these changes or in them.
    pub(crate) fn includes(&self, heads: &[ChangeHash], hash: &ChangeHash) -> bool {
        self.find(hash).is_some_and(|change| {
            let (clock, _) = self.clock_of(heads);
            clock
                .get(change.author.index())
                .is_some_and(|seq| *seq >= change.seq)
        })
    }

    /// Every change, each after those it builds on.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.changes.iter().map(|change| change.hash)
    }

    pub(super) fn missing(&self, deps: &[ChangeHash]) -> Vec<ChangeHash> {
        deps.iter()
            .filter(|dep| !self.contains(dep))
            .copied()
            .collect()
    }

    /// How much of each actor these changes include, and their highest operation.
    pub(super) fn clock_of(&self, deps: &[ChangeHash]) -> (Vec<u32>, u32) {
        let mut clock = vec![0; self.actors.len()];
        let mut top = 0;
        for change in deps.iter().filter_map(|dep| self.find(dep)) {
            let (from, to) = change.clock;
            let known = self
                .clocks
                .get(from as usize..to as usize)
                .unwrap_or_default();
            for (slot, seq) in clock.iter_mut().zip(known) {
                *slot = (*slot).max(*seq);
            }
            top = top.max(change.max_op());
        }
        (clock, top)
    }

    /// Where an actor stands, or would stand once its first change is remembered.
    pub(super) fn place_of(&self, actor: &ActorId) -> ActorPlace {
        let next = ActorPlace(u32::try_from(self.actors.len()).unwrap_or(u32::MAX));
        self.places.get(actor).copied().unwrap_or(next)
    }

    pub(super) fn known_place(&self, actor: &ActorId) -> Option<ActorPlace> {
        self.places.get(actor).copied()
    }

    pub(super) fn last_seq(&self, actor: ActorPlace) -> u32 {
        let changes = self
            .actors
            .get(actor.index())
            .map_or(0, |actor| actor.changes.len());
        u32::try_from(changes).unwrap_or(u32::MAX)
    }

    /// An operation with the sequence number of its change.
    pub(super) fn fact(&self, id: Id) -> Option<(Fact<'_>, u32)> {
        let changes = &self.actors.get(id.actor.index())?.changes;
        let after = changes.partition_point(|place| {
            self.changes
                .get(*place as usize)
                .is_some_and(|change| change.start_op <= id.counter)
        });
        let place = *changes.get(after.checked_sub(1)?)?;
        let change = self.changes.get(place as usize)?;
        let at = change.facts.0 + (id.counter - change.start_op);
        let stored = (at < change.facts.1)
            .then(|| self.facts.get(at as usize))
            .flatten()?;
        Some((self.restore(stored)?, change.seq))
    }

    /// Takes in a change that was examined against this history as it is now.
    pub(crate) fn extend(&mut self, change: &ScannedChange<'_>, examined: &Examined<'_>) {
        let author = self.place_of(&change.actor());
        if self.known_place(&change.actor()).is_none() {
            self.places.insert(change.actor(), author);
            self.actors.push(Actor::default());
        }
        let place = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        let seq = self.last_seq(author) + 1;
        let clock_from = self.clocks.len();
        self.clocks.extend(&examined.clock);
        self.clocks.resize(clock_from + self.actors.len(), 0);
        if let Some(slot) = self.clocks.get_mut(clock_from + author.index()) {
            *slot = seq;
        }
        let facts_from = self.facts.len();
        for fact in &examined.facts {
            let stored = self.store(fact);
            self.facts.push(stored);
        }
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.changes.push(KnownChange {
            hash: change.hash,
            author,
            seq,
            start_op: change.start_op,
            facts: (short(facts_from), short(self.facts.len())),
            clock: (short(clock_from), short(self.clocks.len())),
        });
        if let Some(actor) = self.actors.get_mut(author.index()) {
            actor.changes.push(place);
        }
        self.index.insert(change.hash, place);
        for dep in &change.deps {
            self.heads.remove(dep);
        }
        self.heads.insert(change.hash);
    }

    /// Takes in a change without checking it: it was checked when it was accepted.
    pub(crate) fn remember(&mut self, change: &ScannedChange<'_>) {
        let (clock, _) = self.clock_of(&change.deps);
        let author = self.place_of(&change.actor());
        let ids = Ids {
            history: self,
            change,
            author,
        };
        let facts = (change.start_op..)
            .zip(&change.ops)
            .map(|(counter, op)| {
                ids.fact(
                    op,
                    Id {
                        counter,
                        actor: author,
                    },
                )
            })
            .collect();
        self.extend(change, &Examined { clock, facts });
    }

    fn find(&self, hash: &ChangeHash) -> Option<&KnownChange> {
        self.changes.get(*self.index.get(hash)? as usize)
    }

    fn store(&mut self, fact: &Fact<'_>) -> StoredFact {
        let place = match fact.place {
            Place::Element(id) => StoredPlace::Element(id),
            Place::Name(name) => {
                let from = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
                self.text.push_str(name);
                StoredPlace::Name {
                    from,
                    to: u32::try_from(self.text.len()).unwrap_or(u32::MAX),
                }
            }
        };
        StoredFact {
            object: fact.object,
            place,
            what: fact.what,
            insert: fact.insert,
        }
    }

    fn restore(&self, stored: &StoredFact) -> Option<Fact<'_>> {
        let place = match stored.place {
            StoredPlace::Element(id) => Place::Element(id),
            StoredPlace::Name { from, to } => {
                Place::Name(self.text.get(from as usize..to as usize)?)
            }
        };
        Some(Fact {
            object: stored.object,
            place,
            what: stored.what,
            insert: stored.insert,
        })
    }
}
