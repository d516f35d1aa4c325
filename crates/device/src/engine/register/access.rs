//! Looking at a telephone number: only with a purpose, and only after the log has a row about it.
//!
//! The log is the ledger's chain of hashes, to which rows are only ever added (docs/trust.md). A row
//! names the record, never the number.

use linli_model::{RecordId, RecordKind, StaffId, Timestamp};
use linli_store::Reader;
use linli_trust::audit::ChainEnd;
use serde::{Deserialize, Serialize};

use super::super::Engine;
use super::super::people::By;
use super::{id, optional_id};
use crate::dto::access::{AccessList, AccessPurpose, AccessRow, RevealInput, RevealedDto};
use crate::error::{DeviceError, Result};

/// Rows that are read at a time.
const PAGE: usize = 256;
/// The rows that are shown at most.
const MOST: usize = 200;

/// What a row of the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Access {
    what: What,
    staff: StaffId,
    role: String,
    record: RecordId,
    /// The household that it was of when it was looked at.
    household: Option<RecordId>,
    purpose: AccessPurpose,
    task: Option<RecordId>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Reveal,
}

impl Engine {
    /// Shows the numbers of a contact. The row of the log is on the disk before they are answered.
    pub fn reveal(&self, by: &By, input: &RevealInput, now: Timestamp) -> Result<RevealedDto> {
        self.may_see(by, RecordKind::Contact, now)?;
        let contact = id(&input.contact, "contact")?;
        let task = optional_id(input.task.as_deref(), "task")?;
        self.write(|tx| {
            let (household, phones) =
                numbers(tx, &contact, now)?.ok_or(DeviceError::NotFound("contact"))?;
            let access = Access {
                what: What::Reveal,
                staff: by.staff.clone(),
                role: by.role.as_str().to_owned(),
                record: contact,
                household,
                purpose: input.purpose,
                task,
            };
            let row = tx.append_audit(now, &serde_json::to_vec(&access)?)?;
            Ok(RevealedDto {
                contact: contact.to_string(),
                phones,
                entry: short(row.number),
            })
        })
    }

    /// Who looked at what on this device: the newest rows, of one contact or household when it is given.
    pub fn access_log(&self, by: &By, record: Option<&str>, now: Timestamp) -> Result<AccessList> {
        self.may_see(by, RecordKind::Contact, now)?;
        let record = optional_id(record, "record")?;
        let names = self.with_reference(|reference| {
            let rules = reference.newest().ok_or(DeviceError::NotBound)?;
            let named = rules.edition().staff.iter();
            Ok(named
                .map(|staff| (staff.id.clone(), staff.name.clone()))
                .collect::<std::collections::BTreeMap<_, _>>())
        })?;
        self.read(|reader| {
            let mut rows = Vec::new();
            let is_sound = each(reader, |number, at, access| {
                if record.is_none_or(|record| access.is_about(&record)) {
                    let name = names.get(&access.staff).cloned().unwrap_or_default();
                    rows.push(access.row(number, at, name));
                }
            })?;
            rows.reverse();
            rows.truncate(MOST);
            Ok(AccessList { rows, is_sound })
        })
    }
}

/// How often somebody looked at a number of this household or person here.
pub(super) fn count(reader: &Reader<'_>, record: &RecordId) -> Result<u32> {
    let mut count = 0u32;
    each(reader, |_, _, access| {
        count = count.saturating_add(u32::from(access.is_about(record)));
    })?;
    Ok(count)
}

impl Access {
    fn is_about(&self, record: &RecordId) -> bool {
        self.record == *record || self.household == Some(*record)
    }

    fn row(&self, number: u64, at: Timestamp, staff_name: String) -> AccessRow {
        AccessRow {
            number: short(number),
            at: at.0,
            staff: self.staff.to_string(),
            staff_name,
            role: self.role.clone(),
            record: self.record.to_string(),
            purpose: self.purpose,
            task: self.task.map(|task| task.to_string()),
        }
    }
}

/// Reads the whole log in order. Answers whether every row stands where it was written.
pub(super) fn each(
    reader: &Reader<'_>,
    mut visit: impl FnMut(u64, Timestamp, Access),
) -> Result<bool> {
    let mut end = reader.audit_start()?;
    let mut is_sound = true;
    loop {
        let rows = reader.audit_rows(end.number, PAGE)?;
        let Some(last) = rows.last() else {
            return Ok(is_sound);
        };
        is_sound &= end.verify(&rows).is_ok();
        end = ChainEnd {
            number: last.number,
            hash: last.hash,
        };
        for row in &rows {
            // A row of another version stays in the chain and is not shown.
            if let Ok(access) = serde_json::from_slice(&row.content) {
                visit(row.number, row.at, access);
            }
        }
    }
}

/// The household of a contact and its numbers in full.
fn numbers(
    reader: &Reader<'_>,
    contact: &RecordId,
    now: Timestamp,
) -> Result<Option<(Option<RecordId>, Vec<String>)>> {
    let mut find = reader.sql().prepare_cached(
        "SELECT household, phones FROM contact_rows WHERE record = ?1 AND expires_at > ?2",
    )?;
    let mut rows = find.query((contact.0, now.0))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let household: Option<[u8; 16]> = row.get("household")?;
    let json: String = row.get("phones")?;
    let phones = super::rows::read_phones(&json)?;
    Ok(Some((
        household.map(RecordId),
        phones.into_iter().map(|phone| phone.number).collect(),
    )))
}

fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A row as a test writes it.
#[cfg(test)]
pub(super) fn of_test(
    staff: StaffId,
    record: RecordId,
    household: Option<RecordId>,
    purpose: AccessPurpose,
) -> Vec<u8> {
    let access = Access {
        what: What::Reveal,
        staff,
        role: "grid_assistant".into(),
        record,
        household,
        purpose,
        task: None,
    };
    serde_json::to_vec(&access).unwrap()
}
