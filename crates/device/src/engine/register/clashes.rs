//! Fields that were changed in two places at once: found when a row is derived, shown until a person
//! has settled them.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{ActorId, RecordId, RecordKind, StaffId, Timestamp};
use linli_records::read::{Version, author, authorship, deletion, read_fields, read_members};
use linli_records::schema::{DELETED, MemberMap, kind_name};
use linli_records::{Basis, Deletion, Document, FieldValue};
use linli_store::rusqlite::{Row, params};
use linli_store::{Reader, Tx};
use serde::{Deserialize, Serialize};

use super::super::Engine;
use super::super::people::By;
use super::pen::basis_dto;
use super::phones::{Phone, phones};
use super::{masked, optional_id};
use crate::dto::clash::{ClashDto, VersionDto};
use crate::error::{DeviceError, Result};

/// The name of a clash between telephone numbers.
pub(super) const PHONES: &str = "phones";
/// The name of a clash between contacts that took the place of the same one.
pub(super) const REPLACED: &str = "replaced";
/// Registers in which the latest simply counts, or that nobody chooses.
const SILENT: [&str; 6] = ["kind", "v", "home", "last_visit_at", "checked_at", DELETED];
/// What was removed.
pub(super) const REMOVED: &str = "removed";
/// What was edited in the meantime.
pub(super) const KEPT: &str = "kept";

/// One of the values, as it stands in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VersionFact {
    pub(super) id: String,
    pub(super) value: String,
    actor: Option<ActorId>,
    staff: Option<StaffId>,
    at: Option<Timestamp>,
    basis: Option<Basis>,
}

/// Writes the clashes of a record. Those that stood there are gone already.
pub(super) fn write(
    tx: &Tx<'_>,
    record: &RecordId,
    kind: RecordKind,
    household: Option<&RecordId>,
    document: &Document,
) -> Result<()> {
    let removal = deletion(document);
    if matches!(removal, Deletion::Deleted { .. }) {
        return Ok(());
    }
    let mut found = of_fields(document);
    if let Some(group) = phone_groups(&phones(document)).into_iter().next() {
        found.insert(PHONES.to_owned(), of_phones(document, &group));
    }
    if let Deletion::Revived { by } = &removal {
        found.insert(DELETED.to_owned(), of_removal(document, by));
    }
    for (field, versions) in found {
        put(tx, record, &field, kind, household, &versions)?;
    }
    Ok(())
}

/// Looks for contacts of a household that were written anew in two places.
pub(super) fn of_household(tx: &Tx<'_>, household: &RecordId) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM clash_rows WHERE household = ?1 AND field = ?2")?
        .execute(params![household.0, REPLACED])?;
    let twins: Vec<(RecordId, RecordId)> = {
        let mut list = tx.sql().prepare_cached(
            "SELECT record, replaces FROM contact_rows WHERE household = ?1 AND replaces IN
               (SELECT replaces FROM contact_rows WHERE household = ?1 AND replaces IS NOT NULL
                GROUP BY replaces HAVING count(*) > 1)
             ORDER BY record",
        )?;
        let found = list.query_map([household.0], |row| {
            Ok((RecordId(row.get("record")?), RecordId(row.get("replaces")?)))
        })?;
        found.collect::<Result<_, _>>()?
    };
    let mut groups: BTreeMap<RecordId, Vec<VersionFact>> = BTreeMap::new();
    for (contact, replaced) in twins {
        let Some(document) = tx.load_document(&contact)? else {
            continue;
        };
        let first = document.changes().into_iter().next();
        let written = first.and_then(|change| author(&document, &change.hash));
        let numbers = phones(&document).into_iter().map(|phone| phone.number);
        groups.entry(replaced).or_default().push(VersionFact {
            value: numbers.collect::<Vec<_>>().join(" "),
            ..fact(contact.to_string(), String::new(), written)
        });
    }
    for (replaced, versions) in groups {
        put(
            tx,
            &replaced,
            REPLACED,
            RecordKind::Contact,
            Some(household),
            &versions,
        )?;
    }
    Ok(())
}

