//! The gate for what others wrote: what is stored, known, gone, parked.

use linli_model::{GridCode, RecordKind, Scope, Timestamp};
use linli_trust::{Parcel, SigningKey};

use crate::control::ControlItem;
use crate::error::StoreError;
use crate::ingest::{FromFeed, Incident, Ingested, Judgement, Verdict};
use crate::ledger::Ledger;
use crate::parked::{PARKED_FOR_MS, ParkedFor};
use crate::testing::{As, Author, Check, World, device_key, ensure, record, same, some};

/// A device pushes its own batches.
pub(super) fn push(
    ledger: &Ledger,
    world: &World,
    key: &SigningKey,
    parcels: &[Parcel],
) -> Check<Ingested> {
    let how = As::push_of(key);
    Ok(ledger.write(|tx| world.ingest(tx, &how, parcels))?)
}

/// The verdicts of one parcel.
pub(super) fn verdicts(done: &Ingested, parcel: usize) -> Check<Vec<Verdict>> {
    Ok(some(done.batches.get(parcel), "a report")?.verdicts.clone())
}

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    twice(ledger, world)?;
    out_of_order(ledger, world)?;
    missing_ground(ledger, world)?;
    editions(ledger, world)?;
    erased(ledger, world)?;
    forks(ledger, world)?;
    strangers(ledger, world)?;
    vouched(ledger, world)
}

fn twice(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(3)?;
    let key = device_key(3);
    let written = [
        author.create(200, RecordKind::Place, "一")?,
        author.edit(200, "二")?,
        author.create(201, RecordKind::Place, "三")?,
    ];
    let parcel = author.seal(&written)?;
    let parcels = std::slice::from_ref(&parcel);
    let done = push(ledger, world, &key, parcels)?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored; 3],
        "all stored",
    )?;
    same(&done.stored.len(), &3, "all are named")?;
    ensure(done.incidents.is_empty(), "no incident")?;
    let before = ledger.read(|rd| rd.history(&record(200)))?;
    let again = push(ledger, world, &key, parcels)?;
    same(
        &verdicts(&again, 0)?,
        &vec![Verdict::Duplicate; 3],
        "all known",
    )?;
    ensure(again.stored.is_empty(), "nothing new")?;
    ledger.read(|rd| {
        same(&rd.history(&record(200))?, &before, "unchanged")?;
        same(
            &rd.batch(&parcel.batch.id())?,
            &Some(parcel.batch.clone()),
            "the batch",
        )?;
        let arrival = some(rd.arrival(&parcel.batch.id())?, "its arrival")?;
        same(&arrival.origin, &Some(key.id()), "who brought it")?;
        let whole = rd.parcel(&parcel.batch.id(), |_| true)?;
        same(&whole, &Some(parcel.clone()), "the parcel as it came")
    })
}

/// Batches 3, 1, 2 of one chain: 3 waits for 2, 2 for 1.
fn out_of_order(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(4)?;
    let key = device_key(4);
    let mut parcels = Vec::new();
    for (number, text) in [(210, "甲"), (211, "乙"), (212, "丙")] {
        let written = author.create(number, RecordKind::Place, text)?;
        parcels.push(author.seal(&[written])?);
    }
    let third = some(parcels.pop(), "a parcel")?;
    let done = push(ledger, world, &key, std::slice::from_ref(&third))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Parked],
        "a gap before it",
    )?;
    let parked = ledger.read(|rd| rd.parked(10))?;
    same(
        &some(parked.first(), "a parked change")?.reason,
        &ParkedFor::Chain,
        "why",
    )?;
    let again = push(ledger, world, &key, std::slice::from_ref(&third))?;
    same(&verdicts(&again, 0)?, &vec![Verdict::Parked], "still")?;
    let second = some(parcels.pop(), "a parcel")?;
    push(ledger, world, &key, &[second])?;
    let first = some(parcels.pop(), "a parcel")?;
    let done = push(ledger, world, &key, &[first])?;
    same(&done.stored.len(), &3, "the whole chain follows")?;
    ledger.read(|rd| same(&rd.parked_len()?, &0, "nothing waits"))
}

