//! Rows of the register, written in the transaction that changed their documents. They are functions of
//! the documents alone: dropped and rebuilt, they are the same.
//!
//! What depends on several documents (doors, search keys, contacts that were written anew twice) is
//! derived once for each household that a transaction has touched, from rows.

mod doors;
mod keys;

use std::collections::BTreeSet;

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read::{deletion, winner};
use linli_records::{Deletion, Document, FieldValue};
use linli_store::Tx;
use linli_store::rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::super::voices;
use super::clashes;
use super::phones::{PhoneNote, phones};
use crate::error::Result;

/// Households whose door and search keys have to be derived again.
pub(in crate::engine) type Stale = BTreeSet<RecordId>;

/// A telephone number as it stands in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PhoneFact {
    pub(super) id: String,
    pub(super) number: String,
    #[serde(flatten)]
    pub(super) note: PhoneNote,
}

/// The numbers in a row.
pub(super) fn read_phones(json: &str) -> Result<Vec<PhoneFact>> {
    Ok(serde_json::from_str(json)?)
}

/// Empties every table, before all of them are derived anew.
pub(in crate::engine) fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.sql().execute_batch(
        "DELETE FROM facility_rows; DELETE FROM dwelling_rows; DELETE FROM household_rows;
         DELETE FROM contact_rows; DELETE FROM enrolment_rows; DELETE FROM visit_rows;
         DELETE FROM clash_rows; DELETE FROM find_keys;",
    )?;
    Ok(())
}

/// Brings the rows of one record up to date with its document.
pub(in crate::engine) fn write(
    tx: &mut Tx<'_>,
    record: &RecordId,
    kind: RecordKind,
    document: &Document,
    stale: &mut Stale,
) -> Result<()> {
    forget(tx, record, stale)?;
    let removal = deletion(document);
    let fields = Fields(document);
    if !matches!(removal, Deletion::Deleted { .. }) {
        let is_revived = matches!(removal, Deletion::Revived { .. });
        match kind {
            RecordKind::Place | RecordKind::Component => facility(tx, record, kind, &fields)?,
            RecordKind::Dwelling => doors::dwelling(tx, record, &fields)?,
            RecordKind::Household => household(tx, record, &fields, is_revived)?,
            RecordKind::Contact => contact(tx, record, &fields, is_revived)?,
            RecordKind::Enrolment => enrolment(tx, record, &fields)?,
            RecordKind::Visit => visit(tx, record, &fields)?,
            RecordKind::Building
            | RecordKind::Entrance
            | RecordKind::Case
            | RecordKind::Disclosure => {}
        }
    }
    let belongs_to = if kind == RecordKind::Household {
        Some(*record)
    } else {
        fields.record("household")
    };
    if kind == RecordKind::Visit {
        voices::write_visit(tx, record, document)?;
    }
    clashes::write(tx, record, kind, belongs_to.as_ref(), document)?;
    match kind {
        RecordKind::Household => {
            stale.insert(*record);
        }
        RecordKind::Contact => stale.extend(belongs_to),
        RecordKind::Dwelling => doors::households_behind(tx, record, stale)?,
        RecordKind::Building | RecordKind::Entrance => doors::renamed(tx, record, stale)?,
        RecordKind::Case
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Place
        | RecordKind::Component
        | RecordKind::Disclosure => {}
    }
    Ok(())
}

/// Removes the rows of a record that is gone, or that is about to be written again.
fn forget(tx: &mut Tx<'_>, record: &RecordId, stale: &mut Stale) -> Result<()> {
    let of_contact: Option<Option<[u8; 16]>> = tx
        .sql()
        .prepare_cached("SELECT household FROM contact_rows WHERE record = ?1")?
        .query_row([record.0], |row| row.get("household"))
        .optional()?;
    stale.extend(of_contact.flatten().map(RecordId));
    let removed =
        |sql: &str| -> Result<usize> { Ok(tx.sql().prepare_cached(sql)?.execute([record.0])?) };
    if removed("DELETE FROM dwelling_rows WHERE record = ?1")? > 0 {
        doors::households_behind(tx, record, stale)?;
    }
    if removed("DELETE FROM household_rows WHERE record = ?1")? > 0 {
        stale.insert(*record);
    }
    for sql in [
        "DELETE FROM facility_rows WHERE record = ?1",
        "DELETE FROM contact_rows WHERE record = ?1",
        "DELETE FROM enrolment_rows WHERE record = ?1",
        "DELETE FROM visit_rows WHERE record = ?1",
        "DELETE FROM clash_rows WHERE record = ?1",
    ] {
        removed(sql)?;
    }
    Ok(())
}

/// Removes everything that a record which is gone for good stood for.
pub(in crate::engine) fn gone(tx: &mut Tx<'_>, record: &RecordId, stale: &mut Stale) -> Result<()> {
    forget(tx, record, stale)?;
    if tx.is_erased(record)? {
        voices::forget_visit(tx, record)?;
    }
    doors::renamed(tx, record, stale)
}

/// Derives doors and keys of households again.
pub(in crate::engine) fn renew(tx: &mut Tx<'_>, stale: &Stale) -> Result<()> {
    for household in stale {
        doors::of_household(tx, household)?;
        keys::of_household(tx, household)?;
        clashes::of_household(tx, household)?;
    }
    Ok(())
}

