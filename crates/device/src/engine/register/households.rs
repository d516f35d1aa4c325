//! Commands about a household: add, edit, split, join.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::Basis;
use linli_records::read::{read_members, winner};
use linli_records::schema::MemberMap;
use linli_store::rusqlite::params;

use super::super::Engine;
use super::super::people::By;
use super::contacts::new_contact;
use super::pen::{Ids, Pen, Sheet, basis};
use super::{id, must_be, optional_id};
use crate::dto::register::{HouseholdEdit, HouseholdInput, JoinInput, SplitInput};
use crate::error::{DeviceError, Result};

/// The most people of a household, as its record allows.
const MOST_PEOPLE: i64 = 99;

impl Engine {
    /// Writes a household and its contacts, each a document of its own.
    pub fn add_household(
        &self,
        by: &By,
        input: &HouseholdInput,
        now: Timestamp,
    ) -> Result<RecordId> {
        let dwelling = optional_id(input.dwelling.as_deref(), "dwelling")?;
        self.with_pen(by, Some(Basis::DoorVisit), now, |pen| {
            if let Some(dwelling) = &dwelling {
                must_be(pen.tx, dwelling, RecordKind::Dwelling, "dwelling")?;
            }
            let household = pen.new_id()?;
            let mut contacts = Ids::new();
            for contact in &input.contacts {
                contacts.insert(new_contact(pen, &household, contact)?);
            }
            let sheet = described(input.address_form.trim(), input.people_count)?
                .set_some("dwelling", dwelling.map(|id| id.to_string()));
            let sheet = contacts.iter().fold(sheet, |sheet, contact| {
                sheet.put(MemberMap::Refs, contact.to_string(), "contact")
            });
            pen.create_as(household, RecordKind::Household, sheet.content())?;
            Ok(household)
        })
    }

    /// Changes form of address and number of people.
    pub fn edit_household(
        &self,
        by: &By,
        input: &HouseholdEdit,
        now: Timestamp,
    ) -> Result<RecordId> {
        let household = id(&input.household, "household")?;
        let form = input.address_form.as_deref().map(str::trim);
        if form == Some("") {
            return Err(DeviceError::InputInvalid("address_form"));
        }
        let sheet = Sheet::new()
            .set_some("address_form", form)
            .set_some("people_count", input.people_count.map(i64::from));
        if sheet.is_empty() {
            return Err(DeviceError::InputInvalid("address_form"));
        }
        self.with_pen(by, basis(input.basis), now, |pen| {
            pen.edit(&household, RecordKind::Household, sheet.content())
        })?;
        Ok(household)
    }

    /// Makes some people of a household a household of their own; the services that they asked for go
    /// with them. Answers the new household.
    pub fn split_household(&self, by: &By, input: &SplitInput, now: Timestamp) -> Result<RecordId> {
        let from = id(&input.household, "household")?;
        let dwelling = optional_id(input.dwelling.as_deref(), "dwelling")?;
        let leaving = input.contacts.iter().map(|text| id(text, "contact"));
        let leaving: Ids = leaving.collect::<Result<_>>()?;
        if leaving.is_empty() {
            return Err(DeviceError::InputInvalid("contacts"));
        }
        self.with_pen(by, None, now, |pen| {
            let old = pen.load(&from, RecordKind::Household)?;
            let here = members(pen, &from)?;
            if !leaving.is_subset(&here.contacts) {
                return Err(DeviceError::NotFound("contact"));
            }
            let dwelling = match dwelling {
                Some(dwelling) => {
                    must_be(pen.tx, &dwelling, RecordKind::Dwelling, "dwelling")?;
                    Some(dwelling.to_string())
                }
                None => winner(&old, "dwelling").and_then(|at| at.as_text().map(ToOwned::to_owned)),
            };
            let new = pen.new_id()?;
            let mut sheet = described(input.address_form.trim(), input.people_count)?
                .set_some("dwelling", dwelling);
            let mut left = Sheet::new();
            for contact in &leaving {
                sheet = sheet.put(MemberMap::Refs, contact.to_string(), "contact");
                left = left.take(MemberMap::Refs, contact.to_string());
                settle_in(pen, contact, RecordKind::Contact, &new)?;
            }
            for enrolment in enrolments_of(pen, &from, &leaving)? {
                sheet = sheet.put(MemberMap::Refs, enrolment.to_string(), "enrolment");
                left = left.take(MemberMap::Refs, enrolment.to_string());
                settle_in(pen, &enrolment, RecordKind::Enrolment, &new)?;
            }
            pen.create_as(new, RecordKind::Household, sheet.content())?;
            pen.edit(&from, RecordKind::Household, left.content())?;
            Ok(new)
        })
    }

