//! Our own writing: one change per save, checked against the schema before it is made.

use std::collections::BTreeMap;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc};
use linli_model::{ActorId, BlobHash, EntryId, GridCode, RecordKind, Timestamp};

use crate::change::RawChange;
use crate::document::Document;
use crate::engine;
use crate::known::Known;
use crate::note::ChangeNote;
use crate::prescan;
use crate::read;
use crate::rules::Rules;
use crate::schema::{self, EntryMap, MemberMap, PHOTOS, SCHEMA_VERSION, Schema, kind_name};
use crate::structure;
use crate::value::FieldValue;

mod check;

/// The first change of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// What the record is.
    pub kind: RecordKind,
    /// The grid that it belongs to for ever.
    pub home: GridCode,
    /// Who writes.
    pub actor: ActorId,
    /// Staff and basis.
    pub note: ChangeNote,
    /// The author's clock.
    pub at: Timestamp,
}

/// What a save puts into a record. One save is one change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewContent {
    /// Registers by name; `None` clears one.
    pub fields: BTreeMap<String, Option<FieldValue>>,
    /// Entries in the order in which they get the author's next counters; see
    /// [`read::next_counter`].
    pub entries: Vec<(EntryMap, String)>,
    /// Photos with their JSON; those already there are left out.
    pub photos: BTreeMap<BlobHash, String>,
    /// Members of sets; `None` removes one.
    pub members: BTreeMap<(MemberMap, String), Option<String>>,
}

/// Why a save was not made. The document is as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WriteError {
    /// The record has no such field or map. A mistake in the caller.
    #[error("a {kind} has no {name:?}")]
    Undeclared {
        /// The kind's word.
        kind: &'static str,
        /// The name that was given.
        name: String,
    },
    /// The value does not fit the field. To be told to the person who typed it.
    #[error("{name:?} does not accept this value")]
    WrongValue {
        /// The field or map.
        name: String,
    },
    /// Only the first change may set this field.
    #[error("{name:?} cannot be changed")]
    Immutable {
        /// The field.
        name: String,
    },
    /// This field must have a value.
    #[error("{name:?} is required")]
    Required {
        /// The field.
        name: String,
    },
    /// More than 500 operations or 64 KiB in one save. The caller must split it.
    #[error("the save is too large: {ops} operations, {bytes} bytes")]
    TooLarge {
        /// Operations in the change.
        ops: u64,
        /// Bytes of the change.
        bytes: usize,
    },
    /// The document is empty or already has its first change, whichever does not fit the call.
    #[error("the document {0}")]
    WrongDocument(&'static str),
    /// The engine refused or panicked. Rebuild the document from its raw changes.
    #[error("the merge engine failed: {0}")]
    Engine(String),
}

/// Makes a record with its first change.
pub fn create(
    record: &NewRecord,
    content: &NewContent,
) -> Result<(Document, RawChange), WriteError> {
    let schema = schema::of(record.kind);
    check::content(&schema, content, check::When::First)?;
    let first = |tx: &mut Automerge| {
        let mut tx = tx.transaction();
        tx.put(ROOT, "kind", kind_name(record.kind))?;
        tx.put(ROOT, "v", SCHEMA_VERSION)?;
        tx.put(ROOT, "home", record.home.as_str())?;
        let mut maps = BTreeMap::new();
        for map in schema.maps {
            maps.insert(map.name, tx.put_object(ROOT, map.name, ObjType::Map)?);
        }
        for (name, value) in &content.fields {
            if let Some(value) = value {
                tx.put(ROOT, name.as_str(), value.to_scalar())?;
            }
        }
        for (id, (map, json)) in ids(record.actor, 1).zip(&content.entries) {
            put_in(&mut tx, &maps, map.name(), &id.to_string(), json)?;
        }
        for (hash, json) in &content.photos {
            put_in(&mut tx, &maps, PHOTOS, &hash.to_string(), json)?;
        }
        for ((map, key), value) in &content.members {
            if let Some(value) = value {
                put_in(&mut tx, &maps, map.name(), key, value)?;
            }
        }
        Ok(tx.commit_with(options(&record.note, record.at)).0)
    };
    commit(&Document::create(), &record.actor, first)?
        .ok_or(WriteError::WrongDocument("has no first change"))
}

/// Saves into a record. `None` when everything already stood there.
pub fn write(
    doc: &mut Document,
    actor: &ActorId,
    content: &NewContent,
    note: &ChangeNote,
    at: Timestamp,
) -> Result<Option<RawChange>, WriteError> {
    let schema = doc.schema().ok_or(WriteError::WrongDocument("is empty"))?;
    check::content(&schema, content, check::When::Later)?;
    let steps = plan(doc, &schema, actor, content);
    if steps.is_empty() {
        return Ok(None);
    }
    let save = |inner: &mut Automerge| {
        let mut tx = inner.transaction();
        for step in &steps {
            match &step.value {
                Some(value) => tx.put(&step.object, step.key.as_str(), value.to_scalar())?,
                None => tx.delete(&step.object, step.key.as_str())?,
            }
        }
        Ok(tx.commit_with(options(note, at)).0)
    };
    let Some((next, change)) = commit(doc, actor, save)? else {
        return Ok(None);
    };
    *doc = next;
    Ok(Some(change))
}

