//! What a row changes, and the changes themselves.

use std::collections::BTreeMap;

use linli_intake::BaseRow;
use linli_model::{GridCode, RecordId, RecordKind};
use linli_records::read::read_members;
use linli_records::schema::MemberMap;
use linli_records::{
    Basis, ChangeNote, Document, FieldValue, NewContent, NewRecord, RawChange, WriteError,
};
use linli_store::{Authorship, Place as Stored, Tx};

use super::place::Place;
use super::{Import, Right, Stop};
use crate::door::{DoorError, RowOutcome, RowRefusal};
use crate::engine::base_records;
use crate::engine::core::Core;

/// Positions are kept with seven decimals: what differs by less is the same.
const SAME_REAL: f64 = 1e-9;

impl Core {
    pub(super) fn create(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        row: &BaseRow,
        place: Place,
        right: &Right,
    ) -> Result<RowOutcome, Stop> {
        let entrance = place
            .entrance
            .as_ref()
            .map(|(building, name)| format!("{building} {name}"));
        let mut links = place.links;
        if import.confirm {
            if let Some((building, name)) = place.entrance {
                let fields = BTreeMap::from([
                    (
                        "building".to_owned(),
                        FieldValue::from(building.to_string()),
                    ),
                    ("name".to_owned(), name.into()),
                ]);
                let content = plain(&fields);
                let made = self.make(
                    tx,
                    import,
                    (RecordKind::Entrance, &place.home),
                    &content,
                    right,
                )?;
                links.insert("entrance".to_owned(), made.to_string().into());
            }
            let mut content = plain(&row.fields);
            content.fields.extend(
                links
                    .iter()
                    .map(|(name, value)| (name.clone(), Some(value.clone()))),
            );
            content.members.extend(phones(&row.phones));
            let made = self.make(tx, import, (row.kind, &place.home), &content, right)?;
            if row.kind == RecordKind::Contact {
                let household = links.get("household").and_then(FieldValue::as_text);
                let household = household.and_then(|id| id.parse::<RecordId>().ok());
                self.refer(tx, import, household, made, (&place.home, right))?;
            }
        }
        Ok(RowOutcome::New { entrance })
    }

