//! Reading a record: its fields with all concurrent values, its entries, photos and members.

mod deletion;

use std::collections::BTreeMap;

use automerge::{ObjId, ROOT, ReadDoc};
use linli_model::{ActorId, BlobHash, ChangeHash, EntryId, Timestamp};

use crate::document::Document;
use crate::note::ChangeNote;
use crate::schema::{EntryMap, MemberMap, PHOTOS};
use crate::value::FieldValue;

pub use deletion::{Deletion, deletion};

/// One value of a field and who wrote it. A field has more than one after concurrent edits.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The value.
    pub value: FieldValue,
    /// Who wrote it.
    pub actor: ActorId,
    /// The number of the operation that wrote it: with the actor, the name of this version.
    pub op: u64,
}

/// An entry of an append-only map as it stands in the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawEntry {
    /// The map.
    pub map: EntryMap,
    /// The key.
    pub id: EntryId,
    /// The value: JSON of the model's type for this map.
    pub json: String,
}

/// The change that wrote a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorship {
    /// The change.
    pub hash: ChangeHash,
    /// The author's clock.
    pub at: Timestamp,
    /// Staff and stated basis.
    pub note: Option<ChangeNote>,
}

/// Every field that has a value, with all of its concurrent values, the winner first.
pub fn read_fields(doc: &Document) -> BTreeMap<String, Vec<Version>> {
    doc.inner
        .keys(ROOT)
        .filter_map(|name| {
            let versions = read_versions(doc, &ROOT, &name);
            (!versions.is_empty()).then_some((name, versions))
        })
        .collect()
}

/// All concurrent values of one field, the winner first; empty when it has none.
pub fn read_field(doc: &Document, name: &str) -> Vec<Version> {
    read_versions(doc, &ROOT, name)
}

/// The winning value of a field.
pub fn winner(doc: &Document, name: &str) -> Option<FieldValue> {
    read_field(doc, name)
        .into_iter()
        .next()
        .map(|version| version.value)
}

/// The entries of one append-only map, by key.
pub fn read_entries(doc: &Document, map: EntryMap) -> Vec<RawEntry> {
    let mut entries: Vec<RawEntry> = map_values(doc, map.name())
        .filter_map(|(key, json)| {
            Some(RawEntry {
                map,
                id: key.parse().ok()?,
                json,
            })
        })
        .collect();
    entries.sort_unstable_by_key(|entry| entry.id);
    entries
}

/// The photos of a record with their JSON, by hash.
pub fn read_photos(doc: &Document) -> BTreeMap<BlobHash, String> {
    map_values(doc, PHOTOS)
        .filter_map(|(key, json)| Some((key.parse().ok()?, json)))
        .collect()
}

/// The members of a set, each with all of its concurrent values, the winner first.
pub fn read_members(doc: &Document, map: MemberMap) -> BTreeMap<String, Vec<Version>> {
    let Some(object) = map_object(doc, map.name()) else {
        return BTreeMap::new();
    };
    doc.inner
        .keys(&object)
        .map(|key| {
            let versions = read_versions(doc, &object, &key);
            (key, versions)
        })
        .collect()
}

/// The counter of the next entry that this actor writes into the record.
pub fn next_counter(doc: &Document, actor: &ActorId) -> u32 {
    let prefix = format!("{actor}:");
    let written = EntryMap::ALL
        .into_iter()
        .filter_map(|map| map_object(doc, map.name()))
        .flat_map(|object| doc.inner.keys(&object).collect::<Vec<_>>())
        .filter(|key| key.starts_with(&prefix))
        .count();
    u32::try_from(written).unwrap_or(u32::MAX).saturating_add(1)
}

/// Who wrote a version, when, and on what basis.
pub fn authorship(doc: &Document, version: &Version) -> Option<Authorship> {
    let actor = automerge::ActorId::from(version.actor.0);
    let hash = doc.inner.hash_for_opid(&ObjId::Id(version.op, actor, 0))?;
    let meta = doc.inner.get_change_meta_by_hash(&hash)?;
    Some(Authorship {
        hash: ChangeHash(hash.0),
        at: Timestamp(meta.timestamp),
        note: meta
            .message
            .as_deref()
            .and_then(|text| ChangeNote::from_message(text).ok()),
    })
}

/// Who made a change of this document, when, and on what basis.
pub fn author(doc: &Document, hash: &ChangeHash) -> Option<(ActorId, Authorship)> {
    let meta = doc
        .inner
        .get_change_meta_by_hash(&automerge::ChangeHash(hash.0))?;
    let actor = ActorId::from_slice(meta.actor.to_bytes())?;
    let note = meta.message.as_deref();
    let authorship = Authorship {
        hash: *hash,
        at: Timestamp(meta.timestamp),
        note: note.and_then(|text| ChangeNote::from_message(text).ok()),
    };
    Some((actor, authorship))
}

/// The object of a declared map, once the first change has made it.
pub(crate) fn map_object(doc: &Document, name: &str) -> Option<ObjId> {
    match doc.inner.get(ROOT, name) {
        Ok(Some((automerge::Value::Object(_), id))) => Some(id),
        Ok(Some((automerge::Value::Scalar(_), _)) | None) | Err(_) => None,
    }
}

/// All concurrent values of one key, the winner first.
pub(crate) fn read_versions(doc: &Document, object: &ObjId, key: &str) -> Vec<Version> {
    let Ok(values) = doc.inner.get_all(object, key) else {
        return Vec::new();
    };
    let version = |(value, id): (automerge::Value<'_>, ObjId)| {
        let ObjId::Id(op, actor, _) = id else {
            return None;
        };
        Some(Version {
            value: FieldValue::from_scalar(value.as_scalar()?)?,
            actor: ActorId::from_slice(actor.to_bytes())?,
            op,
        })
    };
    // The engine lists them ascending and lets the last one win.
    values.into_iter().rev().filter_map(version).collect()
}

/// The keys of a map whose values are text, each with its winning value.
fn map_values(doc: &Document, name: &str) -> impl Iterator<Item = (String, String)> {
    let object = map_object(doc, name);
    let items = object.into_iter().flat_map(|object| {
        doc.inner
            .map_range(&object, ..)
            .map(|item| (item.key.into_owned(), item.value.into_value()))
            .collect::<Vec<_>>()
    });
    items.filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
}
