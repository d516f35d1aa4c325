//! What the gate and a save cost, as ratios to one Ed25519 check, on this machine and this file
//! system: `cargo run --release -p linli-store --example cost`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement speaks on standard output and stops when it cannot go on"
)]

use std::time::{Duration, Instant};

use linli_model::{GridCode, RecordKind, Scope, Timestamp};
use linli_store::testing::{As, Author, World, device_key};
use linli_store::{DbKey, FromFeed, Judgement, Ledger, PageRequest, Profile, StoreError};
use linli_trust::Parcel;

const RECORDS: u16 = 200;
const EDITS: usize = 5;

fn micros(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

fn open(folder: &tempfile::TempDir, name: &str, profile: Profile, world: &World) -> Ledger {
    let key = DbKey::new([1; 32]);
    let ledger = Ledger::open(&folder.path().join(name), &key, profile).unwrap();
    world.settle_in(&ledger).unwrap();
    ledger
}

/// Parcels of 200 changes: first the records, then edits of them.
fn parcels(author: &mut Author) -> Vec<Parcel> {
    let mut all = Vec::new();
    let created: Vec<_> = (0..RECORDS)
        .map(|number| {
            author
                .create(number, RecordKind::Place, "路灯不亮，请派人看")
                .unwrap()
        })
        .collect();
    all.push(author.seal(&created).unwrap());
    for round in 0..EDITS {
        let edits: Vec<_> = (0..RECORDS)
            .map(|number| author.edit(number, &format!("第{round}次核实")).unwrap())
            .collect();
        all.push(author.seal(&edits).unwrap());
    }
    all
}

fn verify(parcel: &Parcel, rounds: u32) -> f64 {
    let key = device_key(1).public();
    let start = Instant::now();
    for _ in 0..rounds {
        parcel.batch.verify(&key).unwrap();
    }
    micros(start.elapsed(), rounds as usize)
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new().unwrap();
    let mut author = Author::device(1).unwrap();
    let parcels = parcels(&mut author);
    let one = verify(parcels.first().unwrap(), 2_000);
    println!("one signature check                  {one:8.1} us");

    let scope = Scope::Places(GridCode::new("g1").unwrap());
    let server = open(&folder, "server.db", Profile::Server, &world);
    for (index, parcel) in parcels.iter().enumerate() {
        let start = Instant::now();
        server
            .write(|tx| {
                let how = As::push_of(&device_key(1));
                let done = world.ingest(tx, &how, std::slice::from_ref(parcel))?;
                let hashes: Vec<_> = done.stored.iter().map(|one| one.facts.hash).collect();
                assert_eq!(hashes.len(), usize::from(RECORDS));
                for hash in hashes {
                    tx.list(&scope, &[hash])?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let each = micros(start.elapsed(), usize::from(RECORDS));
        println!(
            "push {index}: per change                    {each:8.1} us {:6.1} x",
            each / one
        );
    }
    let again = Instant::now();
    for parcel in &parcels {
        let how = As::push_of(&device_key(1));
        server
            .write(|tx| world.ingest(tx, &how, std::slice::from_ref(parcel)))
            .unwrap();
    }
    let count = usize::from(RECORDS) * parcels.len();
    let each = micros(again.elapsed(), count);
    println!(
        "the same again: per change           {each:8.1} us {:6.1} x",
        each / one
    );

    let device = open(&folder, "device.db", Profile::Device, &world);
    let start = Instant::now();
    let (mut since, mut pages) = (0, 0);
    loop {
        let request = PageRequest {
            since,
            max_bytes: 256 * 1024,
            skip_origin: None,
            skip_actor: None,
        };
        let page = server.read(|rd| rd.page(&scope, &request)).unwrap();
        device
            .write_relaxed(|tx| {
                let how = As {
                    at: Timestamp(2_000),
                    origin: Some(world.desk.id()),
                    judgement: Judgement::Vouched,
                    feed: Some(FromFeed {
                        scope: &scope,
                        to: page.to,
                    }),
                };
                world.ingest(tx, &how, &page.parcels)?;
                tx.advance_pulled(&world.desk.id(), &scope, 1, page.to)
            })
            .unwrap();
        since = page.to;
        pages += 1;
        if !page.more {
            break;
        }
    }
    let each = micros(start.elapsed(), count);
    println!(
        "{pages} pages pulled: per change           {each:8.1} us {:6.1} x",
        each / one
    );

    saves(&device, &mut author);
    digests(&device, &scope);
}

fn saves(device: &Ledger, author: &mut Author) {
    let mut times = Vec::new();
    for round in 0..200u16 {
        let start = Instant::now();
        let written = author
            .edit(round % RECORDS, &format!("现场{round}"))
            .unwrap();
        let encoded = start.elapsed();
        let by = author.authorship(&written.place);
        let (_, document) = author.documents.get(&written.place.record).unwrap();
        device
            .write(|tx| tx.save(&written.place, document, &written.change, &by))
            .unwrap();
        times.push((start.elapsed(), encoded));
    }
    times.sort();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .unwrap()
            .0
            .as_secs_f64()
            * 1e3
    };
    println!(
        "a save with its flush: median {:.2} ms, p99 {:.2} ms",
        at(50),
        at(99)
    );
}

fn digests(device: &Ledger, scope: &Scope) {
    let start = Instant::now();
    let computed = device.read(|rd| rd.recompute_digest(scope)).unwrap();
    println!(
        "digest of {RECORDS} documents computed anew {:8.2} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    assert_eq!(computed, device.read(|rd| rd.digest(scope)).unwrap());
}
