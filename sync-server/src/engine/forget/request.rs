//! Erasure on request: a resident asks, somebody who answers requests does it, the log keeps it.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{RecordId, RecordKind, ShortCode, StaffId, Timestamp};
use linli_records::schema::kind_name;
use linli_store::Tx;
use serde::Serialize;

use super::held::{self, HeldRow};
use super::{Target, report};
use crate::door::{DoorError, DoorResult, EraseRequest, Erasure};
use crate::engine::core::Core;

/// A row of the audit log about a resident's request.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    ErasedOnRequest {
        staff: &'a StaffId,
        request: &'a str,
        reason: &'a str,
        record: String,
        kinds: &'a BTreeMap<String, usize>,
        numbers: &'a [u64],
    },
}

impl Core {
    /// Shows what an erasure would take, or erases it when that was confirmed.
    pub(crate) fn erase(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        ask: &EraseRequest,
    ) -> DoorResult<Erasure> {
        let request = ask.request.trim();
        if request.is_empty() {
            return Err(invalid(
                "request",
                "the number of the resident's request is needed",
            ));
        }
        if ask.confirm {
            self.must_be_recovered()?;
        }
        let targets = Self::targets(tx, &ask.record)?;
        let Some(first) = targets.first() else {
            return Err(DoorError::NotFound {
                what: "household, contact, enrolment or visit",
            });
        };
        let grid = first.home.clone();
        self.home_of(&grid)?;
        self.may_answer(&ask.staff, &grid)?;
        let mut erasure = Erasure {
            grid,
            kinds: counted(&targets),
            cases: open_cases(tx, &targets)?,
            is_done: false,
            numbers: Vec::new(),
        };
        if !ask.confirm {
            return Ok(erasure);
        }
        if !erasure.cases.is_empty() && !ask.despite_cases {
            return Err(DoorError::Conflict {
                code: "open_case".into(),
                detail: format!(
                    "a case in work names the contact: {}; end it first, or erase despite cases",
                    erasure.cases.join(", ")
                ),
            });
        }
        for target in &targets {
            let number = self.drop_record(tx, target, &ask.reason, now)?;
            erasure.numbers.push(number);
        }
        for (kind, count) in &erasure.kinds {
            let count = u64::try_from(*count).unwrap_or(u64::MAX);
            report::add(tx, now, kind, &ask.reason, count)?;
        }
        self.sweep_packs(tx)?;
        let row = AuditRow::ErasedOnRequest {
            staff: &ask.staff,
            request,
            reason: &ask.reason,
            record: ask.record.to_string(),
            kinds: &erasure.kinds,
            numbers: &erasure.numbers,
        };
        let json = serde_json::to_vec(&row).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.append_audit(now, &json)?;
        erasure.is_done = true;
        Ok(erasure)
    }

    /// The record itself and what hangs on it: of a household its people, services and visits, also
    /// where they were refused or wait; of a contact its services and, as a household without anybody
    /// says nothing about a person, not the household.
    fn targets(tx: &Tx<'_>, record: &RecordId) -> DoorResult<Vec<Target>> {
        let Some(row) = held::find(tx, record)? else {
            return Ok(Vec::new());
        };
        let mut rows: Vec<HeldRow> = match row.kind {
            RecordKind::Household => held::of_household(tx, record)?,
            RecordKind::Contact => held::naming(tx, record)?
                .into_iter()
                .filter(|other| other.kind == RecordKind::Enrolment)
                .collect(),
            RecordKind::Enrolment | RecordKind::Visit => Vec::new(),
            RecordKind::Case
            | RecordKind::Disclosure
            | RecordKind::Building
            | RecordKind::Entrance
            | RecordKind::Dwelling
            | RecordKind::Place
            | RecordKind::Component => return Ok(Vec::new()),
        };
        let home = row.home.clone();
        rows.push(row);
        let mut targets: Vec<Target> = rows.iter().map(Target::from).collect();
        let known: BTreeSet<RecordId> = targets.iter().map(|target| target.record).collect();
        let waiting = tx.waiting_naming(&record.to_string())?.into_iter();
        let hangs = |(id, kind): &(RecordId, RecordKind)| {
            !known.contains(id)
                && kind.grid_scope(home.clone()) == RecordKind::Contact.grid_scope(home.clone())
        };
        let waiting: Vec<Target> = waiting
            .filter(hangs)
            .map(|(record, kind)| Target {
                record,
                kind,
                home: home.clone(),
                consent: None,
            })
            .collect();
        targets.splice(0..0, waiting);
        Ok(targets)
    }
}

fn counted(targets: &[Target]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for target in targets {
        *kinds.entry(kind_name(target.kind).to_owned()).or_default() += 1;
    }
    kinds
}

/// The cases in work that name one of these records.
fn open_cases(tx: &Tx<'_>, targets: &[Target]) -> DoorResult<Vec<String>> {
    let mut cases = BTreeSet::new();
    for target in targets {
        for row in held::naming(tx, &target.record)? {
            let is_open = held::case_end(tx, &row.record)?.is_none_or(|end| end.is_open);
            if row.kind == RecordKind::Case && is_open {
                cases.insert(ShortCode::of(&row.record).to_string());
            }
        }
    }
    Ok(cases.into_iter().collect())
}

fn invalid(code: &str, detail: &str) -> DoorError {
    DoorError::Invalid {
        code: code.into(),
        detail: detail.into(),
    }
}
