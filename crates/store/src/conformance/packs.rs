//! Packs: made from one ledger, installed in another.

use linli_model::{GridCode, RecordKind, Scope, Timestamp};

use super::gate::{push, verdicts};
use crate::error::StoreError;
use crate::ingest::{FromFeed, Judgement, Verdict};
use crate::ledger::{Ledger, Options, Profile};
use crate::pack::{Installed, Pack, PackDocument};
use crate::testing::{As, Author, Check, World, device_key, ensure, record, same, some};

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(7)?;
    author.epoch = 80;
    let mut written = Vec::new();
    for number in 500..504 {
        written.push(author.create(number, RecordKind::Component, "路灯")?);
    }
    written.push(author.edit(503, "路灯2")?);
    let parcel = author.seal(&written)?;
    push(ledger, world, &device_key(7), std::slice::from_ref(&parcel))?;
    let scope = Scope::Places(GridCode::new("g1")?);
    let hashes: Vec<_> = written.iter().map(|one| one.change.hash).collect();
    ledger.write(|tx| tx.list(&scope, &hashes))?;
    let documents: Vec<PackDocument> = ledger.read(|rd| {
        let state = rd.feed_state(&scope)?;
        let bytes = rd.feed_bytes_after(&scope, 0)?;
        ensure(bytes > 0, "the feed has bytes")?;
        same(
            &rd.feed_bytes_after(&scope, state.seq)?,
            &0,
            "none after its end",
        )?;
        let all = rd
            .pack_documents(&scope)
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok::<_, crate::testing::Failure>(all)
    })?;
    ensure(documents.len() >= 4, "every document of the scope")?;
    rows(ledger, &scope)?;
    install(ledger, world, &scope, &documents, &parcel, &mut author)
}

fn rows(ledger: &Ledger, scope: &Scope) -> Check {
    let pack = |at_seq| Pack {
        scope: scope.clone(),
        at_seq,
        hash: [4; 32],
        size: 1_000,
        place: format!("packs/{at_seq}"),
        created_at: Timestamp(9),
    };
    ledger.write(|tx| {
        for at_seq in [3, 1, 2] {
            tx.put_pack(&pack(at_seq))?;
        }
        same(&tx.newest_pack(scope)?, &Some(pack(3)), "the newest")?;
        same(
            &tx.prune_packs(scope, 2)?,
            &vec![pack(1)],
            "the two newest stay",
        )?;
        same(
            &tx.prune_packs(scope, 2)?,
            &Vec::new(),
            "nothing more to forget",
        )
    })
}

fn install(
    ledger: &Ledger,
    world: &World,
    scope: &Scope,
    documents: &[PackDocument],
    parcel: &linli_trust::Parcel,
    author: &mut Author,
) -> Check {
    let fresh = Ledger::open_in_memory(Profile::Device, Options::default())?;
    world.settle_in(&fresh)?;
    let mut bent = some(documents.first(), "a document")?.clone();
    bent.heads = vec![linli_model::ChangeHash([1; 32])];
    let refused = fresh.write(|tx| tx.install_document(scope, &bent, Timestamp(10)));
    ensure(
        matches!(refused, Err(StoreError::Refused(_))),
        "wrong heads are refused",
    )?;
    let first = some(documents.first(), "a document")?;
    let place = crate::Place {
        record: first.record,
        kind: first.kind,
        home: first.home.clone(),
    };
    let loaded = linli_records::Document::load(Some(&first.snapshot), &[])
        .map_err(|error| StoreError::Refused(error.to_string()))?;
    let fewer = loaded.changes().split_off(1);
    let arrival = crate::PackArrival::new(place, loaded, fewer);
    let refused = fresh.write(|tx| tx.install(scope, &arrival, Timestamp(10)));
    ensure(
        matches!(refused, Err(StoreError::Refused(_))),
        "a change that is missing is refused",
    )?;
    for document in documents {
        let done = fresh.write(|tx| tx.install_document(scope, document, Timestamp(10)))?;
        same(&done, &Some(Installed::New), "installed")?;
    }
    let last = some(documents.last(), "a document")?;
    let again = fresh.write(|tx| tx.install_document(scope, last, Timestamp(10)))?;
    same(&again, &Some(Installed::Merged(0)), "twice is once")?;
    let digest = ledger.read(|rd| rd.digest(scope))?;
    same(
        &fresh.read(|rd| rd.digest(scope))?,
        &digest,
        "the same documents",
    )?;
    let how = As {
        at: Timestamp(20),
        origin: Some(world.desk.id()),
        judgement: Judgement::Vouched,
        feed: Some(FromFeed { scope, to: 9 }),
    };
    let done = fresh.write(|tx| world.ingest(tx, &how, std::slice::from_ref(parcel)))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Duplicate; 5],
        "the pack held them",
    )?;
    let whole = fresh.read(|rd| rd.parcel(&parcel.batch.id(), |_| true))?;
    same(
        &whole,
        &Some(parcel.clone()),
        "now with their batch and their bytes",
    )?;
    by_hand(&fresh, author)?;
    let next = author.edit(500, "新灯")?;
    let next = author.seal(&[next])?;
    let done = fresh.write(|tx| world.ingest(tx, &how, &[next]))?;
    same(&verdicts(&done, 0)?, &vec![Verdict::Stored], "life goes on")?;
    merge(&fresh, scope, documents)?;
    ensure(
        fresh.integrity()?.is_sound(),
        "the installed ledger is sound",
    )
}

/// A pack that is older than what is here takes nothing away.
fn merge(fresh: &Ledger, scope: &Scope, documents: &[PackDocument]) -> Check {
    let heads = |number| fresh.read(|rd| rd.document_info(&record(number)));
    let before = heads(500)?;
    for document in documents {
        fresh.write(|tx| tx.install_document(scope, document, Timestamp(30)))?;
    }
    same(
        &heads(500)?.map(|info| info.heads),
        &before.map(|info| info.heads),
        "still ahead",
    )
}

/// A batch that the caller has verified itself, stored without its changes.
fn by_hand(fresh: &Ledger, author: &mut Author) -> Check {
    let written = author.create(510, RecordKind::Component, "后到")?;
    let parcel = author.seal(&[written])?;
    let arrival = crate::Arrival {
        origin: None,
        vouched: true,
        pulled_to: None,
        received_at: Timestamp(25),
    };
    fresh.write(|tx| tx.put_batch(&parcel.batch, &arrival))?;
    let bare = fresh.read(|rd| rd.parcel(&parcel.batch.id(), |_| true))?;
    let bare = some(bare, "the batch")?;
    same(&bare.bodies, &vec![None], "bare until its change comes")
}
