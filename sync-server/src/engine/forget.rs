//! Forgetting: the retention job, erasure on request, and the question who holds something
//! (docs/storage.md).
//!
//! A tombstone is written by the desk of the record's own community, erases the record here in the
//! same transaction, and travels to whom it concerns. [`linli_model::retention`] says what is due.

pub(crate) mod held;
pub(crate) mod holders;
mod report;
mod request;

use std::collections::BTreeMap;
use std::fs;

use linli_model::case::Rules;
use linli_model::retention::{Cases, Held, Terms, Why, due};
use linli_model::{GridCode, OrgId, RecordId, RecordKind, Scope, Timestamp};
use linli_records::schema::kind_name;
use linli_store::{ControlItem, StoreError, Tx};
use linli_trust::{ReasonCode, Signed, Suite, Tombstone, TombstoneBody};
use serde::Serialize;

use crate::door::{DoorError, DoorResult};
use crate::engine::core::Core;
use held::HeldRow;

/// Rows that one tick looks at, and records that it erases at most: other requests wait meanwhile.
const LOOK: u32 = 1_000;
const ERASE: usize = 100;
/// Rows of the access log that one tick lets go of at most.
const LOG_ROWS: usize = 1_000;
/// A household that was dropped on request takes its visits along; one that only moved out does not.
const MOVED_OUT: &str = "deleted";

/// A record that is to be erased.
pub(super) struct Target {
    pub(super) record: RecordId,
    pub(super) kind: RecordKind,
    pub(super) home: GridCode,
    pub(super) consent: Option<String>,
}

impl From<&HeldRow> for Target {
    fn from(row: &HeldRow) -> Self {
        Self {
            record: row.record,
            kind: row.kind,
            home: row.home.clone(),
            consent: row.consent.clone(),
        }
    }
}

/// A row of the audit log. Of a consent that ended it is the proof for as long as the log is kept.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    Forgotten {
        record: String,
        kind: &'a str,
        reason: &'a str,
        org: &'a OrgId,
        number: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        consent: Option<&'a str>,
    },
}

