//! The invariants of docs/workflow.md.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::case::{CaseView, IncidentKind, Place, State, Verdict, fold};
use linli_model::{Level, OrgId, Timestamp};

use super::World;
use super::doc::{CaseIndex, ChangeId, record};
use super::node::{NodeIndex, NodeKind};

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A server's own event would have had no effect, or its own work never ends.
    Automation,
    /// A case reached an organisation that no replica ever saw as a member.
    NonMember,
    /// Something authorised was refused.
    Refused,
    /// Two servers thought that they hold a case.
    TwoHolders,
    /// The line forked without a fault.
    Forked,
    /// An event of the final log has no verdict.
    NoVerdict,
    /// Replicas differ after links healed.
    Diverged,
    /// A member does not have the case.
    Missing,
    /// Something that was written has vanished.
    Vanished,
    /// Exchanges never end.
    Quiesce,
    /// The fold reports what must not happen.
    Incident,
    /// n has a gap or a repeat.
    Numbering,
    /// An erased case lives although a server knows the tombstone.
    Zombie,
    /// An erased case lives because the only server that knew the tombstone was lost for good.
    TombstoneLost,
    /// What was merged into an ended case stays merged.
    MergedForNothing,
    /// The fold reads what it must not.
    Inputs,
}

/// One broken invariant.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    pub(crate) class: Class,
    pub(crate) what: String,
}