fn put(
    tx: &Tx<'_>,
    record: &RecordId,
    field: &str,
    kind: RecordKind,
    household: Option<&RecordId>,
    versions: &[VersionFact],
) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT OR REPLACE INTO clash_rows (record, field, kind, household, versions)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            record.0,
            field,
            kind.number(),
            household.map(|id| id.0),
            serde_json::to_string(versions)?
        ])?;
    Ok(())
}

/// Registers whose concurrent values differ, the winner first.
fn of_fields(document: &Document) -> BTreeMap<String, Vec<VersionFact>> {
    let mut found = BTreeMap::new();
    for (name, versions) in read_fields(document) {
        if SILENT.contains(&name.as_str()) {
            continue;
        }
        let mut seen: Vec<&FieldValue> = Vec::new();
        let mut facts = Vec::new();
        for version in &versions {
            if !seen.contains(&&version.value) {
                seen.push(&version.value);
                facts.push(of_version(document, version, shown(&version.value)));
            }
        }
        if facts.len() > 1 {
            found.insert(name, facts);
        }
    }
    found
}

/// Numbers of which only one can be right: those that took the place of the same one, and that one
/// itself where it is still there.
pub(super) fn phone_groups(phones: &[Phone]) -> Vec<Vec<Phone>> {
    let replaced: BTreeSet<&String> = phones
        .iter()
        .filter_map(|phone| phone.note.replaces.as_ref())
        .collect();
    let groups = replaced.into_iter().map(|old| {
        let of_group =
            |phone: &&Phone| phone.number == *old || phone.note.replaces.as_ref() == Some(old);
        phones.iter().filter(of_group).cloned().collect::<Vec<_>>()
    });
    groups.filter(|group| group.len() > 1).collect()
}

fn of_phones(document: &Document, group: &[Phone]) -> Vec<VersionFact> {
    let members = read_members(document, MemberMap::Phones);
    let version = |phone: &Phone| {
        let version = members.get(&phone.number)?.first()?;
        Some(of_version(document, version, phone.number.clone()))
    };
    group.iter().filter_map(version).collect()
}

/// Who removed it, and who edited what the removal had not seen.
fn of_removal(document: &Document, edits: &[linli_model::ChangeHash]) -> Vec<VersionFact> {
    let kept = edits.iter().map(|hash| {
        fact(
            format!("{KEPT}:{hash}"),
            KEPT.into(),
            author(document, hash),
        )
    });
    let removed = linli_records::read::read_field(document, DELETED)
        .into_iter()
        .map(|version| {
            let written = authorship(document, &version).map(|found| (version.actor, found));
            fact(
                format!("{REMOVED}:{}:{}", version.actor, version.op),
                REMOVED.into(),
                written,
            )
        });
    kept.chain(removed).collect()
}

fn of_version(document: &Document, version: &Version, value: String) -> VersionFact {
    let written = authorship(document, version).map(|found| (version.actor, found));
    fact(version_id(version), value, written)
}

/// Names a version of a field.
pub(super) fn version_id(version: &Version) -> String {
    format!("{}:{}", version.actor, version.op)
}

fn fact(
    id: String,
    value: String,
    written: Option<(ActorId, linli_records::read::Authorship)>,
) -> VersionFact {
    let (actor, found) = written.unzip();
    let at = found.as_ref().map(|found| found.at);
    let note = found.and_then(|found| found.note);
    VersionFact {
        id,
        value,
        actor,
        at,
        basis: note.as_ref().and_then(|note| note.basis),
        staff: note.map(|note| note.staff),
    }
}

fn shown(value: &FieldValue) -> String {
    match value {
        FieldValue::Flag(flag) => flag.to_string(),
        FieldValue::Int(number) => number.to_string(),
        FieldValue::Real(number) => number.to_string(),
        FieldValue::Text(text) => text.clone(),
    }
}

