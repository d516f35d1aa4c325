//! 值班: when a person was on duty, and what the shift came to. Local to this device; for the person.

use linli_model::case::{EventKind, EventName};
use linli_model::{RecordKind, StaffId, Timestamp};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{Reader, Tx};

use super::Engine;
use super::people::By;
use crate::dto::patrol::ShiftSummary;
use crate::error::Result;

/// Nobody is on duty for longer: a shift that was not ended ends by itself after 16 hours.
const LONGEST_MS: i64 = 16 * 60 * 60 * 1000;
/// What was counted is kept as long as a track: 14 days (docs/trust.md).
const KEPT_MS: i64 = super::tracks::KEPT_MS;

/// What counts in a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Report = 0,
    Check = 1,
    Visit = 2,
    Component = 3,
    Register = 4,
}

impl Act {
    /// What a save of a case counts as; nothing for an addition.
    pub(super) fn of_events<'e>(kinds: impl Iterator<Item = &'e EventKind>) -> Option<Self> {
        kinds
            .filter_map(Self::of_event)
            .min_by_key(|act| *act as u8)
    }

    fn of_event(kind: &EventKind) -> Option<Self> {
        if kind.creates() {
            return Some(Self::Report);
        }
        let checks = [
            EventName::CheckPass,
            EventName::CheckFail,
            EventName::CheckUnable,
            EventName::Verify,
        ];
        checks.contains(&kind.name()).then_some(Self::Check)
    }

    /// What a record of the register counts as.
    pub(super) fn of_record(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Visit => Self::Visit,
            RecordKind::Component => Self::Component,
            RecordKind::Case
            | RecordKind::Household
            | RecordKind::Contact
            | RecordKind::Enrolment
            | RecordKind::Building
            | RecordKind::Entrance
            | RecordKind::Dwelling
            | RecordKind::Place
            | RecordKind::Disclosure => Self::Register,
        }
    }
}

/// Counts something that was just saved.
pub(super) fn note_act(tx: &Tx<'_>, staff: &StaffId, act: Act, now: Timestamp) -> Result<()> {
    tx.sql()
        .prepare_cached("INSERT INTO acts (staff, kind, at) VALUES (?1, ?2, ?3)")?
        .execute(params![staff.as_str(), act as u8, now.0])?;
    Ok(())
}

impl Engine {
    /// Since when a person is on duty.
    pub fn on_duty_since(&self, staff: &StaffId, now: Timestamp) -> Result<Option<Timestamp>> {
        self.read(|reader| {
            let last = last_shift(reader, staff, now)?;
            Ok(last.and_then(|shift| shift.1.is_none().then_some(shift.0)))
        })
    }

    /// Begins or ends a person's shift; nothing happens when it is so already.
    pub fn set_duty(&self, by: &By, is_on: bool, now: Timestamp) -> Result<()> {
        let since = self.on_duty_since(&by.staff, now)?;
        self.write(|tx| {
            let staff = by.staff.as_str();
            match since {
                None if is_on => {
                    tx.sql().execute(
                        "INSERT OR REPLACE INTO shifts (staff, started_at) VALUES (?1, ?2)",
                        params![staff, now.0],
                    )?;
                }
                Some(since) if !is_on => {
                    tx.sql().execute(
                        "UPDATE shifts SET ended_at = ?3 WHERE staff = ?1 AND started_at = ?2",
                        params![staff, since.0, now.0],
                    )?;
                }
                None | Some(_) => {}
            }
            Ok(())
        })
    }

    /// The running shift of a person, or the last one.
    pub fn shift_summary(&self, by: &By, now: Timestamp) -> Result<Option<ShiftSummary>> {
        self.read(|reader| {
            let Some((started, ended)) = last_shift(reader, &by.staff, now)? else {
                return Ok(None);
            };
            let until = ended.unwrap_or(Timestamp(i64::MAX));
            let count = |act: Act| -> Result<u32> {
                let mut count = reader.sql().prepare_cached(
                    "SELECT count(*) FROM acts
                     WHERE staff = ?1 AND kind = ?2 AND at >= ?3 AND at <= ?4",
                )?;
                let asked = params![by.staff.as_str(), act as u8, started.0, until.0];
                Ok(count.query_row(asked, |row| row.get(0))?)
            };
            Ok(Some(ShiftSummary {
                started_at: started.0,
                ended_at: ended.map(|at| at.0),
                report_count: count(Act::Report)?,
                check_count: count(Act::Check)?,
                visit_count: count(Act::Visit)?,
                register_count: count(Act::Register)?,
                component_count: count(Act::Component)?,
                walked_m: super::tracks::walked(reader, &by.staff, started, until)?,
            }))
        })
    }
}

/// The newest shift: when it began, and when it ended if it is over.
fn last_shift(
    reader: &Reader<'_>,
    staff: &StaffId,
    now: Timestamp,
) -> Result<Option<(Timestamp, Option<Timestamp>)>> {
    let mut find = reader.sql().prepare_cached(
        "SELECT started_at, ended_at FROM shifts WHERE staff = ?1
         ORDER BY started_at DESC LIMIT 1",
    )?;
    let found = find
        .query_row([staff.as_str()], |row| {
            let ended: Option<i64> = row.get("ended_at")?;
            Ok((Timestamp(row.get("started_at")?), ended.map(Timestamp)))
        })
        .optional()?;
    Ok(found.map(|(started, ended)| {
        let is_over = now.ms_since(started).abs() > LONGEST_MS;
        let ended = ended.or_else(|| is_over.then(|| started.plus_ms(LONGEST_MS)));
        (started, ended)
    }))
}

/// Forgets what was counted too long ago, and tracks that are too old.
pub(super) fn forget(tx: &Tx<'_>, now: Timestamp) -> Result<()> {
    super::tracks::forget(tx, now)?;
    let before = now.0.saturating_sub(KEPT_MS);
    tx.sql()
        .prepare_cached("DELETE FROM acts WHERE at < ?1")?
        .execute([before])?;
    tx.sql()
        .prepare_cached("DELETE FROM shifts WHERE started_at < ?1")?
        .execute([before])?;
    Ok(())
}
