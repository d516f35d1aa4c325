//! Corrections of telephone numbers.
//!
//! Numbers are a set. A correction takes the wrong number out and puts the right one in, which says what
//! it took the place of: two corrections of one number in two places are seen as a clash that way.
//! What must be forgotten cannot stay in a document that never forgets: the contact is written anew
//! and the old record is marked to be dropped.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read::{read_members, winner};
use linli_records::schema::MemberMap;
use linli_records::{Document, FieldValue};
use linli_store::rusqlite::params;
use serde::{Deserialize, Serialize};

use super::super::Engine;
use super::super::people::By;
use super::id;
use super::moves::drop_from;
use super::pen::{Ids, Pen, Sheet, Values, basis};
use crate::dto::register::{PhoneChange, PhoneInput};
use crate::error::{DeviceError, Result};

/// The fewest digits that name a number by its end.
const TAIL: usize = 4;
/// What a contact that is written anew takes over.
const KEPT: [&str; 9] = [
    "purpose",
    "legal_basis",
    "consent_id",
    "expires_at",
    "household",
    "name",
    "language",
    "hours",
    "birth_year",
];

/// What stands beside a number in the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PhoneNote {
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
    /// The number that it took the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaces: Option<String>,
}

/// A number of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone {
    /// Names this version of it.
    pub(super) id: String,
    /// The number.
    pub(super) number: String,
    /// What stands beside it.
    pub(super) note: PhoneNote,
}

impl PhoneNote {
    /// The value in the set.
    pub(super) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

/// The numbers of a contact, ascending.
pub(super) fn phones(document: &Document) -> Vec<Phone> {
    let members = read_members(document, MemberMap::Phones).into_iter();
    members
        .filter_map(|(number, versions)| {
            let version = versions.first()?;
            let note = version.value.as_text()?;
            Some(Phone {
                id: format!("{}:{}", version.actor, version.op),
                number,
                note: serde_json::from_str(note).unwrap_or_default(),
            })
        })
        .collect()
}

/// A number as it is dialled: blanks and hyphens are left out, the record's own rule judges the rest.
pub(super) fn number(text: &str) -> Result<String> {
    let number: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    if number.is_empty() {
        return Err(DeviceError::InputInvalid("phones"));
    }
    Ok(number)
}

impl Engine {
    /// Adds, replaces or removes a telephone number. Answers the contact, which is another record when
    /// the old one is to be forgotten.
    pub fn correct_phone(&self, by: &By, input: &PhoneInput, now: Timestamp) -> Result<RecordId> {
        let contact = id(&input.contact, "contact")?;
        self.with_pen(by, basis(input.basis), now, |pen| {
            let document = pen.load(&contact, RecordKind::Contact)?;
            let before = phones(&document);
            let after = corrected(&before, &input.change)?;
            if input.forget {
                return write_anew(pen, &contact, &document, after);
            }
            let mut sheet = Sheet::new();
            for gone in before
                .iter()
                .filter(|old| after.iter().all(|new| new.number != old.number))
            {
                sheet = sheet.take(MemberMap::Phones, gone.number.as_str());
            }
            for new in after.iter().filter(|new| !before.contains(new)) {
                sheet = sheet.put(MemberMap::Phones, new.number.as_str(), &new.note.to_json()?);
            }
            pen.edit(&contact, RecordKind::Contact, sheet.content())?;
            Ok(contact)
        })
    }
}

fn corrected(before: &[Phone], change: &PhoneChange) -> Result<Vec<Phone>> {
    let mut after = before.to_vec();
    let put = |after: &mut Vec<Phone>, digits: &str, note: PhoneNote| -> Result<()> {
        let digits = number(digits)?;
        after.retain(|phone| phone.number != digits);
        after.push(Phone {
            id: String::new(),
            number: digits,
            note,
        });
        Ok(())
    };
    match change {
        PhoneChange::Add { number, label } => {
            let note = PhoneNote {
                label: label.clone(),
                replaces: None,
            };
            put(&mut after, number, note)?;
        }
        PhoneChange::Replace { phone, number } => {
            let old = find(before, phone)?.clone();
            after.retain(|phone| phone.number != old.number);
            let note = PhoneNote {
                label: old.note.label,
                replaces: Some(old.number),
            };
            put(&mut after, number, note)?;
        }
        PhoneChange::Remove { phone } => {
            let old = find(before, phone)?;
            after.retain(|phone| phone.number != old.number);
        }
    }
    Ok(after)
}

/// The number with this id, or the only one that ends so.
fn find<'p>(phones: &'p [Phone], named: &str) -> Result<&'p Phone> {
    if let Some(phone) = phones.iter().find(|phone| phone.id == named) {
        return Ok(phone);
    }
    let tail = number(named)?;
    let mut ending = phones.iter().filter(|phone| phone.number.ends_with(&tail));
    match (ending.next(), ending.next()) {
        (Some(phone), None) if tail.len() >= TAIL => Ok(phone),
        (Some(_), Some(_)) => Err(DeviceError::InputInvalid("phone")),
        (Some(_) | None, _) => Err(DeviceError::NotFound("phone")),
    }
}

/// Writes the contact as a new record without what must be forgotten, and marks the old one.
fn write_anew(
    pen: &mut Pen<'_, '_>,
    old: &RecordId,
    document: &Document,
    after: Vec<Phone>,
) -> Result<RecordId> {
    let mut values = Values::new();
    for name in KEPT {
        if super::pen::has_clash(document, name) {
            return Err(DeviceError::Refused("clash".into()));
        }
        if let Some(value) = winner(document, name) {
            values.insert(name.to_owned(), value);
        }
    }
    let household = values
        .get("household")
        .and_then(FieldValue::as_text)
        .and_then(|text| text.parse::<RecordId>().ok());
    let mut sheet = Sheet::new().set("replaces", old.to_string());
    for (name, value) in values {
        sheet = sheet.set(&name, value);
    }
    for phone in after {
        let note = PhoneNote {
            label: phone.note.label,
            replaces: None,
        };
        sheet = sheet.put(MemberMap::Phones, phone.number, &note.to_json()?);
    }
    let new = pen.create(RecordKind::Contact, sheet.content())?;
    for enrolment in enrolments_by(pen, old)? {
        let sheet = Sheet::new().set("contact", new.to_string());
        pen.edit(&enrolment, RecordKind::Enrolment, sheet.content())?;
    }
    if let Some(household) = household {
        let sheet = Sheet::new()
            .put(MemberMap::Refs, new.to_string(), "contact")
            .take(MemberMap::Refs, old.to_string());
        pen.edit(&household, RecordKind::Household, sheet.content())?;
    }
    let now = pen.now;
    drop_from(pen, old, RecordKind::Contact, now)?;
    Ok(new)
}

fn enrolments_by(pen: &Pen<'_, '_>, contact: &RecordId) -> Result<Ids> {
    let mut list = pen
        .tx
        .sql()
        .prepare_cached("SELECT record FROM enrolment_rows WHERE contact = ?1")?;
    let found = list.query_map(params![contact.0], |row| Ok(RecordId(row.get("record")?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}
