//! What an erasure leaves on a device: nothing of the record, a note for whoever had changes of it on
//! their way, and a file that has to be written anew.

use linli_exchange::Reference;
use linli_model::retention::Terms;
use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::schema::kind_name;
use linli_store::rusqlite::params;
use linli_store::{Delivery, Tx};
use linli_sync::client::Event;

use super::{Engine, rows};
use crate::dto::forgotten::ForgottenDto;
use crate::error::{DeviceError, Result};

/// A file up to this size is written anew right after an erasure; that takes about a second, and a copy
/// of it is in memory meanwhile.
const SMALL_FILE: u64 = 64 * 1024 * 1024;
/// Rows of the access log that are let go of at a time.
const LOG_ROWS: usize = 1_000;

/// The tables with rows of single records.
const ROW_TABLES: [&str; 10] = [
    "case_rows",
    "place_rows",
    "facility_rows",
    "dwelling_rows",
    "household_rows",
    "contact_rows",
    "enrolment_rows",
    "visit_rows",
    "visit_voices",
    "clash_rows",
];

/// Before a tombstone is applied: own changes of its record that nobody has taken are noted by their
/// number, so that their author can be told.
pub(super) fn note(tx: &mut Tx<'_>, event: &Event, now: Timestamp) -> Result<()> {
    let Event::Tombstone { tombstone, .. } = event else {
        return Ok(());
    };
    if tx.is_erased(&tombstone.record)? {
        return Ok(());
    }
    let own = tx.own_changes(&tombstone.record)?;
    let lost = own.iter().filter(|item| item.delivery != Delivery::Taken);
    let count = lost.count();
    if count > 0 {
        tx.sql()
            .prepare_cached(
                "INSERT OR REPLACE INTO forgotten (record, kind, changes, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                tombstone.record.0,
                tombstone.kind.number(),
                u32::try_from(count).unwrap_or(u32::MAX),
                now.0
            ])?;
    }
    Ok(())
}

/// After a file was put back: the ledger has erased what is to be gone, its rows follow.
pub(super) fn forget_rows(tx: &mut Tx<'_>, reference: &Reference, now: Timestamp) -> Result<()> {
    let mut erased: Vec<RecordId> = Vec::new();
    for table in ROW_TABLES {
        let sql = format!(
            "SELECT DISTINCT record FROM {table} WHERE record IN (SELECT record FROM tombstones)"
        );
        let mut list = tx.sql().prepare(&sql)?;
        let found = list.query_map([], |row| row.get("record").map(RecordId))?;
        for record in found {
            erased.push(record?);
        }
    }
    rows::refresh(tx, reference, &erased, now)
}

/// Lets go of rows of the access log whose term is over.
pub(super) fn prune_log(tx: &mut Tx<'_>, reference: &Reference, now: Timestamp) -> Result<()> {
    if let Some(rules) = reference.newest() {
        let terms = Terms::from(&rules.edition().settings);
        tx.prune_audit(now.plus_ms(terms.log.saturating_neg()), LOG_ROWS)?;
    }
    Ok(())
}

impl Engine {
    /// Records that were erased while this device had changes of them, oldest first.
    pub fn forgotten(&self) -> Result<Vec<ForgottenDto>> {
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT record, kind, changes, at FROM forgotten ORDER BY at, record",
            )?;
            let found = list.query_map([], |row| {
                let kind = RecordKind::from_number(row.get("kind")?);
                Ok(ForgottenDto {
                    record: RecordId(row.get("record")?).to_string(),
                    kind: kind.map_or_else(String::new, |kind| kind_name(kind).to_owned()),
                    change_count: row.get("changes")?,
                    at: row.get("at")?,
                })
            })?;
            Ok(found.collect::<Result<_, linli_store::rusqlite::Error>>()?)
        })
    }

    /// A person has seen that a record is gone.
    pub fn settle_forgotten(&self, record: &RecordId) -> Result<()> {
        self.write(|tx| {
            let settled = tx
                .sql()
                .prepare_cached("DELETE FROM forgotten WHERE record = ?1")?
                .execute([record.0])?;
            if settled == 0 {
                return Err(DeviceError::NotFound("record"));
            }
            Ok(())
        })
    }

    /// Writes the file anew after an erasure, so that no copy is left in gaps of pages. A large file
    /// waits for `is_idle`: nobody works with it now. Answers whether it was done.
    pub fn compact(&self, is_idle: bool) -> Result<bool> {
        match self.ledger.compact_due()? {
            Some(bytes) if is_idle || bytes <= SMALL_FILE => Ok(self.ledger.compact()?),
            Some(_) | None => Ok(false),
        }
    }
}
