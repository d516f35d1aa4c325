//! What is held back, for which reason, and how it comes out again.

use linli_model::{ChangeHash, GridCode, RecordKind, Scope, StaffId, Timestamp};
use linli_records::admit::PolicyRefusal;
use linli_trust::Signature;

use super::delivery::save;
use super::gate::{push, verdicts};
use crate::error::StoreError;
use crate::ingest::{Incident, Ingested, Proposal, Verdict};
use crate::ledger::{Ledger, Profile};
use crate::outbox::{Answer, SealAs};
use crate::quarantine::QuarantineState;
use crate::testing::{As, Author, Check, World, device_key, ensure, record, same, some};
use crate::tx::Reader;

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    forged(ledger, world)?;
    damaged(ledger, world)?;
    borrowed(ledger, world)?;
    revoked(ledger, world)?;
    wrong_place(ledger, world)?;
    by_policy(ledger, world)?;
    if ledger.profile() == Profile::Device {
        discarded(ledger)?;
    }
    Ok(())
}

fn code(done: &Ingested) -> Check<String> {
    match some(verdicts(done, 0)?.first(), "a verdict")? {
        Verdict::Quarantined { code, .. } => Ok(code.clone()),
        other @ (Verdict::Bare
        | Verdict::Stored
        | Verdict::Duplicate
        | Verdict::Gone
        | Verdict::Need(_)
        | Verdict::Parked) => Err(crate::testing::Failure(format!("not held: {other:?}"))),
    }
}

/// A forged copy of a batch does not keep the real one out.
fn forged(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(3)?;
    author.epoch = 20;
    let key = device_key(3);
    let written = author.create(300, RecordKind::Place, "真的")?;
    let real = author.seal(&[written])?;
    let mut fake = real.clone();
    fake.batch.signature = Signature([7; 64]);
    let done = push(ledger, world, &key, &[fake])?;
    same(&code(&done)?, &"bad_signature".to_owned(), "the code")?;
    let wanted = Incident::Forged {
        signer: key.id(),
        batch: real.batch.id(),
        origin: Some(key.id()),
    };
    same(&done.incidents, &vec![wanted], "an incident")?;
    let held = ledger.read(|rd| rd.quarantine(None, 1))?;
    let held = some(held.first(), "the forged change")?;
    ensure(!held.is_authentic, "nobody's")?;
    let by = StaffId::new("s9")?;
    let mut policy = |_: &Proposal<'_>| Ok(());
    let how = As::push_of(&key);
    let released = ledger.write(|tx| {
        let mut gate = world.gate(&how, &mut policy);
        tx.release_quarantined(&mut gate, held.item, &by, Timestamp(9))
    });
    ensure(
        matches!(released, Err(StoreError::Refused(_))),
        "it cannot be released",
    )?;
    let done = push(ledger, world, &key, &[real])?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored],
        "the real one is stored",
    )
}

/// A body that is not the change that the batch names does not keep the change out.
fn damaged(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(3)?;
    author.epoch = 21;
    let key = device_key(3);
    let written = author.create(301, RecordKind::Place, "完整")?;
    let real = author.seal(&[written])?;
    let mut bent = real.clone();
    if let Some(Some(body)) = bent.bodies.first_mut() {
        body.reverse();
    }
    let done = push(ledger, world, &key, &[bent])?;
    same(&code(&done)?, &"hash".to_owned(), "the code")?;
    let done = push(ledger, world, &key, &[real])?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored],
        "the real bytes are stored",
    )
}

/// A device signs batches that name a change of another device: refused for whatever reason, the
/// change itself is not kept out when its author brings it.
fn borrowed(ledger: &Ledger, world: &World) -> Check {
    let mut owner = Author::device(3)?;
    owner.epoch = 22;
    let written = owner.create(302, RecordKind::Place, "是我的")?;
    let real = owner.seal(std::slice::from_ref(&written))?;
    let mut thief = Author::device(4)?;
    thief.epoch = 22;
    let places = Scope::Places(GridCode::new("g1")?);
    let cases = Scope::Cases(GridCode::new("g1")?);
    let register = Scope::Register(GridCode::new("g9")?);
    let mut codes = Vec::new();
    for (scope, edition) in [(places.clone(), 1), (cases, 1), (register, 1), (places, 99)] {
        let parcel = thief.seal_in(&scope, edition, std::slice::from_ref(&written))?;
        let done = push(ledger, world, &device_key(4), &[parcel])?;
        codes.push(code(&done).unwrap_or_else(|_| "parked".to_owned()));
    }
    same(
        &codes,
        &["foreign_actor", "kind", "not_entitled", "parked"]
            .map(str::to_owned)
            .to_vec(),
        "why",
    )?;
    let done = push(ledger, world, &device_key(3), &[real])?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored],
        "its author's is stored",
    )?;
    same(
        &ledger.read(|rd| rd.parked(9))?,
        &Vec::new(),
        "nothing waits any more",
    )
}

