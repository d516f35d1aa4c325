//! Whatever the order, however often, with whatever holes on the way: everybody ends with the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use linli_model::{GridCode, RecordKind, Scope, Timestamp};
use linli_store::testing::{As, Author, World, Written, device_key};
use linli_store::{
    FromFeed, Judgement, Ledger, Options, PageRequest, Profile, StoreError, Verdict,
};
use linli_trust::Parcel;
use proptest::prelude::*;

const AUTHORS: u8 = 3;
const RECORDS: u16 = 4;

/// One thing that an author does.
#[derive(Debug, Clone)]
enum Deed {
    /// Writes into a record: makes it, or edits it as far as the author knows it.
    Write { author: usize, record: u16 },
    /// Takes in everything that another author has written so far.
    Meet { author: usize, other: usize },
    /// Signs what it has not signed yet.
    Seal { author: usize },
}

fn deed() -> impl Strategy<Value = Deed> {
    let author = 0..usize::from(AUTHORS);
    prop_oneof![
        6 => (author.clone(), 0..RECORDS)
            .prop_map(|(author, record)| Deed::Write { author, record }),
        2 => (author.clone(), author.clone())
            .prop_map(|(author, other)| Deed::Meet { author, other }),
        2 => author.prop_map(|author| Deed::Seal { author }),
    ]
}

struct Device {
    author: Author,
    /// Everything that it knows, in causal order.
    known: Vec<Written>,
    unsealed: Vec<Written>,
}

/// What the authors have signed: (author, parcel) in each author's own order.
fn play(deeds: &[Deed]) -> Vec<(usize, Parcel)> {
    let mut devices: Vec<Device> = (1..=AUTHORS)
        .map(|number| Device {
            author: Author::device(number).unwrap(),
            known: Vec::new(),
            unsealed: Vec::new(),
        })
        .collect();
    let mut sealed = Vec::new();
    let all = (0..usize::from(AUTHORS)).map(|author| Deed::Seal { author });
    for (step, deed) in deeds.iter().cloned().chain(all).enumerate() {
        match deed {
            Deed::Write { author, record } => write(&mut devices[author], author, record, step),
            Deed::Meet { author, other } => {
                let news = devices[other].known.clone();
                meet(&mut devices[author], &news);
            }
            Deed::Seal { author } => {
                let unsealed = std::mem::take(&mut devices[author].unsealed);
                if !unsealed.is_empty() {
                    sealed.push((author, devices[author].author.seal(&unsealed).unwrap()));
                }
            }
        }
    }
    sealed
}

fn write(device: &mut Device, author: usize, record: u16, step: usize) {
    // Each record is made by one author, others edit it once they know it.
    let maker = usize::from(record) % usize::from(AUTHORS);
    let id = linli_store::testing::record(record);
    let is_known = device.author.documents.contains_key(&id);
    let text = format!("{author} in {step}");
    let written = match (is_known, maker == author) {
        (true, _) => device.author.edit(record, &text).unwrap(),
        (false, true) => device
            .author
            .create(record, RecordKind::Place, &text)
            .unwrap(),
        (false, false) => return,
    };
    device.known.push(written.clone());
    device.unsealed.push(written);
}

fn meet(device: &mut Device, news: &[Written]) {
    for one in news {
        let hash = one.change.hash;
        if !device.known.iter().any(|known| known.change.hash == hash) {
            device.author.learn(&[one]).unwrap();
            device.known.push(one.clone());
        }
    }
}

fn ledger(profile: Profile, world: &World) -> Ledger {
    let ledger = Ledger::open_in_memory(profile, Options::default()).unwrap();
    world.settle_in(&ledger).unwrap();
    ledger
}

fn scope() -> Scope {
    Scope::Places(GridCode::new("g1").unwrap())
}

/// A device's push; what is stored is listed, as a server does.
fn push(ledger: &Ledger, world: &World, author: usize, parcel: &Parcel) -> Vec<Verdict> {
    let number = u8::try_from(author + 1).unwrap();
    let how = As::push_of(&device_key(number));
    ledger
        .write(|tx| {
            let done = world.ingest(tx, &how, std::slice::from_ref(parcel))?;
            for one in &done.stored {
                tx.list(&scope(), &[one.facts.hash])?;
            }
            assert!(done.incidents.is_empty(), "{:?}", done.incidents);
            Ok::<_, StoreError>(done.batches[0].verdicts.clone())
        })
        .unwrap()
}

