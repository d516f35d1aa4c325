//! Commands about a person to talk to.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::schema::MemberMap;

use super::super::Engine;
use super::super::people::By;
use super::pen::{Pen, Sheet, basis};
use super::phones::{PhoneNote, number};
use super::{check_consent, id};
use crate::dto::household::ConsentDto;
use crate::dto::register::{ContactEdit, ContactInput};
use crate::error::{DeviceError, Result};

impl Engine {
    /// Changes name, language, hours or consent of a contact.
    pub fn edit_contact(&self, by: &By, input: &ContactEdit, now: Timestamp) -> Result<RecordId> {
        let contact = id(&input.contact, "contact")?;
        let mut sheet = Sheet::new()
            .set_text("name", input.name.as_deref())
            .set_text("language", input.language.as_deref())
            .set_text("hours", input.hours.as_deref());
        if let Some(consent) = &input.consent {
            check_consent(consent, None, now)?;
            sheet = accounted(sheet, consent);
        }
        if sheet.is_empty() {
            return Err(DeviceError::InputInvalid("name"));
        }
        self.with_pen(by, basis(input.basis), now, |pen| {
            pen.edit(&contact, RecordKind::Contact, sheet.content())
        })?;
        Ok(contact)
    }
}

/// Makes a contact of a household; the household names it in the save of its own.
pub(super) fn new_contact(
    pen: &mut Pen<'_, '_>,
    household: &RecordId,
    input: &ContactInput,
) -> Result<RecordId> {
    check_consent(&input.consent, None, pen.now)?;
    let mut sheet = accounted(Sheet::new(), &input.consent)
        .set("household", household.to_string())
        .set_some("name", some(input.name.as_deref()))
        .set_some("language", some(input.language.as_deref()))
        .set_some("hours", some(input.hours.as_deref()));
    for phone in &input.phones {
        sheet = sheet.put(
            MemberMap::Phones,
            number(phone)?,
            &PhoneNote::default().to_json()?,
        );
    }
    pen.create(RecordKind::Contact, sheet.content())
}

/// What a record about a person says of why it is held.
pub(super) fn accounted(sheet: Sheet, consent: &ConsentDto) -> Sheet {
    sheet
        .set("purpose", consent.purpose.as_str())
        .set("legal_basis", consent.legal_basis.as_str())
        .set("consent_id", consent.consent.as_str())
        .set("expires_at", consent.expires_at)
}

/// A text that says something.
pub(super) fn some(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
