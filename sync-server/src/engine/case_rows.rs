//! The rows behind lists of cases: derived from documents, written when a case has settled.

use linli_model::case::{CaseLog, CaseView, Editions, State, automation, deadline};
use linli_model::{OrgId, RecordId, ShortCode, Timestamp};
use linli_store::rusqlite::{Connection, OptionalExtension, params};
use linli_store::{Module, Reader, StoreError, Tx};

use crate::door::{CaseDetail, CaseFilter, CasePage, CaseRow, DoorError, DoorResult};
use crate::engine::core::Core;

/// The tables of this server beside the ledger's own.
pub(crate) fn module() -> Module {
    Module {
        name: "server",
        migrations: &[
            include_str!("schema/0001_server.sql"),
            include_str!("schema/0002_base_data.sql"),
            include_str!("schema/0003_forgetting.sql"),
            include_str!("schema/0004_wake.sql"),
            include_str!("schema/0005_withdrawals.sql"),
        ],
    }
}

fn sql_error(error: linli_store::rusqlite::Error) -> DoorError {
    StoreError::from(error).into()
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

impl Core {
    /// Replaces the rows of a case that has settled.
    pub(crate) fn rows_of(
        &mut self,
        tx: &mut Tx<'_>,
        log: &CaseLog,
        view: &CaseView,
        now: Timestamp,
    ) -> DoorResult<()> {
        let standing = &view.confirmed;
        let rules = self.reference()?.rules(log.head.edition);
        let holder = standing.holder.as_ref();
        let waits_for = rules.and_then(|rules| {
            let target = standing.order.as_ref().map(|order| &order.target);
            let target =
                target.or_else(|| standing.transfer.as_ref().map(|transfer| &transfer.target))?;
            rules.tree().next_hop(holder?, target)
        });
        let due = rules.and_then(|rules| {
            deadline::running(standing, rules)
                .into_iter()
                .map(|limit| limit.due)
                .min()
        });
        let is_ours = holder.is_some_and(|org| self.host.hosts(org));
        let wake_at = rules
            .filter(|_| is_ours)
            .and_then(|rules| automation::wakes_at(view, rules, now));
        let merged_into = standing.merged_into.filter(|_| is_ours);
        let view_json =
            serde_json::to_string(view).map_err(|error| DoorError::Bug(error.to_string()))?;
        let head_json =
            serde_json::to_string(&log.head).map_err(|error| DoorError::Bug(error.to_string()))?;
        let conn = tx.sql();
        conn.prepare_cached(include_str!("case_rows/replace.sql"))
            .and_then(|mut replace| {
                replace.execute(params![
                    log.id.0,
                    log.head.home.as_str(),
                    log.head.category.as_str(),
                    word(&standing.state),
                    standing.state.is_open(),
                    holder.map(OrgId::as_str),
                    ShortCode::of(&log.id).to_string(),
                    standing.case_number.as_ref().map(ToString::to_string),
                    log.head.place,
                    standing.marks.reported.unwrap_or(now).0,
                    due.map(|due| due.0),
                    waits_for.as_ref().map(OrgId::as_str),
                    head_json,
                    view_json,
                    wake_at.map(|at| at.0),
                    merged_into.map(|target| target.0),
                ])
            })
            .map_err(sql_error)?;
        members(conn, log, view).map_err(sql_error)
    }
}

fn members(conn: &Connection, log: &CaseLog, view: &CaseView) -> linli_store::rusqlite::Result<()> {
    let mut add =
        conn.prepare_cached("INSERT OR IGNORE INTO case_members (record, org) VALUES (?1, ?2)")?;
    for org in &view.members {
        add.execute(params![log.id.0, org.as_str()])?;
    }
    Ok(())
}

/// Cases whose custody waits for a live exchange with this neighbour.
pub(crate) fn waiting_for(reader: &Reader<'_>, neighbour: &OrgId) -> DoorResult<Vec<RecordId>> {
    ids(
        reader,
        "SELECT record FROM cases WHERE waits_for = ?1 ORDER BY record LIMIT 500",
        [neighbour.as_str()],
    )
}

/// Cases for which the time has come to look again, and those whose target was dropped.
pub(crate) fn due(reader: &Reader<'_>, now: Timestamp, limit: usize) -> DoorResult<Vec<RecordId>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    ids(
        reader,
        "SELECT record FROM cases WHERE wake_at <= ?1
         UNION SELECT c.record FROM cases c JOIN tombstones t ON t.record = c.merged_into
         LIMIT ?2",
        params![now.0, limit],
    )
}

/// Cases that were merged into this one.
pub(crate) fn merged_into(reader: &Reader<'_>, target: &RecordId) -> DoorResult<Vec<RecordId>> {
    ids(
        reader,
        "SELECT record FROM cases WHERE merged_into = ?1 ORDER BY record",
        [target.0],
    )
}

/// Every case is looked at again: rules have come or changed.
pub(crate) fn wake_all(tx: &mut Tx<'_>) -> DoorResult<()> {
    let wake = "UPDATE cases SET wake_at = 0 WHERE is_open = 1 OR state IN ('closed', 'merged')";
    tx.sql().execute(wake, []).map_err(sql_error)?;
    Ok(())
}

