//! Rows about what is held of whom and until when: what the retention job, an erasure on request and
//! the question "who holds this" read. Derived from documents; they hold no name and no number.

use linli_model::{GridCode, RecordId, RecordKind, Timestamp};
use linli_records::read::{deletion, winner};
use linli_records::{Deletion, FieldValue};
use linli_store::rusqlite::{Connection, OptionalExtension, Row, params};
use linli_store::{Projected, Projector, Reader, Result, Tx};

/// The projector. It also takes the row of an erased case out of the lists.
pub(crate) struct HeldRows;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldRow {
    pub(crate) record: RecordId,
    pub(crate) kind: RecordKind,
    pub(crate) home: GridCode,
    pub(crate) is_deleted: bool,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) visited_at: Option<Timestamp>,
    pub(crate) household: Option<RecordId>,
    pub(crate) named: Option<RecordId>,
    pub(crate) purpose: Option<String>,
    pub(crate) consent: Option<String>,
}

fn is_held(kind: RecordKind) -> bool {
    match kind {
        RecordKind::Case
        | RecordKind::Household
        | RecordKind::Contact
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Disclosure => true,
        RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Dwelling
        | RecordKind::Place
        | RecordKind::Component => false,
    }
}

impl Projector for HeldRows {
    fn name(&self) -> &'static str {
        "held_rows"
    }

    fn version(&self) -> u32 {
        1
    }

    fn create(&self, _: &Connection) -> Result<()> {
        // The table is made by the server's migrations.
        Ok(())
    }

    fn remove(&self, conn: &Connection) -> Result<()> {
        Ok(conn.execute_batch("DELETE FROM held_rows")?)
    }

    fn project(&self, conn: &Connection, projected: &Projected<'_>) -> Result<()> {
        let kind = projected.kind;
        if !is_held(kind) {
            return Ok(());
        }
        let value = |name: &str| winner(projected.document, name);
        let text = |name: &str| value(name)?.as_text().map(str::to_owned);
        let int = |name: &str| value(name).as_ref().and_then(FieldValue::as_int);
        let record = |name: &str| text(name)?.parse::<RecordId>().ok().map(|id| id.0);
        let named = match kind {
            RecordKind::Case => record("contact_ref").or_else(|| record("disclosure_ref")),
            RecordKind::Enrolment => record("contact"),
            RecordKind::Disclosure => record("case"),
            RecordKind::Household
            | RecordKind::Contact
            | RecordKind::Visit
            | RecordKind::Building
            | RecordKind::Entrance
            | RecordKind::Dwelling
            | RecordKind::Place
            | RecordKind::Component => None,
        };
        conn.prepare_cached(
            "INSERT OR REPLACE INTO held_rows (record, kind, home, is_deleted, expires_at, visited_at,
               household, named, purpose, consent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            projected.record.0,
            kind.number(),
            projected.home.as_str(),
            matches!(deletion(projected.document), Deletion::Deleted { .. }),
            int("expires_at"),
            int("visited_at"),
            record("household"),
            named,
            text("purpose"),
            text("consent_id"),
        ])?;
        Ok(())
    }

    fn forget(&self, conn: &Connection, record: &RecordId) -> Result<()> {
        for sql in [
            "DELETE FROM held_rows WHERE record = ?1",
            "DELETE FROM deleted_since WHERE record = ?1",
            "DELETE FROM cases WHERE record = ?1",
        ] {
            conn.prepare_cached(sql)?.execute([record.0])?;
        }
        Ok(())
    }
}

const COLUMNS: &str =
    "record, kind, home, is_deleted, expires_at, visited_at, household, named, purpose, consent
     FROM held_rows";

