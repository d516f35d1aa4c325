//! A server or a device: what it stores, what it lists for each neighbour, and its chain.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::{ActorId, GridCode, KeyId, OrgId, StaffId};

use super::doc::{CaseIndex, Change, ChangeId, Doc};

pub(crate) type NodeIndex = usize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Server {
        org: OrgId,
    },
    Device {
        org: OrgId,
        grid: GridCode,
        staff: Vec<StaffId>,
    },
}

/// What a node keeps for one neighbour.
#[derive(Clone, Default)]
pub(crate) struct Feed {
    /// In the order of storing; true when the neighbour itself brought it.
    pub(crate) entries: Vec<(Rc<Change>, bool)>,
    pub(crate) listed: BTreeSet<CaseIndex>,
    /// How many entries the neighbour has confirmed.
    pub(crate) acked: usize,
    /// The neighbour's generation as last seen.
    pub(crate) generation: u64,
    /// After a change of generation the neighbour gets its own changes back.
    pub(crate) is_backup: bool,
}

#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) key: KeyId,
    pub(crate) epoch: u64,
    pub(crate) generation: u64,
    pub(crate) docs: BTreeMap<CaseIndex, Doc>,
    pub(crate) feeds: BTreeMap<NodeIndex, Feed>,
    /// Chains by actor: what stands at each place, and before it.
    pub(crate) chains: BTreeMap<ActorId, BTreeMap<u32, (ChangeId, Option<ChangeId>)>>,
    pub(crate) revoked: BTreeSet<KeyId>,
    pub(crate) dropped: BTreeSet<CaseIndex>,
    /// Neighbours from which a restored server has not got everything yet.
    pub(crate) recovering: BTreeSet<NodeIndex>,
    pub(crate) is_dead: bool,
}

impl Node {
    pub(crate) fn new(kind: NodeKind, key: KeyId) -> Self {
        Self {
            kind,
            key,
            epoch: 1,
            generation: 1,
            docs: BTreeMap::new(),
            feeds: BTreeMap::new(),
            chains: BTreeMap::new(),
            revoked: BTreeSet::new(),
            dropped: BTreeSet::new(),
            recovering: BTreeSet::new(),
            is_dead: false,
        }
    }

    pub(crate) fn org(&self) -> &OrgId {
        match &self.kind {
            NodeKind::Server { org } | NodeKind::Device { org, .. } => org,
        }
    }

    pub(crate) fn is_server(&self) -> bool {
        matches!(self.kind, NodeKind::Server { .. })
    }

    /// Whether an actor was ever this organisation's: keys of one organisation begin alike here.
    pub(crate) fn is_of_this_organisation(&self, actor: ActorId) -> bool {
        self.is_server() && actor.0[0] == self.key.0[0]
    }

    pub(crate) fn actor(&self) -> ActorId {
        ActorId::new(&self.key, self.epoch)
    }

    /// The next place in this node's own chain and the change before it.
    pub(crate) fn chain_end(&self) -> (u32, Option<ChangeId>) {
        let chain = self.chains.get(&self.actor());
        match chain.and_then(BTreeMap::last_key_value) {
            Some((seq, (id, _))) => (seq + 1, Some(*id)),
            None => (1, None),
        }
    }

    /// Whether the change clashes with what is known of its author's chain.
    pub(crate) fn clashes(&self, change: &Change) -> bool {
        let Some(chain) = self.chains.get(&change.actor) else {
            return false;
        };
        let here = chain.get(&change.seq);
        let before = change.seq.checked_sub(1).and_then(|seq| chain.get(&seq));
        let after = chain.get(&(change.seq + 1));
        here.is_some_and(|(id, _)| *id != change.id)
            || before.is_some_and(|(id, _)| Some(*id) != change.prev)
            || after.is_some_and(|(_, prev)| *prev != Some(change.id))
    }

    /// Whether the author's change before this one is here, or this is its first.
    pub(crate) fn has_chain_before(&self, change: &Change) -> bool {
        let chain = self.chains.get(&change.actor);
        change.seq == 1 || chain.is_some_and(|chain| chain.contains_key(&(change.seq - 1)))
    }

    /// Stores a change and lists it for the neighbours that have the case.
    pub(crate) fn store(&mut self, change: &Rc<Change>, from: Option<NodeIndex>) {
        let new = || Doc::new(change.case, change.head.clone());
        self.docs.entry(change.case).or_insert_with(new).add(change);
        self.note_chain(change);
        for (peer, feed) in &mut self.feeds {
            if feed.listed.contains(&change.case) {
                feed.entries.push((Rc::clone(change), from == Some(*peer)));
            }
        }
    }

    /// Remembers what stands at a place of an author's chain. What came first stays.
    pub(crate) fn note_chain(&mut self, change: &Change) {
        let chain = self.chains.entry(change.actor).or_default();
        chain.entry(change.seq).or_insert((change.id, change.prev));
    }

    /// Lists a case for a neighbour with its whole history, once.
    pub(crate) fn list(&mut self, case: CaseIndex, peer: NodeIndex, with_history: bool) {
        let Some(feed) = self.feeds.get_mut(&peer) else {
            return;
        };
        if let Some(doc) = self.docs.get(&case)
            && feed.listed.insert(case)
            && with_history
        {
            let history = doc.order.iter();
            // Some of it may be the neighbour's own; such echoes die there.
            feed.entries
                .extend(history.map(|change| (Rc::clone(change), false)));
        }
    }

    /// Removes a case for good.
    pub(crate) fn drop_case(&mut self, case: CaseIndex) {
        self.dropped.insert(case);
        self.docs.remove(&case);
        if !self.is_server() {
            // What it has not sent yet is still offered (as bare hashes), so that its chain has no gap.
            return;
        }
        for feed in self.feeds.values_mut() {
            feed.listed.remove(&case);
            let before = feed.entries.iter().take(feed.acked);
            let acked = before.filter(|(change, _)| change.case != case).count();
            feed.entries.retain(|(change, _)| change.case != case);
            feed.acked = acked;
        }
    }

    /// After a restore everything is offered to everybody again.
    pub(crate) fn offer_again(&mut self) {
        for feed in self.feeds.values_mut() {
            feed.acked = 0;
        }
    }
}
