//! What leaves the server as files: cases and base data of places. Of people only what a resident asks
//! for about themselves (docs/trust.md), and that is noted in the audit log.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::ContactRef;
use linli_model::role::{Permission, ScopeFamily, permission};
use linli_model::{GridCode, OrgId, RecordId, RecordKind, Role, Scope, StaffId, Timestamp};
use linli_records::read::read_members;
use linli_records::schema::MemberMap;
use linli_records::{ChangeNote, Document};
use linli_store::rusqlite::params;
use linli_store::{Reader, StoreError, Tx};
use serde::Serialize;
use serde_json::{Value, json};

use crate::door::{DoorError, DoorResult, ExportOf, ExportRow, Person, PersonRequest};
use crate::engine::base_records;
use crate::engine::core::Core;

/// The most rows of one page.
const PAGE: u32 = 1_000;

/// A row of the audit log about a resident's request.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    PersonExported {
        staff: &'a StaffId,
        request: &'a str,
        contacts: Vec<String>,
    },
}

impl Core {
    /// A page of an export, in order of record ids.
    pub(crate) fn export_page(
        reader: &Reader<'_>,
        of: ExportOf,
        after: Option<&RecordId>,
    ) -> DoorResult<Vec<ExportRow>> {
        let kind = match of {
            ExportOf::Cases => return cases(reader, after),
            ExportOf::Buildings => RecordKind::Building,
            ExportOf::Components => RecordKind::Component,
        };
        let found = base_records::page(reader, kind, after, PAGE)?;
        let rows = found.into_iter().map(|(known, fields)| ExportRow {
            record: known.record,
            grid: known.home.to_string(),
            values: fields
                .into_iter()
                .map(|(name, value)| (name, json!(value)))
                .collect(),
        });
        Ok(rows.collect())
    }

    /// Everything that is held about a person who asked for it: what, why, until when, from whom.
    pub(crate) fn export_person(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        ask: &PersonRequest,
    ) -> DoorResult<Value> {
        if ask.request.trim().is_empty() {
            return Err(invalid(
                "request",
                "the number of the resident's request is needed",
            ));
        }
        let found = self.contacts_of(tx, &ask.person)?;
        if found.is_empty() {
            return Err(DoorError::NotFound { what: "contact" });
        }
        if matches!(ask.person, Person::Name(_)) && found.len() > 1 {
            let ids: Vec<String> = found
                .iter()
                .map(|(id, home)| format!("{id} ({home})"))
                .collect();
            let detail = format!(
                "several people go by that name; name one by its record: {}",
                ids.join(", ")
            );
            return Err(invalid("ambiguous", &detail));
        }
        let mut contacts = Vec::new();
        for (id, home) in &found {
            self.may_answer(&ask.staff, home)?;
            contacts.push(person(tx, id, home)?);
        }
        let row = AuditRow::PersonExported {
            staff: &ask.staff,
            request: ask.request.trim(),
            contacts: found.iter().map(|(id, _)| id.to_string()).collect(),
        };
        let bytes = serde_json::to_vec(&row).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.append_audit(now, &bytes)?;
        Ok(
            json!({ "request": ask.request.trim(), "answered_by": ask.staff, "at": now, "contacts": contacts }),
        )
    }

    /// Who answers requests: a privacy officer of the grid's organisation or of one above it, or
    /// somebody who may read the grid's register anyway.
    pub(super) fn may_answer(&self, staff: &StaffId, grid: &GridCode) -> DoorResult<()> {
        let refused = || DoorError::Refused {
            code: "grant".into(),
            detail: format!(
                "{staff} answers no requests about {grid}: needs privacy_officer there or above, or the grid's own staff"
            ),
        };
        let rules = self.reference()?.newest().ok_or_else(refused)?;
        let org = rules.community(grid).ok_or_else(refused)?;
        let is_officer = |org: &OrgId| rules.has_grant_at(staff, Role::PrivacyOfficer, org);
        let reads = |role: &Role| {
            let Permission { write, .. } =
                permission(*role, ScopeFamily::Register, RecordKind::Contact);
            write
                && (rules.has_grant_in(staff, *role, grid) || rules.has_grant_at(staff, *role, org))
        };
        let may = rules.tree().ancestors(org).any(is_officer) || Role::ALL.iter().any(reads);
        if may { Ok(()) } else { Err(refused()) }
    }

    fn contacts_of(&self, tx: &Tx<'_>, who: &Person) -> DoorResult<Vec<(RecordId, GridCode)>> {
        if let Person::Contact(id) = who {
            let info = tx
                .document_info(id)?
                .filter(|info| info.kind == RecordKind::Contact);
            return Ok(info.map(|info| (*id, info.home)).into_iter().collect());
        }
        let rules = self.reference()?.newest();
        let grids = rules
            .map(|rules| rules.edition().grids.as_slice())
            .unwrap_or_default();
        let ours = grids.iter().filter(|grid| self.host.hosts(&grid.community));
        let mut found = Vec::new();
        for grid in ours {
            let scope = Scope::Register(grid.code.clone());
            for id in all_of(tx, &scope, RecordKind::Contact)? {
                let Some(document) = tx.load_document(&id)? else {
                    continue;
                };
                let is_meant = match who {
                    Person::Contact(_) => false,
                    Person::Phone(phone) => {
                        read_members(&document, MemberMap::Phones).contains_key(phone)
                    }
                    Person::Name(name) => text(&document, "name").as_ref() == Some(name),
                };
                if is_meant {
                    found.push((id, grid.code.clone()));
                }
            }
        }
        Ok(found)
    }
}

