//! Services that residents asked for: with purpose, consent and an end.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::schema::MemberMap;

use super::super::Engine;
use super::super::people::By;
use super::contacts::{accounted, some};
use super::moves::drop_from;
use super::pen::Sheet;
use super::{YEAR_MS, check_consent, id, must_be, optional_id};
use crate::dto::register::EnrolmentInput;
use crate::error::Result;

impl Engine {
    /// Enrols a household, or a person of it, for a service. Answers the record.
    pub fn enrol_service(
        &self,
        by: &By,
        input: &EnrolmentInput,
        now: Timestamp,
    ) -> Result<RecordId> {
        check_consent(&input.consent, Some(YEAR_MS), now)?;
        let household = id(&input.household, "household")?;
        let contact = optional_id(input.contact.as_deref(), "contact")?;
        self.with_pen(by, None, now, |pen| {
            if let Some(contact) = &contact {
                must_be(pen.tx, contact, RecordKind::Contact, "contact")?;
            }
            let sheet = accounted(Sheet::new(), &input.consent)
                .set("service", input.service.trim())
                .set("household", household.to_string())
                .set_some("contact", contact.map(|id| id.to_string()))
                .set_some("need", some(input.need.as_deref()))
                .set_some("provider", some(input.provider.as_deref()))
                .set("starts_at", now.0);
            let enrolment = pen.create(RecordKind::Enrolment, sheet.content())?;
            let named = Sheet::new().put(MemberMap::Refs, enrolment.to_string(), "enrolment");
            pen.edit(&household, RecordKind::Household, named.content())?;
            Ok(enrolment)
        })
    }

    /// Ends a service now: it expires, and its record is marked to be dropped.
    pub fn end_service(&self, by: &By, enrolment: &str, now: Timestamp) -> Result<RecordId> {
        let enrolment = id(enrolment, "enrolment")?;
        self.with_pen(by, None, now, |pen| {
            drop_from(pen, &enrolment, RecordKind::Enrolment, now)
        })?;
        Ok(enrolment)
    }
}
