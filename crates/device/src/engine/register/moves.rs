//! Moving in and moving out.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read::{deletion, winner};
use linli_records::schema::MemberMap;
use linli_records::{Basis, Deletion, Document};

use super::super::Engine;
use super::super::people::By;
use super::contacts::new_contact;
use super::households::{members, settle_in};
use super::pen::{Pen, Sheet};
use super::{AFTER_MOVING_MS, id, must_be};
use crate::dto::register::MoveIn;
use crate::error::Result;

impl Engine {
    /// A household moves into a dwelling, or a person into a household. Answers the household.
    pub fn move_in(&self, by: &By, input: &MoveIn, now: Timestamp) -> Result<RecordId> {
        match input {
            MoveIn::Household {
                household,
                dwelling,
            } => {
                let household = id(household, "household")?;
                let dwelling = id(dwelling, "dwelling")?;
                self.with_pen(by, None, now, |pen| {
                    must_be(pen.tx, &dwelling, RecordKind::Dwelling, "dwelling")?;
                    let sheet = Sheet::new().set("dwelling", dwelling.to_string());
                    pen.edit(&household, RecordKind::Household, sheet.content())
                })?;
                Ok(household)
            }
            MoveIn::Contact { contact, household } => {
                let (contact, household) = (id(contact, "contact")?, id(household, "household")?);
                self.with_pen(by, None, now, |pen| enter(pen, &contact, &household))?;
                Ok(household)
            }
            MoveIn::Person { household, person } => {
                let household = id(household, "household")?;
                self.with_pen(by, Some(Basis::DoorVisit), now, |pen| {
                    let contact = new_contact(pen, &household, person)?;
                    names(pen, &household, &contact)
                })?;
                Ok(household)
            }
        }
    }

    /// A household moves out: it ends, its services end now, its contacts are marked to be dropped and
    /// expire in 30 days at the latest. The dwelling stays. Answers the household.
    pub fn move_out(&self, by: &By, household: &str, now: Timestamp) -> Result<RecordId> {
        let household = id(household, "household")?;
        self.with_pen(by, None, now, |pen| {
            let document = pen.load(&household, RecordKind::Household)?;
            let here = members(pen, &household)?;
            for contact in &here.contacts {
                drop_from(
                    pen,
                    contact,
                    RecordKind::Contact,
                    now.plus_ms(AFTER_MOVING_MS),
                )?;
            }
            for enrolment in &here.enrolments {
                drop_from(pen, enrolment, RecordKind::Enrolment, now)?;
            }
            let ended = Sheet::new().remove(&document);
            pen.edit(&household, RecordKind::Household, ended.content())
        })?;
        Ok(household)
    }
}

/// Marks a record about a person to be dropped, from a moment on at the latest.
pub(super) fn drop_from(
    pen: &mut Pen<'_, '_>,
    record: &RecordId,
    kind: RecordKind,
    at: Timestamp,
) -> Result<()> {
    let document = pen.load(record, kind)?;
    let kept_until = winner(&document, "expires_at").and_then(|at| at.as_int());
    let until = kept_until.map_or(at.0, |kept| kept.min(at.0));
    let sheet = Sheet::new().set("expires_at", until).remove(&document);
    // A removal is not an edit: it counts whatever stands there.
    pen.write(record, document, sheet.content())
}

/// Names a contact in a household.
pub(super) fn names(pen: &mut Pen<'_, '_>, household: &RecordId, contact: &RecordId) -> Result<()> {
    let sheet = Sheet::new().put(MemberMap::Refs, contact.to_string(), "contact");
    pen.edit(household, RecordKind::Household, sheet.content())
}

fn enter(pen: &mut Pen<'_, '_>, contact: &RecordId, household: &RecordId) -> Result<()> {
    let document = pen.load(contact, RecordKind::Contact)?;
    let before = winner(&document, "household")
        .and_then(|at| at.as_text()?.parse::<RecordId>().ok())
        .filter(|before| before != household);
    settle_in(pen, contact, RecordKind::Contact, household)?;
    names(pen, household, contact)?;
    let Some(before) = before else {
        return Ok(());
    };
    // The household that was left may be gone already: an edit would make it live again.
    let left_behind = pen.tx.load_document(&before)?;
    let is_live = |document: &Document| !matches!(deletion(document), Deletion::Deleted { .. });
    let Some(document) = left_behind.filter(is_live) else {
        return Ok(());
    };
    let left = Sheet::new().take(MemberMap::Refs, contact.to_string());
    pen.write(&before, document, left.content())
}
