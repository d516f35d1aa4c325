//! The baseline of bytes: the same records as rows of JSON, keys in order, one zstd stream at level 3.

use std::collections::BTreeMap;

use linli_model::RecordId;
use linli_records::read::{read_members, read_photos};
use linli_records::schema::MemberMap;
use linli_records::{Document, EntryMap, read_entries, read_fields};
use serde_json::Value;

/// The current values of a record as one JSON object.
pub(crate) fn row(record: RecordId, doc: &Document) -> String {
    let mut row = BTreeMap::new();
    row.insert("id".to_owned(), Value::from(record.to_string()));
    for (name, versions) in read_fields(doc) {
        if let Some(version) = versions.first() {
            row.insert(name, serde_json::to_value(&version.value).unwrap());
        }
    }
    for map in [EntryMap::Events, EntryMap::Admits, EntryMap::Receipts] {
        for entry in read_entries(doc, map) {
            row.insert(entry.id.to_string(), parsed(&entry.json));
        }
    }
    for map in [MemberMap::Refs, MemberMap::Phones] {
        for (name, versions) in read_members(doc, map) {
            if let Some(version) = versions.first() {
                row.insert(name, serde_json::to_value(&version.value).unwrap());
            }
        }
    }
    for (hash, json) in read_photos(doc) {
        row.insert(hash.to_string(), parsed(&json));
    }
    serde_json::to_string(&row).unwrap() + "\n"
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::from(json))
}

/// Bytes of a text in one zstd stream of level 3.
pub(crate) fn packed(bytes: &[u8]) -> usize {
    zstd::bulk::compress(bytes, 3).unwrap().len()
}
