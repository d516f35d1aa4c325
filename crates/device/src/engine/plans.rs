//! How SQLite goes about the questions that are asked after every save: a grid has thousands of cases and of photos,
//! and none of these questions may read them all.

use linli_store::rusqlite::params_from_iter;
use linli_store::{Ledger, Profile, StoreError};

use super::outgoing::{HAS_WAITING_PHOTOS, WAITING_PHOTOS};
use super::query::alarms::ALARMS;
use super::query::outbox::{
    MISSING_PHOTOS, RETURNED, WAITING_DANGER, WAITING_FILES, WAITING_REGISTER,
};
use super::query::pick::asking;
use crate::dto::case::CaseListKind;

/// The steps that SQLite takes for a question, in a new file of a handheld.
fn plan(sql: &str) -> Vec<String> {
    let ledger = Ledger::open_in_memory(Profile::Device, super::options(0)).unwrap();
    let steps = ledger.read(|reader| -> Result<Vec<String>, StoreError> {
        let mut plan = reader.sql().prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let asked = vec![1; plan.parameter_count()];
        let steps = plan.query_map(params_from_iter(asked), |row| row.get("detail"))?;
        Ok(steps.collect::<Result<_, _>>()?)
    });
    steps.unwrap()
}

/// Whether a table is read from its beginning to its end: through no index of a part of it, and it is not one row, another step or
/// what a value of JSON holds.
fn reads_all(step: &str) -> bool {
    let is_less = [" INDEX ", "VIRTUAL TABLE", "CONSTANT ROW", "(subquery"];
    step.starts_with("SCAN") && !is_less.iter().any(|part| step.contains(part))
}

#[test]
fn what_waits_is_found_from_what_waits() {
    assert!(reads_all(&plan("SELECT facts FROM case_rows")[0]));
    let photos = "photos_to_send";
    let notes = "case_notes_waiting";
    for (sql, begins_with) in [
        (WAITING_PHOTOS, photos),
        (HAS_WAITING_PHOTOS, photos),
        (WAITING_FILES, photos),
        (WAITING_DANGER, notes),
        (ALARMS, notes),
        (MISSING_PHOTOS, "case_rows_open"),
        (RETURNED, "case_rows_open"),
        (WAITING_REGISTER, "outbox_waiting"),
    ] {
        let steps = plan(sql);
        assert!(
            !steps.iter().any(|step| reads_all(step)),
            "{sql}: {steps:#?}"
        );
        let first = steps.iter().find(|step| step.contains(" INDEX "));
        assert!(
            first.is_some_and(|step| step.contains(begins_with)),
            "{sql}: {steps:#?}"
        );
    }
}

#[test]
fn no_list_reads_every_row() {
    for kind in [CaseListKind::Mine, CaseListKind::Grid] {
        let steps = plan(&asking(kind)).join("; ");
        assert!(
            steps.contains("COVERING INDEX case_rows_outline"),
            "{steps}"
        );
        assert!(!steps.contains("TEMP B-TREE"), "{steps}");
    }
    let tasks = plan(&asking(CaseListKind::Todo)).join("; ");
    assert!(tasks.contains("case_rows_with_tasks"), "{tasks}");
    let map = plan(include_str!("query/map/cases.sql")).join("; ");
    assert!(map.contains("case_rows_open"), "{map}");
}
