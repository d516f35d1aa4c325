//! A story: random work, random exchanges, breaking links, then everything heals.

use std::collections::BTreeSet;

use linli_model::case::table::Class as EventClass;
use linli_model::case::{
    Admitting, Author, CaseHead, Event, EventName, OtherCase, Proposal, Standing, SubjectKind,
    SupervisionLevel, Urgency, custody, decide, next_steps, table,
};
use linli_model::edition::Severity;
use linli_model::{OrgId, OrgKind, Role};

use super::doc::{CaseIndex, Entry, record};
use super::exchange::Luck;
use super::node::{NodeIndex, NodeKind};
use super::{Class, World};
use crate::content::{Choice, answer, content};
use crate::district::{grid, litter, org, roles_of, staff};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Rounds of complete exchanges after which everything must be quiet.
const MAX_ROUNDS: usize = 40;

impl World<'_> {
    /// Runs the story to its end and checks everything.
    pub(crate) fn run(&mut self) {
        self.prelude();
        let steps = 30 + self.rng.below(50);
        for _ in 0..steps {
            let minutes = self.rng.below(30);
            self.pass(i64::try_from(minutes).unwrap() * MINUTE_MS);
            if self.rng.percent(2) {
                let days = 1 + self.rng.below(5);
                self.pass(i64::try_from(days).unwrap() * DAY_MS);
            }
            self.step();
            if !self.has_faults {
                self.check_one_holder();
            }
        }
        self.heal();
        self.check_end();
    }

    /// A first case comes some way in good order, so that stories begin everywhere.
    fn prelude(&mut self) {
        let depth = self.rng.below(16);
        while self.cases == 0 && depth > 0 {
            self.begin_case();
        }
        let links: Vec<(NodeIndex, NodeIndex)> = self.links.keys().copied().collect();
        for _ in 0..depth {
            self.pass(5 * MINUTE_MS);
            self.act(12);
            for (a, b) in &links {
                self.exchange(*a, *b, Luck::Good);
            }
        }
    }

    fn pass(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
    }

    fn step(&mut self) {
        match self.rng.below(100) {
            0..8 if self.cases < self.most_cases => self.begin_case(),
            0..38 => {
                self.act(5);
                for _ in 0..self.pace {
                    self.some_exchange();
                }
            }
            38..80 => self.some_exchange(),
            80..86 => self.some_link(),
            86..91 => self.echo(),
            91..95 => {
                let node = self.rng.below(self.nodes.len());
                self.settle_everything(node, &BTreeSet::new());
            }
            _ => self.act(5),
        }
        if self.has_faults {
            if self.rng.percent(6) {
                let node = self.rng.below(self.nodes.len());
                self.back_up(node);
            }
            if self.rng.percent(self.fault_percent) {
                self.fault();
            }
        }
    }

    fn some_exchange(&mut self) {
        let links: Vec<(NodeIndex, NodeIndex)> = self.links.keys().copied().collect();
        let Some((a, b)) = self.rng.pick(&links).copied() else {
            return;
        };
        let luck = match self.rng.below(10) {
            0 => Luck::Deaf,
            1 | 2 => Luck::Short(1 + self.rng.below(4)),
            _ => Luck::Good,
        };
        self.write(|world| format!("exchange {} {} {luck:?}", world.name(a), world.name(b)));
        self.exchange(a, b, luck);
    }

    fn some_link(&mut self) {
        let (at, is_up) = (self.rng.below(self.links.len()), self.rng.percent(60));
        if let Some((_, up)) = self.links.iter_mut().nth(at) {
            *up = is_up;
        }
    }

    /// All links are up, late pages arrive, and exchanges go on until nothing moves.
    fn heal(&mut self) {
        self.write(|_| "heal".to_owned());
        for up in self.links.values_mut() {
            *up = true;
        }
        while !self.echoes.is_empty() {
            self.echo();
        }
        let links: Vec<(NodeIndex, NodeIndex)> = self.links.keys().copied().collect();
        for _ in 0..MAX_ROUNDS {
            let before = self.fingerprint();
            for (a, b) in &links {
                self.exchange(*a, *b, Luck::Good);
            }
            self.echoes.clear();
            if self.fingerprint() == before {
                return;
            }
        }
        self.fail(Class::Quiesce, "exchanges never end".to_owned());
    }

    fn fingerprint(&self) -> Vec<u64> {
        let node = |node: &super::node::Node| {
            let docs = node
                .docs
                .values()
                .fold(0, |sum: u64, doc| sum.wrapping_add(doc.content));
            docs.wrapping_add((node.recovering.len() + node.dropped.len()) as u64)
        };
        self.nodes.iter().map(node).collect()
    }

    fn head(&self, grid_code: &str) -> CaseHead {
        CaseHead {
            home: grid(grid_code),
            edition: 1,
            category: litter(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Place,
            place: String::new(),
            note: String::new(),
            position: None,
            contact: None,
        }
    }

    /// A device reports in its grid, or a desk takes something in for any grid.
    fn begin_case(&mut self) {
        let node = self.rng.below(self.nodes.len());
        if self.nodes[node].is_dead || !self.nodes[node].recovering.is_empty() {
            return;
        }
        let choice = self.choice(node, None);
        match self.nodes[node].kind.clone() {
            NodeKind::Device { org, grid, staff } => {
                let by = Author {
                    org,
                    staff: staff[0].clone(),
                    role: Role::GridAssistant,
                    device: Some(self.nodes[node].key),
                };
                let head = self.head(grid.as_str());
                self.create(node, &head, by, content(EventName::Report, &choice), None);
            }
            NodeKind::Server { org } if self.has_desk(&org) => {
                let grids = [
                    "g1",
                    if self.server("c2").is_some() {
                        "g2"
                    } else {
                        "g3"
                    },
                ];
                let home = self.rng.pick(&grids).copied().unwrap_or("g1");
                let head = self.head(home);
                let by = self.person(&org, Role::IntakeOfficer);
                let kind = content(EventName::Intake, &choice);
                let case = self.create(node, &head, by, kind, None);
                self.settle(node, case, &BTreeSet::new());
            }
            NodeKind::Server { .. } => {}
        }
    }

    fn has_desk(&self, org: &OrgId) -> bool {
        let found = self.rules().tree().find(org);
        found.is_some_and(|org| org.kind.has_desk())
    }

    fn person(&mut self, org: &OrgId, role: Role) -> Author {
        let nth = if self.rng.percent(50) { "a" } else { "b" };
        Author {
            org: org.clone(),
            staff: staff(&format!("{org}-{nth}")),
            role,
            device: None,
        }
    }

    fn choice(&mut self, node: NodeIndex, next: Option<EventName>) -> Choice {
        let here = self.nodes[node].org().clone();
        let desks: Vec<OrgId> = self
            .nodes
            .iter()
            .filter(|node| node.is_server() && self.has_desk(node.org()))
            .map(|node| node.org().clone())
            .collect();
        let unit = ["u1", "u2"]
            .into_iter()
            .find(|id| self.server(id).is_some());
        let parent = self.rules().tree().parent(&here).cloned();
        let target = self.rng.pick(&desks).cloned().unwrap_or_else(|| org("d"));
        let target = match next {
            Some(EventName::Escalate) => parent.unwrap_or(target),
            _ => target,
        };
        let danger = self.rng.percent(if next == Some(EventName::Amend) {
            4
        } else {
            10
        });
        let minor = self.rng.percent(60);
        let severe = self.rng.percent(20);
        let other = self.rng.below(self.cases.max(1));
        Choice {
            urgency: if danger {
                Urgency::Danger
            } else {
                Urgency::Normal
            },
            severity: match (minor, severe) {
                (true, _) => Severity::Minor,
                (false, true) => Severity::Prominent,
                (false, false) => Severity::Ordinary,
            },
            unit: org(unit.unwrap_or("u1")),
            next_hop: self.rules().tree().next_hop(&here, &target).unwrap_or(here),
            target,
            into: record(other),
            now: self.now,
            step: [
                SupervisionLevel::Normal,
                SupervisionLevel::Yellow,
                SupervisionLevel::Red,
            ][self.rng.below(3)],
        }
    }

    /// Somebody does something that their screen offers, and now and then something it does not. Of a
    /// few people with a case before them the one acts whose step moves a case on.
    fn act(&mut self, screens: usize) {
        let mut offers: Vec<Offer> = Vec::new();
        for _ in 0..screens {
            self.add_offers(&mut offers);
        }
        let total: usize = offers.iter().map(|offer| weight(offer.name)).sum();
        let mut at = self.rng.below(total);
        let chosen = offers.into_iter().find(|offer| {
            let hit = at < weight(offer.name);
            at = at.saturating_sub(weight(offer.name));
            hit
        });
        if let Some(offer) = chosen {
            let by = self.somebody(offer.node, offer.role);
            self.attempt(offer.node, offer.case, by, offer.name, offer.is_careless);
        }
    }

    fn add_offers(&mut self, offers: &mut Vec<Offer>) {
        let node = self.rng.below(self.nodes.len());
        if self.nodes[node].is_dead || !self.nodes[node].recovering.is_empty() {
            return;
        }
        let cases: Vec<CaseIndex> = self.nodes[node].docs.keys().copied().collect();
        let Some(case) = self.rng.pick(&cases).copied() else {
            return;
        };
        let Some(view) = self.view(node, case) else {
            return;
        };
        let is_careless = !self.nodes[node].is_server() && self.rng.percent(6);
        for role in self.roles_at(node) {
            let by = self.somebody(node, role);
            let names = if is_careless {
                let rows = table()
                    .rows()
                    .filter(|row| row.class == EventClass::Field && row.event != EventName::Report);
                rows.filter(|row| row.actors.contains(&role))
                    .map(|row| row.event)
                    .collect()
            } else {
                next_steps(&view, self.rules(), &by)
            };
            offers.extend(names.into_iter().map(|name| Offer {
                node,
                case,
                role,
                name,
                is_careless,
            }));
        }
    }

    fn roles_at(&self, node: NodeIndex) -> Vec<Role> {
        match &self.nodes[node].kind {
            NodeKind::Device { .. } => vec![Role::GridAssistant, Role::GridManager],
            NodeKind::Server { org } => {
                let kind = self.rules().tree().find(org).map(|org| org.kind);
                roles_of(kind.unwrap_or(OrgKind::Station)).to_vec()
            }
        }
    }

    fn somebody(&mut self, node: NodeIndex, role: Role) -> Author {
        match self.nodes[node].kind.clone() {
            NodeKind::Device { org, staff, .. } => Author {
                org,
                staff: staff[0].clone(),
                role,
                device: Some(self.nodes[node].key),
            },
            NodeKind::Server { org } => self.person(&org, role),
        }
    }

    /// The form checks before it saves; a careless client does not, and only the gate's own question
    /// (could this author ever do this?) stops it.
    fn attempt(
        &mut self,
        node: NodeIndex,
        case: CaseIndex,
        by: Author,
        name: EventName,
        careless: bool,
    ) {
        let Some(view) = self.view(node, case) else {
            return;
        };
        let choice = self.choice(node, Some(name));
        let other = self.other_case(node, case, &choice);
        let row = table().row(name).unwrap();
        let own = row.is_own(by.role);
        let standing = if own { &view.confirmed } else { &view.now };
        let log = &self.nodes[node].docs[&case].log;
        let id = log.next_entry(self.nodes[node].actor());
        let head = log.head.clone();
        let event = Event {
            answers: answer(name, standing),
            by,
            edition: 1,
            at: self.now,
            kind: content(name, &choice),
            seen: log.frontier(),
            again_of: None,
        };
        let proposal = Proposal {
            id,
            event: &event,
            admitting: Admitting::Authoring {
                other: other.as_ref().map(|(target, confirmed)| OtherCase {
                    this: record(case),
                    id: record(*target),
                    confirmed,
                }),
            },
            received_at: self.now,
            happened_at: self.now,
        };
        let verdict = decide(standing, self.rules(), &proposal);
        let allowed = custody::may_author(self.rules(), &head.home, &event, false);
        if allowed.is_err() || (!careless && !verdict.is_effective()) {
            if verdict.is_effective() {
                let what = format!("{name} by {:?}: {allowed:?}", event.by);
                self.fail(Class::Refused, what);
            }
            return;
        }
        if own {
            let (by, kind, answers) = (event.by.clone(), event.kind, event.answers);
            self.write_own(node, case, by.clone(), kind, answers);
            if let (EventName::Merge, Some((target, _))) = (name, other) {
                let absorb = content(
                    EventName::Absorb,
                    &Choice {
                        into: record(case),
                        ..choice
                    },
                );
                self.write_own(node, target, by, absorb, None);
                self.settle(node, target, &BTreeSet::new());
            }
        } else {
            self.write(|world| {
                format!(
                    "{} writes {name} in {case} as {id} answering {:?} careless {careless}",
                    world.name(node),
                    event.answers
                )
            });
            self.author(node, case, &head, vec![(id, Entry::Event(event))]);
        }
        self.settle(node, case, &BTreeSet::new());
    }

    fn other_case(
        &mut self,
        node: NodeIndex,
        case: CaseIndex,
        choice: &Choice,
    ) -> Option<(CaseIndex, Standing)> {
        let target = (0..self.cases).find(|at| record(*at) == choice.into && *at != case)?;
        let view = self.view(node, target)?;
        Some((target, view.confirmed.clone()))
    }
}

