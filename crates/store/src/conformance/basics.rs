//! Transactions, savepoints, settings.

use linli_model::{ActorId, KeyId, Timestamp};
use linli_trust::audit::ChainEnd;

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::testing::{Check, Failure, ensure, same};

pub(super) fn check(ledger: &Ledger) -> Check {
    meta(ledger)?;
    rollback(ledger)?;
    savepoints(ledger)?;
    generations(ledger)?;
    audit(ledger)
}

fn meta(ledger: &Ledger) -> Check {
    ledger.write(|tx| {
        tx.set_meta("a", b"one")?;
        tx.set_meta_number("n", 7)
    })?;
    ledger.read(|rd| {
        same(&rd.meta("a")?, &Some(b"one".to_vec()), "a setting")?;
        same(&rd.meta("b")?, &None, "an unknown setting")?;
        same(&rd.meta_number("n")?, &7, "a number")?;
        same(&rd.profile(), &ledger.profile(), "the profile")
    })?;
    ledger.write_relaxed(|tx| tx.remove_meta("a"))?;
    ledger.read(|rd| same(&rd.meta("a")?, &None, "a removed setting"))
}

fn rollback(ledger: &Ledger) -> Check {
    let failed: Result<(), Failure> = ledger.write(|tx| {
        tx.set_meta("gone", b"x")?;
        ensure(
            tx.meta("gone")?.is_some(),
            "a transaction sees its own writes",
        )?;
        Err(Failure("on purpose".to_owned()))
    });
    ensure(failed.is_err(), "the error comes out")?;
    ledger.read(|rd| same(&rd.meta("gone")?, &None, "an error undoes everything"))
}

fn savepoints(ledger: &Ledger) -> Check {
    ledger.write(|tx| {
        tx.set_meta("kept", b"1")?;
        let part: Result<(), StoreError> = tx.savepoint(|tx| {
            tx.set_meta("kept", b"2")?;
            tx.savepoint(|tx| tx.set_meta("inner", b"3"))?;
            Err(StoreError::Refused("on purpose".to_owned()))
        });
        ensure(part.is_err(), "the part's error comes out")?;
        tx.savepoint(|tx| tx.set_meta("second", b"4"))?;
        ensure(tx.touched().is_empty(), "settings are no records")?;
        ensure(
            tx.sql().is_busy() || !tx.sql().is_autocommit(),
            "in a transaction",
        )
    })?;
    ledger.read(|rd| {
        same(&rd.meta("kept")?, &Some(b"1".to_vec()), "before the part")?;
        same(&rd.meta("inner")?, &None, "inside the part")?;
        same(&rd.meta("second")?, &Some(b"4".to_vec()), "after the part")
    })
}

fn generations(ledger: &Ledger) -> Check {
    let key = KeyId([9; 16]);
    ledger.write(|tx| {
        same(&tx.generation()?, &1, "the first generation")?;
        same(&tx.open_generation(4)?, &5, "above what neighbours saw")?;
        same(&tx.open_generation(2)?, &6, "above our own")?;
        same(&tx.epoch()?, &1, "the first epoch")?;
        same(&tx.actor(&key)?, &ActorId::new(&key, 1), "its actor")?;
        same(&tx.open_epoch(0)?, &2, "a new epoch")?;
        same(&tx.actor(&key)?, &ActorId::new(&key, 2), "its actor")
    })
}

/// Rows follow each other without a gap and can be verified.
fn audit(ledger: &Ledger) -> Check {
    ledger.write(|tx| {
        same(&tx.audit_end()?, &ChainEnd::START, "an empty log")?;
        for step in 0..5u8 {
            tx.append_audit(Timestamp(i64::from(step)), &[step])?;
        }
        let rows = tx.audit_rows(0, 10)?;
        let end = ChainEnd::START
            .verify(&rows)
            .map_err(|e| Failure(e.to_string()))?;
        same(&end, &tx.audit_end()?, "the chain holds")?;
        same(
            &tx.audit_rows(3, 1)?,
            &rows.get(3..4).unwrap_or_default().to_vec(),
            "a page",
        )
    })
}