fn read(row: &Row<'_>) -> linli_store::rusqlite::Result<HeldRow> {
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| {
        linli_store::rusqlite::Error::FromSqlConversionFailure(
            0,
            linli_store::rusqlite::types::Type::Text,
            error,
        )
    };
    let kind = RecordKind::from_number(row.get("kind")?)
        .ok_or_else(|| wrong("no such record kind".into()))?;
    let home: String = row.get("home")?;
    let id = |name: &str| -> linli_store::rusqlite::Result<Option<RecordId>> {
        Ok(row.get::<_, Option<[u8; 16]>>(name)?.map(RecordId))
    };
    Ok(HeldRow {
        record: RecordId(row.get("record")?),
        kind,
        home: GridCode::new(home).map_err(|error| wrong(error.into()))?,
        is_deleted: row.get("is_deleted")?,
        expires_at: row.get::<_, Option<i64>>("expires_at")?.map(Timestamp),
        visited_at: row.get::<_, Option<i64>>("visited_at")?.map(Timestamp),
        household: id("household")?,
        named: id("named")?,
        purpose: row.get("purpose")?,
        consent: row.get("consent")?,
    })
}

/// A stretch of all rows in order of records.
pub(super) fn page(
    reader: &Reader<'_>,
    after: Option<&RecordId>,
    limit: u32,
) -> Result<Vec<HeldRow>> {
    list(
        reader,
        "(?1 IS NULL OR record > ?1) ORDER BY record LIMIT ?2",
        params![after.map(|id| id.0), limit],
    )
}

/// The row of a record.
pub(super) fn find(reader: &Reader<'_>, record: &RecordId) -> Result<Option<HeldRow>> {
    Ok(list(reader, "record = ?1", params![record.0])?.pop())
}

/// What belongs to a household.
pub(super) fn of_household(reader: &Reader<'_>, household: &RecordId) -> Result<Vec<HeldRow>> {
    list(
        reader,
        "household = ?1 ORDER BY kind, record",
        params![household.0],
    )
}

/// What names a record: cases a contact or disclosure, enrolments a contact, disclosures a case.
pub(super) fn naming(reader: &Reader<'_>, record: &RecordId) -> Result<Vec<HeldRow>> {
    list(
        reader,
        "named = ?1 ORDER BY kind, record",
        params![record.0],
    )
}

fn list(
    reader: &Reader<'_>,
    wanted: &str,
    params: impl linli_store::rusqlite::Params,
) -> Result<Vec<HeldRow>> {
    let sql = format!("SELECT {COLUMNS} WHERE {wanted}");
    let mut list = reader.sql().prepare_cached(&sql)?;
    let found = list.query_map(params, read)?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// Where a case stands as far as keeping things for it matters.
pub(super) struct CaseEnd {
    /// Whether somebody still has something to do.
    pub(super) is_open: bool,
    /// Closing, when the case was closed.
    pub(super) closed_at: Option<Timestamp>,
    /// The case that it was merged into.
    pub(super) merged_into: Option<RecordId>,
}

/// How far a case is; nothing when it has no row: then nobody knows yet.
pub(super) fn case_end(reader: &Reader<'_>, case: &RecordId) -> Result<Option<CaseEnd>> {
    let mut find = reader.sql().prepare_cached(
        "SELECT is_open, json_extract(view, '$.confirmed.marks.closed') AS closed,
           json_extract(view, '$.confirmed.merged_into') AS merged
         FROM cases WHERE record = ?1",
    )?;
    let found = find.query_row([case.0], |row| {
        Ok(CaseEnd {
            is_open: row.get("is_open")?,
            closed_at: row.get::<_, Option<i64>>("closed")?.map(Timestamp),
            merged_into: row
                .get::<_, Option<String>>("merged")?
                .and_then(|id| id.parse().ok()),
        })
    });
    Ok(found.optional()?)
}

/// Since when it is known here that a record is marked to be dropped.
pub(super) fn deleted_since(
    tx: &Tx<'_>,
    row: &HeldRow,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let conn = tx.sql();
    if !row.is_deleted {
        conn.prepare_cached("DELETE FROM deleted_since WHERE record = ?1")?
            .execute([row.record.0])?;
        return Ok(None);
    }
    conn.prepare_cached("INSERT OR IGNORE INTO deleted_since (record, at) VALUES (?1, ?2)")?
        .execute(params![row.record.0, now.0])?;
    let mut find = conn.prepare_cached("SELECT at FROM deleted_since WHERE record = ?1")?;
    Ok(Some(Timestamp(
        find.query_row([row.record.0], |row| row.get("at"))?,
    )))
}
