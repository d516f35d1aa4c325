//! Laws of the fold on logs that nobody would write: total, independent of how entries arrived, and
//! deaf to what it must not hear.

use std::collections::BTreeSet;

use linli_model::case::{
    Admit, Author, CaseLog, Event, EventName, Place, Reason, Receipt, Verdict, fold,
};
use linli_model::{ActorId, EntryId, KeyId, Level, Role, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::bench::Bench;
use crate::content::content;
use crate::district::{org, staff};

const ORGS: [&str; 6] = ["c1", "s1", "d", "c3", "u1", "nowhere"];

/// Ingredients of one entry; indexes choose among what was written before.
#[derive(Debug, Clone)]
struct Raw {
    actor: u8,
    kind: u8,
    name: Index,
    role: Index,
    org: Index,
    refers: [Index; 3],
    effective: bool,
    generation: u64,
    again: bool,
}

fn raw() -> impl Strategy<Value = Raw> {
    let indexes = any::<(Index, Index, Index, [Index; 3])>();
    (
        0_u8..4,
        0_u8..8,
        indexes,
        any::<bool>(),
        1_u64..3,
        any::<u8>(),
    )
        .prop_map(
            |(actor, kind, (name, role, org, refers), effective, generation, again)| Raw {
                actor,
                kind,
                name,
                role,
                org,
                refers,
                effective,
                generation,
                again: again < 16,
            },
        )
}

/// A log with at least the shape of one: everything else is arbitrary.
fn build(raws: &[Raw]) -> CaseLog {
    let bench = Bench::reported();
    let mut log = bench.log.clone();
    for raw in raws {
        let actor = match raw.actor {
            0 => Bench::device("a").1,
            1 => bench.desk("c1").actor,
            2 => bench.desk("s1").actor,
            _ => ActorId::new(&KeyId([9; 16]), 1),
        };
        let id = log.next_entry(actor);
        let events: Vec<EntryId> = log.events.keys().copied().collect();
        let admits: Vec<EntryId> = log.admits.keys().copied().collect();
        let event = *raw.refers[0].get(&events);
        let at = Timestamp(i64::from(id.counter) * 60_000);
        match raw.kind {
            0..3 => {
                let role = *raw.role.get(Role::ALL);
                let by = Author {
                    org: org(raw.org.get::<&str>(&ORGS)),
                    staff: staff("somebody"),
                    role,
                    device: (raw.actor == 0).then_some(KeyId([100; 16])),
                };
                let event = Event {
                    by,
                    edition: 1,
                    at,
                    kind: content(*raw.name.get(EventName::ALL), &bench.choice),
                    seen: vec![event, *raw.refers[1].get(&events)],
                    answers: Some(*raw.refers[2].get(&events)),
                    again_of: raw.again.then_some(event),
                };
                log.events.insert(id, event);
            }
            3..7 => {
                let verdict = if raw.effective {
                    Verdict::Effective
                } else {
                    Verdict::NoEffect(Reason::Overtaken)
                };
                let admit = Admit {
                    prev: Some(*raw.refers[1].get(&admits)),
                    generation: raw.generation,
                    org: org(raw.org.get::<&str>(&ORGS)),
                    event,
                    received_at: at,
                    happened_at: at,
                    verdict,
                };
                log.admits.insert(id, admit);
            }
            _ => {
                let receipt = Receipt {
                    org: org(raw.org.get::<&str>(&ORGS)),
                    level: Level::Community,
                    at,
                    number: "N".into(),
                    covers: log.counters(),
                };
                log.receipts.insert(id, receipt);
            }
        }
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_fold_is_total_and_shows_every_event_once(raws in prop::collection::vec(raw(), 0..40)) {
        let log = build(&raws);
        let editions = Bench::new().editions;
        let view = fold(&log, &editions);
        let shown: BTreeSet<EntryId> = view.timeline.iter().map(|entry| entry.event).collect();
        prop_assert_eq!(shown.len(), view.timeline.len());
        prop_assert!(log.events.keys().all(|id| shown.contains(id)));
        let numbers = view.timeline.iter().filter_map(|entry| match entry.place {
            Place::Admitted { n, .. } => Some(n),
            Place::Provisional => None,
        });
        prop_assert!(numbers.eq(1..=view.n));
        prop_assert!(view.confirmed.members.is_subset(&view.members));
        // Every admission is in the line or reported.
        let line = view.n as usize;
        let reported: BTreeSet<EntryId> =
            view.incidents.iter().map(|incident| incident.entry).collect();
        let outside = log.admits.keys().filter(|id| reported.contains(id)).count();
        prop_assert!(line + outside >= log.admits.len());
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        raws in prop::collection::vec(raw(), 0..40),
        turn in any::<Index>(),
    ) {
        let log = build(&raws);
        let editions = Bench::new().editions;
        let mut other = CaseLog::new(log.id, log.head.clone());
        other.receipts.extend(log.receipts.clone().into_iter().rev());
        let mut events: Vec<_> = log.events.clone().into_iter().collect();
        let middle = turn.index(events.len());
        events.rotate_left(middle);
        other.admits.extend(log.admits.clone().into_iter().rev());
        other.events.extend(events);
        prop_assert_eq!(fold(&log, &editions), fold(&other, &editions));
    }

    #[test]
    fn receipts_photos_and_registers_change_nothing(raws in prop::collection::vec(raw(), 0..40)) {
        let log = build(&raws);
        let editions = Bench::new().editions;
        let mut other = log.clone();
        other.head.place = "elsewhere".into();
        other.head.urgency = linli_model::case::Urgency::Danger;
        for receipt in other.receipts.values_mut() {
            receipt.at = Timestamp(7);
            receipt.covers.clear();
        }
        let (view, heard) = (fold(&log, &editions), fold(&other, &editions));
        prop_assert_eq!(view.now, heard.now);
        prop_assert_eq!(view.confirmed, heard.confirmed);
        prop_assert_eq!(view.timeline, heard.timeline);
        prop_assert_eq!(view.tasks, heard.tasks);
        prop_assert_eq!(view.incidents, heard.incidents);
    }

    #[test]
    fn an_event_nobody_admitted_yet_leaves_the_line_alone(
        raws in prop::collection::vec(raw(), 0..30),
        late in raw(),
    ) {
        let editions = Bench::new().editions;
        let before = fold(&build(&raws), &editions);
        let mut with = raws;
        with.push(Raw { kind: 0, ..late });
        let after = fold(&build(&with), &editions);
        prop_assert_eq!(before.confirmed, after.confirmed);
        prop_assert_eq!(before.members, after.members);
        prop_assert_eq!((before.n, before.last), (after.n, after.last));
    }
}
