//! What erasing leaves: proof, a shorter log, no hidden copies.

use linli_model::{GridCode, RecordKind, Scope, Timestamp};
use linli_trust::Signed;
use linli_trust::audit::ChainEnd;

use crate::control::ControlItem;
use crate::ledger::Ledger;
use crate::testing::{Author, Check, Failure, World, ensure, record, same};

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    drops(ledger, world)?;
    waiting(ledger)?;
    log(ledger)?;
    compaction(ledger)
}

/// A reader gets the tombstones that concern it, and its place proves what it has applied.
fn drops(ledger: &Ledger, world: &World) -> Check {
    let mut author = Author::device(9)?;
    let written = author.create(700, RecordKind::Place, "要忘记的")?;
    let by = author.authorship(&written.place);
    let (_, document) = author
        .documents
        .get(&record(700))
        .ok_or(Failure("no document".into()))?;
    ledger.write(|tx| tx.save(&written.place, document, &written.change, &by))?;
    let scope = by.scope.clone();
    let span = ledger.read(|rd| rd.received_span(&record(700)))?;
    same(&span, &Some((by.at, by.at)), "one change, stored once")?;
    let listed = ledger.write(|tx| {
        let seq = tx.list(&scope, &[written.change.hash])?.first().copied();
        same(
            &tx.last_listed(&scope, &record(700))?,
            &seq,
            "listed last there",
        )?;
        let other = Scope::Places(GridCode::new("g9")?);
        same(&tx.last_listed(&other, &record(700))?, &None, "not there")
    });
    listed?;

    let mut body = world.tombstone(700, RecordKind::Place)?.body().clone();
    body.scope = scope.clone();
    body.number = 7;
    let item = ControlItem::Tombstone(Signed::seal(body, &world.desk)?);
    let seq = ledger.write(|tx| tx.put_control(&item, Timestamp(9)))?;
    ledger.read(|rd| {
        same(
            &rd.last_drop(&scope)?,
            &seq.map(|seq| (seq, 7)),
            "the newest erasure",
        )?;
        let at = |seq: Option<u64>| rd.drop_number_at(&scope, seq.unwrap_or(0));
        same(&at(seq)?, &Some(7), "whoever is there has applied it")?;
        ensure(
            at(seq.map(|seq| seq - 1))? != Some(7),
            "whoever is before it has not",
        )?;
        same(
            &rd.last_drop_number(&world.desk.id())?,
            &7,
            "the signer goes on from here",
        )?;
        let since = seq.unwrap_or(0) - 1;
        let all = rd.control_page_for(since, 1_000_000, &|_| true)?;
        same(&all.entries.len(), &1, "whom it concerns gets it")?;
        let others = rd.control_page_for(since, 1_000_000, &|about| *about != scope)?;
        same(
            &(others.entries.len(), Some(others.to)),
            &(0, seq),
            "others only the place",
        )
    })
}

/// A refused change that names a record hangs on it.
fn waiting(ledger: &Ledger) -> Check {
    ledger.read(|rd| {
        same(
            &rd.waiting_naming("nobody names this")?,
            &Vec::new(),
            "nothing",
        )?;
        let held = rd.quarantine(None, 1)?;
        let held = held.first().ok_or(Failure("nothing is refused".into()))?;
        let body = rd.quarantine_body(held.item)?;
        // A stretch of the body that is text.
        let text = body
            .split(|byte| !byte.is_ascii_lowercase())
            .max_by_key(|text| text.len());
        let text = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
        let found = rd.waiting_naming(&text)?;
        ensure(
            found.contains(&(held.record, held.kind)),
            "found by its bytes",
        )
    })
}

/// The oldest rows go; what is left is a chain from where they ended.
fn log(ledger: &Ledger) -> Check {
    ledger.write(|tx| {
        let before = tx.audit_end()?;
        same(&tx.audit_start()?, &ChainEnd::START, "nothing went yet")?;
        tx.append_audit(Timestamp(1_000_000), b"young")?;
        let gone = tx.prune_audit(Timestamp(1_000_000), 1_000)?;
        same(
            &u64::try_from(gone).ok(),
            &Some(before.number),
            "all that are older",
        )?;
        same(&tx.audit_start()?, &before, "the chain begins there")?;
        let left = tx.audit_rows(before.number, 10)?;
        let end = before.verify(&left).map_err(|e| Failure(e.to_string()))?;
        same(&end, &tx.audit_end()?, "what is left is a chain")?;
        same(
            &tx.prune_audit(Timestamp(2_000_000), 1_000)?,
            &1,
            "the last one, too",
        )?;
        same(&tx.audit_end()?, &end, "and the next row follows it")
    })
}

fn compaction(ledger: &Ledger) -> Check {
    ensure(
        ledger.read(|rd| Ok::<_, Failure>(rd.is_compaction_due()?))?,
        "something was erased",
    )?;
    ensure(ledger.compact_due()?.is_some(), "so it is due")?;
    ensure(ledger.compact()?, "done")?;
    ensure(!ledger.compact()?, "once")?;
    same(&ledger.compact_due()?, &None, "not due any more")
}
