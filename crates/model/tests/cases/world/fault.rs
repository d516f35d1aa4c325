//! What goes wrong beyond the network: restores, clones, lost machines, revoked keys, erased cases.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::Event;
use linli_model::{EntryId, Timestamp};

use super::World;
use super::doc::{CaseIndex, ChangeId, Doc, Entry};
use super::node::{Feed, Node, NodeIndex};

impl World<'_> {
    /// Keeps a copy of a node as it is now.
    pub(super) fn back_up(&mut self, node: NodeIndex) {
        let copy = self.nodes[node].clone();
        self.backups.retain(|(of, _)| *of != node);
        self.backups.push((node, copy));
    }

    /// One random fault.
    pub(super) fn fault(&mut self) {
        let mut node = self.rng.below(self.nodes.len());
        // Somebody who waits is likelier to have more trouble, or to be told to go on.
        let waiting = self
            .nodes
            .iter()
            .position(|node| !node.recovering.is_empty());
        if let Some(waiting) = waiting
            && self.rng.percent(40)
        {
            node = waiting;
        }
        if self.nodes[node].is_dead {
            return;
        }
        let is_server = self.nodes[node].is_server();
        let fault = match self.rng.below(12) {
            0..4 if is_server => Fault::RestoreServer,
            4..6 if is_server => Fault::LoseServer,
            6 if is_server => Fault::Drop,
            7..9 if is_server => Fault::GiveUp,
            0..4 => Fault::RestoreDevice,
            4..7 => Fault::CloneDevice,
            7 => Fault::LoseDevice,
            8 => Fault::Revoke,
            _ => return,
        };
        let done = match fault {
            Fault::RestoreServer => self.restore_server(node),
            Fault::LoseServer => self.lose_server(node),
            Fault::Drop => self.drop_some_case(node),
            Fault::GiveUp => self.give_up(node),
            Fault::RestoreDevice => self.restore_device(node),
            Fault::CloneDevice => self.clone_device(node),
            Fault::LoseDevice => self.lose_device(node),
            Fault::Revoke => self.revoke(node),
        };
        if done {
            *self.tally.entry(format!("fault {fault:?}")).or_default() += 1;
        }
    }

    /// An administrator declares the neighbours that a restored server waits for unreachable.
    fn give_up(&mut self, node: NodeIndex) -> bool {
        if self.nodes[node].recovering.is_empty() {
            return false;
        }
        self.write(|world| format!("{} waits no longer", world.name(node)));
        self.nodes[node].recovering.clear();
        self.settle_everything(node, &BTreeSet::new());
        true
    }

    fn backup_of(&self, node: NodeIndex) -> Option<Node> {
        self.backups
            .iter()
            .find(|(of, _)| *of == node)
            .map(|(_, copy)| copy.clone())
    }

    /// A server comes back from a backup: a new generation and a new actor. It admits and authors
    /// nothing until it has everything from every neighbour. Tombstones are kept outside backups.
    fn restore_server(&mut self, node: NodeIndex) -> bool {
        let Some(backup) = self.backup_of(node) else {
            return false;
        };
        self.write(|world| format!("restore server {}", world.name(node)));
        self.come_back(node, backup);
        true
    }

    /// A server is lost for good: the same organisation begins again with nothing and a new key.
    fn lose_server(&mut self, node: NodeIndex) -> bool {
        self.write(|world| format!("lose server {}", world.name(node)));
        let mut empty = Node::new(self.nodes[node].kind.clone(), self.nodes[node].key);
        empty.key.0[1] = empty.key.0[1]
            .wrapping_add(self.nodes[node].key.0[1])
            .wrapping_add(1);
        for peer in self.neighbours(node) {
            empty.feeds.insert(peer, Feed::default());
        }
        // Tombstones go with the machine, unless a neighbour has them.
        self.nodes[node].dropped.clear();
        self.come_back(node, empty);
        true
    }

    fn come_back(&mut self, node: NodeIndex, state: Node) {
        let held = self.held();
        let before = std::mem::replace(&mut self.nodes[node], state);
        let servers = self
            .neighbours(node)
            .into_iter()
            .filter(|peer| self.nodes[*peer].is_server());
        let servers: BTreeSet<NodeIndex> = servers.collect();
        let back = &mut self.nodes[node];
        for peer in before.feeds.keys() {
            back.feeds.entry(*peer).or_default();
        }
        back.generation = before.generation + 1;
        back.epoch = before.epoch + 1;
        back.recovering = servers;
        for case in before.dropped {
            back.drop_case(case);
        }
        back.offer_again();
        let cases: Vec<CaseIndex> = back.docs.keys().copied().collect();
        for case in cases {
            self.list(node, case, None);
        }
        self.echoes.retain(|(from, _, _)| *from != node);
        self.count_losses(held);
    }

    /// Whether a restored server has got everything from this neighbour. Recovery runs up, then down:
    /// a child counts once its own children have answered, the parent once it is recovered.
    pub(super) fn recover(&mut self, node: NodeIndex, peer: NodeIndex) -> bool {
        if !self.nodes[node].recovering.contains(&peer) {
            return false;
        }
        let tree = self.rules().tree();
        let peer_is_child = tree.parent(self.nodes[peer].org()) == Some(self.nodes[node].org());
        let waits_for = &self.nodes[peer].recovering;
        let counts =
            waits_for.is_empty() || (peer_is_child && waits_for.iter().all(|w| *w == node));
        let caught_up = |from: NodeIndex, to: NodeIndex| {
            let feed = &self.nodes[from].feeds[&to];
            feed.acked == feed.entries.len()
        };
        if !counts || !caught_up(peer, node) {
            return false;
        }
        self.nodes[node].recovering.remove(&peer);
        if self.nodes[node].recovering.is_empty() {
            self.write(|world| format!("{} has recovered", world.name(node)));
            self.settle_everything(node, &BTreeSet::new());
        }
        true
    }

    /// A device comes back from a copy. Half the time nobody notices, and it goes on in its epoch.
    fn restore_device(&mut self, node: NodeIndex) -> bool {
        let Some(mut backup) = self.backup_of(node) else {
            return false;
        };
        let noticed = self.rng.percent(50);
        self.write(|world| format!("restore device {} noticed {noticed}", world.name(node)));
        backup.generation = self.nodes[node].generation + 1;
        if noticed {
            backup.epoch = self.nodes[node].epoch + 1;
        }
        let held = self.held();
        self.nodes[node] = backup;
        self.nodes[node].offer_again();
        self.count_losses(held);
        true
    }

    /// Everything that can still be had from somebody: not from what is lost, not from a device whose
    /// key is locked.
    fn held(&self) -> BTreeSet<ChangeId> {
        let living = self
            .nodes
            .iter()
            .filter(|node| !node.is_dead && !self.revoked.contains(&node.key));
        let docs = living.flat_map(|node| node.docs.values());
        docs.flat_map(|doc| doc.changes.keys().copied()).collect()
    }

    /// What nobody holds any more is lost, and nobody can be asked for it.
    fn count_losses(&mut self, before: BTreeSet<ChangeId>) {
        let after = self.held();
        self.lost
            .extend(before.into_iter().filter(|id| !after.contains(id)));
    }

    /// Two devices with one key and one epoch.
    fn clone_device(&mut self, node: NodeIndex) -> bool {
        if self.nodes.len() > 14 {
            return false;
        }
        self.write(|world| format!("clone device {}", world.name(node)));
        let copy = self.nodes[node].clone();
        let twin = self.nodes.len();
        let server = self.neighbours(node)[0];
        self.nodes.push(copy);
        self.links
            .insert((server.min(twin), server.max(twin)), true);
        let generation = self.nodes[twin].generation;
        let mut feed = Feed {
            generation,
            ..Feed::default()
        };
        std::mem::swap(&mut feed, self.nodes[server].feeds.entry(twin).or_default());
        let home = self.nodes[server].docs.iter().filter(|(_, doc)| {
            matches!(&self.nodes[twin].kind, super::NodeKind::Device { grid, .. } if *grid == doc.log.head.home)
        });
        let cases: Vec<CaseIndex> = home.map(|(case, _)| *case).collect();
        for case in cases {
            self.nodes[server].list(case, twin, true);
        }
        true
    }

    fn lose_device(&mut self, node: NodeIndex) -> bool {
        self.write(|world| format!("lose device {}", world.name(node)));
        let held = self.held();
        self.nodes[node].is_dead = true;
        self.count_losses(held);
        true
    }

    /// The key is locked at some server; the news travels along links.
    fn revoke(&mut self, node: NodeIndex) -> bool {
        let servers = (0..self.nodes.len()).filter(|index| self.nodes[*index].is_server());
        let servers: Vec<NodeIndex> = servers.collect();
        let at = *self.rng.pick(&servers).unwrap();
        let key = self.nodes[node].key;
        self.write(|world| format!("revoke {} at {}", world.name(node), world.name(at)));
        let held = self.held();
        self.nodes[at].revoked.insert(key);
        self.revoked.insert(key);
        self.count_losses(held);
        true
    }

    /// A case is erased for good.
    fn drop_some_case(&mut self, node: NodeIndex) -> bool {
        let cases: Vec<CaseIndex> = self.nodes[node].docs.keys().copied().collect();
        let Some(case) = self.rng.pick(&cases).copied() else {
            return false;
        };
        self.write(|world| format!("{} drops case {case}", world.name(node)));
        self.nodes[node].drop_case(case);
        self.dropped.insert(case);
        self.settle_everything(node, &BTreeSet::new());
        true
    }

    /// A device whose changes were refused: it opens a new epoch, discards them and everything that
    /// builds on them, and writes its own intents again.
    pub(super) fn take_refusal(&mut self, node: NodeIndex, refused: &BTreeSet<ChangeId>) {
        if self.nodes[node].is_server() {
            self.fail(
                super::Class::Refused,
                format!("a feed change from {}", self.name(node)),
            );
            return;
        }
        let refused = &self.chained(node, refused);
        self.refused.extend(refused);
        if self.revoked.contains(&self.nodes[node].key) {
            return;
        }
        self.write(|world| format!("{} discards {}", world.name(node), refused.len()));
        let key = self.nodes[node].key;
        self.nodes[node].epoch += 1;
        let mut again: Vec<(CaseIndex, EntryId, Event)> = Vec::new();
        let docs: Vec<CaseIndex> = self.nodes[node].docs.keys().copied().collect();
        for case in docs {
            let doc = &self.nodes[node].docs[&case];
            let gone = doc.dependents(refused);
            if gone.is_empty() {
                continue;
            }
            self.refused.extend(&gone);
            for change in doc.order.iter().filter(|change| gone.contains(&change.id)) {
                for (id, entry) in &change.entries {
                    if let Entry::Event(event) = entry
                        && id.actor.is_of(&key)
                    {
                        again.push((case, *id, event.clone()));
                    }
                }
            }
            let doc = doc.without(&gone);
            self.replace_doc(node, case, doc);
        }
        self.write_again(node, again);
    }

    /// What was refused, and what comes after it in the device's own chain: its place can never be
    /// reached any more.
    fn chained(&self, node: NodeIndex, refused: &BTreeSet<ChangeId>) -> BTreeSet<ChangeId> {
        let docs = self.nodes[node].docs.values();
        let mut own: Vec<_> = docs.flat_map(|doc| doc.order.iter()).collect();
        own.sort_by_key(|change| (change.actor, change.seq));
        let mut gone = refused.clone();
        for change in own {
            if change.prev.is_some_and(|prev| gone.contains(&prev)) {
                gone.insert(change.id);
            }
        }
        gone
    }

    fn replace_doc(&mut self, node: NodeIndex, case: CaseIndex, doc: Doc) {
        let here = &mut self.nodes[node];
        let kept: BTreeSet<ChangeId> = doc.changes.keys().copied().collect();
        for feed in here.feeds.values_mut() {
            feed.entries
                .retain(|(change, _)| change.case != case || kept.contains(&change.id));
            feed.acked = 0;
        }
        for chain in here.chains.values_mut() {
            let refused = &self.refused;
            chain.retain(|_, (id, _)| !refused.contains(id));
        }
        if doc.order.is_empty() {
            here.docs.remove(&case);
            for feed in here.feeds.values_mut() {
                feed.listed.remove(&case);
            }
        } else {
            here.docs.insert(case, doc);
        }
    }

    /// Intents are written again under the new epoch, in order; a case that has gone altogether is
    /// reported anew.
    fn write_again(&mut self, node: NodeIndex, again: Vec<(CaseIndex, EntryId, Event)>) {
        let mut cases: BTreeMap<CaseIndex, CaseIndex> = BTreeMap::new();
        let mut ids: BTreeMap<EntryId, EntryId> = BTreeMap::new();
        for (case, id, event) in again {
            let first = event.again_of.unwrap_or(id);
            if event.kind.creates() && !self.nodes[node].docs.contains_key(&case) {
                let head = self.heads[case].clone();
                let again_of: Option<(EntryId, Timestamp)> = Some((first, event.at));
                let new = self.create(node, &head, event.by, event.kind, again_of);
                cases.insert(case, new);
                ids.insert(
                    id,
                    EntryId {
                        actor: self.nodes[node].actor(),
                        counter: 1,
                    },
                );
                continue;
            }
            let case = cases.get(&case).copied().unwrap_or(case);
            let Some(doc) = self.nodes[node].docs.get(&case) else {
                continue;
            };
            let new = doc.log.next_entry(self.nodes[node].actor());
            ids.insert(id, new);
            let event = Event {
                seen: doc.log.frontier(),
                answers: event
                    .answers
                    .map(|answer| ids.get(&answer).copied().unwrap_or(answer)),
                again_of: Some(first),
                ..event
            };
            let head = doc.log.head.clone();
            self.author(node, case, &head, vec![(new, Entry::Event(event))]);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    RestoreServer,
    LoseServer,
    Drop,
    GiveUp,
    RestoreDevice,
    CloneDevice,
    LoseDevice,
    Revoke,
}