/// The content that deletes a record: it names the heads it saw, so that an edit made elsewhere
/// at the same time makes the record live again.
pub fn deletion(doc: &Document) -> NewContent {
    let heads = schema::write_heads(&doc.heads());
    NewContent {
        fields: BTreeMap::from([(schema::DELETED.to_owned(), Some(heads.into()))]),
        ..NewContent::default()
    }
}

/// One put or delete of a save.
struct Step {
    object: ObjId,
    key: String,
    value: Option<FieldValue>,
}

/// What really has to be written: what already stands there without a conflict is left out.
fn plan(doc: &Document, schema: &Schema, actor: &ActorId, content: &NewContent) -> Vec<Step> {
    let mut steps = Vec::new();
    for (name, value) in &content.fields {
        plan_one(doc, &mut steps, ROOT, name, value.clone());
    }
    let objects: BTreeMap<&str, ObjId> = schema
        .maps
        .iter()
        .filter_map(|map| Some((map.name, read::map_object(doc, map.name)?)))
        .collect();
    let object = |name: &str| objects.get(name).cloned();
    let next = ids(*actor, read::next_counter(doc, actor));
    for (id, (map, json)) in next.zip(&content.entries) {
        if let Some(object) = object(map.name()) {
            let value = Some(FieldValue::from(json.as_str()));
            steps.push(Step {
                object,
                key: id.to_string(),
                value,
            });
        }
    }
    for (hash, json) in &content.photos {
        let key = hash.to_string();
        if let Some(object) = object(PHOTOS)
            && read::read_versions(doc, &object, &key).is_empty()
        {
            let value = Some(FieldValue::from(json.as_str()));
            steps.push(Step { object, key, value });
        }
    }
    for ((map, key), value) in &content.members {
        if let Some(object) = object(map.name()) {
            let value = value.as_deref().map(FieldValue::from);
            plan_one(doc, &mut steps, object, key, value);
        }
    }
    steps
}

fn plan_one(
    doc: &Document,
    steps: &mut Vec<Step>,
    object: ObjId,
    key: &str,
    value: Option<FieldValue>,
) {
    let standing = read::read_versions(doc, &object, key);
    let already_so = match (standing.as_slice(), &value) {
        ([], None) => true,
        ([only], Some(value)) => only.value == *value,
        ([..], _) => false,
    };
    if !already_so {
        steps.push(Step {
            object,
            key: key.to_owned(),
            value,
        });
    }
}

/// Runs one save on a copy; the copy becomes the document only when its change is within the caps.
fn commit(
    doc: &Document,
    actor: &ActorId,
    save: impl FnOnce(&mut Automerge) -> Result<Option<automerge::ChangeHash>, AutomergeError>,
) -> Result<Option<(Document, RawChange)>, WriteError> {
    let mut inner = doc.inner.clone();
    inner.set_actor(automerge::ActorId::from(actor.0));
    let saved = engine::guarded(move || {
        let hash = save(&mut inner)?;
        let change = hash.and_then(|hash| inner.get_change_by_hash(&hash));
        Ok::<_, AutomergeError>((inner, change))
    });
    let (inner, change) = saved
        .map_err(|panic| WriteError::Engine(panic.to_string()))?
        .map_err(|error| WriteError::Engine(error.to_string()))?;
    let Some(change) = change.as_ref().and_then(RawChange::from_engine) else {
        return Ok(None);
    };
    check::size(&change)?;
    let known = continued(doc, &change.bytes).map_err(WriteError::Engine)?;
    Ok(Some((
        Document::from_engine(inner).with_known(known),
        change,
    )))
}

/// Reads our own change as every receiver will, and adds it to the history if that is loaded.
fn continued(doc: &Document, bytes: &[u8]) -> Result<Option<Known>, String> {
    let scanned = prescan::scan(bytes).map_err(|refusal| refusal.to_string())?;
    let Some(known) = doc.known_already() else {
        return Ok(None);
    };
    let examined = structure::examine(&known.history, &scanned, Rules::ALL)
        .map_err(|refusal| refusal.to_string())?;
    let mut known = known.clone();
    known.extend(&scanned, &examined);
    Ok(Some(known))
}

fn put_in(
    tx: &mut automerge::transaction::Transaction<'_>,
    maps: &BTreeMap<&str, ObjId>,
    map: &str,
    key: &str,
    value: &str,
) -> Result<(), AutomergeError> {
    match maps.get(map) {
        Some(object) => tx.put(object, key, value),
        // The schema was checked before: a map that is written is declared, so it was made.
        None => Ok(()),
    }
}

fn ids(actor: ActorId, first: u32) -> impl Iterator<Item = EntryId> {
    (first..).map(move |counter| EntryId { actor, counter })
}

fn options(note: &ChangeNote, at: Timestamp) -> CommitOptions {
    CommitOptions::default()
        .with_message(note.to_message())
        .with_time(at.0)
}

#[cfg(test)]
mod tests;
