//! Rows derived from documents, written in the transaction that changed them.

use linli_exchange::Reference;
use linli_model::case::{Editions, Urgency, fold};
use linli_model::{BlobHash, RecordId, RecordKind, ShortCode, Timestamp};
use linli_records::case::read_case;
use linli_records::read::{deletion, winner};
use linli_records::{Deletion, Document, FieldValue};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{Place, Tx};

use super::facts::{self, Facts};
use super::photos;
use super::register::rows as register;
use crate::error::{DeviceError, Result};

/// Records that are read at a time while rows are derived anew.
const PAGE: usize = 256;

pub(super) use super::register::rows::{Stale, renew};

/// Derives every row anew.
pub(super) fn rebuild(tx: &mut Tx<'_>, reference: Option<&Reference>) -> Result<()> {
    tx.sql()
        .execute_batch("DELETE FROM case_rows; DELETE FROM place_rows")?;
    register::clear(tx)?;
    let Some(reference) = reference else {
        return Ok(());
    };
    let mut stale = register::Stale::new();
    let mut after = None;
    loop {
        let page = tx.records(after.as_ref(), PAGE)?;
        let Some(last) = page.last() else {
            return register::renew(tx, &stale);
        };
        after = Some(*last);
        for record in &page {
            refresh_one(tx, reference, record, Timestamp(0), &mut stale)?;
        }
    }
}

/// Brings the rows of these records up to date with their documents; a record that is gone has none.
pub(super) fn refresh<'r>(
    tx: &mut Tx<'_>,
    reference: &Reference,
    records: impl IntoIterator<Item = &'r RecordId>,
    now: Timestamp,
) -> Result<()> {
    let mut stale = register::Stale::new();
    for record in records {
        refresh_one(tx, reference, record, now, &mut stale)?;
    }
    register::renew(tx, &stale)
}

fn refresh_one(
    tx: &mut Tx<'_>,
    reference: &Reference,
    record: &RecordId,
    now: Timestamp,
    stale: &mut register::Stale,
) -> Result<()> {
    let Some(info) = tx.document_info(record)? else {
        forget(tx, record)?;
        return register::gone(tx, record, stale);
    };
    let document = tx
        .load_document(record)?
        .ok_or(DeviceError::NotFound("record"))?;
    let place = Place {
        record: *record,
        kind: info.kind,
        home: info.home,
    };
    write(tx, reference, &place, &document, now, stale)
}

/// Writes the rows of a record from its document. What follows from several documents is left to
/// [`renew`].
pub(super) fn write(
    tx: &mut Tx<'_>,
    reference: &Reference,
    place: &Place,
    document: &Document,
    now: Timestamp,
    stale: &mut Stale,
) -> Result<()> {
    let record = &place.record;
    match place.kind {
        RecordKind::Case => write_case(tx, reference, record, document, now),
        kind @ (RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Place
        | RecordKind::Component) => {
            write_place(tx, record, kind, document)?;
            register::write(tx, record, kind, document, stale)
        }
        kind @ (RecordKind::Household
        | RecordKind::Contact
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Dwelling) => register::write(tx, record, kind, document, stale),
        RecordKind::Disclosure => Ok(()),
    }
}