    /// Makes two households one: people, services and visits of the first join the second, and the
    /// first ends. Answers the second.
    pub fn join_households(&self, by: &By, input: &JoinInput, now: Timestamp) -> Result<RecordId> {
        let (from, into) = (id(&input.from, "household")?, id(&input.into, "household")?);
        if from == into {
            return Err(DeviceError::InputInvalid("into"));
        }
        self.with_pen(by, None, now, |pen| {
            let ending = pen.load(&from, RecordKind::Household)?;
            let staying = pen.load(&into, RecordKind::Household)?;
            let here = members(pen, &from)?;
            let count = |document| winner(document, "people_count").and_then(|n| n.as_int());
            let together = match input.people_count {
                Some(given) => Some(i64::from(given)),
                None => count(&ending)
                    .zip(count(&staying))
                    .map(|(a, b)| (a + b).min(MOST_PEOPLE)),
            };
            let mut sheet = Sheet::new().set_some("people_count", together);
            for (records, kind, word) in [
                (&here.contacts, RecordKind::Contact, "contact"),
                (&here.enrolments, RecordKind::Enrolment, "enrolment"),
            ] {
                for record in records {
                    settle_in(pen, record, kind, &into)?;
                    sheet = sheet.put(MemberMap::Refs, record.to_string(), word);
                }
            }
            for visit in &here.visits {
                settle_in(pen, visit, RecordKind::Visit, &into)?;
            }
            pen.edit(&into, RecordKind::Household, sheet.content())?;
            let ended = Sheet::new().remove(&ending);
            pen.edit(&from, RecordKind::Household, ended.content())?;
            Ok(into)
        })
    }
}

/// The records that belong to a household.
pub(super) struct Members {
    pub(super) contacts: Ids,
    pub(super) enrolments: Ids,
    pub(super) visits: Ids,
}

/// What belongs to a household: whatever says so of itself, and the contacts that it names and that
/// belong to no other.
pub(super) fn members(pen: &Pen<'_, '_>, household: &RecordId) -> Result<Members> {
    let mut found = Members {
        contacts: ids(
            pen,
            "SELECT record FROM contact_rows WHERE household = ?1",
            household,
        )?,
        enrolments: ids(
            pen,
            "SELECT record FROM enrolment_rows WHERE household = ?1",
            household,
        )?,
        visits: ids(
            pen,
            "SELECT record FROM visit_rows WHERE household = ?1",
            household,
        )?,
    };
    let document = pen.load(household, RecordKind::Household)?;
    for (member, versions) in read_members(&document, MemberMap::Refs) {
        let is_contact = versions
            .first()
            .is_some_and(|version| version.value.as_text() == Some("contact"));
        let Some(member) = member.parse::<RecordId>().ok().filter(|_| is_contact) else {
            continue;
        };
        let mut find = pen
            .tx
            .sql()
            .prepare_cached("SELECT 1 FROM contact_rows WHERE record = ?1 AND household IS NULL")?;
        if find.exists([member.0])? {
            found.contacts.insert(member);
        }
    }
    Ok(found)
}

fn ids(pen: &Pen<'_, '_>, sql: &str, household: &RecordId) -> Result<Ids> {
    let mut list = pen.tx.sql().prepare_cached(sql)?;
    let found = list.query_map([household.0], |row| Ok(RecordId(row.get("record")?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The services of a household that these people asked for.
fn enrolments_of(pen: &Pen<'_, '_>, household: &RecordId, people: &Ids) -> Result<Ids> {
    let mut list = pen.tx.sql().prepare_cached(
        "SELECT record FROM enrolment_rows WHERE household = ?1 AND contact = ?2",
    )?;
    let mut found = Ids::new();
    for person in people {
        let rows = list.query_map(params![household.0, person.0], |row| {
            Ok(RecordId(row.get("record")?))
        })?;
        for row in rows {
            found.insert(row?);
        }
    }
    Ok(found)
}

/// Says of a record that it belongs to this household.
pub(super) fn settle_in(
    pen: &mut Pen<'_, '_>,
    record: &RecordId,
    kind: RecordKind,
    household: &RecordId,
) -> Result<()> {
    let sheet = Sheet::new().set("household", household.to_string());
    pen.edit(record, kind, sheet.content())
}

/// What a household says of itself.
fn described(address_form: &str, people_count: Option<u8>) -> Result<Sheet> {
    if address_form.is_empty() {
        return Err(DeviceError::InputInvalid("address_form"));
    }
    Ok(Sheet::new()
        .set("address_form", address_form)
        .set_some("people_count", people_count.map(i64::from)))
}