struct Offer {
    node: NodeIndex,
    case: CaseIndex,
    role: Role,
    name: EventName,
    is_careless: bool,
}

/// How likely somebody chooses a step: what moves a case on comes first.
fn weight(name: EventName) -> usize {
    match name {
        EventName::HandOver | EventName::Absorb | EventName::Start | EventName::Report => 0,
        EventName::File
        | EventName::Dispatch
        | EventName::Acknowledge
        | EventName::SubmitResult
        | EventName::Verify
        | EventName::CheckPass
        | EventName::Take
        | EventName::Resume
        | EventName::ConfirmUnable
        | EventName::Close
        | EventName::Hold => 200,
        EventName::Merge
        | EventName::CheckFail
        | EventName::Extend
        | EventName::RejectResult
        | EventName::RequestHold
        | EventName::RequestExtension
        | EventName::RequestReject
        | EventName::SelfHandle
        | EventName::AcceptOnSpot
        | EventName::AppealReview
        | EventName::AppealDecided
        | EventName::Appeal
        | EventName::Object
        | EventName::Reopen => 100,
        EventName::RequestVerification
        | EventName::CheckUnable
        | EventName::ReturnCase
        | EventName::Refile
        | EventName::SendBack
        | EventName::Void
        | EventName::ForceClose => 50,
        EventName::Escalate | EventName::Refer | EventName::Decline | EventName::Assign => 10,
        EventName::Intake
        | EventName::Evaluate
        | EventName::RequestCheck
        | EventName::Amend
        | EventName::Note
        | EventName::VisitResult
        | EventName::RequestEscalation
        | EventName::UnitAccept
        | EventName::UnitReject
        | EventName::RefuseRequest
        | EventName::RequestVoid
        | EventName::Redispatch
        | EventName::Unmerge
        | EventName::Cc
        | EventName::Withdraw
        | EventName::Overdue
        | EventName::Reminder
        | EventName::Supervision
        | EventName::CancelSupervision
        | EventName::Instruction
        | EventName::Recall
        | EventName::RequestForceClose => 3,
    }
}
