//! Own changes: saved, sealed, sent, answered; compaction of what they make.

use linli_model::{OrgId, RecordKind, Timestamp};
use linli_records::read;

use crate::change::Stored;
use crate::document::FOLD_CHANGES;
use crate::error::StoreError;
use crate::ledger::{Ledger, Profile};
use crate::outbox::{Answer, Delivery, SealAs};
use crate::testing::{Author, Check, Written, device_key, ensure, record, same, some};

/// Saves what an author wrote as that author's own ledger would.
pub(super) fn save(ledger: &Ledger, author: &Author, written: &Written) -> Check<Stored> {
    let (_, document) = some(author.documents.get(&written.place.record), "document")?;
    let by = author.authorship(&written.place);
    Ok(ledger.write(|tx| tx.save(&written.place, document, &written.change, &by))?)
}

pub(super) fn check(ledger: &Ledger) -> Check {
    saving(ledger)?;
    if ledger.profile() == Profile::Device {
        sending(ledger)?;
    }
    folding(ledger)?;
    care(ledger)
}

fn saving(ledger: &Ledger) -> Check {
    let mut author = Author::device(1)?;
    let first = author.create(100, RecordKind::Case, "路灯不亮")?;
    // The document must hold exactly the changes that were saved, so each is saved before the next.
    same(&save(ledger, &author, &first)?, &Stored::Stored, "a save")?;
    let again =
        ledger.write(|tx| tx.put_change(&first.place, &first.change, None, Timestamp(1)))?;
    same(&again, &Stored::Duplicate, "the same change again")?;
    let second = author.edit(100, "路灯还是不亮")?;
    save(ledger, &author, &second)?;
    let scope = author.authorship(&first.place).scope;
    ledger.read(|rd| {
        let info = some(rd.document_info(&record(100))?, "the record")?;
        same(&info.heads, &vec![second.change.hash], "the heads")?;
        same(&(info.change_count, info.tail_count), &(2, 2), "the counts")?;
        same(&info.max_op, &second.change.max_op, "the highest operation")?;
        let document = some(rd.load_document(&record(100))?, "the document")?;
        let note = read::winner(&document, "note");
        same(&note, &Some("路灯还是不亮".into()), "what was written")?;
        let history = vec![first.change.hash, second.change.hash];
        same(&rd.history(&record(100))?, &history, "the history")?;
        let body = rd.change_body(&first.change.hash)?;
        same(&body, &Some(first.change.bytes.clone()), "the bytes")?;
        let change = some(rd.change_info(&first.change.hash)?, "the change")?;
        same(&(change.seq, change.batch), &(1, None), "not sealed")?;
        same(
            &rd.scopes_of(&record(100))?,
            &vec![scope.clone()],
            "its scope",
        )?;
        let records = rd.records_in(&scope, Some(RecordKind::Case), None, 10)?;
        same(&records, &vec![record(100)], "listed by scope")?;
        let all = rd.records(None, 10)?;
        same(&all, &vec![record(100)], "listed")?;
        let missing = rd.missing_changes(&[first.change.hash, record_hash()])?;
        same(&missing, &vec![record_hash()], "what is missing")?;
        ensure(!rd.has_change(&record_hash())?, "an unknown change")?;
        same(&rd.long_documents(3)?, &Vec::new(), "no long history")?;
        ensure(rd.scopes()?.contains(&scope), "the scope is known")
    })?;
    let stranger = author.edit(100, "跳过")?;
    let jump = author.edit(100, "太早")?;
    let early = ledger.write(|tx| tx.put_change(&jump.place, &jump.change, None, Timestamp(1)));
    ensure(early.is_err(), "a change without its ground is refused")?;
    let done = ledger.write(|tx| {
        let done = tx.put_change(&stranger.place, &stranger.change, None, Timestamp(1))?;
        ensure(
            tx.touched().contains(&record(100)),
            "the record was touched",
        )?;
        Ok::<_, crate::testing::Failure>(done)
    })?;
    same(&done, &Stored::Stored, "with its ground it is stored")
}

fn record_hash() -> linli_model::ChangeHash {
    linli_model::ChangeHash([0xee; 32])
}

fn sending(ledger: &Ledger) -> Check {
    let key = device_key(1);
    let org = OrgId::new("d-c1")?;
    let mut author = Author::device(1)?;
    let place = author.create(101, RecordKind::Place, "井盖")?;
    save(ledger, &author, &place)?;
    ledger.write(|tx| tx.put_intent(&place.change.hash, &record(101), b"intent"))?;
    let with = SealAs {
        key: &key,
        org: &org,
        app: "test",
        at: Timestamp(300),
    };
    let sealed = ledger.write(|tx| tx.seal_outbox(&with))?;
    same(&sealed.len(), &2, "one batch per scope")?;
    same(
        &ledger.write(|tx| tx.seal_outbox(&with))?,
        &Vec::new(),
        "nothing left to seal",
    )?;
    let parcels = ledger.read(|rd| rd.outbox_parcels(None, u64::MAX))?;
    same(&parcels.len(), &2, "both wait")?;
    for parcel in &parcels {
        ensure(parcel.is_complete(), "with all bytes")?;
        parcel.batch.verify(&key.public())?;
    }
    let cases = some(parcels.first(), "the cases")?;
    ensure(
        cases.batch.header.scope.to_string().starts_with("cases/"),
        "cases come first",
    )?;
    let single = ledger.read(|rd| rd.outbox_parcels(None, 1))?;
    same(&single.len(), &1, "at least one")?;
    let rest = ledger.read(|rd| rd.outbox_parcels(Some(&cases.batch.id()), u64::MAX))?;
    same(&rest.len(), &1, "what comes after it")?;
    answers(ledger, cases, &place)
}

