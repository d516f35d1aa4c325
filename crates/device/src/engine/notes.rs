//! Notes about delivery: what of a case has not reached the server, and since when.

use linli_model::{RecordId, Timestamp};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{Delivery, Reader, Tx};

use crate::error::Result;

/// How often sending was tried, ever.
pub(super) const TRIES: &str = "device/tries";
/// Whether the last try failed, and how: the code of a wait reason.
pub(super) const DELIVERED_AT: &str = "device/delivered_at";
pub(super) const DOWNLOADED_AT: &str = "device/downloaded_at";
pub(super) const CONTACT_AT: &str = "device/contact_at";

/// What is noted about a case that was written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CaseNote {
    pub(super) saved_at: Timestamp,
    pub(super) tries: u64,
    pub(super) waiting: u32,
    pub(super) taken_at: Option<Timestamp>,
    pub(super) unsure_at: Option<Timestamp>,
}

/// A save of this device.
pub(super) fn saved(tx: &mut Tx<'_>, record: &RecordId, now: Timestamp) -> Result<()> {
    let tries = tx.meta_number(TRIES)?;
    tx.sql().execute(
        "INSERT INTO case_notes (record, saved_at, tries_before, waiting) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (record) DO UPDATE SET saved_at = excluded.saved_at,
           tries_before = excluded.tries_before, waiting = waiting + 1, unsure_at = NULL",
        params![record.0, now.0, i64::try_from(tries).unwrap_or(i64::MAX)],
    )?;
    Ok(())
}

pub(super) fn find(reader: &Reader<'_>, record: &RecordId) -> Result<Option<CaseNote>> {
    let tries = reader.meta_number(TRIES)?;
    let mut find = reader.sql().prepare_cached(
        "SELECT saved_at, tries_before, waiting, taken_at, unsure_at
         FROM case_notes WHERE record = ?1",
    )?;
    let found = find.query_row([record.0], |row| {
        let before: i64 = row.get("tries_before")?;
        Ok(CaseNote {
            saved_at: Timestamp(row.get("saved_at")?),
            tries: tries.saturating_sub(u64::try_from(before).unwrap_or(0)),
            waiting: row.get("waiting")?,
            taken_at: row.get::<_, Option<i64>>("taken_at")?.map(Timestamp),
            unsure_at: row.get::<_, Option<i64>>("unsure_at")?.map(Timestamp),
        })
    });
    Ok(found.optional()?)
}

/// The cases with own changes that wait.
pub(super) fn waiting(reader: &Reader<'_>) -> Result<Vec<RecordId>> {
    let mut list = reader
        .sql()
        .prepare_cached("SELECT record FROM case_notes WHERE waiting > 0 ORDER BY record")?;
    let found = list.query_map([], |row| row.get::<_, [u8; 16]>("record").map(RecordId))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// After answers: counts anew what waits.
pub(super) fn settle(tx: &mut Tx<'_>) -> Result<()> {
    for record in waiting(tx)? {
        let own = tx.own_changes(&record)?;
        let is_waiting = |delivery| matches!(delivery, Delivery::Waiting | Delivery::Parked);
        let waiting = own.iter().filter(|item| is_waiting(item.delivery)).count();
        let taken = own.iter().filter(|item| item.delivery == Delivery::Taken);
        let taken_at = taken.filter_map(|item| item.answered_at).max();
        tx.sql()
            .prepare_cached(
                "UPDATE case_notes SET waiting = ?2, taken_at = coalesce(?3, taken_at),
                   unsure_at = CASE WHEN ?2 = 0 THEN NULL ELSE unsure_at END
                 WHERE record = ?1",
            )?
            .execute(params![
                record.0,
                u32::try_from(waiting).unwrap_or(u32::MAX),
                taken_at.map(|at| at.0)
            ])?;
    }
    Ok(())
}

/// Own changes that the server had taken and has lost wait again.
pub(super) fn wait_again(tx: &mut Tx<'_>) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "UPDATE case_notes SET waiting = 1 WHERE waiting = 0
               AND record IN (SELECT record FROM outbox WHERE result IN (0, 4, 5))",
        )?
        .execute([])?;
    Ok(())
}

/// A try to send begins.
pub(super) fn count_try(tx: &mut Tx<'_>) -> Result<()> {
    let tries = tx.meta_number(TRIES)?;
    Ok(tx.set_meta_number(TRIES, tries.saturating_add(1))?)
}

/// A sending broke after it may have arrived.
pub(super) fn broke(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.sql().execute(
        "UPDATE case_notes SET unsure_at = ?1 WHERE waiting > 0 AND unsure_at IS NULL",
        [now.0],
    )?;
    Ok(())
}

/// The server answered: what waits still was not taken, so nothing is unsure.
pub(super) fn answered(tx: &mut Tx<'_>) -> Result<()> {
    tx.sql().execute(
        "UPDATE case_notes SET unsure_at = NULL WHERE unsure_at IS NOT NULL",
        [],
    )?;
    Ok(())
}

/// A moment by its name.
pub(super) fn moment(reader: &Reader<'_>, name: &str) -> Result<Option<Timestamp>> {
    let ms = reader.meta_number(name)?;
    Ok((ms > 0).then(|| Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))))
}

pub(super) fn set_moment(tx: &mut Tx<'_>, name: &str, at: Timestamp) -> Result<()> {
    Ok(tx.set_meta_number(name, u64::try_from(at.0).unwrap_or(0))?)
}
