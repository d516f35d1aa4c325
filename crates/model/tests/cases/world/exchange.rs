//! Exchanges: what one node offers another, what the other takes, and what is lost on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::OrgId;
use linli_model::case::{custody, fold};

use super::doc::{CaseIndex, Change, ChangeId, Doc, Entry, Trouble};
use super::node::{NodeIndex, NodeKind};
use super::{Class, World};

/// How an exchange goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Luck {
    /// Both directions, everything.
    Good,
    /// At most so many changes each way.
    Short(usize),
    /// The answer gets lost: the receiver has it, the sender does not know.
    Deaf,
}

impl World<'_> {
    /// One exchange between neighbours: control first, then both directions; while it lasts both are
    /// live for each other. True when anything was stored anywhere.
    pub(super) fn exchange(&mut self, a: NodeIndex, b: NodeIndex, luck: Luck) -> bool {
        if !self.is_up(a, b) {
            return false;
        }
        let waits = |world: &Self, node: NodeIndex, peer: NodeIndex| {
            !world.nodes[node].recovering.is_empty() && !world.nodes[peer].is_server()
        };
        if waits(self, a, b) || waits(self, b, a) {
            return false;
        }
        let mut moved = self.control(a, b);
        self.greet(a, b);
        self.greet(b, a);
        moved |= self.transfer(a, b, luck);
        moved |= self.transfer(b, a, luck);
        if luck == Luck::Good {
            moved |= self.recover(a, b);
            moved |= self.recover(b, a);
            moved |= self.settle_live(a, b);
            moved |= self.settle_live(b, a);
            moved |= self.transfer(a, b, luck);
            moved |= self.transfer(b, a, luck);
        }
        moved
    }

    /// Tombstones and revocations travel before changes.
    fn control(&mut self, a: NodeIndex, b: NodeIndex) -> bool {
        let dropped: BTreeSet<CaseIndex> = self.nodes[a]
            .dropped
            .union(&self.nodes[b].dropped)
            .copied()
            .collect();
        let revoked: BTreeSet<_> = self.nodes[a]
            .revoked
            .union(&self.nodes[b].revoked)
            .copied()
            .collect();
        let mut moved = false;
        for node in [a, b] {
            for case in &dropped {
                if !self.nodes[node].dropped.contains(case) {
                    self.nodes[node].drop_case(*case);
                    moved = true;
                }
            }
            moved |= self.nodes[node].revoked != revoked;
            self.nodes[node].revoked.clone_from(&revoked);
        }
        if moved {
            for node in [a, b] {
                self.settle_everything(node, &BTreeSet::new());
            }
        }
        moved
    }

    /// A neighbour with a new generation gets everything again, its own changes too.
    fn greet(&mut self, node: NodeIndex, peer: NodeIndex) {
        let generation = self.nodes[peer].generation;
        if let Some(feed) = self.nodes[node].feeds.get_mut(&peer)
            && feed.generation < generation
        {
            feed.generation = generation;
            feed.acked = 0;
            feed.is_backup = self.missing != Some(super::Missing::Backup);
        }
    }

    /// Sends what the other has not confirmed. A page never ends inside the history with which a case
    /// is introduced.
    fn transfer(&mut self, from: NodeIndex, to: NodeIndex, luck: Luck) -> bool {
        let Some(feed) = self.nodes[from].feeds.get(&to) else {
            return false;
        };
        let total = feed.entries.len();
        let end = match luck {
            Luck::Good | Luck::Deaf => total,
            Luck::Short(most) => total.min(feed.acked + most),
        };
        let page = feed.entries.get(feed.acked..end).unwrap_or_default().iter();
        let page = page.filter(|(_, theirs)| !theirs || feed.is_backup);
        let page: Vec<Rc<Change>> = page.map(|(change, _)| Rc::clone(change)).collect();
        let done = self.receive(to, from, &page);
        if luck == Luck::Deaf || !done.complete {
            if !page.is_empty() {
                self.echoes.push((from, to, page));
            }
        } else if let Some(feed) = self.nodes[from].feeds.get_mut(&to) {
            feed.acked = feed.acked.max(end);
            feed.is_backup &= end < total;
            if !page.is_empty() && self.rng.percent(10) {
                self.echoes.push((from, to, page));
            }
        }
        if !done.refused.is_empty() && luck != Luck::Deaf {
            self.take_refusal(from, &done.refused);
        }
        done.stored
    }

    /// A page that was delivered before comes again, late and out of order.
    pub(super) fn echo(&mut self) {
        let at = self.rng.below(self.echoes.len());
        if at < self.echoes.len() {
            let (from, to, page) = self.echoes.remove(at);
            if !self.nodes[to].is_dead && self.nodes[to].recovering.is_empty() {
                self.write(|world| {
                    format!("late page from {} to {}", world.name(from), world.name(to))
                });
                self.receive(to, from, &page);
            }
        }
    }

    /// Takes a page. Known changes are skipped before every check.
    fn receive(&mut self, node: NodeIndex, from: NodeIndex, page: &[Rc<Change>]) -> Received {
        let mut done = Received {
            complete: true,
            ..Received::default()
        };
        let mut touched: BTreeSet<CaseIndex> = BTreeSet::new();
        let mut offered: BTreeSet<CaseIndex> = BTreeSet::new();
        let mut accepted: BTreeMap<CaseIndex, bool> = BTreeMap::new();
        for change in page {
            let case = change.case;
            if self.nodes[node].dropped.contains(&case) {
                // Gone, but its place in the author's chain is taken.
                if self.missing != Some(super::Missing::GonePlace) {
                    self.nodes[node].note_chain(change);
                }
                continue;
            }
            let known = self.nodes[node].docs.get(&case);
            if known.is_some_and(|doc| doc.changes.contains_key(&change.id)) {
                // Whoever offers a case has it, even when everything in it is known here.
                offered.insert(case);
                continue;
            }
            let may = match accepted.get(&case) {
                Some(may) => *may,
                None => {
                    let may = self.accepts_case(node, from, case, page);
                    accepted.insert(case, may);
                    may
                }
            };
            if !may {
                done.complete = false;
                continue;
            }
            match self.gate(node, from, change) {
                Gate::Store => {
                    self.nodes[node].store(change, Some(from));
                    done.stored = true;
                    // Receipts change nothing for whoever gets them.
                    if change.is_receipt() {
                        continue;
                    }
                    touched.insert(case);
                }
                Gate::Wait => done.complete = false,
                Gate::Refuse => {
                    done.refused.insert(change.id);
                }
            }
        }
        for case in offered {
            self.nodes[node].list(case, from, true);
        }
        for case in touched {
            self.list(node, case, Some(from));
            self.settle(node, case, &BTreeSet::new());
            self.check_reach(node, case);
        }
        done
    }

    /// Whether a neighbour may bring this case: a device of the grid; or a case whose home lies in the
    /// neighbour's subtree, that is listed for it, that this organisation has written in before (under
    /// whichever key: the neighbour is its backup), or whose own admissions make the sender a member.
    fn accepts_case(
        &self,
        node: NodeIndex,
        from: NodeIndex,
        case: CaseIndex,
        page: &[Rc<Change>],
    ) -> bool {
        let head = page
            .iter()
            .find(|change| change.case == case)
            .map(|change| &change.head);
        let Some(head) = head else {
            return false;
        };
        let (here, there) = (&self.nodes[node], &self.nodes[from]);
        let (NodeKind::Server { .. }, NodeKind::Server { org }) = (&here.kind, &there.kind) else {
            let device = if here.is_server() { there } else { here };
            return matches!(&device.kind, NodeKind::Device { grid, .. } if *grid == head.home);
        };
        let home = self.rules().community(&head.home).unwrap();
        let listed = here
            .feeds
            .get(&from)
            .is_some_and(|feed| feed.listed.contains(&case));
        let was_here = page
            .iter()
            .any(|change| change.case == case && here.is_of_this_organisation(change.actor));
        if listed || was_here || self.rules().tree().is_within(org, home) {
            return true;
        }
        let mut doc = here
            .docs
            .get(&case)
            .cloned()
            .unwrap_or_else(|| Doc::new(case, head.clone()));
        for change in page.iter().filter(|change| change.case == case) {
            if doc.check(change) == Ok(true) {
                doc.add(change);
            }
        }
        fold(&doc.log, self.rules).members.contains(org)
    }

    fn gate(&self, node: NodeIndex, from: NodeIndex, change: &Change) -> Gate {
        let (here, there) = (&self.nodes[node], &self.nodes[from]);
        let doc = here.docs.get(&change.case);
        let empty;
        let doc = if let Some(doc) = doc {
            doc
        } else {
            empty = Doc::new(change.case, change.head.clone());
            &empty
        };
        // Who pushes its own changes is judged here and nowhere else; a feed is vouched for.
        let pushed = here.is_server() && !there.is_server() && change.actor.is_of(&there.key);
        if pushed {
            if here.revoked.contains(&there.key) || here.clashes(change) {
                return Gate::Refuse;
            }
            if !here.has_chain_before(change) {
                return Gate::Wait;
            }
            let is_first = change.deps.is_empty();
            let events = change.entries.iter().filter_map(|(_, entry)| match entry {
                Entry::Event(event) => Some(event),
                Entry::Admit(_) | Entry::Receipt(_) => None,
            });
            let rules = self.rules();
            for event in events {
                if custody::may_author(rules, &change.head.home, event, is_first).is_err() {
                    return Gate::Refuse;
                }
            }
        }
        match doc.check(change) {
            Ok(_) => Gate::Store,
            Err(Trouble::Missing) => Gate::Wait,
            // What its server has counts; the device's own branch will be refused when it pushes it.
            Err(Trouble::Forked) if !here.is_server() => Gate::Wait,
            Err(Trouble::Forked) => Gate::Refuse,
        }
    }

    fn settle_live(&mut self, node: NodeIndex, peer: NodeIndex) -> bool {
        if !self.nodes[peer].is_server() {
            return false;
        }
        let before = self.next_change;
        let live = BTreeSet::from([self.nodes[peer].org().clone()]);
        self.settle_everything(node, &live);
        self.next_change != before
    }

    pub(super) fn settle_everything(&mut self, node: NodeIndex, live: &BTreeSet<OrgId>) {
        let cases: Vec<CaseIndex> = self.nodes[node].docs.keys().copied().collect();
        for case in cases {
            self.settle(node, case, live);
        }
    }

    /// Nothing reaches a non-member.
    fn check_reach(&mut self, node: NodeIndex, case: CaseIndex) {
        let org = self.nodes[node].org().clone();
        self.view(node, case);
        if !self
            .ever_members
            .get(&case)
            .is_some_and(|members| members.contains(&org))
        {
            self.fail(Class::NonMember, format!("{org} got case {case}"));
        }
    }
}

#[derive(Default)]
struct Received {
    stored: bool,
    /// Everything was stored, known, gone or refused for good: the sender need not send it again.
    complete: bool,
    refused: BTreeSet<ChangeId>,
}

enum Gate {
    Store,
    Wait,
    Refuse,
}