/// Device 9 was revoked from 500 on; pushes here are received at 1,000. What was received before and
/// has waited is stored; what comes now is refused, even if the clock says that it is not yet 500.
fn revoked(ledger: &Ledger, world: &World) -> Check {
    let store = ledger.read(|rd| rd.certificate_store(&crate::testing::is_within))?;
    let store = some(store, "the store with the revocation")?;
    let key = device_key(9);
    let mut author = Author::device(9)?;
    let early = author.create(310, RecordKind::Place, "早交的")?;
    let early = author.seal(&[early])?;
    let mut before = As::push_of(&key);
    before.at = Timestamp(400);
    before.judgement = crate::Judgement::Kept;
    let ingest = |how: &As<'_>, parcel: &linli_trust::Parcel| {
        let mut policy = |_: &Proposal<'_>| Ok(());
        ledger.write(|tx| {
            let mut gate = world.gate(how, &mut policy);
            gate.certificates = &store;
            tx.ingest(&mut gate, std::slice::from_ref(parcel))
        })
    };
    same(
        &verdicts(&ingest(&before, &early)?, 0)?,
        &vec![Verdict::Stored],
        "before",
    )?;
    let after = As::push_of(&key);
    let again = verdicts(&ingest(&after, &early)?, 0)?;
    same(
        &again,
        &vec![Verdict::Duplicate],
        "what was stored is acknowledged",
    )?;
    let late = author.edit(310, "晚交的")?;
    let parcel = author.seal(&[late])?;
    same(
        &code(&ingest(&after, &parcel)?)?,
        &"revoked".to_owned(),
        "after",
    )?;
    let mut by_a_wrong_clock = As::push_of(&key);
    by_a_wrong_clock.at = Timestamp(400);
    let other = author.create(311, RecordKind::Place, "又交的")?;
    let other = author.seal(&[other])?;
    same(
        &code(&ingest(&by_a_wrong_clock, &other)?)?,
        &"revoked".to_owned(),
        "after, by a clock that was put back",
    )?;
    same(
        &code(&ingest(&after, &parcel)?)?,
        &"revoked".to_owned(),
        "the same again",
    )?;
    let held = ledger.read(|rd| rd.quarantine_of(&record(310)))?;
    same(&held.len(), &1, "kept once")?;
    let vouched = As {
        judgement: crate::Judgement::Vouched,
        origin: Some(world.desk.id()),
        ..after
    };
    let done = ingest(&vouched, &parcel)?;
    same(
        &verdicts(&done, 0)?,
        &vec![Verdict::Stored],
        "another server took it in time",
    )?;
    let held = ledger.read(|rd| rd.quarantine_of(&record(310)))?;
    let held = some(held.first(), "the held change")?;
    same(&held.state, &QuarantineState::Released, "no longer held")
}

fn wrong_place(ledger: &Ledger, world: &World) -> Check {
    let key = device_key(4);
    let mut author = Author::device(4)?;
    author.epoch = 30;
    let place = author.create(320, RecordKind::Place, "错类")?;
    let cases = Scope::Cases(GridCode::new("g1")?);
    let parcel = author.seal_in(&cases, 1, &[place])?;
    same(
        &code(&push(ledger, world, &key, &[parcel])?)?,
        &"kind".to_owned(),
        "kind",
    )?;
    let other = author.create(321, RecordKind::Place, "错人")?;
    author.staff = StaffId::new("s2")?;
    let parcel = author.seal(&[other])?;
    same(
        &code(&push(ledger, world, &key, &[parcel])?)?,
        &"staff".to_owned(),
        "staff",
    )?;
    author.grid = GridCode::new("g2")?;
    let elsewhere = author.create(322, RecordKind::Place, "错格")?;
    let scope = Scope::Places(GridCode::new("g1")?);
    let parcel = author.seal_in(&scope, 1, &[elsewhere])?;
    let done = push(ledger, world, &key, &[parcel])?;
    same(&code(&done)?, &"home".to_owned(), "home")
}

