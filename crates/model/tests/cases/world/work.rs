//! What servers and devices write: a person's event, the holder's admissions, receipts, and what the
//! server does by itself.

use std::collections::BTreeSet;
use std::rc::Rc;

use linli_model::case::admission::{Desk, Stamps, admit_pending, own_admit};
use linli_model::case::automation::{self, Surroundings, Target};
use linli_model::case::{Author, CaseHead, CaseView, Event, EventKind, Receipt};
use linli_model::{EntryId, OrgId, Role};

use super::World;
use super::doc::{CaseIndex, Change, Doc, Entry, record};
use super::node::{NodeIndex, NodeKind};
use crate::district::staff;

impl World<'_> {
    /// Writes one change under the node's own chain and lists it.
    pub(super) fn author(
        &mut self,
        node: NodeIndex,
        case: CaseIndex,
        head: &CaseHead,
        entries: Vec<(EntryId, Entry)>,
    ) {
        let id = self.fresh_change();
        self.written.insert(id, (case, node));
        let author = &mut self.nodes[node];
        let (seq, prev) = author.chain_end();
        let deps = author
            .docs
            .get(&case)
            .map(|doc| doc.heads.iter().copied().collect());
        let change = Rc::new(Change {
            id,
            case,
            head: head.clone(),
            actor: author.actor(),
            seq,
            prev,
            deps: deps.unwrap_or_default(),
            entries,
        });
        author.store(&change, None);
        if !change.is_receipt() {
            self.list(node, case, None);
        }
    }

    /// Lists a case for every neighbour that is a member, and for the devices of its grid.
    pub(super) fn list(&mut self, node: NodeIndex, case: CaseIndex, from: Option<NodeIndex>) {
        let Some(view) = self.view(node, case) else {
            return;
        };
        let home = self.nodes[node].docs[&case].log.head.home.clone();
        for peer in self.neighbours(node) {
            let gets_it = match (&self.nodes[node].kind, &self.nodes[peer].kind) {
                (NodeKind::Device { .. }, _) => true,
                (_, NodeKind::Server { org }) => view.members.contains(org),
                (_, NodeKind::Device { grid, .. }) => *grid == home,
            };
            if gets_it || from == Some(peer) {
                let history = self.missing != Some(super::Missing::History);
                self.nodes[node].list(case, peer, history);
            }
        }
    }

    pub(super) fn desk(&self, node: NodeIndex) -> Desk {
        let node = &self.nodes[node];
        Desk {
            org: node.org().clone(),
            generation: node.generation,
            actor: node.actor(),
        }
    }

    /// After new changes: the holder admits, others give a receipt, the server does what is due.
    pub(super) fn settle(&mut self, node: NodeIndex, case: CaseIndex, live: &BTreeSet<OrgId>) {
        let here = &self.nodes[node];
        if !here.is_server() || !here.recovering.is_empty() || !here.docs.contains_key(&case) {
            return;
        }
        // Nothing new since the last look: the server would do nothing either.
        let look = (here.docs[&case].content, self.now, live.clone());
        if self.looks.insert((node, case), look.clone()) == Some(look) {
            return;
        }
        if !self.holds(node, case) {
            self.give_receipt(node, case);
            return;
        }
        self.admit_all(node, case);
        for _ in 0..30 {
            if !self.automatic(node, case, live) {
                if !self.holds(node, case) {
                    self.give_receipt(node, case);
                }
                return;
            }
        }
        self.fail(
            super::Class::Automation,
            format!("{} never stops", self.name(node)),
        );
    }

    fn holds(&mut self, node: NodeIndex, case: CaseIndex) -> bool {
        let view = self.view(node, case);
        let org = self.nodes[node].org();
        view.is_some_and(|view| view.confirmed.holder.as_ref() == Some(org))
    }

    fn admit_all(&mut self, node: NodeIndex, case: CaseIndex) {
        let desk = self.desk(node);
        let Some(view) = self.view(node, case) else {
            return;
        };
        if linli_model::case::admission::pending(&view, &desk.org).is_empty() {
            return;
        }
        let log = &self.nodes[node].docs[&case].log;
        let now = self.now;
        let admits = admit_pending(log, self.rules, &desk, |_, event| Stamps {
            received_at: now,
            happened_at: event.at,
        });
        let head = log.head.clone();
        self.write(|world| format!("{} admits {} in {case}", world.name(node), admits.len()));
        let entries = admits
            .into_iter()
            .map(|(id, admit)| (id, Entry::Admit(admit)));
        self.author(node, case, &head, entries.collect());
    }

    fn give_receipt(&mut self, node: NodeIndex, case: CaseIndex) {
        let Some(view) = self.view(node, case) else {
            return;
        };
        let org = self.nodes[node].org().clone();
        let has_all = view
            .receipts
            .get(&org)
            .is_some_and(|state| state.waiting == 0);
        if has_all {
            return;
        }
        let here = &self.nodes[node];
        let log = &here.docs[&case].log;
        let receipt = Receipt {
            level: self.rules().level(&org).unwrap(),
            at: self.now,
            number: format!("{org}-{}", log.receipts.len()),
            covers: log.counters(),
            org,
        };
        let id = log.next_entry(here.actor());
        let head = log.head.clone();
        self.author(node, case, &head, vec![(id, Entry::Receipt(receipt))]);
    }

    /// One automatic event, if one is due.
    fn automatic(&mut self, node: NodeIndex, case: CaseIndex, live: &BTreeSet<OrgId>) -> bool {
        let Some(view) = self.view(node, case) else {
            return false;
        };
        let org = self.nodes[node].org().clone();
        let merged_into = view.confirmed.merged_into.and_then(|into| {
            let target = (0..self.cases).find(|case| record(*case) == into)?;
            if self.nodes[node].dropped.contains(&target) {
                return Some(Target::Dropped);
            }
            let there = self.view(node, target)?;
            Some(Target::In(there.confirmed.state))
        });
        let around = Surroundings {
            now: self.now,
            live,
            merged_into,
        };
        let Some(due) = automation::next(&view, self.rules(), &org, &around) else {
            self.sleeps_until_it_wakes(&view, &org, &around);
            return false;
        };
        let by = Author {
            org,
            staff: staff("system"),
            role: Role::System,
            device: None,
        };
        self.write_own(node, case, by, due.kind, due.answers);
        true
    }

    /// Nothing is due before the moment that the server is told to look again.
    fn sleeps_until_it_wakes(&self, view: &CaseView, org: &OrgId, around: &Surroundings<'_>) {
        const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
        let wakes_at = automation::wakes_at(view, self.rules(), around.now);
        let until = wakes_at.map_or(around.now.plus_ms(YEAR_MS), |at| at.plus_ms(-1));
        let half = around.now.plus_ms(until.ms_since(around.now) / 2);
        for now in [half, until] {
            let later = Surroundings {
                now,
                ..around.clone()
            };
            let due = automation::next(view, self.rules(), org, &later);
            assert_eq!(due, None, "due at {}, woken at {wakes_at:?}", now.0);
        }
    }

    /// A desk's or server's event with its admission, in one change.
    pub(super) fn write_own(
        &mut self,
        node: NodeIndex,
        case: CaseIndex,
        by: Author,
        kind: EventKind,
        answers: Option<EntryId>,
    ) {
        let desk = self.desk(node);
        let Some(view) = self.view(node, case) else {
            return;
        };
        let log = &self.nodes[node].docs[&case].log;
        let id = log.next_entry(desk.actor);
        let event = Event {
            by,
            edition: 1,
            at: self.now,
            kind,
            seen: log.frontier(),
            answers,
            again_of: None,
        };
        let admit = own_admit(log, &view, self.rules, &desk, (id, &event), self.now).unwrap();
        let head = log.head.clone();
        if !admit.verdict.is_effective() {
            let what = format!("{:?} {:?} {:?}", event.by.role, event.kind, admit.verdict);
            self.fail(super::Class::Automation, what);
        }
        self.write(|world| {
            format!(
                "{} decides {} in {case} (entry {id})",
                world.name(node),
                event.name()
            )
        });
        let next = EntryId {
            counter: id.counter + 1,
            ..id
        };
        let entries = vec![(id, Entry::Event(event)), (next, Entry::Admit(admit))];
        self.author(node, case, &head, entries);
    }

    /// A new case: a device's report, or an intake with its admission.
    pub(super) fn create(
        &mut self,
        node: NodeIndex,
        head: &CaseHead,
        by: Author,
        kind: EventKind,
        again_of: Option<(EntryId, linli_model::Timestamp)>,
    ) -> CaseIndex {
        let case = self.cases;
        self.cases += 1;
        self.heads.push(head.clone());
        let is_own = by.device.is_none();
        let event = Event {
            by,
            edition: 1,
            at: again_of.map_or(self.now, |(_, at)| at),
            kind,
            seen: Vec::new(),
            answers: None,
            again_of: again_of.map(|(first, _)| first),
        };
        let desk = self.desk(node);
        let doc = Doc::new(case, head.clone());
        let id = EntryId {
            actor: desk.actor,
            counter: 1,
        };
        self.write(|world| format!("{} creates {case} with {:?}", world.name(node), event.kind));
        let mut entries = vec![(id, Entry::Event(event.clone()))];
        if is_own {
            let view = linli_model::case::fold(&doc.log, self.rules);
            let rules = self.rules;
            let admit = own_admit(&doc.log, &view, rules, &desk, (id, &event), self.now).unwrap();
            let next = EntryId { counter: 2, ..id };
            entries.push((next, Entry::Admit(admit)));
        }
        self.author(node, case, head, entries);
        case
    }
}
