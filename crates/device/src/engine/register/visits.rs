//! Visits: a need that a resident raised, and what was agreed. Kept for twelve months.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::case::photo_content;
use linli_store::rusqlite::OptionalExtension;

use super::super::Engine;
use super::super::people::By;
use super::super::voices;
use super::contacts::{accounted, some};
use super::pen::{Pen, Sheet};
use super::{DAY_MS, YEAR_MS, id, optional_id};
use crate::dto::household::ConsentDto;
use crate::dto::register::VisitInput;
use crate::error::{DeviceError, Result};

impl Engine {
    /// Notes a visit. Answers its record.
    pub fn note_visit(&self, by: &By, input: &VisitInput, now: Timestamp) -> Result<RecordId> {
        let household = id(&input.household, "household")?;
        let case = optional_id(input.case_id.as_deref(), "case")?;
        let visited_at = input.visited_at.unwrap_or(now.0);
        if visited_at > now.0.saturating_add(DAY_MS) || visited_at < now.0.saturating_sub(YEAR_MS) {
            return Err(DeviceError::InputInvalid("visited_at"));
        }
        if input.next_visit_at.is_some_and(|next| next <= visited_at) {
            return Err(DeviceError::InputInvalid("next_visit_at"));
        }
        self.with_pen(by, None, now, |pen| {
            let home = pen.load(&household, RecordKind::Household)?;
            if let Some(case) = &case {
                super::must_be(pen.tx, case, RecordKind::Case, "case")?;
            }
            let dwelling = linli_records::read::winner(&home, "dwelling");
            let why = ConsentDto {
                expires_at: visited_at.saturating_add(YEAR_MS),
                ..ground(pen, &household)?
            };
            let voice = voices::described(pen.tx, input.voice.as_deref())?;
            let voice = photo_content(&voice.into_iter().collect())?;
            let sheet = accounted(Sheet::new(), &why)
                .file(voice.into_iter().next())
                .set("household", household.to_string())
                .set_some("dwelling", dwelling)
                .set("visited_at", visited_at)
                .set("at_home", input.at_home)
                .set_some("topic", some(input.topic.as_deref()))
                .set_some("note", some(input.note.as_deref()))
                .set_some("next_visit_at", input.next_visit_at)
                .set_some("case_ref", case.map(|case| case.to_string()));
            pen.create(RecordKind::Visit, sheet.content())
        })
    }

    /// Names the case that came of a visit, once it is reported. Answers the visit.
    pub fn link_visit(&self, by: &By, visit: &str, case: &str, now: Timestamp) -> Result<RecordId> {
        let (visit, case) = (id(visit, "visit")?, id(case, "case")?);
        let sheet = Sheet::new().set("case_ref", case.to_string());
        self.with_pen(by, None, now, |pen| {
            super::must_be(pen.tx, &case, RecordKind::Case, "case")?;
            pen.edit(&visit, RecordKind::Visit, sheet.content())
        })?;
        Ok(visit)
    }
}

/// On what ground a visit is noted: the consent of somebody who lives there, else the public task of
/// the grid's staff, which no consent stands behind.
fn ground(pen: &Pen<'_, '_>, household: &RecordId) -> Result<ConsentDto> {
    let mut find = pen.tx.sql().prepare_cached(
        "SELECT legal_basis, consent FROM contact_rows
         WHERE household = ?1 AND expires_at > ?2 ORDER BY name IS NULL, name, record LIMIT 1",
    )?;
    let found = find
        .query_row((household.0, pen.now.0), |row| {
            Ok((row.get("legal_basis")?, row.get("consent")?))
        })
        .optional()?;
    let (legal_basis, consent) =
        found.unwrap_or_else(|| ("public_task".to_owned(), "none".to_owned()));
    Ok(ConsentDto {
        purpose: "register".to_owned(),
        legal_basis,
        consent,
        expires_at: 0,
    })
}
