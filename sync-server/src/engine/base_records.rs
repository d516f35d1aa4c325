//! Base data by what people recognise them by: the code of a building, the door of a dwelling.
//!
//! Derived from documents, whoever wrote them: a building that a handheld made is recognised as well
//! as one that came in a file. Names and codes are kept as hashes; of contacts nothing else is.

use std::collections::BTreeMap;

use linli_model::{GridCode, RecordId, RecordKind};
use linli_records::read::{deletion, read_fields, winner};
use linli_records::schema::DELETED;
use linli_records::{Deletion, Document, FieldValue};
use linli_store::rusqlite::{Connection, OptionalExtension, Row, params};
use linli_store::{Projected, Projector, Reader, Result, StoreError};
use sha2::{Digest as _, Sha256};

/// Half a SHA-256: enough that two names never meet by chance.
pub(crate) type Key = [u8; 16];

/// Registers that every kind has and that no file brings.
const OURS: [&str; 4] = ["kind", "v", "home", DELETED];

/// A record that goes by a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) record: RecordId,
    pub(crate) home: GridCode,
}

/// The projector.
pub(crate) struct BaseRecords;

/// The key of a building or component by its code.
pub(crate) fn of_code(kind: RecordKind, code: &str) -> Key {
    key(kind, b"code", &[code.as_bytes()])
}

/// The key of an entrance by its name in a building.
pub(crate) fn of_entrance(building: &RecordId, name: &str) -> Key {
    key(
        RecordKind::Entrance,
        b"name",
        &[&building.0, name.as_bytes()],
    )
}

/// The key of a dwelling by its unit behind an entrance, or directly in the building.
pub(crate) fn of_unit(building: &RecordId, entrance: Option<&RecordId>, unit: &str) -> Key {
    let entrance = entrance.map_or(&[][..], |id| &id.0);
    key(
        RecordKind::Dwelling,
        b"unit",
        &[&building.0, entrance, unit.as_bytes()],
    )
}

/// The key of a household by how it is called in its dwelling.
pub(crate) fn of_household(dwelling: &RecordId, form: &str) -> Key {
    key(
        RecordKind::Household,
        b"form",
        &[&dwelling.0, form.as_bytes()],
    )
}

/// The key of a household that names no dwelling, by how it is called in its grid: whether it is the
/// one that a file means, only a person can say.
pub(crate) fn of_loose_household(home: &GridCode, form: &str) -> Key {
    let parts = [home.as_str().as_bytes(), form.as_bytes()];
    key(RecordKind::Household, b"loose", &parts)
}

/// The key of a contact by its name in its household.
pub(crate) fn of_contact(household: &RecordId, name: &str) -> Key {
    key(
        RecordKind::Contact,
        b"name",
        &[&household.0, name.as_bytes()],
    )
}