/// A change whose ground another author still holds back.
fn missing_ground(ledger: &Ledger, world: &World) -> Check {
    let (mut one, mut two) = (Author::device(3)?, Author::device(4)?);
    (one.epoch, two.epoch) = (7, 7);
    let ground = one.create(220, RecordKind::Place, "地")?;
    two.learn(&[&ground])?;
    let above = two.edit(220, "天")?;
    let top = two.edit(220, "天上")?;
    let early = two.seal(&[above.clone(), top])?;
    let done = push(ledger, world, &device_key(4), std::slice::from_ref(&early))?;
    let needed = Verdict::Need(vec![ground.change.hash]);
    same(
        &verdicts(&done, 0)?,
        &vec![needed.clone(), needed],
        "both need it",
    )?;
    let again = push(ledger, world, &device_key(4), &[early])?;
    same(
        &verdicts(&again, 0)?,
        &verdicts(&done, 0)?,
        "the same answer again",
    )?;
    ledger.read(|rd| {
        same(&rd.parked_len()?, &2, "kept once each")?;
        same(
            &rd.parked_needs(&record(220))?,
            &vec![ground.change.hash],
            "what to ask for",
        )
    })?;
    let late = one.seal(&[ground])?;
    let done = push(ledger, world, &device_key(3), &[late])?;
    same(&done.stored.len(), &3, "all three now")?;
    ledger.read(|rd| same(&rd.parked_len()?, &0, "nothing waits"))?;
    expiry(ledger, world)
}

fn expiry(ledger: &Ledger, world: &World) -> Check {
    let (mut one, mut two) = (Author::device(3)?, Author::device(4)?);
    (one.epoch, two.epoch) = (8, 8);
    let ground = one.create(221, RecordKind::Place, "没有来")?;
    two.learn(&[&ground])?;
    let above = two.edit(221, "等")?;
    push(
        ledger,
        world,
        &device_key(4),
        &[two.seal(std::slice::from_ref(&above))?],
    )?;
    let received = As::push_of(&device_key(4)).at;
    ledger.write(|tx| {
        let kept = tx.expire_parked(received.plus_ms(PARKED_FOR_MS))?;
        same(&kept.len(), &0, "seven days are not over")?;
        let gone = tx.expire_parked(received.plus_ms(PARKED_FOR_MS + 1))?;
        same(
            &some(gone.first(), "what expired")?.entry.hash,
            &above.change.hash,
            "it",
        )?;
        same(&tx.parked_len()?, &0, "nothing waits")
    })
}

fn editions(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(5)?;
    let written = author.create(230, RecordKind::Place, "新规")?;
    let scope = author.authorship(&written.place).scope;
    let parcel = author.seal_in(&scope, 2, &[written])?;
    let done = push(ledger, world, &device_key(5), std::slice::from_ref(&parcel))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Parked],
        "an unknown edition",
    )?;
    let item = ControlItem::Edition(world.edition(2)?);
    let how = As::push_of(&device_key(5));
    let done = ledger.write(|tx| {
        tx.put_control(&item, Timestamp(2))?;
        let mut policy = |_: &crate::Proposal<'_>| Ok(());
        tx.retry_parked(&mut world.gate(&how, &mut policy))
    })?;
    same(&done.stored.len(), &1, "stored when the edition is here")?;
    let again = push(ledger, world, &device_key(5), &[parcel])?;
    same(&verdicts(&again, 0)?, &vec![Verdict::Duplicate], "known")
}

fn erased(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(6)?;
    let key = device_key(6);
    let first = author.create(240, RecordKind::Place, "要忘记")?;
    push(ledger, world, &key, &[author.seal(&[first])?])?;
    let item = ControlItem::Tombstone(world.tombstone(240, RecordKind::Place)?);
    ledger.write(|tx| tx.put_control(&item, Timestamp(3)))?;
    let edit = author.edit(240, "又来了")?;
    let done = push(
        ledger,
        world,
        &key,
        &[author.seal(std::slice::from_ref(&edit))?],
    )?;
    same(&verdicts(&done, 0)?, &vec![Verdict::Gone], "gone for ever")?;
    ledger.read(|rd| {
        same(&rd.document_info(&record(240))?, &None, "no document")?;
        ensure(rd.load_document(&record(240))?.is_none(), "nothing to load")
    })?;
    let direct = ledger.write(|tx| tx.put_change(&edit.place, &edit.change, None, Timestamp(3)));
    ensure(matches!(direct, Err(StoreError::Refused(_))), "nor by hand")
}