/// The caller's rule refuses one change: what builds on it is held too, and comes with its release.
fn by_policy(ledger: &Ledger, world: &World) -> Check {
    let key = device_key(5);
    let mut author = Author::device(5)?;
    author.epoch = 40;
    let first = author.create(330, RecordKind::Place, "一")?;
    let bad = author.edit(330, "不许")?;
    let bad_hash = bad.change.hash;
    let next = author.edit(330, "接着")?;
    let parcel = author.seal(&[first, bad, next])?;
    let how = As::push_of(&key);
    let done = ledger.write(|tx| {
        let mut policy = |proposal: &Proposal<'_>| {
            if proposal.facts.hash == bad_hash {
                return Err(PolicyRefusal {
                    code: "role",
                    detail: "not yours".to_owned(),
                });
            }
            Ok(())
        };
        tx.ingest(&mut world.gate(&how, &mut policy), &[parcel])
    })?;
    let found = verdicts(&done, 0)?;
    same(
        &some(found.first(), "a verdict")?,
        &&Verdict::Stored,
        "the first passes",
    )?;
    let late = author.edit(330, "还接着")?;
    let late = author.seal(&[late])?;
    let done = push(ledger, world, &key, &[late])?;
    same(
        &code(&done)?,
        &"depends_on_refused".to_owned(),
        "and what comes later",
    )?;
    let held = ledger.read(|rd| rd.quarantine_of(&record(330)))?;
    let codes: Vec<_> = held.iter().map(|item| item.code.as_str()).collect();
    same(
        &codes,
        &vec!["role", "depends_on_refused", "depends_on_refused"],
        "why",
    )?;
    release(ledger, world, &how)?;
    dismissal(ledger, world)
}

fn release(ledger: &Ledger, world: &World, how: &As<'_>) -> Check {
    let held = ledger.read(|rd| rd.quarantine_of(&record(330)))?;
    let item = some(held.first(), "the refused change")?;
    let by = StaffId::new("s9")?;
    let (before, body) = ledger
        .read(|rd| Ok::<_, StoreError>((rd.quarantine_len()?, rd.quarantine_body(item.item)?)))?;
    ensure(!body.is_empty(), "its bytes are kept")?;
    let strict = ledger.write(|tx| {
        let mut policy = |_: &Proposal<'_>| {
            Err(PolicyRefusal {
                code: "role",
                detail: String::new(),
            })
        };
        tx.release_quarantined(&mut world.gate(how, &mut policy), item.item, &by, how.at)
    });
    ensure(
        matches!(strict, Err(StoreError::Refused(_))),
        "the rules still count",
    )?;
    ledger.read(|rd| same(&rd.quarantine_len()?, &before, "nothing changed"))?;
    let done = ledger.write(|tx| {
        let mut policy = |_: &Proposal<'_>| Ok(());
        tx.release_quarantined(&mut world.gate(how, &mut policy), item.item, &by, how.at)
    })?;
    same(&done.stored.len(), &3, "with what built on it")?;
    ledger.read(|rd| {
        same(&rd.quarantine_len()?, &(before - 3), "three fewer")?;
        let after = some(rd.quarantined(item.item)?, "the item")?;
        same(&after.state, &QuarantineState::Released, "released")?;
        same(
            &rd.history(&record(330))?.len(),
            &4,
            "all four are in the record",
        )
    })
}

fn dismissal(ledger: &Ledger, world: &World) -> Check {
    let held = ledger.read(|rd| rd.quarantine_of(&record(321)))?;
    let item = some(held.first(), "the refused change")?;
    let by = StaffId::new("s9")?;
    ledger.write(|tx| tx.dismiss_quarantined(item.item, &by, Timestamp(9)))?;
    let twice = ledger.write(|tx| tx.dismiss_quarantined(item.item, &by, Timestamp(9)));
    ensure(
        matches!(twice, Err(StoreError::Unknown { .. })),
        "decided once",
    )?;
    let how = As::push_of(&device_key(4));
    let late = ledger.write(|tx| {
        let mut policy = |_: &Proposal<'_>| Ok(());
        tx.release_quarantined(&mut world.gate(&how, &mut policy), item.item, &by, how.at)
    });
    ensure(
        matches!(late, Err(StoreError::Unknown { .. })),
        "and stays decided",
    )
}

