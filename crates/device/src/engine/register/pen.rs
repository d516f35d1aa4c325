//! One save of the register: some records are made and some are changed, all in one transaction or not
//! at all.

use std::collections::{BTreeMap, BTreeSet};

use linli_exchange::Reference;
use linli_model::role::{ScopeFamily, permission};
use linli_model::{BlobHash, RecordId, RecordKind, Timestamp};
use linli_records::read::{deletion, read_field};
use linli_records::schema::MemberMap;
use linli_records::{
    Basis, ChangeNote, Deletion, Document, FieldValue, NewContent, NewRecord, RawChange, create,
    write,
};
use linli_store::{Authorship, Place, Tx};

use super::super::people::By;
use super::super::shifts::{self, Act};
use super::super::sync::refresh_touched;
use super::super::wish::Wish;
use super::super::{Engine, Place as Seat, drafts, leave};
use crate::dto::register::BasisDto;
use crate::env;
use crate::error::{DeviceError, Result};

/// Writes records of the grid for one person at one moment.
pub(in crate::engine) struct Pen<'p, 'c> {
    engine: &'p Engine,
    pub(super) tx: &'p mut Tx<'c>,
    by: &'p By,
    note: ChangeNote,
    edition: u32,
    pub(super) now: Timestamp,
    refused_before: u32,
    /// The first record that was written: what the save counts as in the person's shift.
    written: Option<RecordKind>,
}

impl Engine {
    /// One save: what the work writes, and every row that follows from it.
    pub(in crate::engine) fn with_pen<T>(
        &self,
        by: &By,
        basis: Option<Basis>,
        now: Timestamp,
        work: impl FnOnce(&mut Pen<'_, '_>) -> Result<T>,
    ) -> Result<T> {
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            // Whoever is not enrolled any more writes nothing.
            Seat::of(reference, &self.device(), now)?;
            let mut pen = Pen {
                engine: self,
                tx,
                by,
                note: ChangeNote {
                    staff: by.staff.clone(),
                    basis,
                },
                edition: reference.newest_number(),
                now,
                refused_before: 0,
                written: None,
            };
            let answer = work(&mut pen)?;
            drafts::finish(pen.tx, &by.staff)?;
            if let Some(kind) = pen.written {
                shifts::note_act(pen.tx, &by.staff, Act::of_record(kind), now)?;
            }
            refresh_touched(tx, reference, now)?;
            Ok(answer)
        })
    }
}

impl Engine {
    /// Writes again what the server has refused, on what it has now.
    pub(in crate::engine) fn grant_again(
        &self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        record: &RecordId,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<()> {
        let mut pen = Pen {
            engine: self,
            tx,
            by: &wish.by(),
            note: ChangeNote {
                staff: wish.staff.clone(),
                basis: wish.basis,
            },
            edition: reference.newest_number(),
            now,
            refused_before: wish.refused_before,
            written: None,
        };
        let content = wish.content();
        if wish.creates && pen.tx.document_info(record)?.is_none() {
            return pen.create_as(*record, wish.kind, &content);
        }
        if wish.removes() {
            let document = pen.load(record, wish.kind)?;
            let sheet = Sheet(content).remove(&document);
            return pen.write(record, document, sheet.content());
        }
        pen.edit(record, wish.kind, &content)
    }
}

impl Pen<'_, '_> {
    /// Makes a record.
    pub(in crate::engine) fn create(
        &mut self,
        kind: RecordKind,
        content: &NewContent,
    ) -> Result<RecordId> {
        let record = env::record_id(&*self.engine.plan.random, self.now)?;
        self.create_as(record, kind, content)?;
        Ok(record)
    }

    /// Makes a record whose id was drawn before.
    pub(super) fn create_as(
        &mut self,
        record: RecordId,
        kind: RecordKind,
        content: &NewContent,
    ) -> Result<()> {
        self.may_write(kind)?;
        let new = NewRecord {
            kind,
            home: self.engine.grid().clone(),
            actor: self.tx.actor(&self.engine.device())?,
            note: self.note.clone(),
            at: self.now,
        };
        let (document, change) = create(&new, content)?;
        self.keep(record, kind, &document, &change)?;
        self.want(record, kind, &change, content, true)
    }

    /// A new id, for records that name each other.
    pub(super) fn new_id(&self) -> Result<RecordId> {
        Ok(env::record_id(&*self.engine.plan.random, self.now)?)
    }

    /// Changes a record that stands. A field that has several values is settled first, so that no value
    /// is lost on the way; what was removed is not edited.
    pub(super) fn edit(
        &mut self,
        record: &RecordId,
        kind: RecordKind,
        content: &NewContent,
    ) -> Result<()> {
        let document = self.load(record, kind)?;
        if matches!(deletion(&document), Deletion::Deleted { .. }) {
            return Err(DeviceError::Refused("removed".into()));
        }
        if content.fields.keys().any(|name| has_clash(&document, name)) {
            return Err(DeviceError::Refused("clash".into()));
        }
        self.write(record, document, content)
    }