/// Removes the rows of what has expired: until a tombstone comes the document stays, unseen.
pub(in crate::engine) fn expire(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let mut stale = Stale::new();
    for sql in [
        "SELECT record FROM contact_rows WHERE expires_at <= ?1",
        "SELECT record FROM enrolment_rows WHERE expires_at <= ?1",
        "SELECT record FROM visit_rows WHERE expires_at <= ?1",
    ] {
        let expired: Vec<RecordId> = {
            let mut list = tx.sql().prepare_cached(sql)?;
            let found = list.query_map([now.0], |row| Ok(RecordId(row.get("record")?)))?;
            found.collect::<Result<_, _>>()?
        };
        for record in expired {
            forget(tx, &record, &mut stale)?;
        }
    }
    renew(tx, &stale)
}

fn facility(
    tx: &mut Tx<'_>,
    record: &RecordId,
    kind: RecordKind,
    fields: &Fields<'_>,
) -> Result<()> {
    let place = fields.text("place").or_else(|| fields.text("address"));
    let (code, class) = (fields.text("code"), fields.text("class"));
    let name = fields
        .text("name")
        .or_else(|| code.clone())
        .or_else(|| class.clone())
        .or_else(|| place.clone())
        .unwrap_or_default();
    tx.sql()
        .prepare_cached(
            "INSERT INTO facility_rows (record, kind, name, code, class, state, checked_at, place,
               building)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            record.0,
            kind.number(),
            name,
            code,
            class,
            fields.text("state"),
            fields.int("checked_at"),
            place,
            fields.record("building").map(|id| id.0),
        ])?;
    Ok(())
}

fn household(
    tx: &mut Tx<'_>,
    record: &RecordId,
    fields: &Fields<'_>,
    is_revived: bool,
) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO household_rows (record, dwelling, address_form, people_count, visited_at,
               door, door_order, is_revived)
             VALUES (?1, ?2, ?3, ?4, ?5, '', '', ?6)",
        )?
        .execute(params![
            record.0,
            fields.record("dwelling").map(|id| id.0),
            fields.text("address_form").unwrap_or_default(),
            fields.int("people_count"),
            fields.int("last_visit_at"),
            is_revived,
        ])?;
    Ok(())
}

fn contact(
    tx: &mut Tx<'_>,
    record: &RecordId,
    fields: &Fields<'_>,
    is_revived: bool,
) -> Result<()> {
    let phones = phones(fields.0).into_iter().map(|phone| PhoneFact {
        id: phone.id,
        number: phone.number,
        note: phone.note,
    });
    tx.sql()
        .prepare_cached(
            "INSERT INTO contact_rows (record, household, replaces, name, language, hours, purpose,
               legal_basis, consent, expires_at, phones, is_revived)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            record.0,
            fields.record("household").map(|id| id.0),
            fields.record("replaces").map(|id| id.0),
            fields.text("name"),
            fields.text("language"),
            fields.text("hours"),
            fields.text("purpose").unwrap_or_default(),
            fields.text("legal_basis").unwrap_or_default(),
            fields.text("consent_id").unwrap_or_default(),
            fields.int("expires_at").unwrap_or_default(),
            serde_json::to_string(&phones.collect::<Vec<_>>())?,
            is_revived,
        ])?;
    Ok(())
}

fn enrolment(tx: &mut Tx<'_>, record: &RecordId, fields: &Fields<'_>) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO enrolment_rows (record, household, contact, service, need, provider,
               purpose, legal_basis, consent, starts_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            record.0,
            fields.record("household").map(|id| id.0),
            fields.record("contact").map(|id| id.0),
            fields.text("service").unwrap_or_default(),
            fields.text("need"),
            fields.text("provider"),
            fields.text("purpose").unwrap_or_default(),
            fields.text("legal_basis").unwrap_or_default(),
            fields.text("consent_id").unwrap_or_default(),
            fields.int("starts_at"),
            fields.int("expires_at").unwrap_or_default(),
        ])?;
    Ok(())
}

fn visit(tx: &mut Tx<'_>, record: &RecordId, fields: &Fields<'_>) -> Result<()> {
    let at_home = winner(fields.0, "at_home").and_then(|value| value.as_flag());
    tx.sql()
        .prepare_cached(
            "INSERT INTO visit_rows (record, household, dwelling, visited_at, at_home, topic, note,
               case_record, next_visit_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            record.0,
            fields.record("household").map(|id| id.0),
            fields.record("dwelling").map(|id| id.0),
            fields.int("visited_at").unwrap_or_default(),
            at_home,
            fields.text("topic"),
            fields.text("note"),
            fields.record("case_ref").map(|id| id.0),
            fields.int("next_visit_at"),
            fields.int("expires_at").unwrap_or_default(),
        ])?;
    Ok(())
}

/// The winning values of a document.
struct Fields<'d>(&'d Document);

impl Fields<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let value = winner(self.0, name)?;
        let text = value.as_text().map(ToOwned::to_owned);
        text.filter(|text| !text.is_empty())
    }

    fn int(&self, name: &str) -> Option<i64> {
        winner(self.0, name).as_ref().and_then(FieldValue::as_int)
    }

    fn record(&self, name: &str) -> Option<RecordId> {
        self.text(name)?.parse().ok()
    }
}
