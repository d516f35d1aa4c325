//! The line of admissions: which one lives at a fork, and what each admission does.

use std::collections::{BTreeMap, BTreeSet};

use super::super::admit::{Admit, Reason, Verdict};
use super::super::apply::{apply, ask_desk};
use super::super::decide::{Admitting, Proposal, decide};
use super::super::event::Event;
use super::super::log::CaseLog;
use super::super::rules::Rules;
use super::super::standing::Standing;
use super::super::view::{Incident, IncidentKind, Place, TimelineEntry};
use crate::id::{EntryId, OrgId};
use crate::time::Timestamp;

/// A line of admissions and what has come of it so far.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) standing: Standing,
    pub(crate) last: Option<EntryId>,
    pub(crate) n: u32,
    pub(crate) last_received: Timestamp,
    pub(crate) admitted: BTreeSet<EntryId>,
    /// Members of every branch: membership only grows, even when a branch is void.
    pub(crate) members: BTreeSet<OrgId>,
    pub(crate) holders: BTreeSet<OrgId>,
    pub(crate) timeline: Vec<TimelineEntry>,
    pub(crate) incidents: BTreeSet<Incident>,
}

impl Line {
    /// Before the first admission. The holder is the one that the creating event names: a report goes
    /// to the home grid's community, an intake stays at its desk.
    fn start(log: &CaseLog, rules: &Rules) -> Self {
        let home = rules.community(&log.head.home).cloned();
        let mut incidents = BTreeSet::new();
        let created = creation(log, &mut incidents);
        let holder = created.and_then(|event| match event.by.device {
            Some(_) => home.clone(),
            None => Some(event.by.org.clone()),
        });
        Self {
            holders: holder.iter().cloned().collect(),
            members: BTreeSet::new(),
            standing: Standing {
                home,
                holder,
                ..Standing::default()
            },
            last: None,
            n: 0,
            last_received: Timestamp::default(),
            admitted: BTreeSet::new(),
            timeline: Vec::new(),
            incidents,
        }
    }

    /// Whether an admission may follow: it is the holder's, its event is here and not in the line.
    fn accepts(&self, log: &CaseLog, admit: &Admit) -> bool {
        self.standing.holder.as_ref() == Some(&admit.org)
            && !self.admitted.contains(&admit.event)
            && log.events.contains_key(&admit.event)
    }

    /// Appends an admission. Its verdict stands; what this replica would have decided is compared.
    pub(crate) fn advance(&mut self, rules: &Rules, id: EntryId, admit: &Admit, event: &Event) {
        let proposal = Proposal {
            id: admit.event,
            event,
            admitting: Admitting::Server {
                org: &admit.org,
                actor: id.actor,
            },
            received_at: admit.received_at,
            happened_at: admit.happened_at,
        };
        if decide(&self.standing, rules, &proposal) != admit.verdict {
            self.report(IncidentKind::VerdictDiffers, id);
        }
        if admit.verdict.is_effective() {
            if apply(&mut self.standing, rules, &proposal).is_err() {
                self.report(IncidentKind::Impossible, id);
            }
        } else if admit.verdict == Verdict::NoEffect(Reason::DeskHasIt) {
            ask_desk(&mut self.standing, &proposal);
        }
        if !self.standing.members.is_subset(&self.members) {
            self.members.extend(self.standing.members.iter().cloned());
        }
        self.holders.extend(self.standing.holder.iter().cloned());
        self.admitted.insert(admit.event);
        self.last = Some(id);
        self.n = self.n.saturating_add(1);
        self.last_received = self.last_received.max(admit.received_at);
        self.timeline.push(TimelineEntry {
            event: admit.event,
            name: event.name(),
            by: event.by.clone(),
            at: event.at,
            received_at: Some(admit.received_at),
            place: Place::Admitted {
                n: self.n,
                admit: id,
            },
            verdict: admit.verdict,
            state: self.standing.state,
        });
    }

    fn report(&mut self, kind: IncidentKind, entry: EntryId) {
        self.incidents.insert(Incident { kind, entry });
    }
}

/// The event that created the case: the one written by somebody who had seen nothing of it; of
/// several the smallest. The gate lets a document begin with one such event and never takes another.
fn creation<'a>(log: &'a CaseLog, incidents: &mut BTreeSet<Incident>) -> Option<&'a Event> {
    let mut creations = log.events.iter().filter(|(_, event)| event.kind.creates());
    let first = creations
        .clone()
        .find(|(_, event)| event.seen.is_empty())
        .or_else(|| creations.clone().next())?;
    for (id, _) in creations.by_ref().filter(|(id, _)| *id != first.0) {
        incidents.insert(Incident {
            kind: IncidentKind::SecondCreation,
            entry: *id,
        });
    }
    Some(first.1)
}

type Children = BTreeMap<Option<EntryId>, Vec<EntryId>>;

/// The living line to its end, with the members and incidents of every branch that lost.
pub(crate) fn living(log: &CaseLog, rules: &Rules) -> Line {
    let mut children = Children::new();
    for (id, admit) in &log.admits {
        children.entry(admit.prev).or_default().push(*id);
    }
    let mut line = Line::start(log, rules);
    let mut void = Vec::new();
    let mut reached = BTreeSet::new();
    loop {
        let mut valid = following(log, &children, &line);
        // The higher generation wins, then the smaller id.
        valid.sort_by_key(|(id, admit)| (std::cmp::Reverse(admit.generation), *id));
        let mut valid = valid.into_iter();
        let Some((id, admit)) = valid.next() else {
            break;
        };
        void.extend(valid.map(|(id, admit)| (line.clone(), id, admit)));
        reached.insert(id);
        if let Some(event) = log.events.get(&admit.event) {
            line.advance(rules, id, admit, event);
        }
    }
    while let Some((mut branch, id, admit)) = void.pop() {
        reached.insert(id);
        line.report(IncidentKind::VoidBranch, id);
        if let Some(event) = log.events.get(&admit.event) {
            branch.advance(rules, id, admit, event);
        }
        line.members.extend(branch.members.iter().cloned());
        let next = following(log, &children, &branch);
        void.extend(
            next.into_iter()
                .map(|(id, admit)| (branch.clone(), id, admit)),
        );
    }
    for id in log.admits.keys().filter(|id| !reached.contains(id)) {
        line.report(IncidentKind::NotInLine, *id);
    }
    line
}

fn following<'a>(log: &'a CaseLog, children: &Children, line: &Line) -> Vec<(EntryId, &'a Admit)> {
    let ids = children.get(&line.last).into_iter().flatten();
    ids.filter_map(|id| Some((*id, log.admits.get(id)?)))
        .filter(|(_, admit)| line.accepts(log, admit))
        .collect()
}