    /// Changes a record, whatever stands there: a settlement, or a removal.
    pub(super) fn write(
        &mut self,
        record: &RecordId,
        mut document: Document,
        content: &NewContent,
    ) -> Result<()> {
        let kind = document.kind().ok_or(DeviceError::NotFound("record"))?;
        self.may_write(kind)?;
        let actor = self.tx.actor(&self.engine.device())?;
        let written = write(&mut document, &actor, content, &self.note, self.now)?;
        let Some(change) = written else {
            return Ok(());
        };
        self.keep(*record, kind, &document, &change)?;
        self.want(*record, kind, &change, content, false)
    }

    /// The record, which must be of this kind.
    pub(super) fn load(&self, record: &RecordId, kind: RecordKind) -> Result<Document> {
        let found = self.tx.load_document(record)?;
        found
            .filter(|document| document.kind() == Some(kind))
            .ok_or(DeviceError::NotFound(linli_records::schema::kind_name(
                kind,
            )))
    }

    fn may_write(&self, kind: RecordKind) -> Result<()> {
        let family = ScopeFamily::from(&kind.grid_scope(self.engine.grid().clone()));
        if permission(self.by.role, family, kind).write {
            Ok(())
        } else {
            Err(DeviceError::Refused("not_allowed".into()))
        }
    }

    /// Notes what was wanted: after a refusal it is written again, or shown.
    fn want(
        &mut self,
        record: RecordId,
        kind: RecordKind,
        change: &RawChange,
        content: &NewContent,
        creates: bool,
    ) -> Result<()> {
        let wish = Wish {
            staff: self.by.staff.clone(),
            role: self.by.role,
            basis: self.note.basis,
            kind,
            creates,
            fields: BTreeMap::new(),
            refs: BTreeMap::new(),
            phones: BTreeMap::new(),
            photos: BTreeMap::new(),
            refused_before: self.refused_before,
        };
        let wish = serde_json::to_vec(&wish.with_content(content))?;
        Ok(self.tx.put_intent(&change.hash, &record, &wish)?)
    }

    fn keep(
        &mut self,
        record: RecordId,
        kind: RecordKind,
        document: &Document,
        change: &RawChange,
    ) -> Result<()> {
        leave::may_save(self.tx)?;
        let home = self.engine.grid().clone();
        let authorship = Authorship {
            scope: kind.grid_scope(home.clone()),
            staff: self.by.staff.clone(),
            role: self.by.role,
            edition: self.edition,
            session: None,
            at: self.now,
        };
        let place = Place { record, kind, home };
        self.tx.save(&place, document, change, &authorship)?;
        self.written.get_or_insert(kind);
        Ok(())
    }
}

/// Whether a field has values that differ.
pub(super) fn has_clash(document: &Document, name: &str) -> bool {
    let versions = read_field(document, name);
    let Some((first, rest)) = versions.split_first() else {
        return false;
    };
    rest.iter().any(|version| version.value != first.value)
}

/// What a save puts into a record, written as it reads.
#[derive(Default)]
pub(super) struct Sheet(NewContent);

impl Sheet {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    pub(super) fn set(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        self.0.fields.insert(name.to_owned(), Some(value.into()));
        self
    }

    /// Sets a field when there is something to set; an empty text clears it.
    pub(super) fn set_text(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            let value = value.trim();
            let value = (!value.is_empty()).then(|| FieldValue::from(value));
            self.0.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// Sets a field when there is something to set.
    pub(super) fn set_some(self, name: &str, value: Option<impl Into<FieldValue>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Clears a field.
    pub(super) fn clear(mut self, name: &str) -> Self {
        self.0.fields.insert(name.to_owned(), None);
        self
    }

    /// Puts a member of a set.
    pub(super) fn put(mut self, map: MemberMap, key: impl Into<String>, value: &str) -> Self {
        self.0
            .members
            .insert((map, key.into()), Some(value.to_owned()));
        self
    }

    /// Takes a member out of a set.
    pub(super) fn take(mut self, map: MemberMap, key: impl Into<String>) -> Self {
        self.0.members.insert((map, key.into()), None);
        self
    }

    /// Removes the record as it is now: an edit that this removal has not seen makes it live again.
    pub(super) fn remove(mut self, document: &Document) -> Self {
        self.0
            .fields
            .extend(linli_records::write::deletion(document).fields);
        self
    }

    /// Names a file that is stored here.
    pub(super) fn file(mut self, file: Option<(BlobHash, String)>) -> Self {
        self.0.photos.extend(file);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.fields.is_empty() && self.0.members.is_empty()
    }

    pub(super) fn content(&self) -> &NewContent {
        &self.0
    }
}

/// The stated basis as it stands in a change.
pub(super) fn basis(dto: Option<BasisDto>) -> Option<Basis> {
    dto.map(|dto| match dto {
        BasisDto::DoorVisit => Basis::DoorVisit,
        BasisDto::Phone => Basis::Phone,
        BasisDto::Sight => Basis::Sight,
        BasisDto::Paper => Basis::Paper,
    })
}

/// The same for a screen.
pub(super) fn basis_dto(basis: Basis) -> BasisDto {
    match basis {
        Basis::DoorVisit => BasisDto::DoorVisit,
        Basis::Phone => BasisDto::Phone,
        Basis::Sight => BasisDto::Sight,
        Basis::Paper => BasisDto::Paper,
    }
}

/// Ids, each once and in one order.
pub(super) type Ids = BTreeSet<RecordId>;

/// Values by name, as a record's first change sets them.
pub(super) type Values = BTreeMap<String, FieldValue>;
