//! The register of a grid: who lives behind which door, as far as the work needs it, and what stands
//! in public space.
//!
//! Names and telephone numbers stand in documents of their own that expire and can be forgotten
//! (docs/storage.md). Who may do what is asked of one table, [`permission`]; every command is one
//! transaction of this device. Lists, cards and the search read rows, never documents.

mod access;
mod browse;
mod buildings;
mod card;
mod clashes;
mod components;
mod contacts;
mod enrolments;
pub(super) mod find;
mod households;
mod moves;
mod pen;
mod phones;
pub(super) mod rows;
mod settle;
mod visits;

use linli_model::role::{ScopeFamily, Sight, permission};
use linli_model::{RecordId, RecordKind, Timestamp};
use linli_store::Reader;

use super::Engine;
use super::people::By;
use crate::dto::household::ConsentDto;
use crate::error::{DeviceError, Result};

/// Twelve months: how long a visit is kept and how long a service runs at most.
const YEAR_MS: i64 = 365 * DAY_MS;
/// How long the contacts of a household are kept after it has moved out: 30 days, as with a case.
const AFTER_MOVING_MS: i64 = 30 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Engine {
    /// Whether this person may look at records of a kind now: the role's right, and for what is about
    /// people the lease.
    pub(super) fn may_see(&self, by: &By, kind: RecordKind, now: Timestamp) -> Result<()> {
        let family = ScopeFamily::from(&kind.grid_scope(self.grid().clone()));
        if permission(by.role, family, kind).see < Sight::Full {
            return Err(DeviceError::Refused("not_allowed".into()));
        }
        if family == ScopeFamily::Register && !self.may_show_households(now)? {
            return Err(DeviceError::LeaseOver);
        }
        Ok(())
    }
}

/// The id in a text; [`DeviceError::NotFound`] when it is none.
fn id(text: &str, what: &'static str) -> Result<RecordId> {
    text.parse().map_err(|_| DeviceError::NotFound(what))
}

/// The id in a text that may be absent.
fn optional_id(text: Option<&str>, what: &'static str) -> Result<Option<RecordId>> {
    text.map(|text| id(text, what)).transpose()
}

/// Whether a record of this kind is here.
fn must_be(
    reader: &Reader<'_>,
    record: &RecordId,
    kind: RecordKind,
    what: &'static str,
) -> Result<()> {
    match reader.document_info(record)? {
        Some(info) if info.kind == kind => Ok(()),
        Some(_) | None => Err(DeviceError::NotFound(what)),
    }
}

/// What is about a person says why it is held, on what ground, by which consent, and until when.
fn check_consent(consent: &ConsentDto, most_ms: Option<i64>, now: Timestamp) -> Result<()> {
    for (field, text) in [
        ("purpose", &consent.purpose),
        ("legal_basis", &consent.legal_basis),
        ("consent_id", &consent.consent),
    ] {
        if text.is_empty() {
            return Err(DeviceError::InputInvalid(field));
        }
    }
    let lasts = consent.expires_at.saturating_sub(now.0);
    if lasts <= 0 || most_ms.is_some_and(|most| lasts > most) {
        return Err(DeviceError::InputInvalid("expires_at"));
    }
    Ok(())
}

/// A telephone number with its middle hidden: 990****1234. Of a short one only the last digit shows.
fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let (shown_before, shown_after) = match digits.len() {
        0..=5 => (0, 1),
        6..=8 => (1, 2),
        _ => (3, 4),
    };
    let hidden = digits.len().saturating_sub(shown_before + shown_after);
    let before = digits.iter().take(shown_before);
    let after = digits.iter().skip(shown_before + hidden);
    before
        .copied()
        .chain(std::iter::repeat_n('*', hidden))
        .chain(after.copied())
        .collect()
}

#[cfg(test)]
mod tests;