fn answers(ledger: &Ledger, cases: &linli_trust::Parcel, place: &Written) -> Check {
    ledger.read(|rd| same(&rd.outbox_len()?, &3, "three own changes wait"))?;
    let hashes: Vec<_> = cases.batch.entries.iter().map(|entry| entry.hash).collect();
    let first = *some(hashes.first(), "a change")?;
    let second = *some(hashes.get(1), "a second change")?;
    let now = Timestamp(400);
    ledger.write(|tx| tx.record_answers(&[(first, Answer::Parked)], now))?;
    let item = some(ledger.read(|rd| rd.own_change(&first))?, "the own change")?;
    same(&item.delivery, &Delivery::Parked, "parked is not final")?;
    ledger.write(|tx| {
        let answers = [
            (first, Answer::Stored(17)),
            (second, Answer::Quarantined("role".to_owned())),
            (place.change.hash, Answer::Need(Vec::new())),
        ];
        tx.record_answers(&answers, now)?;
        tx.record_answers(&[(first, Answer::Quarantined("late".to_owned()))], now)
    })?;
    ledger.read(|rd| {
        same(&rd.outbox_len()?, &1, "one still waits")?;
        let own = rd.own_changes(&record(100))?;
        let deliveries: Vec<_> = own.iter().map(|item| item.delivery).collect();
        same(
            &deliveries,
            &vec![Delivery::Taken, Delivery::Refused],
            "a final answer stays",
        )?;
        same(&rd.refused_changes()?.len(), &1, "one was refused")?;
        same(&rd.outbox_scopes()?.len(), &1, "one scope waits")?;
        let left = rd.outbox_parcels(None, u64::MAX)?;
        same(&left.len(), &1, "answered batches are not sent again")?;
        same(&rd.intents(&record(101))?.len(), &1, "the intent waits")
    })?;
    ledger.write(|tx| {
        tx.record_answers(&[(place.change.hash, Answer::Duplicate)], now)?;
        same(&tx.intents(&record(101))?.len(), &0, "the intent goes")?;
        same(
            &tx.prune_outbox(Timestamp(10_000))?,
            &2,
            "answered ones are forgotten",
        )?;
        let last = tx.last_batch(&device_key(1).id(), 1, &cases.batch.header.scope)?;
        same(
            &last.map(|link| link.id),
            &Some(cases.batch.id()),
            "the chain's end",
        )?;
        let at = tx.batches_at(&device_key(1).id(), 1, &cases.batch.header.scope, 1)?;
        same(&at, &vec![cases.batch.id()], "the first link")?;
        same(&tx.highest_epoch(&device_key(1).id())?, &1, "its epoch")
    })
}

fn folding(ledger: &Ledger) -> Check {
    let mut author = Author::device(2)?;
    let first = author.create(110, RecordKind::Place, "0")?;
    save(ledger, &author, &first)?;
    for step in 1..=FOLD_CHANGES {
        let edit = author.edit(110, &format!("第{step}次"))?;
        save(ledger, &author, &edit)?;
    }
    ledger.read(|rd| {
        let info = some(rd.document_info(&record(110))?, "the record")?;
        ensure(info.tail_count < FOLD_CHANGES, "the tail was folded")?;
        same(&info.change_count, &(FOLD_CHANGES + 1), "nothing was lost")?;
        let body = rd.change_body(&first.change.hash)?;
        same(
            &body,
            &Some(first.change.bytes.clone()),
            "bytes come back from the snapshot",
        )
    })?;
    ledger.write(|tx| {
        tx.compact(&record(110))?;
        let info = some(tx.document_info(&record(110))?, "the record")?;
        same(
            &(info.tail_count, info.tail_bytes),
            &(0, 0),
            "an empty tail",
        )
    })
}

/// A document that does not load is made anew from its changes; a record can be let go of.
fn care(ledger: &Ledger) -> Check {
    let mut author = Author::device(2)?;
    author.epoch = 3;
    let written = author.create(111, RecordKind::Place, "坏的")?;
    save(ledger, &author, &written)?;
    let damage = |tx: &mut crate::Tx<'_>| {
        tx.sql().execute(
            "UPDATE documents SET snapshot = x'00ff', snapshot_codec = 0, snapshot_size = 2
             WHERE record = ?1",
            [record(111).0],
        )?;
        Ok::<_, StoreError>(())
    };
    ledger.write(damage)?;
    let broken = ledger.read(|rd| rd.load_document(&record(111)));
    ensure(
        matches!(broken, Err(StoreError::Damaged(_))),
        "it does not load",
    )?;
    let found = ledger.integrity()?;
    same(&found.documents, &vec![record(111)], "the check names it")?;
    ensure(
        ledger.write(|tx| tx.repair_document(&record(111)))?,
        "repaired",
    )?;
    ensure(ledger.integrity()?.is_sound(), "sound again")?;
    let early = ledger.write(|tx| tx.forget_record(&record(111)));
    ensure(
        matches!(early, Err(StoreError::Refused(_))),
        "it waits for an answer",
    )?;
    ledger.write(|tx| {
        tx.record_answers(&[(written.change.hash, Answer::Duplicate)], Timestamp(1))?;
        ensure(tx.forget_record(&record(111))?, "let go of")?;
        ensure(!tx.forget_record(&record(111))?, "once")?;
        ensure(!tx.is_erased(&record(111))?, "it may come again")?;
        same(&tx.document_info(&record(111))?, &None, "not here")
    })
}