fn key(kind: RecordKind, by: &[u8], parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    hasher.update([kind.number()]);
    for part in std::iter::once(&by).chain(parts) {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let whole: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.iter_mut()
        .zip(whole)
        .for_each(|(slot, byte)| *slot = byte);
    half
}

/// Everything that a document goes by.
fn keys_of(kind: RecordKind, home: &GridCode, document: &Document) -> Vec<Key> {
    let text = |name: &str| winner(document, name)?.as_text().map(str::to_owned);
    let record = |name: &str| text(name)?.parse::<RecordId>().ok();
    let by_code = || text("code").map(|code| of_code(kind, &code));
    match kind {
        RecordKind::Building | RecordKind::Component => by_code().into_iter().collect(),
        RecordKind::Entrance => {
            let named = record("building").zip(text("name"));
            named
                .map(|(building, name)| of_entrance(&building, &name))
                .into_iter()
                .collect()
        }
        RecordKind::Dwelling => {
            let door = record("building").zip(text("unit"));
            let unit =
                door.map(|(building, unit)| of_unit(&building, record("entrance").as_ref(), &unit));
            unit.into_iter().chain(by_code()).collect()
        }
        RecordKind::Household => {
            let key = text("address_form").map(|form| match record("dwelling") {
                Some(dwelling) => of_household(&dwelling, &form),
                None => of_loose_household(home, &form),
            });
            key.into_iter().collect()
        }
        RecordKind::Contact => {
            let named = record("household").zip(text("name"));
            named
                .map(|(household, name)| of_contact(&household, &name))
                .into_iter()
                .collect()
        }
        RecordKind::Case
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Place
        | RecordKind::Disclosure => Vec::new(),
    }
}

fn is_base(kind: RecordKind) -> bool {
    match kind {
        RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Dwelling
        | RecordKind::Household
        | RecordKind::Contact
        | RecordKind::Component => true,
        RecordKind::Case
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Place
        | RecordKind::Disclosure => false,
    }
}

/// The fields of a document that a file can bring.
pub(crate) fn fields_of(document: &Document) -> BTreeMap<String, FieldValue> {
    let all = read_fields(document).into_iter();
    all.filter(|(name, _)| !OURS.contains(&name.as_str()))
        .filter_map(|(name, versions)| Some((name, versions.into_iter().next()?.value)))
        .collect()
}

impl Projector for BaseRecords {
    fn name(&self) -> &'static str {
        "base_records"
    }

    fn version(&self) -> u32 {
        2
    }

    fn create(&self, _: &Connection) -> Result<()> {
        // The tables are made by the server's migrations.
        Ok(())
    }

    fn remove(&self, conn: &Connection) -> Result<()> {
        Ok(conn.execute_batch("DELETE FROM base_keys; DELETE FROM base_records")?)
    }

    fn project(&self, conn: &Connection, projected: &Projected<'_>) -> Result<()> {
        if !is_base(projected.kind) {
            return Ok(());
        }
        conn.prepare_cached("DELETE FROM base_keys WHERE record = ?1")?
            .execute([projected.record.0])?;
        if matches!(deletion(projected.document), Deletion::Deleted { .. }) {
            return self.forget(conn, projected.record);
        }
        let fields = if projected.kind == RecordKind::Contact {
            String::new()
        } else {
            serde_json::to_string(&fields_of(projected.document))
                .map_err(|error| StoreError::Damaged(error.to_string()))?
        };
        conn.prepare_cached(
            "INSERT OR REPLACE INTO base_records (record, kind, home, fields) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            projected.record.0,
            projected.kind.number(),
            projected.home.as_str(),
            fields
        ])?;
        let mut add =
            conn.prepare_cached("INSERT OR IGNORE INTO base_keys (key, record) VALUES (?1, ?2)")?;
        for key in keys_of(projected.kind, projected.home, projected.document) {
            add.execute(params![key, projected.record.0])?;
        }
        Ok(())
    }

    fn forget(&self, conn: &Connection, record: &RecordId) -> Result<()> {
        conn.prepare_cached("DELETE FROM base_keys WHERE record = ?1")?
            .execute([record.0])?;
        conn.prepare_cached("DELETE FROM base_records WHERE record = ?1")?
            .execute([record.0])?;
        Ok(())
    }
}

fn read_known(row: &Row<'_>) -> linli_store::rusqlite::Result<Known> {
    let home: String = row.get("home")?;
    let home = GridCode::new(home).map_err(|error| {
        linli_store::rusqlite::Error::FromSqlConversionFailure(
            1,
            linli_store::rusqlite::types::Type::Text,
            error.into(),
        )
    })?;
    Ok(Known {
        record: RecordId(row.get("record")?),
        home,
    })
}

/// The records that go by a key.
pub(crate) fn find(reader: &Reader<'_>, key: &Key) -> Result<Vec<Known>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT b.record AS record, b.home AS home FROM base_keys k
         JOIN base_records b ON b.record = k.record WHERE k.key = ?1 ORDER BY b.record",
    )?;
    let found = list.query_map([key], read_known)?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// The fields of a record as they stand.
pub(crate) fn fields(
    reader: &Reader<'_>,
    record: &RecordId,
) -> Result<BTreeMap<String, FieldValue>> {
    let mut find = reader
        .sql()
        .prepare_cached("SELECT fields FROM base_records WHERE record = ?1")?;
    let json: Option<String> = find.query_row([record.0], |row| row.get(0)).optional()?;
    match json.as_deref() {
        None => Ok(BTreeMap::new()),
        Some("") => Ok(reader
            .load_document(record)?
            .map(|document| fields_of(&document))
            .unwrap_or_default()),
        Some(json) => {
            serde_json::from_str(json).map_err(|error| StoreError::Damaged(error.to_string()))
        }
    }
}

/// A page of records of a kind, in order of their ids.
pub(crate) fn page(
    reader: &Reader<'_>,
    kind: RecordKind,
    after: Option<&RecordId>,
    limit: u32,
) -> Result<Vec<(Known, BTreeMap<String, FieldValue>)>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, home, fields FROM base_records
         WHERE kind = ?1 AND (?2 IS NULL OR record > ?2) ORDER BY record LIMIT ?3",
    )?;
    let found = list.query_map(params![kind.number(), after.map(|id| id.0), limit], |row| {
        Ok((read_known(row)?, row.get::<_, String>("fields")?))
    })?;
    let mut rows = Vec::new();
    for row in found {
        let (known, json) = row?;
        let fields =
            serde_json::from_str(&json).map_err(|error| StoreError::Damaged(error.to_string()))?;
        rows.push((known, fields));
    }
    Ok(rows)
}