/// Pulls a server's feed page by page, from 0.
fn pull(server: &Ledger, device: &Ledger, world: &World, max_bytes: u64) {
    let mut since = 0;
    loop {
        let request = PageRequest {
            since,
            max_bytes,
            skip_origin: None,
            skip_actor: None,
        };
        let page = server.read(|rd| rd.page(&scope(), &request)).unwrap();
        assert!(page.to > since || !page.more, "a page goes on");
        let wanted = scope();
        let how = As {
            at: Timestamp(9_000),
            origin: Some(world.desk.id()),
            judgement: Judgement::Vouched,
            feed: Some(FromFeed {
                scope: &wanted,
                to: page.to,
            }),
        };
        device
            .write(|tx| {
                let done = world.ingest(tx, &how, &page.parcels)?;
                for report in &done.batches {
                    let is_fine = |verdict: &Verdict| {
                        matches!(
                            verdict,
                            Verdict::Bare | Verdict::Stored | Verdict::Duplicate
                        )
                    };
                    assert!(report.verdicts.iter().all(is_fine), "{report:?}");
                }
                tx.advance_pulled(&world.desk.id(), &scope(), 1, page.to)
            })
            .unwrap();
        since = page.to;
        if !page.more {
            return;
        }
    }
}

/// Everything that two ledgers must agree on.
fn state(ledger: &Ledger) -> (linli_store::Digest, Vec<(linli_model::RecordId, u64)>) {
    assert!(ledger.integrity().unwrap().is_sound());
    ledger
        .read(|rd| {
            assert_eq!(rd.parked_len()?, 0, "nothing waits");
            assert_eq!(rd.quarantine_len()?, 0, "nothing is held");
            let mut records = Vec::new();
            for record in rd.records(None, 1_000)? {
                records.push((record, rd.document_info(&record)?.unwrap().change_count));
            }
            Ok::<_, StoreError>((rd.digest(&scope())?, records))
        })
        .unwrap()
}

fn rounds() -> u32 {
    let factor = std::env::var("LINLI_SOAK").ok();
    40 * factor.and_then(|text| text.parse().ok()).unwrap_or(1u32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds()))]

    /// Pushes in any order, some of them again and again: the server ends as if they had come in
    /// order, and a second round of everything changes nothing.
    #[test]
    fn any_order_of_pushes_converges(
        deeds in proptest::collection::vec(deed(), 1..40),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60),
        max_bytes in prop_oneof![Just(1u64), 200..3_000u64],
    ) {
        let world = World::new().unwrap();
        let sealed = play(&deeds);
        let straight = ledger(Profile::Server, &world);
        for (author, parcel) in &sealed {
            push(&straight, &world, *author, parcel);
        }
        // Batches of an author that needs another's may wait: twice is enough for all of them.
        for (author, parcel) in &sealed {
            push(&straight, &world, *author, parcel);
        }
        let shuffled = ledger(Profile::Server, &world);
        if !sealed.is_empty() {
            for index in &order {
                let (author, parcel) = index.get(&sealed);
                push(&shuffled, &world, *author, parcel);
            }
        }
        for (author, parcel) in sealed.iter().rev() {
            push(&shuffled, &world, *author, parcel);
        }
        let wanted = state(&straight);
        prop_assert_eq!(&state(&shuffled), &wanted);
        let feed = shuffled.read(|rd| rd.feed_state(&scope())).unwrap();
        for (author, parcel) in &sealed {
            let again = push(&shuffled, &world, *author, parcel);
            prop_assert!(again.iter().all(|verdict| *verdict == Verdict::Duplicate));
        }
        prop_assert_eq!(shuffled.read(|rd| rd.feed_state(&scope())).unwrap(), feed);

        let device = ledger(Profile::Device, &world);
        pull(&shuffled, &device, &world, max_bytes);
        prop_assert_eq!(&state(&device), &wanted);
        pull(&shuffled, &device, &world, u64::MAX);
        prop_assert_eq!(&state(&device), &wanted);
    }

    /// Parcels that a neighbour forwards with holes, filled later, in any order.
    #[test]
    fn holes_are_filled_later(
        deeds in proptest::collection::vec(deed(), 1..30),
        holes in proptest::collection::vec(any::<bool>(), 0..80),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let world = World::new().unwrap();
        let sealed = play(&deeds);
        let straight = ledger(Profile::Server, &world);
        let holed = ledger(Profile::Server, &world);
        let wanted = scope();
        let how = As {
            at: Timestamp(9_000),
            origin: Some(world.desk.id()),
            judgement: Judgement::Vouched,
            feed: Some(FromFeed { scope: &wanted, to: 1 }),
        };
        let all: Vec<Parcel> = sealed.iter().map(|(_, parcel)| parcel.clone()).collect();
        straight.write(|tx| world.ingest(tx, &how, &all)).unwrap();
        let mut hole = holes.into_iter().cycle();
        for index in order {
            if all.is_empty() {
                break;
            }
            let mut parcel = index.get(&all).clone();
            for body in &mut parcel.bodies {
                if hole.next() == Some(true) {
                    *body = None;
                }
            }
            holed.write(|tx| world.ingest(tx, &how, &[parcel])).unwrap();
        }
        for parcel in all.iter().rev() {
            holed.write(|tx| world.ingest(tx, &how, std::slice::from_ref(parcel))).unwrap();
        }
        prop_assert_eq!(state(&holed), state(&straight));
    }
}