impl World<'_> {
    pub(super) fn fail(&mut self, class: Class, what: String) {
        self.write(|_| format!("VIOLATION {class:?}: {what}"));
        self.violations.push(Violation { class, what });
    }

    /// At any time at most one server thinks that it holds a case.
    pub(super) fn check_one_holder(&mut self) {
        for case in 0..self.cases {
            let servers: Vec<NodeIndex> = (0..self.nodes.len())
                .filter(|node| self.nodes[*node].is_server())
                .collect();
            let holders: Vec<NodeIndex> = servers
                .into_iter()
                .filter(|node| {
                    let org = self.nodes[*node].org().clone();
                    let view = self.view(*node, case);
                    view.is_some_and(|view| view.confirmed.holder.as_ref() == Some(&org))
                })
                .collect();
            if holders.len() > 1 {
                let names: Vec<String> = holders.iter().map(|node| self.name(*node)).collect();
                self.fail(Class::TwoHolders, format!("case {case}: {names:?}"));
            }
        }
    }

    /// Whether a node takes part at the end.
    fn is_living(&self, node: NodeIndex) -> bool {
        let node = &self.nodes[node];
        !node.is_dead && !self.revoked.contains(&node.key)
    }

    pub(super) fn check_end(&mut self) {
        for case in 0..self.cases {
            if self.dropped.contains(&case) {
                self.check_gone(case);
            } else {
                self.check_case(case);
            }
        }
        self.check_nothing_vanished();
    }

    fn check_gone(&mut self, case: CaseIndex) {
        let zombies = (0..self.nodes.len())
            .filter(|node| self.is_living(*node) && self.nodes[*node].docs.contains_key(&case));
        let knows = |node: &super::node::Node| node.is_server() && node.dropped.contains(&case);
        let is_known = self.nodes.iter().any(knows);
        let class = if is_known {
            Class::Zombie
        } else {
            Class::TombstoneLost
        };
        if let Some(node) = zombies.into_iter().next() {
            self.fail(class, format!("case {case} at {}", self.name(node)));
        }
    }

    fn check_case(&mut self, case: CaseIndex) {
        let replicas: Vec<NodeIndex> = (0..self.nodes.len())
            .filter(|node| self.is_living(*node) && self.nodes[*node].docs.contains_key(&case))
            .collect();
        let Some(first) = replicas.first().copied() else {
            return;
        };
        for node in &replicas {
            let (a, b) = (
                &self.nodes[first].docs[&case],
                &self.nodes[*node].docs[&case],
            );
            if a.content != b.content {
                let (one, other) = (self.name(first), self.name(*node));
                let what = format!("case {case}: {one} {}, {other} {}", a.lacks(b), b.lacks(a));
                self.fail(Class::Diverged, what);
                return;
            }
        }
        let Some(view) = self.view(first, case) else {
            return;
        };
        self.count(&view);
        self.check_members(case, &view);
        self.check_line(case, &view);
        self.check_incidents(case, &view);
        self.check_inputs(first, case, &view);
        self.check_merge(first, case, &view);
    }

    /// Counts what the stories are made of, so that they cannot become hollow unnoticed.
    fn count(&mut self, view: &CaseView) {
        for entry in &view.timeline {
            let verdict = match entry.verdict {
                Verdict::Effective => "effective",
                Verdict::NoEffect(reason) => reason.as_str(),
            };
            let words = format!("{} {verdict}", entry.name);
            *self.tally.entry(words).or_default() += 1;
        }
        for incident in &view.incidents {
            *self
                .tally
                .entry(format!("{:?}", incident.kind))
                .or_default() += 1;
        }
    }

    fn check_members(&mut self, case: CaseIndex, view: &CaseView) {
        for node in 0..self.nodes.len() {
            let has_it = self.nodes[node].docs.contains_key(&case);
            let here = &self.nodes[node];
            let gets_it = match &here.kind {
                NodeKind::Server { org } => view.members.contains(org),
                NodeKind::Device { grid, .. } => *grid == self.heads[case].home,
            };
            if gets_it && !has_it && self.is_living(node) {
                let what = format!("case {case} at {}", self.name(node));
                self.fail(Class::Missing, what);
            }
            let is_server = self.nodes[node].is_server();
            if has_it && !gets_it && is_server && !self.has_faults {
                self.fail(
                    Class::NonMember,
                    format!("case {case} at {}", self.name(node)),
                );
            }
        }
    }

    /// n without gap or repeat, one line, a verdict for every event.
    fn check_line(&mut self, case: CaseIndex, view: &CaseView) {
        let mut events = BTreeSet::new();
        let mut expected = 0;
        for entry in &view.timeline {
            let Place::Admitted { n, .. } = entry.place else {
                let what = format!("case {case}: {} of {:?}", entry.name, entry.by);
                self.fail(Class::NoVerdict, what);
                continue;
            };
            expected += 1;
            if n != expected || !events.insert(entry.event) {
                self.fail(
                    Class::Numbering,
                    format!("case {case}: n {n}, expected {expected}"),
                );
            }
        }
    }

    fn check_incidents(&mut self, case: CaseIndex, view: &CaseView) {
        for incident in &view.incidents {
            let expected = self.has_faults
                && matches!(
                    incident.kind,
                    IncidentKind::VoidBranch | IncidentKind::NotInLine
                );
            if !expected {
                let class = match incident.kind {
                    IncidentKind::VoidBranch | IncidentKind::NotInLine => Class::Forked,
                    IncidentKind::VerdictDiffers
                    | IncidentKind::Impossible
                    | IncidentKind::SecondCreation
                    | IncidentKind::UnknownEdition
                    | IncidentKind::NoCause => Class::Incident,
                };
                self.fail(class, format!("case {case}: {incident:?}"));
            }
        }
    }

    /// Receipts, photos and registers are no inputs of the fold.
    fn check_inputs(&mut self, node: NodeIndex, case: CaseIndex, view: &CaseView) {
        let mut log = self.nodes[node].docs[&case].log.clone();
        for receipt in log.receipts.values_mut() {
            receipt.at = Timestamp(1);
            receipt.level = Level::Grid;
            receipt.covers = BTreeMap::new();
        }
        log.head.place = "elsewhere".into();
        log.head.urgency = linli_model::case::Urgency::Danger;
        let other = fold(&log, self.rules);
        let same = other.now == view.now
            && other.confirmed == view.confirmed
            && other.timeline == view.timeline
            && other.tasks == view.tasks
            && other.members == view.members
            && other.incidents == view.incidents;
        if !same {
            self.fail(Class::Inputs, format!("case {case}"));
        }
    }

    fn check_merge(&mut self, node: NodeIndex, case: CaseIndex, view: &Rc<CaseView>) {
        let Some(into) = view.confirmed.merged_into else {
            return;
        };
        let Some(target) = (0..self.cases).find(|at| record(*at) == into) else {
            return;
        };
        let ended = if self.dropped.contains(&target) {
            true
        } else {
            let there = (0..self.nodes.len()).find_map(|node| self.view(node, target));
            let state = there.map(|there| there.confirmed.state);
            matches!(state, Some(State::Declined | State::Voided))
        };
        if ended {
            let what = format!("case {case} into {target}, seen at {}", self.name(node));
            self.fail(Class::MergedForNothing, what);
        }
    }

    /// Everything that was written and not refused or lost with a machine is somewhere.
    fn check_nothing_vanished(&mut self) {
        let held: BTreeSet<ChangeId> = (0..self.nodes.len())
            .filter(|node| self.is_living(*node))
            .flat_map(|node| self.nodes[node].docs.values())
            .flat_map(|doc| doc.changes.keys().copied())
            .collect();
        let gone: Vec<(ChangeId, CaseIndex, OrgId)> = self
            .written
            .iter()
            .filter(|(id, (case, author))| {
                !held.contains(*id)
                    && !self.revoked.contains(&self.nodes[*author].key)
                    && !self.lost.contains(*id)
                    && !self.refused.contains(*id)
                    && !self.dropped.contains(case)
            })
            .map(|(id, (case, node))| (*id, *case, self.nodes[*node].org().clone()))
            .collect();
        for (_, case, org) in gone {
            self.fail(Class::Vanished, format!("a change of {org} in case {case}"));
        }
    }
}
