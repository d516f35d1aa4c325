//! Base data from files: recognised by code and door, compared, and written by the desk that the
//! grid belongs to, in the name of somebody who may write such records there
//! (docs/adr/0014-base-data-by-the-desk.md).

mod place;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use linli_intake::BaseRow;
use linli_model::{
    ChangeHash, GridCode, OrgId, RecordId, RecordKind, Role, Scope, StaffId, Timestamp,
};
use linli_records::authority::{Hand as Signs, Signer};
use linli_store::Tx;
use serde::Serialize;

use crate::door::{DoorError, DoorResult, ImportRows, RowOutcome, RowRefusal};
use crate::engine::core::Core;

/// The most rows of one call: they share a transaction and its fsync.
pub(crate) const MAX_ROWS: usize = 1_000;

/// A row of the audit log about an import: counts and the person, nothing of the data.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    Imported {
        staff: &'a StaffId,
        kinds: Vec<String>,
        new: usize,
        changed: usize,
    },
}

/// What one call knows while it goes from row to row.
struct Import<'a> {
    staff: &'a StaffId,
    confirm: bool,
    now: Timestamp,
    rights: BTreeMap<(GridCode, RecordKind), Result<Right, RowRefusal>>,
    written: BTreeMap<Scope, Vec<ChangeHash>>,
    desks: BTreeSet<OrgId>,
}

/// The desk that writes in a grid, and the role of the person.
#[derive(Debug, Clone)]
struct Right {
    org: OrgId,
    role: Role,
}

/// Why a row goes no further: a refusal is an outcome, a failure ends the call.
enum Stop {
    Refused(RowRefusal),
    Failed(DoorError),
}

impl From<RowRefusal> for Stop {
    fn from(refusal: RowRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<DoorError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Core {
    /// Looks at rows, and writes them when that was confirmed. One outcome for each row.
    pub(crate) fn import_rows(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        ask: &ImportRows,
    ) -> DoorResult<Vec<RowOutcome>> {
        if ask.rows.len() > MAX_ROWS {
            return Err(DoorError::Invalid {
                code: "rows".into(),
                detail: format!("{} rows at once, {MAX_ROWS} are allowed", ask.rows.len()),
            });
        }
        if ask.confirm {
            self.must_be_recovered()?;
        }
        let mut import = Import {
            staff: &ask.staff,
            confirm: ask.confirm,
            now,
            rights: BTreeMap::new(),
            written: BTreeMap::new(),
            desks: BTreeSet::new(),
        };
        let mut outcomes = Vec::with_capacity(ask.rows.len());
        for row in &ask.rows {
            outcomes.push(match self.import_row(tx, &mut import, row) {
                Ok(outcome) => outcome,
                Err(Stop::Refused(refusal)) => RowOutcome::Refused(refusal),
                Err(Stop::Failed(error)) => return Err(error),
            });
        }
        if ask.confirm {
            self.finish_import(tx, &import, ask, &outcomes)?;
        }
        Ok(outcomes)
    }

    fn import_row(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        row: &BaseRow,
    ) -> Result<RowOutcome, Stop> {
        let place = place::place_of(tx, row)?;
        let right = self.right_in(import, &place.home, row.kind)?;
        match place.record {
            Some(record) => self.update(tx, import, row, &place, record, &right),
            None => self.create(tx, import, row, place, &right),
        }
    }

    /// The desk and the role in which the person may write such records in a grid, by the rules that
    /// every receiver holds against a desk's batch.
    fn right_in(
        &self,
        import: &mut Import<'_>,
        grid: &GridCode,
        kind: RecordKind,
    ) -> Result<Right, Stop> {
        let asked = (grid.clone(), kind);
        if let Some(known) = import.rights.get(&asked) {
            return known.clone().map_err(Stop::Refused);
        }
        let found = self.find_right(import.staff, grid, kind)?;
        import.rights.insert(asked, found.clone());
        found.map_err(Stop::Refused)
    }

    fn find_right(
        &self,
        staff: &StaffId,
        grid: &GridCode,
        kind: RecordKind,
    ) -> DoorResult<Result<Right, RowRefusal>> {
        let reference = self.reference()?;
        let name = grid.to_string();
        let Some(rules) = reference.newest() else {
            return Ok(Err(RowRefusal::UnknownGrid { grid: name }));
        };
        let Some(org) = rules.community(grid) else {
            return Ok(Err(RowRefusal::UnknownGrid { grid: name }));
        };
        if !self.host.hosts(org) {
            let org = org.to_string();
            return Ok(Err(RowRefusal::Elsewhere { grid: name, org }));
        }
        let may = |role: &Role| {
            let signer = Signer {
                org: org.clone(),
                staff: staff.clone(),
                role: *role,
                edition: reference.newest_number(),
                scope: kind.grid_scope(grid.clone()),
                certified_org: org.clone(),
                hand: Signs::Desk,
            };
            signer
                .check(rules)
                .and_then(|()| signer.may_touch(kind, grid))
                .is_ok()
        };
        let role = Role::ALL.iter().copied().find(may);
        Ok(match role {
            Some(role) => Ok(Right {
                org: org.clone(),
                role,
            }),
            None => Err(RowRefusal::NoRight {
                staff: staff.to_string(),
                grid: name,
            }),
        })
    }

    /// Lists what was written, signs it and notes who did it.
    fn finish_import(
        &mut self,
        tx: &mut Tx<'_>,
        import: &Import<'_>,
        ask: &ImportRows,
        outcomes: &[RowOutcome],
    ) -> DoorResult<()> {
        if import.written.is_empty() {
            return Ok(());
        }
        for (scope, hashes) in &import.written {
            // Groups travel whole: small ones, so that a page of a feed ends soon.
            for group in hashes.chunks(32) {
                tx.list(scope, group)?;
            }
            let seq = tx.feed_state(scope)?.seq;
            self.notice.feeds.insert(scope.clone(), seq);
        }
        self.seal_of(tx, &import.desks, import.now)?;
        let count =
            |is: fn(&RowOutcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let kinds: BTreeSet<RecordKind> = ask.rows.iter().map(|row| row.kind).collect();
        let row = AuditRow::Imported {
            staff: import.staff,
            kinds: kinds
                .into_iter()
                .map(|kind| linli_records::schema::kind_name(kind).to_owned())
                .collect(),
            new: count(|outcome| matches!(outcome, RowOutcome::New { .. })),
            changed: count(|outcome| matches!(outcome, RowOutcome::Changed { .. })),
        };
        let json = serde_json::to_vec(&row).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.append_audit(import.now, &json)?;
        Ok(())
    }

    /// A new record's id.
    fn next_id(&mut self, now: Timestamp) -> RecordId {
        self.record_id(now)
    }
}
