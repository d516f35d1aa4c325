//! The card of one household: what the work needs, and nothing more.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{Row, params};

use super::super::Engine;
use super::super::people::By;
use super::super::voices;
use super::browse::{household_row, optional_text};
use super::{access, id, masked};
use crate::dto::household::{
    ConsentDto, ContactDto, EnrolmentDto, HouseholdCard, PhoneDto, VisitDto,
};
use crate::error::{DeviceError, Result};

/// Visits that a card shows at most.
const VISITS: i64 = 50;

impl Engine {
    /// Everything about one household, or about the household of a contact.
    pub fn household(&self, by: &By, named: &str, now: Timestamp) -> Result<HouseholdCard> {
        self.may_see(by, RecordKind::Household, now)?;
        self.may_see(by, RecordKind::Contact, now)?;
        let named = id(named, "household")?;
        let household = self.read(|reader| household_of(reader, &named))?;
        let clashes = self.clashes_of(Some(&household))?;
        self.read(|reader| {
            let row = household_row(reader, &household, None, now)?;
            Ok(HouseholdCard {
                row: row.ok_or(DeviceError::NotFound("household"))?,
                contacts: contacts(reader, &household, now)?,
                enrolments: enrolments(reader, &household, now)?,
                visits: visits(reader, &household, now)?,
                clashes,
                access_count: access::count(reader, &household)?,
            })
        })
    }
}

/// The household itself, or the one that a contact belongs to.
fn household_of(reader: &Reader<'_>, named: &RecordId) -> Result<RecordId> {
    let mut find = reader.sql().prepare_cached(
        "SELECT household FROM contact_rows WHERE record = ?1 AND household IS NOT NULL",
    )?;
    let mut rows = find.query([named.0])?;
    Ok(match rows.next()? {
        Some(row) => RecordId(row.get("household")?),
        None => *named,
    })
}

fn contacts(reader: &Reader<'_>, household: &RecordId, now: Timestamp) -> Result<Vec<ContactDto>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, name, phones, language, hours, purpose, legal_basis, consent, expires_at
         FROM contact_rows WHERE household = ?1 AND expires_at > ?2
         ORDER BY name IS NULL, name, record",
    )?;
    let mut rows = list.query(params![household.0, now.0])?;
    let mut contacts = Vec::new();
    while let Some(row) = rows.next()? {
        let phones: String = row.get("phones")?;
        let phones = super::rows::read_phones(&phones)?.into_iter();
        contacts.push(ContactDto {
            id: RecordId(row.get("record")?).to_string(),
            name: row.get("name")?,
            phones: phones
                .map(|phone| PhoneDto {
                    id: phone.id,
                    masked: masked(&phone.number),
                    label: phone.note.label,
                })
                .collect(),
            language: row.get("language")?,
            hours: row.get("hours")?,
            consent: consent(row)?,
        });
    }
    Ok(contacts)
}

fn enrolments(
    reader: &Reader<'_>,
    household: &RecordId,
    now: Timestamp,
) -> Result<Vec<EnrolmentDto>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, contact, service, need, provider, purpose, legal_basis, consent, starts_at,
           expires_at
         FROM enrolment_rows WHERE household = ?1 AND expires_at > ?2 ORDER BY service, record",
    )?;
    let found = list.query_map(params![household.0, now.0], |row| {
        Ok(EnrolmentDto {
            id: RecordId(row.get("record")?).to_string(),
            contact: optional_text(row, "contact")?,
            service: row.get("service")?,
            need: row.get("need")?,
            provider: row.get("provider")?,
            starts_at: row.get("starts_at")?,
            consent: consent(row)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn visits(reader: &Reader<'_>, household: &RecordId, now: Timestamp) -> Result<Vec<VisitDto>> {
    let mut visits = visit_rows(reader, household, now)?;
    for visit in &mut visits {
        visit.voices = voices::of_visit(reader, &id(&visit.id, "visit")?)?;
    }
    Ok(visits)
}

fn visit_rows(reader: &Reader<'_>, household: &RecordId, now: Timestamp) -> Result<Vec<VisitDto>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, visited_at, at_home, topic, note, case_record, next_visit_at, expires_at
         FROM visit_rows WHERE household = ?1 AND expires_at > ?2
         ORDER BY visited_at DESC, record LIMIT ?3",
    )?;
    let found = list.query_map(params![household.0, now.0, VISITS], |row| {
        Ok(VisitDto {
            id: RecordId(row.get("record")?).to_string(),
            visited_at: row.get("visited_at")?,
            at_home: row.get("at_home")?,
            topic: row.get("topic")?,
            note: row.get("note")?,
            voices: Vec::new(),
            case_id: optional_text(row, "case_record")?,
            next_visit_at: row.get("next_visit_at")?,
            expires_at: row.get("expires_at")?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn consent(row: &Row<'_>) -> linli_store::rusqlite::Result<ConsentDto> {
    Ok(ConsentDto {
        purpose: row.get("purpose")?,
        legal_basis: row.get("legal_basis")?,
        consent: row.get("consent")?,
        expires_at: row.get("expires_at")?,
    })
}