    pub(super) fn update(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        row: &BaseRow,
        place: &Place,
        record: RecordId,
        right: &Right,
    ) -> Result<RowOutcome, Stop> {
        let standing = base_records::fields(tx, &record)?;
        let wanted = row.fields.iter().chain(&place.links);
        let differing: BTreeMap<String, FieldValue> = wanted
            .filter(|(name, value)| !standing.get(*name).is_some_and(|old| is_same(old, value)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut content = plain(&differing);
        if !row.phones.is_empty() {
            let document = load(tx, &record)?;
            let known = read_members(&document, MemberMap::Phones);
            let new: Vec<String> = row
                .phones
                .iter()
                .filter(|phone| !known.contains_key(*phone))
                .cloned()
                .collect();
            content.members.extend(phones(&new));
        }
        if content.fields.is_empty() && content.members.is_empty() {
            return Ok(RowOutcome::Same);
        }
        let mut fields: Vec<String> = content.fields.keys().cloned().collect();
        if !content.members.is_empty() {
            fields.push("phones".to_owned());
        }
        if import.confirm {
            self.change(tx, import, (row.kind, &place.home, record), &content, right)?;
        }
        Ok(RowOutcome::Changed { fields })
    }

    /// The household names its contact, as a handheld writes it.
    fn refer(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        household: Option<RecordId>,
        contact: RecordId,
        (home, right): (&GridCode, &Right),
    ) -> Result<(), Stop> {
        let household =
            household.ok_or_else(|| DoorError::Bug("a contact without a household".into()))?;
        let content = NewContent {
            members: BTreeMap::from([(
                (MemberMap::Refs, contact.to_string()),
                Some("contact".to_owned()),
            )]),
            ..NewContent::default()
        };
        self.change(
            tx,
            import,
            (RecordKind::Household, home, household),
            &content,
            right,
        )
    }

    fn make(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        (kind, home): (RecordKind, &GridCode),
        content: &NewContent,
        right: &Right,
    ) -> Result<RecordId, Stop> {
        let id = self.next_id(import.now);
        let record = NewRecord {
            kind,
            home: home.clone(),
            actor: self.host.desk(&right.org)?.actor,
            note: note(import),
            at: import.now,
        };
        let (document, change) = linli_records::create(&record, content).map_err(refused)?;
        self.keep_record(tx, import, (kind, home, id), (&document, &change), right)?;
        Ok(id)
    }

    fn change(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        (kind, home, id): (RecordKind, &GridCode, RecordId),
        content: &NewContent,
        right: &Right,
    ) -> Result<(), Stop> {
        let mut document = load(tx, &id)?;
        let actor = self.host.desk(&right.org)?.actor;
        let change =
            linli_records::write(&mut document, &actor, content, &note(import), import.now);
        match change.map_err(refused)? {
            Some(change) => {
                self.keep_record(tx, import, (kind, home, id), (&document, &change), right)
            }
            None => Ok(()),
        }
    }

    fn keep_record(
        &mut self,
        tx: &mut Tx<'_>,
        import: &mut Import<'_>,
        (kind, home, record): (RecordKind, &GridCode, RecordId),
        (document, change): (&Document, &RawChange),
        right: &Right,
    ) -> Result<(), Stop> {
        let place = Stored {
            record,
            kind,
            home: home.clone(),
        };
        let by = Authorship {
            scope: kind.grid_scope(home.clone()),
            staff: import.staff.clone(),
            role: right.role,
            edition: self.reference()?.newest_number(),
            session: None,
            at: import.now,
        };
        tx.save(&place, document, change, &by)?;
        self.notice.changes = self.notice.changes.saturating_add(1);
        import.desks.insert(right.org.clone());
        import
            .written
            .entry(by.scope)
            .or_default()
            .push(change.hash);
        Ok(())
    }
}

fn note(import: &Import<'_>) -> ChangeNote {
    ChangeNote {
        staff: import.staff.clone(),
        basis: Some(Basis::Paper),
    }
}

fn plain(fields: &BTreeMap<String, FieldValue>) -> NewContent {
    NewContent {
        fields: fields
            .iter()
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect(),
        ..NewContent::default()
    }
}

fn phones(phones: &[String]) -> impl Iterator<Item = ((MemberMap, String), Option<String>)> {
    phones
        .iter()
        .map(|phone| ((MemberMap::Phones, phone.clone()), Some("{}".to_owned())))
}

fn load(tx: &Tx<'_>, record: &RecordId) -> Result<Document, Stop> {
    let missing = || {
        Stop::Failed(DoorError::Bug(format!(
            "record {record} has rows and no document"
        )))
    };
    tx.load_document(record)?.ok_or_else(missing)
}

fn is_same(old: &FieldValue, new: &FieldValue) -> bool {
    match (old, new) {
        (FieldValue::Real(old), FieldValue::Real(new)) => (old - new).abs() < SAME_REAL,
        (
            FieldValue::Real(_) | FieldValue::Flag(_) | FieldValue::Int(_) | FieldValue::Text(_),
            _,
        ) => old == new,
    }
}

/// What a schema refuses is told with the row; a failure of the engine ends the import.
fn refused(error: WriteError) -> Stop {
    match error {
        WriteError::WrongValue { .. }
        | WriteError::Required { .. }
        | WriteError::Undeclared { .. } => {
            let detail = error.to_string();
            RowRefusal::Value { detail }.into()
        }
        WriteError::Immutable { .. }
        | WriteError::TooLarge { .. }
        | WriteError::WrongDocument(_)
        | WriteError::Engine(_) => Stop::Failed(error.into()),
    }
}
