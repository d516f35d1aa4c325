//! What the retention job has done: one row for each kind and reason of a run, without personal data.

use std::collections::BTreeMap;

use linli_model::Timestamp;
use linli_model::retention::Terms;
use linli_store::rusqlite::params;
use linli_store::{Reader, StoreError, Tx};

use crate::door::{DoorResult, ForgetRun, Forgetting};
use crate::engine::core::Core;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Records looked at since the beginning of the list.
const LOOKING: &str = "forget/looking";
/// When the end of the list was reached, and how many records were looked at by then.
const LOOKED_AT: &str = "forget/looked_at";
const LOOKED: &str = "forget/looked";

/// Notes what a run erased.
pub(super) fn add(
    tx: &Tx<'_>,
    now: Timestamp,
    kind: &str,
    reason: &str,
    count: u64,
) -> DoorResult<()> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let add = tx.sql().prepare_cached(
        "INSERT INTO forget_runs (at, kind, reason, count) VALUES (?1, ?2, ?3, ?4)",
    );
    add.and_then(|mut add| add.execute(params![now.0, kind, reason, count]))
        .map_err(StoreError::from)?;
    Ok(())
}

/// Notes how far the job has looked. A list without an end to reach leaves no trace.
pub(super) fn looked(tx: &mut Tx<'_>, count: u64, is_end: bool, now: Timestamp) -> DoorResult<()> {
    let all = tx.meta_number(LOOKING)?.saturating_add(count);
    if !is_end {
        return Ok(tx.set_meta_number(LOOKING, all)?);
    }
    tx.set_meta_number(LOOKING, 0)?;
    tx.set_meta_number(LOOKED, all)?;
    Ok(tx.set_meta_number(LOOKED_AT, u64::try_from(now.0).unwrap_or(0))?)
}

/// Reports are kept as long as the access log.
pub(super) fn prune(tx: &Tx<'_>, before: Timestamp) -> DoorResult<()> {
    let prune = tx
        .sql()
        .prepare_cached("DELETE FROM forget_runs WHERE at < ?1");
    prune
        .and_then(|mut prune| prune.execute([before.0]))
        .map_err(StoreError::from)?;
    Ok(())
}

impl Core {
    /// What the retention job has done, and by which terms.
    pub(crate) fn forgetting(&self, reader: &Reader<'_>) -> DoorResult<Forgetting> {
        let rules = self.reference()?.newest();
        let terms = rules.map(|rules| Terms::from(&rules.edition().settings));
        let mut terms_days = BTreeMap::new();
        if let Some(terms) = terms {
            for (name, ms) in [
                ("contact_days", terms.contact),
                ("visit_days", terms.visit),
                ("deleted_days", terms.deleted),
                ("case_days", terms.case),
                ("log_days", terms.log),
            ] {
                terms_days.insert(name.to_owned(), ms / DAY_MS);
            }
        }
        let list = reader.sql().prepare_cached(
            "SELECT at, kind, reason, count FROM forget_runs ORDER BY run DESC LIMIT 200",
        );
        let mut list = list.map_err(StoreError::from)?;
        let found = list
            .query_map([], |row| {
                let count: i64 = row.get("count")?;
                Ok(ForgetRun {
                    at: Timestamp(row.get("at")?),
                    kind: row.get("kind")?,
                    reason: row.get("reason")?,
                    count: u64::try_from(count).unwrap_or(0),
                })
            })
            .map_err(StoreError::from)?;
        let looked_at = reader.meta_number(LOOKED_AT)?;
        Ok(Forgetting {
            terms_days,
            runs: found.collect::<Result<_, _>>().map_err(StoreError::from)?,
            looked_at: i64::try_from(looked_at)
                .ok()
                .filter(|at| *at > 0)
                .map(Timestamp),
            looked: reader.meta_number(LOOKED)?,
            is_compaction_due: reader.is_compaction_due()?,
        })
    }
}