/// A device takes a refused change and what was built on it out of its document.
fn discarded(ledger: &Ledger) -> Check {
    let key = device_key(2);
    let mut author = Author::device(2)?;
    author.epoch = 50;
    let mut hashes = Vec::new();
    for (step, text) in ["留", "拒", "随"].into_iter().enumerate() {
        let written = if step == 0 {
            author.create(340, RecordKind::Case, text)?
        } else {
            author.edit(340, text)?
        };
        save(ledger, &author, &written)?;
        hashes.push(written.change.hash);
    }
    let [kept, refused, follower] = hashes.as_slice() else {
        return Err(crate::testing::Failure("three changes".to_owned()));
    };
    let org = linli_model::OrgId::new("d-c1")?;
    let epoch = ledger.write(|tx| {
        tx.put_intent(refused, &record(340), b"what the user wanted")?;
        tx.seal_outbox(&SealAs {
            key: &key,
            org: &org,
            app: "test",
            at: Timestamp(600),
        })?;
        let answers = [
            (*kept, Answer::Stored(1)),
            (*refused, Answer::Quarantined("role".to_owned())),
            (
                *follower,
                Answer::Quarantined("depends_on_refused".to_owned()),
            ),
        ];
        tx.record_answers(&answers, Timestamp(601))?;
        tx.epoch()
    })?;
    let code = ledger.read(refusal_of)?;
    same(
        &code.as_deref(),
        &Some("depends_on_refused"),
        "a record with refusals is listed",
    )?;
    let gone = ledger.write(|tx| tx.discard_refused(&record(340), Timestamp(602)))?;
    let gone = some(gone, "what was discarded")?;
    same(
        &gone.hashes,
        &vec![*refused, *follower],
        "the refused and what built on it",
    )?;
    let intent = some(gone.intents.first(), "the intent")?;
    same(&intent.1, &b"what the user wanted".to_vec(), "comes back")?;
    ensure(gone.epoch > epoch, "a new epoch")?;
    let again = ledger.write(|tx| tx.discard_refused(&record(340), Timestamp(603)))?;
    same(&again, &None, "once")?;
    ledger.read(|rd| {
        same(
            &rd.history(&record(340))?,
            &vec![*kept],
            "the accepted change stays",
        )?;
        let document = some(rd.load_document(&record(340))?, "the document")?;
        same(
            &document.heads(),
            &vec![*kept],
            "back at the accepted heads",
        )?;
        same(
            &rd.quarantine_of(&record(340))?.len(),
            &2,
            "the bytes are kept",
        )
    })?;
    lost_at_the_peer(ledger, kept, refused)
}

/// What the peer lost is offered again; what it refuses although it is stored here is taken out.
fn lost_at_the_peer(ledger: &Ledger, kept: &ChangeHash, refused: &ChangeHash) -> Check {
    same(&ledger.read(refusal_of)?, &None, "nothing is refused now")?;
    ledger.write(|tx| {
        let before = tx.outbox_len()?;
        ensure(tx.offer_again(kept)?, "it waits again")?;
        same(&tx.outbox_len()?, &(before + 1), "one more waits")?;
        ensure(!tx.offer_again(refused)?, "no own change any more")?;
        tx.record_answers(&[(*kept, Answer::Stored(2))], Timestamp(604))?;
        same(&tx.outbox_len()?, &before, "taken again")?;
        tx.refuse_stored(kept, "role", Timestamp(605))?;
        Ok::<_, crate::testing::Failure>(())
    })?;
    let code = ledger.read(refusal_of)?;
    same(&code.as_deref(), &Some("role"), "refused although stored")?;
    let gone = ledger.write(|tx| tx.discard_refused(&record(340), Timestamp(606)))?;
    let gone = some(gone, "what was discarded")?;
    same(&gone.hashes, &vec![*kept], "the last change")?;
    same(&ledger.read(refusal_of)?, &None, "settled")
}

/// The code of the refusal for which the record of these checks is listed.
fn refusal_of(reader: &Reader<'_>) -> Result<Option<String>, StoreError> {
    let listed = reader.refused_records()?.into_iter();
    let mut own = listed.filter(|(of, _)| *of == record(340));
    Ok(own.next().map(|(_, code)| code))
}
