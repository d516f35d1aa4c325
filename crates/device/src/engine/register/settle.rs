//! Settling a clash: one of the values, all of them, or another one. The choice is a change like any
//! other: signed, sent, and seen by everybody.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read::{deletion, read_field, winner};
use linli_records::schema::{DELETED, FieldType, MemberMap};
use linli_records::{Deletion, Document, FieldValue};

use super::super::Engine;
use super::super::people::By;
use super::clashes::{KEPT, PHONES, REMOVED, REPLACED, phone_groups, version_id};
use super::id;
use super::moves::drop_from;
use super::pen::{Pen, Sheet};
use super::phones::{Phone, PhoneNote, number, phones};
use crate::dto::clash::{SettleInput, Settlement};
use crate::error::{DeviceError, Result};

/// A choice that does not fit the clash.
const WRONG: DeviceError = DeviceError::InputInvalid("settlement");

impl Engine {
    /// Settles a clash as a person decided. Answers the record.
    pub fn settle_clash(&self, by: &By, input: &SettleInput, now: Timestamp) -> Result<RecordId> {
        let record = id(&input.record, "record")?;
        self.with_pen(by, None, now, |pen| match input.field.as_str() {
            REPLACED => settle_twins(pen, &record, &input.settlement),
            field => {
                let document = pen.tx.load_document(&record)?;
                let document = document.ok_or(DeviceError::NotFound("record"))?;
                match field {
                    PHONES => settle_phones(pen, &record, document, &input.settlement),
                    DELETED => settle_removal(pen, &record, document, &input.settlement),
                    field => settle_field(pen, &record, document, field, &input.settlement),
                }
            }
        })?;
        Ok(record)
    }
}

fn settle_field(
    pen: &mut Pen<'_, '_>,
    record: &RecordId,
    document: Document,
    field: &str,
    settlement: &Settlement,
) -> Result<()> {
    let versions = read_field(&document, field);
    if !super::pen::has_clash(&document, field) {
        return Err(DeviceError::NotFound("clash"));
    }
    let value = match settlement {
        Settlement::All => return Err(WRONG),
        Settlement::Version { id } => {
            let chosen = versions.into_iter().find(|one| version_id(one) == *id);
            chosen.ok_or(DeviceError::NotFound("version"))?.value
        }
        Settlement::Other { value } => {
            let schema = document.schema().ok_or(DeviceError::NotFound("record"))?;
            let declared = schema.field(field).ok_or(DeviceError::NotFound("field"))?;
            typed(declared.kind, value).ok_or(DeviceError::InputInvalid("value"))?
        }
    };
    let sheet = Sheet::new().set(field, value);
    pen.write(record, document, sheet.content())
}

/// What a person typed, in the field's own type. The record's schema judges the rest.
fn typed(kind: FieldType, text: &str) -> Option<FieldValue> {
    let text = text.trim();
    match kind {
        FieldType::Int(..) => text.parse().ok().map(FieldValue::Int),
        FieldType::Real(..) => text.parse().ok().map(FieldValue::Real),
        FieldType::Flag => text.parse().ok().map(FieldValue::Flag),
        FieldType::Text(_)
        | FieldType::Code
        | FieldType::Grid
        | FieldType::Category
        | FieldType::Record
        | FieldType::Choice(_) => Some(text.into()),
        FieldType::Heads => None,
    }
}

/// One number stays and counts as settled, all stay, or another one takes their place.
fn settle_phones(
    pen: &mut Pen<'_, '_>,
    record: &RecordId,
    document: Document,
    settlement: &Settlement,
) -> Result<()> {
    let groups = phone_groups(&phones(&document));
    let group = groups
        .into_iter()
        .next()
        .ok_or(DeviceError::NotFound("clash"))?;
    let mut sheet = Sheet::new();
    let settled = |phone: &Phone| {
        PhoneNote {
            label: phone.note.label.clone(),
            replaces: None,
        }
        .to_json()
    };
    match settlement {
        Settlement::Version { id } => {
            if !group.iter().any(|phone| phone.id == *id) {
                return Err(DeviceError::NotFound("version"));
            }
            for phone in &group {
                sheet = if phone.id == *id {
                    sheet.put(MemberMap::Phones, phone.number.as_str(), &settled(phone)?)
                } else {
                    sheet.take(MemberMap::Phones, phone.number.as_str())
                };
            }
        }
        Settlement::All => {
            for phone in &group {
                sheet = sheet.put(MemberMap::Phones, phone.number.as_str(), &settled(phone)?);
            }
        }
        Settlement::Other { value } => {
            for phone in &group {
                sheet = sheet.take(MemberMap::Phones, phone.number.as_str());
            }
            let note = PhoneNote::default().to_json()?;
            sheet = sheet.put(MemberMap::Phones, number(value)?, &note);
        }
    }
    pen.write(record, document, sheet.content())
}

/// The record stays, or is removed again with the edits seen. A person who stays brings back the
/// household that moved out.
fn settle_removal(
    pen: &mut Pen<'_, '_>,
    record: &RecordId,
    document: Document,
    settlement: &Settlement,
) -> Result<()> {
    let Settlement::Version { id } = settlement else {
        return Err(WRONG);
    };
    if !matches!(deletion(&document), Deletion::Revived { .. }) {
        return Err(DeviceError::NotFound("clash"));
    }
    if id.starts_with(REMOVED) {
        let sheet = Sheet::new().remove(&document);
        return pen.write(record, document, sheet.content());
    }
    if !id.starts_with(KEPT) {
        return Err(DeviceError::NotFound("version"));
    }
    let household =
        winner(&document, "household").and_then(|at| at.as_text()?.parse::<RecordId>().ok());
    let stays = Sheet::new().clear(DELETED);
    pen.write(record, document, stays.content())?;
    let Some(household) = household else {
        return Ok(());
    };
    let Some(home) = pen.tx.load_document(&household)? else {
        return Ok(());
    };
    if matches!(deletion(&home), Deletion::Live) {
        return Ok(());
    }
    pen.write(&household, home, stays.content())
}

/// One of the contacts that took the place of the same one stays, or all of them do.
fn settle_twins(pen: &mut Pen<'_, '_>, replaced: &RecordId, settlement: &Settlement) -> Result<()> {
    let twins: Vec<RecordId> = {
        let mut list = pen
            .tx
            .sql()
            .prepare_cached("SELECT record FROM contact_rows WHERE replaces = ?1")?;
        let found = list.query_map([replaced.0], |row| Ok(RecordId(row.get("record")?)))?;
        found.collect::<Result<_, _>>()?
    };
    if twins.len() < 2 {
        return Err(DeviceError::NotFound("clash"));
    }
    let chosen = match settlement {
        Settlement::Version { id: text } => {
            let chosen = id(text, "version")?;
            if !twins.contains(&chosen) {
                return Err(DeviceError::NotFound("version"));
            }
            Some(chosen)
        }
        Settlement::All => None,
        Settlement::Other { .. } => return Err(WRONG),
    };
    let now = pen.now;
    for twin in twins {
        if chosen.is_some_and(|chosen| chosen != twin) {
            drop_from(pen, &twin, RecordKind::Contact, now)?;
        } else {
            let document = pen.load(&twin, RecordKind::Contact)?;
            let sheet = Sheet::new().clear("replaces");
            pen.write(&twin, document, sheet.content())?;
        }
    }
    Ok(())
}