/// Writes the row of a case from its document.
pub(super) fn write_case(
    tx: &mut Tx<'_>,
    reference: &Reference,
    record: &RecordId,
    document: &Document,
    now: Timestamp,
) -> Result<()> {
    let log = read_case(*record, document)?.log;
    let view = fold(&log, reference);
    let rules = reference.rules(log.head.edition);
    let facts = rules
        .map(|rules| facts::facts(&log, &view, rules))
        .unwrap_or_default();
    let due_at = rules.and_then(|rules| facts::due_at(&view, rules));
    let report = log.events.values().find(|event| event.kind.creates());
    let reporter = report.filter(|event| event.by.device.is_some());
    let position = log.head.position;
    tx.sql()
        .prepare_cached(
            "INSERT OR REPLACE INTO case_rows (record, code, case_no, home, category, place, urgency,
               state, is_open, reported_at, reporter, due_at, lon, lat, facts, news_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            record.0,
            ShortCode::of(record).to_string(),
            view.confirmed.case_number.as_ref().map(ToString::to_string),
            log.head.home.as_str(),
            log.head.category.as_str(),
            log.head.place,
            urgency_number(log.head.urgency),
            word(&view.now.state)?,
            view.now.state.is_open(),
            report.map_or(0, |event| event.at.0),
            reporter.map_or("", |event| event.by.staff.as_str()),
            due_at.map(|at| at.0),
            position.map(|at| at.lon),
            position.map(|at| at.lat),
            serde_json::to_string(&facts)?,
            facts.news.first().map(|fact| fact.at.0),
        ])?;
    for (hash, photo) in &log.photos {
        tx.link_blob(record, hash, photo.bytes, &photo.media_type, now)?;
    }
    Ok(())
}

/// A record that is gone: erased for ever, or taken back after a refusal. What a person wrote and
/// the server refused stays in the lists until it is settled.
fn forget(tx: &mut Tx<'_>, record: &RecordId) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM place_rows WHERE record = ?1")?
        .execute([record.0])?;
    if !tx.is_erased(record)? {
        tx.sql()
            .prepare_cached(
                "DELETE FROM case_rows WHERE record = ?1
                   AND NOT EXISTS (SELECT 1 FROM refusals r WHERE r.record = ?1 AND r.settled = 0)",
            )?
            .execute([record.0])?;
        return Ok(());
    }
    let shown = files_of(tx, record)?;
    for sql in [
        "DELETE FROM case_rows WHERE record = ?1",
        "DELETE FROM case_notes WHERE record = ?1",
        "DELETE FROM refusals WHERE record = ?1",
    ] {
        tx.sql().prepare_cached(sql)?.execute([record.0])?;
    }
    photos::forget(tx, &shown)
}

fn files_of(tx: &Tx<'_>, record: &RecordId) -> Result<Vec<BlobHash>> {
    let mut find = tx
        .sql()
        .prepare_cached("SELECT facts FROM case_rows WHERE record = ?1")?;
    let facts: Option<String> = find
        .query_row([record.0], |row| row.get("facts"))
        .optional()?;
    let facts: Option<Facts> = facts.map(|json| serde_json::from_str(&json)).transpose()?;
    Ok(facts.map_or_else(Vec::new, |facts| facts.files().copied().collect()))
}

fn write_place(
    tx: &mut Tx<'_>,
    record: &RecordId,
    kind: RecordKind,
    document: &Document,
) -> Result<()> {
    let text = |name: &str| {
        let value = winner(document, name)?;
        value
            .as_text()
            .map(ToOwned::to_owned)
            .filter(|text| !text.is_empty())
    };
    let real = |name: &str| {
        winner(document, name)
            .as_ref()
            .and_then(FieldValue::as_real)
    };
    let name = text("name")
        .or_else(|| text("address"))
        .or_else(|| text("code"));
    let parent: Option<RecordId> = text("building").and_then(|id| id.parse().ok());
    let is_deleted = matches!(deletion(document), Deletion::Deleted { .. });
    let Some(name) = name.filter(|_| !is_deleted) else {
        tx.sql()
            .prepare_cached("DELETE FROM place_rows WHERE record = ?1")?
            .execute([record.0])?;
        return Ok(());
    };
    tx.sql()
        .prepare_cached(
            "INSERT OR REPLACE INTO place_rows (record, kind, name, parent, lon, lat)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            record.0,
            kind.number(),
            name,
            parent.map(|id| id.0),
            real("lon"),
            real("lat"),
        ])?;
    Ok(())
}

fn urgency_number(urgency: Urgency) -> u8 {
    match urgency {
        Urgency::Normal => 0,
        Urgency::Urgent => 1,
        Urgency::Danger => 2,
    }
}

/// The word that serde writes for a unit variant.
pub(super) fn word(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?.trim_matches('"').to_owned())
}