/// A case that cannot be looked at, as its document or edition is not here: something has to come.
pub(crate) fn sleep(tx: &mut Tx<'_>, case: &RecordId) -> DoorResult<()> {
    let sleep = "UPDATE cases SET wake_at = NULL WHERE record = ?1";
    tx.sql().execute(sleep, [case.0]).map_err(sql_error)?;
    Ok(())
}

fn ids(
    reader: &Reader<'_>,
    sql: &str,
    values: impl linli_store::rusqlite::Params,
) -> DoorResult<Vec<RecordId>> {
    let mut list = reader.sql().prepare_cached(sql).map_err(sql_error)?;
    let found = list
        .query_map(values, |row| row.get(0).map(RecordId))
        .map_err(sql_error)?;
    found.collect::<Result<_, _>>().map_err(sql_error)
}

const COLUMNS: &str =
    "c.record, c.home, c.category, c.state, c.holder, c.short_code, c.case_number,
  c.place, c.reported_at, c.due_at, c.head, c.view";

/// Cases that an organisation is a member of, newest first.
pub(crate) fn list(reader: &Reader<'_>, org: &OrgId, filter: &CaseFilter) -> DoorResult<CasePage> {
    let limit = filter.limit.unwrap_or(50).clamp(1, 200);
    let sql = format!(
        "SELECT {COLUMNS} FROM cases c JOIN case_members m ON m.record = c.record
         WHERE m.org = ?1 AND (?2 IS NULL OR c.state = ?2) AND (?3 IS NULL OR c.home = ?3)
           AND (?4 IS NULL OR c.holder = ?4) AND (?5 IS NULL OR c.record < ?5)
           AND (?6 IS NULL OR c.short_code = ?6 OR instr(c.place, ?6) > 0)
         ORDER BY c.record DESC LIMIT ?7"
    );
    let mut list = reader.sql().prepare_cached(&sql).map_err(sql_error)?;
    let found = list
        .query_map(
            params![
                org.as_str(),
                filter.state,
                filter.grid.as_ref().map(linli_model::GridCode::as_str),
                filter.holder.as_ref().map(OrgId::as_str),
                filter.after.map(|after| after.0),
                filter.text,
                limit + 1,
            ],
            read,
        )
        .map_err(sql_error)?;
    let mut rows = found
        .map(|found| found.map(|(row, _)| row))
        .collect::<Result<Vec<_>, _>>()
        .map_err(sql_error)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(CasePage { rows, more })
}

/// Whether an organisation is a member of a case.
pub(crate) fn is_member(reader: &Reader<'_>, org: &OrgId, id: &RecordId) -> DoorResult<bool> {
    let find = reader
        .sql()
        .prepare_cached("SELECT 1 FROM case_members WHERE org = ?1 AND record = ?2");
    find.and_then(|mut find| find.exists(params![org.as_str(), id.0]))
        .map_err(sql_error)
}

/// One case, if the organisation is a member of it.
pub(crate) fn find(reader: &Reader<'_>, org: &OrgId, id: &RecordId) -> DoorResult<CaseDetail> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases c JOIN case_members m ON m.record = c.record
         WHERE m.org = ?1 AND c.record = ?2"
    );
    let mut find = reader.sql().prepare_cached(&sql).map_err(sql_error)?;
    let found = find
        .query_row(params![org.as_str(), id.0], read)
        .optional()
        .map_err(sql_error)?;
    let (row, view) = found.ok_or(DoorError::NotFound { what: "case" })?;
    Ok(CaseDetail { row, view })
}

fn read(
    row: &linli_store::rusqlite::Row<'_>,
) -> linli_store::rusqlite::Result<(CaseRow, serde_json::Value)> {
    let json = |column: usize| -> linli_store::rusqlite::Result<serde_json::Value> {
        let text: String = row.get(column)?;
        Ok(serde_json::from_str(&text).unwrap_or_default())
    };
    let code = |column: usize| -> linli_store::rusqlite::Result<String> { row.get(column) };
    let wrong = |error: linli_model::IdError| {
        linli_store::rusqlite::Error::FromSqlConversionFailure(
            0,
            linli_store::rusqlite::types::Type::Text,
            Box::new(error),
        )
    };
    let case = CaseRow {
        id: RecordId(row.get(0)?),
        grid: code(1)?.parse().map_err(wrong)?,
        category: code(2)?.parse().map_err(wrong)?,
        state: code(3)?,
        holder: code(4)?.parse().map_err(wrong)?,
        short_code: code(5)?,
        number: row.get(6)?,
        reported_at: Timestamp(row.get(8)?),
        due_at: row.get::<_, Option<i64>>(9)?.map(Timestamp),
        more: json(10)?,
    };
    Ok((case, json(11)?))
}

/// Whether a state name is one of the model's; a filter with another one is a mistake of the caller.
pub(crate) fn is_state(name: &str) -> bool {
    State::ALL.iter().any(|state| word(state) == name)
}