impl Engine {
    /// Fields with several values: of one household and its people, or of everything in the grid.
    pub fn clashes(
        &self,
        by: &By,
        household: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<ClashDto>> {
        self.may_see(by, RecordKind::Household, now)?;
        let household = optional_id(household, "household")?;
        self.clashes_of(household.as_ref())
    }

    pub(super) fn clashes_of(&self, household: Option<&RecordId>) -> Result<Vec<ClashDto>> {
        let names = self.with_reference(|reference| {
            let rules = reference.newest().ok_or(DeviceError::NotBound)?;
            let staff = rules.edition().staff.iter();
            Ok(staff
                .map(|staff| (staff.id.clone(), staff.name.clone()))
                .collect::<BTreeMap<_, _>>())
        })?;
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT record, field, kind, household, versions FROM clash_rows
                 WHERE ?1 IS NULL OR household = ?1 ORDER BY record, field",
            )?;
            let found = list.query_map([household.map(|id| id.0)], read)?;
            let mut clashes = Vec::new();
            for row in found {
                clashes.push(dto(reader, row?, &names)?);
            }
            Ok(clashes)
        })
    }
}

struct Clash {
    record: RecordId,
    field: String,
    kind: Option<RecordKind>,
    household: Option<RecordId>,
    versions: String,
}

fn read(row: &Row<'_>) -> linli_store::rusqlite::Result<Clash> {
    Ok(Clash {
        record: RecordId(row.get("record")?),
        field: row.get("field")?,
        kind: RecordKind::from_number(row.get("kind")?),
        household: row.get::<_, Option<_>>("household")?.map(RecordId),
        versions: row.get("versions")?,
    })
}

fn dto(reader: &Reader<'_>, clash: Clash, names: &BTreeMap<StaffId, String>) -> Result<ClashDto> {
    let facts: Vec<VersionFact> = serde_json::from_str(&clash.versions)?;
    let mut versions = Vec::with_capacity(facts.len());
    for (place, fact) in facts.into_iter().enumerate() {
        let staff_name = fact.staff.as_ref().and_then(|id| names.get(id)).cloned();
        let device = fact.actor.map(|actor| actor.to_string());
        versions.push(VersionDto {
            id: fact.id,
            value: spoken(reader, &clash.field, &fact.value)?,
            staff: fact.staff.map(|id| id.to_string()).unwrap_or_default(),
            staff_name: staff_name.unwrap_or_default(),
            device: device
                .map(|text| text.chars().take(8).collect())
                .unwrap_or_default(),
            at: fact.at.map(|at| at.0),
            basis: fact.basis.map(basis_dto),
            is_current: place == 0,
        });
    }
    Ok(ClashDto {
        record: clash.record.to_string(),
        kind: clash.kind.map(kind_name).unwrap_or_default().to_owned(),
        household: clash.household.map(|id| id.to_string()),
        can_keep_all: clash.field == PHONES || clash.field == REPLACED,
        field: clash.field,
        versions,
    })
}

/// A value as a person may read it: numbers masked, places by their doors.
fn spoken(reader: &Reader<'_>, field: &str, value: &str) -> Result<String> {
    let sql = match field {
        PHONES | REPLACED => {
            let numbers: Vec<String> = value.split(' ').map(masked).collect();
            return Ok(numbers.join(" "));
        }
        "dwelling" => "SELECT door AS name FROM dwelling_rows WHERE record = ?1",
        "household" => {
            "SELECT door || ' ' || address_form AS name FROM household_rows WHERE record = ?1"
        }
        _ => return Ok(value.to_owned()),
    };
    let Ok(record) = value.parse::<RecordId>() else {
        return Ok(value.to_owned());
    };
    let mut find = reader.sql().prepare_cached(sql)?;
    let mut rows = find.query([record.0])?;
    Ok(match rows.next()? {
        Some(row) => row.get::<_, String>("name")?.trim().to_owned(),
        None => value.to_owned(),
    })
}
