//! Households of the grid: who lives behind a door, as far as the work needs it. Name and telephone
//! stand in a document of their own that expires and can be forgotten (docs/storage.md).

use std::collections::BTreeMap;

use linli_model::role::{Permission, ScopeFamily, Sight, permission};
use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read::{read_members, winner};
use linli_records::schema::MemberMap;
use linli_records::{Basis, ChangeNote, Document, FieldValue, NewContent, NewRecord, create};
use linli_store::{Authorship, Place, Reader, Tx};

use super::Engine;
use super::people::By;
use crate::env;
use crate::error::{DeviceError, Result};

/// What the register is for (docs/trust.md).
const PURPOSE: &str = "register";
/// On what ground.
const LEGAL_BASIS: &str = "consent";

/// A household that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdInput {
    /// How people call it, with its door: 30号楼1单元101 张先生家.
    pub address_form: String,
    /// How many people live there.
    pub people_count: u8,
    /// Name of the person to talk to.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// The consent that allows it to be kept, by its code.
    pub consent: String,
    /// When name and telephone are to be forgotten.
    pub expires_at: Timestamp,
}

/// A household as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdRow {
    /// The record.
    pub record: RecordId,
    /// How people call it.
    pub address_form: String,
    /// How many people live there.
    pub people_count: Option<i64>,
    /// Name of the person to talk to.
    pub name: Option<String>,
    /// Telephones.
    pub phones: Vec<String>,
}

impl Engine {
    /// Writes a household and its contact, each a document of its own.
    pub fn add_household(
        &self,
        by: &By,
        input: &HouseholdInput,
        now: Timestamp,
    ) -> Result<RecordId> {
        if !rights(by).write {
            return Err(DeviceError::Refused("not_allowed".into()));
        }
        let household = env::record_id(&*self.plan.random, now)?;
        let contact = env::record_id(&*self.plan.random, now)?;
        let text = |text: &str| Some(FieldValue::from(text));
        let home = NewContent {
            fields: BTreeMap::from([
                ("address_form".to_owned(), text(&input.address_form)),
                (
                    "people_count".to_owned(),
                    Some(i64::from(input.people_count).into()),
                ),
            ]),
            members: BTreeMap::from([(
                (MemberMap::Refs, contact.to_string()),
                Some("contact".to_owned()),
            )]),
            ..NewContent::default()
        };
        let person = NewContent {
            fields: BTreeMap::from([
                ("purpose".to_owned(), text(PURPOSE)),
                ("legal_basis".to_owned(), text(LEGAL_BASIS)),
                ("consent_id".to_owned(), text(&input.consent)),
                ("expires_at".to_owned(), Some(input.expires_at.0.into())),
                ("household".to_owned(), text(&household.to_string())),
                ("name".to_owned(), text(&input.name)),
            ]),
            members: BTreeMap::from([(
                (MemberMap::Phones, input.phone.clone()),
                Some("{}".to_owned()),
            )]),
            ..NewContent::default()
        };
        self.write(|tx| {
            self.create_record(tx, by, household, RecordKind::Household, &home, now)?;
            self.create_record(tx, by, contact, RecordKind::Contact, &person, now)
        })?;
        Ok(household)
    }

    /// The households of the grid in the order of their records, while the lease lasts.
    pub fn households(&self, by: &By, now: Timestamp) -> Result<Vec<HouseholdRow>> {
        if rights(by).see < Sight::Full {
            return Err(DeviceError::Refused("not_allowed".into()));
        }
        if !self.may_show_households(now)? {
            return Err(DeviceError::LeaseOver);
        }
        let [_, _, register] = self.scopes();
        self.read(|reader| {
            let mut rows = Vec::new();
            let mut after = None;
            loop {
                let page = reader.records_in(
                    &register,
                    Some(RecordKind::Household),
                    after.as_ref(),
                    256,
                )?;
                let Some(last) = page.last() else {
                    return Ok(rows);
                };
                after = Some(*last);
                for record in &page {
                    rows.extend(household(reader, record)?);
                }
            }
        })
    }

    /// Makes a record of the grid with its first change, in the outbox.
    pub(super) fn create_record(
        &self,
        tx: &mut Tx<'_>,
        by: &By,
        record: RecordId,
        kind: RecordKind,
        content: &NewContent,
        now: Timestamp,
    ) -> Result<()> {
        let new = NewRecord {
            kind,
            home: self.grid().clone(),
            actor: tx.actor(&self.device())?,
            note: ChangeNote {
                staff: by.staff.clone(),
                basis: Some(Basis::DoorVisit),
            },
            at: now,
        };
        let (document, change) = create(&new, content)?;
        let edition = self.with_reference(|reference| Ok(reference.newest_number()))?;
        let authorship = Authorship {
            scope: kind.grid_scope(self.grid().clone()),
            staff: by.staff.clone(),
            role: by.role,
            edition,
            session: None,
            at: now,
        };
        let place = Place {
            record,
            kind,
            home: self.grid().clone(),
        };
        tx.save(&place, &document, &change, &authorship)?;
        Ok(())
    }
}

fn rights(by: &By) -> Permission {
    permission(by.role, ScopeFamily::Register, RecordKind::Contact)
}

fn household(reader: &Reader<'_>, record: &RecordId) -> Result<Option<HouseholdRow>> {
    let Some(document) = reader.load_document(record)? else {
        return Ok(None);
    };
    let mut row = HouseholdRow {
        record: *record,
        address_form: text_of(&document, "address_form").unwrap_or_default(),
        people_count: winner(&document, "people_count").and_then(|value| value.as_int()),
        name: None,
        phones: Vec::new(),
    };
    for (member, _) in read_members(&document, MemberMap::Refs) {
        let Ok(member) = member.parse::<RecordId>() else {
            continue;
        };
        let Some(contact) = reader.load_document(&member)? else {
            continue;
        };
        if contact.kind() == Some(RecordKind::Contact) {
            row.name = row.name.or_else(|| text_of(&contact, "name"));
            row.phones
                .extend(read_members(&contact, MemberMap::Phones).into_keys());
        }
    }
    Ok(Some(row))
}

fn text_of(document: &Document, name: &str) -> Option<String> {
    winner(document, name)?.as_text().map(ToOwned::to_owned)
}