impl Core {
    /// Looks at the next stretch of what is held and erases what is due. Every tick goes on where the
    /// last one stopped, so that nothing that has to stay holds up the rest.
    pub(crate) fn forget_due(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<()> {
        let Some(rules) = self.reference()?.newest().cloned() else {
            return Ok(());
        };
        let terms = Terms::from(&rules.edition().settings);
        let rows = held::page(tx, self.forget_after.as_ref(), LOOK)?;
        let mut counts: BTreeMap<(RecordKind, &'static str), u64> = BTreeMap::new();
        let (mut erased, mut looked) = (0, 0);
        for row in &rows {
            if erased == ERASE {
                break;
            }
            looked += 1;
            self.forget_after = Some(row.record);
            if let Some(why) = self.is_due(tx, &rules, &terms, row, now)? {
                self.drop_record(tx, &Target::from(row), why.code(), now)?;
                *counts.entry((row.kind, why.code())).or_default() += 1;
                erased += 1;
            }
        }
        if rows.len() < LOOK as usize && erased < ERASE {
            self.forget_after = None;
        }
        report::looked(tx, looked, self.forget_after.is_none(), now)?;
        for ((kind, reason), count) in counts {
            report::add(tx, now, kind_name(kind), reason, count)?;
        }
        let log_before = now.plus_ms(terms.log.saturating_neg());
        let rows = tx.prune_audit(log_before, LOG_ROWS)?;
        if rows > 0 {
            let rows = u64::try_from(rows).unwrap_or(u64::MAX);
            report::add(tx, now, "access_log", "log_term", rows)?;
        }
        report::prune(tx, log_before)?;
        self.sweep_packs(tx)
    }

    fn is_due(
        &self,
        tx: &Tx<'_>,
        rules: &Rules,
        terms: &Terms,
        row: &HeldRow,
        now: Timestamp,
    ) -> DoorResult<Option<Why>> {
        let is_home = rules
            .community(&row.home)
            .is_some_and(|org| self.host.hosts(org));
        if !is_home {
            return Ok(None);
        }
        let found = Held {
            kind: row.kind,
            expires_at: row.expires_at,
            visited_at: row.visited_at,
            received_at: tx
                .received_span(&row.record)?
                .map_or(now, |(first, _)| first),
            deleted_since: held::deleted_since(tx, row, now)?,
            household_gone: household_gone(tx, row)?,
            is_for_case: row.purpose.as_deref() == Some("case_contact"),
            cases: cases_of(tx, row)?,
        };
        let why = due(&found, terms)
            .filter(|(at, _)| *at <= now)
            .map(|(_, why)| why);
        if why.is_none() || self.is_up(tx, rules, row, now)? {
            Ok(why)
        } else {
            Ok(None)
        }
    }

    /// Whether the parent has taken everything of a record that it is to get.
    fn is_up(&self, tx: &Tx<'_>, rules: &Rules, row: &HeldRow, now: Timestamp) -> DoorResult<bool> {
        let Some((_, parent)) = self.host.parent(rules) else {
            return Ok(true);
        };
        let feed = Scope::Desk(parent.clone());
        let Some(last) = tx.last_listed(&feed, &row.record)? else {
            return Ok(true);
        };
        let key = self.reference()?.certificates().desk_key(&parent, now);
        let Some(key) = key.map(|found| found.key.id()) else {
            return Ok(false);
        };
        Ok(tx.cursor(&key, &feed)?.pushed >= last)
    }

    /// Erases a record for ever, here and wherever it went. Answers the tombstone's number.
    pub(super) fn drop_record(
        &mut self,
        tx: &mut Tx<'_>,
        target: &Target,
        reason: &str,
        now: Timestamp,
    ) -> DoorResult<u64> {
        let org = self.home_of(&target.home)?;
        let key = self.host.key(&org)?;
        let number = tx.last_drop_number(&key.id())?.saturating_add(1);
        let body = TombstoneBody {
            suite: Suite::CURRENT,
            record: target.record,
            kind: target.kind,
            scope: target.kind.grid_scope(target.home.clone()),
            reason: ReasonCode::new(reason)?,
            at: now,
            number,
            signer: key.id(),
        };
        let tombstone = Signed::seal(body, key)?;
        self.keep(tx, &ControlItem::Tombstone(tombstone), now)?;
        let row = AuditRow::Forgotten {
            record: target.record.to_string(),
            kind: kind_name(target.kind),
            reason,
            org: &org,
            number,
            consent: target.consent.as_deref(),
        };
        let json = serde_json::to_vec(&row).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.append_audit(now, &json)?;
        Ok(number)
    }

    /// The hosted community of a grid.
    pub(super) fn home_of(&self, grid: &GridCode) -> DoorResult<OrgId> {
        let rules = self.reference()?.newest();
        let org = rules.and_then(|rules| rules.community(grid));
        let elsewhere = || DoorError::Refused {
            code: "elsewhere".into(),
            detail: format!("{grid} belongs to a community whose desk is not on this server"),
        };
        org.filter(|org| self.host.hosts(org))
            .cloned()
            .ok_or_else(elsewhere)
    }

    /// Removes packs that the ledger does not name: they hold records as they were. A pack whose file
    /// is gone is made anew when somebody asks.
    pub(crate) fn sweep_packs(&self, tx: &Tx<'_>) -> DoorResult<()> {
        let Ok(files) = fs::read_dir(&self.packs) else {
            return Ok(());
        };
        let named: Vec<String> = {
            let list = tx.sql().prepare_cached("SELECT place FROM packs");
            let mut list = list.map_err(StoreError::from)?;
            let found = list
                .query_map([], |row| row.get("place"))
                .map_err(StoreError::from)?;
            found.collect::<Result<_, _>>().map_err(StoreError::from)?
        };
        for file in files.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if named.contains(&name) {
                continue;
            }
            if let Err(error) = fs::remove_file(file.path()) {
                tracing::warn!(%error, "a pack that is not valid any more could not be removed");
            }
        }
        Ok(())
    }
}

/// Since when the household of a row is erased, when that takes the row along.
fn household_gone(tx: &Tx<'_>, row: &HeldRow) -> DoorResult<Option<Timestamp>> {
    let Some(household) = &row.household else {
        return Ok(None);
    };
    let Some(erased) = tx.erased(household)? else {
        return Ok(None);
    };
    let only_moved = Tombstone::decode(&erased.bytes)?.body().reason.as_str() == MOVED_OUT;
    let is_taken = row.kind != RecordKind::Visit || !only_moved;
    Ok(is_taken.then_some(erased.at))
}

/// Whether a case in work needs the record.
fn cases_of(tx: &Tx<'_>, row: &HeldRow) -> DoorResult<Cases> {
    let mut cases: Vec<RecordId> = Vec::new();
    if row.kind == RecordKind::Case {
        cases.push(row.record);
    }
    if row.kind == RecordKind::Disclosure {
        cases.extend(row.named);
    }
    if matches!(row.kind, RecordKind::Contact | RecordKind::Disclosure) {
        let naming = held::naming(tx, &row.record)?.into_iter();
        let naming = naming.filter(|other| other.kind == RecordKind::Case);
        cases.extend(naming.map(|other| other.record));
    }
    let mut last = None;
    let mut next = 0;
    while let Some(case) = cases.get(next).copied() {
        next += 1;
        if tx.is_erased(&case)? {
            continue;
        }
        let Some(end) = held::case_end(tx, &case)?.filter(|end| !end.is_open) else {
            return Ok(Cases::Open);
        };
        // Whoever reported a duplicate is told how the other case ends.
        cases.extend(end.merged_into.filter(|other| !cases.contains(other)));
        let last_change = tx.received_span(&case)?.map(|(_, last)| last);
        let Some(at) = end.closed_at.or(last_change) else {
            return Ok(Cases::Open);
        };
        last = last.max(Some(at));
    }
    Ok(last.map_or(Cases::None, Cases::Ended))
}
