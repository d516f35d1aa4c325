//! One case on a bench: people act, servers admit, time passes, and the view is looked at.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::admission::{Desk, Stamps, admit_pending, own_admit};
use linli_model::case::automation::{self, Automatic, Surroundings, Target};
use linli_model::case::{
    Admitting, Author, CaseHead, CaseLog, CaseView, Event, EventKind, EventName, Proposal, Reason,
    Receipt, Rules, Standing, SubjectKind, SupervisionLevel, Task, TaskKind, Urgency, Verdict,
    decide, fold,
};
use linli_model::edition::{Edition, Severity};
use linli_model::{ActorId, EntryId, KeyId, OrgId, RecordId, Role, Timestamp};

use crate::content::{Choice, answer, content};
use crate::district::{edition, grid, litter, org, staff};

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// Monday 2026-08-31, 08:00 in Beijing: the first working minute.
pub(crate) const MORNING: Timestamp = Timestamp(1_788_134_400_000);

pub(crate) struct Bench {
    pub(crate) log: CaseLog,
    pub(crate) editions: BTreeMap<u32, Rules>,
    pub(crate) now: Timestamp,
    pub(crate) generations: BTreeMap<OrgId, u64>,
    pub(crate) choice: Choice,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::in_city(edition())
    }

    pub(crate) fn in_city(edition: Edition) -> Self {
        let head = CaseHead {
            home: grid("g1"),
            edition: 1,
            category: litter(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Place,
            place: "by the gate".into(),
            note: String::new(),
            position: None,
            contact: None,
        };
        Self {
            log: CaseLog::new(RecordId([1; 16]), head),
            editions: BTreeMap::from([(1, Rules::new(edition).unwrap())]),
            now: MORNING,
            generations: BTreeMap::new(),
            choice: Choice {
                urgency: Urgency::Normal,
                severity: Severity::Minor,
                unit: org("u1"),
                target: org("s1"),
                next_hop: org("s1"),
                into: RecordId([9; 16]),
                now: MORNING,
                step: SupervisionLevel::Yellow,
            },
        }
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.editions[&1]
    }

    pub(crate) fn view(&self) -> CaseView {
        fold(&self.log, &self.editions)
    }

    pub(crate) fn confirmed(&self) -> Standing {
        self.view().confirmed
    }

    pub(crate) fn pass(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
    }

    /// The device of assistant `a` or `b` in the home grid.
    pub(crate) fn device(nth: &str) -> (Author, ActorId) {
        let key = KeyId([if nth == "a" { 100 } else { 101 }; 16]);
        let by = Author {
            org: org("c1"),
            staff: staff(&format!("g1-{nth}")),
            role: Role::GridAssistant,
            device: Some(key),
        };
        (by, ActorId::new(&key, 1))
    }

    pub(crate) fn person(at: &str, nth: &str, role: Role) -> Author {
        Author {
            org: org(at),
            staff: staff(&format!("{at}-{nth}")),
            role,
            device: None,
        }
    }

    pub(crate) fn desk(&self, at: &str) -> Desk {
        let generation = self.generations.get(&org(at)).copied().unwrap_or(1);
        let first = u8::try_from(at.bytes().map(u32::from).sum::<u32>() % 97).unwrap();
        Desk {
            org: org(at),
            generation,
            actor: ActorId::new(&KeyId([first + 1; 16]), generation),
        }
    }

    fn event(&self, by: Author, kind: EventKind, answers: Option<EntryId>) -> Event {
        Event {
            by,
            edition: 1,
            at: self.now,
            kind,
            seen: self.log.frontier(),
            answers,
            again_of: None,
        }
    }

    pub(crate) fn fill(&mut self, name: EventName) -> EventKind {
        self.choice.now = self.now;
        content(name, &self.choice)
    }

    /// A device writes something; nobody has admitted it yet.
    pub(crate) fn field(&mut self, nth: &str, name: EventName) -> EntryId {
        let kind = self.fill(name);
        let answers = answer(name, &self.view().now);
        self.field_kind(nth, kind, answers)
    }

    pub(crate) fn field_kind(
        &mut self,
        nth: &str,
        kind: EventKind,
        answers: Option<EntryId>,
    ) -> EntryId {
        let (by, actor) = Self::device(nth);
        let event = self.event(by, kind, answers);
        self.put(actor, event)
    }

    /// Somebody at another server writes something that the holder has to admit.
    pub(crate) fn member(&mut self, by: Author, name: EventName) -> EntryId {
        let kind = self.fill(name);
        let answers = answer(name, &self.view().now);
        let actor = self.desk(by.org.as_str()).actor;
        let event = self.event(by, kind, answers);
        self.put(actor, event)
    }

    pub(crate) fn put(&mut self, actor: ActorId, event: Event) -> EntryId {
        let id = self.log.next_entry(actor);
        self.log.events.insert(id, event);
        id
    }

    /// The holder's server admits what waits; how many it were.
    pub(crate) fn admit(&mut self, at: &str) -> usize {
        let desk = self.desk(at);
        let now = self.now;
        let admits = admit_pending(&self.log, &self.editions, &desk, |_, event| Stamps {
            received_at: now,
            happened_at: event.at,
        });
        let count = admits.len();
        self.log.admits.extend(admits);
        count
    }

    /// Whether a desk event would count, without writing it.
    pub(crate) fn ask(&mut self, by: Author, name: EventName) -> Verdict {
        let kind = self.fill(name);
        let standing = self.confirmed();
        let event = self.event(by, kind, answer(name, &standing));
        let proposal = Proposal {
            id: self.log.next_entry(self.desk(event.by.org.as_str()).actor),
            event: &event,
            admitting: Admitting::Authoring { other: None },
            received_at: self.now,
            happened_at: self.now,
        };
        decide(&standing, self.rules(), &proposal)
    }

    /// A desk decides: event and admission in one change. Panics when it has no effect.
    pub(crate) fn decides(&mut self, by: Author, name: EventName) -> EntryId {
        let kind = self.fill(name);
        let answers = answer(name, &self.confirmed());
        let (id, verdict) = self.decides_kind(by, kind, answers);
        assert_eq!(verdict, Verdict::Effective, "{name}");
        id
    }

    pub(crate) fn decides_kind(
        &mut self,
        by: Author,
        kind: EventKind,
        answers: Option<EntryId>,
    ) -> (EntryId, Verdict) {
        let desk = self.desk(by.org.as_str());
        let event = self.event(by, kind, answers);
        let id = self.log.next_entry(desk.actor);
        let view = self.view();
        let admit = own_admit(
            &self.log,
            &view,
            &self.editions,
            &desk,
            (id, &event),
            self.now,
        )
        .unwrap();
        let verdict = admit.verdict;
        self.log.events.insert(id, event);
        let next = self.log.next_entry(desk.actor);
        self.log.admits.insert(next, admit);
        (id, verdict)
    }

    pub(crate) fn receipt(&mut self, at: &str) {
        let desk = self.desk(at);
        let id = self.log.next_entry(desk.actor);
        let receipt = Receipt {
            level: self.rules().level(&desk.org).unwrap(),
            at: self.now,
            number: format!("{at}-{}", id.counter),
            covers: self.log.counters(),
            org: desk.org,
        };
        self.log.receipts.insert(id, receipt);
    }

    /// What the holder's server would do by itself.
    pub(crate) fn due(&self, live: &[&str], merged_into: Option<Target>) -> Option<Automatic> {
        let view = self.view();
        let live: BTreeSet<OrgId> = live.iter().map(|id| org(id)).collect();
        let around = Surroundings {
            now: self.now,
            live: &live,
            merged_into,
        };
        let holder = view.confirmed.holder.clone()?;
        automation::next(&view, self.rules(), &holder, &around)
    }

    /// Lets the holder's server do what is due until nothing is; the names of what it did.
    pub(crate) fn run(&mut self, live: &[&str]) -> Vec<EventName> {
        let mut done = Vec::new();
        while let Some(due) = self.due(live, None) {
            let holder = self.confirmed().holder.unwrap();
            let by = Author {
                org: holder,
                staff: staff("system"),
                role: Role::System,
                device: None,
            };
            let name = due.kind.name();
            let (_, verdict) = self.decides_kind(by, due.kind, due.answers);
            assert_eq!(verdict, Verdict::Effective, "{name}");
            done.push(name);
            assert!(done.len() < 20, "never ends: {done:?}");
        }
        done
    }

    pub(crate) fn verdict_of(&self, event: EntryId) -> Verdict {
        let view = self.view();
        let entry = view.timeline.iter().find(|entry| entry.event == event);
        entry.unwrap().verdict
    }

    pub(crate) fn tasks(&self) -> Vec<TaskKind> {
        self.view()
            .tasks
            .into_iter()
            .map(|Task { kind, .. }| kind)
            .collect()
    }

    /// A report by device `a`, admitted by its community.
    pub(crate) fn reported() -> Self {
        let mut bench = Self::new();
        bench.field("a", EventName::Report);
        assert_eq!(bench.admit("c1"), 1);
        bench
    }

    pub(crate) fn filed() -> Self {
        let mut bench = Self::reported();
        bench.decides(
            Self::person("c1", "a", Role::IntakeOfficer),
            EventName::File,
        );
        bench
    }

    /// Dispatched to unit `u1` and acknowledged.
    pub(crate) fn handling() -> Self {
        let mut bench = Self::filed();
        bench.decides(
            Self::person("c1", "a", Role::Dispatcher),
            EventName::Dispatch,
        );
        bench.member(
            Self::person("u1", "a", Role::UnitLead),
            EventName::Acknowledge,
        );
        assert_eq!(bench.admit("c1"), 1);
        bench
    }

    /// The unit's result waits for the check.
    pub(crate) fn checking() -> Self {
        let mut bench = Self::handling();
        bench.member(
            Self::person("u1", "b", Role::Handler),
            EventName::SubmitResult,
        );
        bench.admit("c1");
        assert_eq!(bench.run(&[]), [EventName::RequestCheck]);
        bench
    }

    pub(crate) fn closed() -> Self {
        let mut bench = Self::checking();
        bench.field("a", EventName::CheckPass);
        bench.admit("c1");
        bench.decides(
            Self::person("c1", "a", Role::IntakeOfficer),
            EventName::Close,
        );
        bench
    }
}

pub(crate) fn no_effect(reason: Reason) -> Verdict {
    Verdict::NoEffect(reason)
}