fn forks(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(7)?;
    let key = device_key(7);
    let first = author.create(250, RecordKind::Place, "原件")?;
    push(ledger, world, &key, &[author.seal(&[first])?])?;
    let mut copy = author.cloned();
    let left = author.edit(250, "左")?;
    let right = copy.edit(250, "右")?;
    let left = author.seal(&[left])?;
    let right = copy.seal(&[right])?;
    push(ledger, world, &key, std::slice::from_ref(&left))?;
    let done = push(ledger, world, &key, std::slice::from_ref(&right))?;
    let wanted = Incident::Fork {
        signer: key.id(),
        first: left.batch.id(),
        second: right.batch.id(),
    };
    same(&done.incidents, &vec![wanted], "a fork is an incident")?;
    let verdict = some(verdicts(&done, 0)?.pop(), "a verdict")?;
    ensure(
        matches!(&verdict, Verdict::Quarantined { code, .. } if code == "fork"),
        "the second branch is held back",
    )?;
    // The copy opens a new epoch and goes on from what was accepted.
    let mut healed = Author::device(7)?;
    healed.epoch = 2;
    healed.documents = author.documents.clone();
    let after = healed.edit(250, "和好")?;
    let done = push(ledger, world, &key, &[healed.seal(&[after])?])?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored],
        "the new epoch is welcome",
    )
}

/// A device whose certificate has not arrived yet.
fn strangers(ledger: &Ledger, world: &World) -> Check {
    let key = device_key(20);
    let mut author = Author::device(20)?;
    let written = author.create(255, RecordKind::Place, "新来的")?;
    let parcel = author.seal(&[written])?;
    let done = push(ledger, world, &key, std::slice::from_ref(&parcel))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Parked],
        "nobody knows it yet",
    )?;
    let mut store = world.certificates.clone();
    let certificate = world.device_certificate(&key, 1)?;
    store.insert(certificate, Timestamp(1), &crate::testing::is_within)?;
    let how = As::push_of(&key);
    let done = ledger.write(|tx| {
        let mut policy = |_: &crate::Proposal<'_>| Ok(());
        let mut gate = world.gate(&how, &mut policy);
        gate.certificates = &store;
        tx.retry_parked(&mut gate)
    })?;
    same(
        &done.stored.len(),
        &1,
        "stored when its certificate is here",
    )
}

/// A page of a peer's feed: gaps are allowed, documents join the scope, bare hashes are filled later.
fn vouched(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(8)?;
    let elsewhere = author.create(260, RecordKind::Place, "别处")?;
    author.seal(&[elsewhere])?;
    let written = [
        author.create(261, RecordKind::Place, "给这里")?,
        author.create(262, RecordKind::Place, "以后给")?,
    ];
    let whole = author.seal(&written)?;
    let mut part = whole.clone();
    if let Some(body) = part.bodies.last_mut() {
        *body = None;
    }
    let scope = Scope::Places(GridCode::new("g1")?);
    let how = As {
        at: Timestamp(2_000),
        origin: Some(world.desk.id()),
        judgement: Judgement::Vouched,
        feed: Some(FromFeed {
            scope: &scope,
            to: 42,
        }),
    };
    let done = ledger.write(|tx| world.ingest(tx, &how, &[part]))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored, Verdict::Bare],
        "what came is stored",
    )?;
    ledger.read(|rd| {
        ensure(
            rd.scopes_of(&record(261))?.contains(&scope),
            "it joined the scope",
        )?;
        let all = rd.batches_held(None, 1_000)?;
        ensure(all.contains(&whole.batch.id()), "it is held")?;
        let behind = rd.batches_held(Some(&whole.batch.id()), 1_000)?;
        ensure(!behind.contains(&whole.batch.id()), "pages go on")
    })?;
    let done = ledger.write(|tx| world.ingest(tx, &how, &[whole]))?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Duplicate, Verdict::Stored],
        "filled later",
    )
}