fn invalid(code: &str, detail: &str) -> DoorError {
    DoorError::Invalid {
        code: code.into(),
        detail: detail.into(),
    }
}

fn all_of(tx: &Tx<'_>, scope: &Scope, kind: RecordKind) -> DoorResult<Vec<RecordId>> {
    let mut all: Vec<RecordId> = Vec::new();
    loop {
        let page = tx.records_in(scope, Some(kind), all.last(), 512)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn text(document: &Document, name: &str) -> Option<String> {
    linli_records::read::winner(document, name)?
        .as_text()
        .map(str::to_owned)
}

/// One contact with everything that hangs on it.
fn person(tx: &Tx<'_>, id: &RecordId, home: &GridCode) -> DoorResult<Value> {
    let missing = || DoorError::NotFound { what: "contact" };
    let document = tx.load_document(id)?.ok_or_else(missing)?;
    let phones: BTreeSet<String> = read_members(&document, MemberMap::Phones)
        .into_keys()
        .collect();
    let household = text(&document, "household").and_then(|id| id.parse::<RecordId>().ok());
    let household = match household {
        Some(household) => tx
            .load_document(&household)?
            .map(|document| held(&document)),
        None => None,
    };
    let mut enrolments = Vec::new();
    for other in all_of(tx, &Scope::Register(home.clone()), RecordKind::Enrolment)? {
        let enrolment = tx.load_document(&other)?;
        let is_theirs =
            |found: &Document| text(found, "contact").as_deref() == Some(id.to_string().as_str());
        enrolments.extend(enrolment.filter(is_theirs).map(|found| held(&found)));
    }
    Ok(json!({
        "record": id,
        "grid": home,
        "held": held(&document),
        "phones": phones,
        "household": household,
        "enrolments": enrolments,
        "cases": cases_of(tx, id)?,
    }))
}

/// The fields of a record and who wrote them: staff code, day and stated basis.
fn held(document: &Document) -> Value {
    let written: Vec<Value> = document
        .changes()
        .iter()
        .map(|change| {
            let note = change
                .message
                .as_deref()
                .and_then(|text| ChangeNote::from_message(text).ok());
            let (staff, basis) = note.map(|note| (note.staff, note.basis)).unzip();
            json!({ "at": change.time, "staff": staff, "basis": basis.flatten() })
        })
        .collect();
    json!({ "fields": base_records::fields_of(document), "written": written })
}

/// The cases that name the contact: their lookup hint only, they hold no person.
fn cases_of(tx: &Tx<'_>, contact: &RecordId) -> DoorResult<Vec<String>> {
    let wanted = serde_json::to_string(&ContactRef::Contact(*contact))
        .map_err(|error| DoorError::Bug(error.to_string()))?;
    let mut list = tx
        .sql()
        .prepare_cached("SELECT short_code FROM cases WHERE instr(head, ?1) > 0 ORDER BY record")
        .map_err(StoreError::from)?;
    let found = list
        .query_map([wanted], |row| row.get(0))
        .map_err(StoreError::from)?;
    Ok(found.collect::<Result<_, _>>().map_err(StoreError::from)?)
}

fn cases(reader: &Reader<'_>, after: Option<&RecordId>) -> DoorResult<Vec<ExportRow>> {
    let mut list = reader
        .sql()
        .prepare_cached(include_str!("export/cases.sql"))
        .map_err(StoreError::from)?;
    let found = list
        .query_map(params![after.map(|id| id.0), PAGE], |row| {
            let mut values: BTreeMap<String, Value> = BTreeMap::new();
            for name in [
                "short_code",
                "case_number",
                "category",
                "state",
                "holder",
                "place",
            ] {
                values.insert(name.to_owned(), json!(row.get::<_, Option<String>>(name)?));
            }
            for name in ["reported_at", "due_at"] {
                values.insert(name.to_owned(), json!(row.get::<_, Option<i64>>(name)?));
            }
            for name in ["lon", "lat"] {
                values.insert(name.to_owned(), json!(row.get::<_, Option<f64>>(name)?));
            }
            Ok(ExportRow {
                record: RecordId(row.get("record")?),
                grid: row.get("home")?,
                values,
            })
        })
        .map_err(StoreError::from)?;
    Ok(found.collect::<Result<_, _>>().map_err(StoreError::from)?)
}

/// The newest edition as it was signed.
pub(crate) fn newest_edition(tx: &Tx<'_>) -> DoorResult<Option<Vec<u8>>> {
    let number = tx.newest_edition()?;
    Ok(tx.edition(number)?.map(|edition| edition.json.clone()))
}
