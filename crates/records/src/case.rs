//! A case document and the model's [`CaseLog`]: the same content in two forms.
//!
//! Reading is total where it can be: an entry whose JSON this version does not understand (a newer
//! app wrote it) is left out of the log and named in [`CaseDocument::unread`]; it stays in the
//! document and travels on.

use std::collections::BTreeMap;

use linli_model::case::{
    Admit, CaseHead, CaseLog, ContactRef, Event, FieldValue as LogValue, Photo, Position,
    PositionSource, Receipt, SubjectKind, Urgency,
};
use linli_model::{BlobHash, EntryId, RecordId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Document;
use crate::read::{Version, read_entries, read_fields, read_photos};
use crate::schema::EntryMap;
use crate::value::FieldValue;
use crate::write::NewContent;

/// Why a document is not a case. The gate lets none through that fails here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// A field that every case has is missing or of another type.
    #[error("the field {0} is missing or not of its type")]
    Field(&'static str),
    /// A value cannot be written as JSON.
    #[error("not to be written as JSON: {0}")]
    Json(String),
}

/// A case as read from its document.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseDocument {
    /// Everything this version understands.
    pub log: CaseLog,
    /// Entries that it does not.
    pub unread: Vec<EntryId>,
}

/// Reads a case.
pub fn read_case(id: RecordId, doc: &Document) -> Result<CaseDocument, CaseError> {
    let fields = Fields(read_fields(doc));
    let mut log = CaseLog::new(id, fields.head()?);
    log.conflicts = fields.conflicts();
    let mut unread = Vec::new();
    log.events = parse::<Event>(doc, EntryMap::Events, &mut unread);
    log.admits = parse::<Admit>(doc, EntryMap::Admits, &mut unread);
    log.receipts = parse::<Receipt>(doc, EntryMap::Receipts, &mut unread);
    log.photos = read_photos(doc)
        .into_iter()
        .filter_map(|(hash, json)| Some((hash, serde_json::from_str::<Photo>(&json).ok()?)))
        .collect();
    Ok(CaseDocument { log, unread })
}

/// The registers of a head, for the first change of a case.
pub fn head_content(
    head: &CaseHead,
    photos: &BTreeMap<BlobHash, Photo>,
) -> Result<NewContent, CaseError> {
    let mut content = NewContent::default();
    let mut put = |name: &str, value: FieldValue| {
        content.fields.insert(name.into(), Some(value));
    };
    put("edition", FieldValue::Int(head.edition.into()));
    put("category", text(head.category.as_str()));
    put("urgency", text(&word(&head.urgency)?));
    put("subject_kind", text(&word(&head.subject)?));
    if !head.place.is_empty() {
        put("place", text(&head.place));
    }
    if !head.note.is_empty() {
        put("note", text(&head.note));
    }
    match &head.contact {
        Some(ContactRef::Contact(record)) => put("contact_ref", text(&record.to_string())),
        Some(ContactRef::Disclosure(record)) => put("disclosure_ref", text(&record.to_string())),
        None => {}
    }
    if let Some(position) = &head.position {
        put("lon", FieldValue::Real(position.lon));
        put("lat", FieldValue::Real(position.lat));
        put("accuracy", FieldValue::Real(position.accuracy));
        put("position_source", text(&word(&position.source)?));
        put("position_at", FieldValue::Int(position.at.0));
    }
    content.photos = photo_content(photos)?;
    Ok(content)
}

/// Photos as they stand in the document.
pub fn photo_content(
    photos: &BTreeMap<BlobHash, Photo>,
) -> Result<BTreeMap<BlobHash, String>, CaseError> {
    photos
        .iter()
        .map(|(hash, photo)| Ok((*hash, json(photo)?)))
        .collect()
}

/// An event as it stands in the document.
pub fn event_entry(event: &Event) -> Result<(EntryMap, String), CaseError> {
    Ok((EntryMap::Events, json(event)?))
}

/// An admission as it stands in the document.
pub fn admit_entry(admit: &Admit) -> Result<(EntryMap, String), CaseError> {
    Ok((EntryMap::Admits, json(admit)?))
}

/// A receipt as it stands in the document.
pub fn receipt_entry(receipt: &Receipt) -> Result<(EntryMap, String), CaseError> {
    Ok((EntryMap::Receipts, json(receipt)?))
}

fn json(value: &impl Serialize) -> Result<String, CaseError> {
    serde_json::to_string(value).map_err(|error| CaseError::Json(error.to_string()))
}

/// The word that serde writes for a unit variant.
fn word(value: &impl Serialize) -> Result<String, CaseError> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.to_owned())
}

fn parse<T: DeserializeOwned>(
    doc: &Document,
    map: EntryMap,
    unread: &mut Vec<EntryId>,
) -> BTreeMap<EntryId, T> {
    let mut entries = BTreeMap::new();
    for entry in read_entries(doc, map) {
        match serde_json::from_str(&entry.json) {
            Ok(value) => {
                entries.insert(entry.id, value);
            }
            Err(_) => unread.push(entry.id),
        }
    }
    entries
}

struct Fields(BTreeMap<String, Vec<Version>>);

impl Fields {
    fn head(&self) -> Result<CaseHead, CaseError> {
        Ok(CaseHead {
            home: self.parsed("home").ok_or(CaseError::Field("home"))?,
            edition: self
                .int("edition")
                .and_then(|number| u32::try_from(number).ok())
                .ok_or(CaseError::Field("edition"))?,
            category: self
                .parsed("category")
                .ok_or(CaseError::Field("category"))?,
            urgency: self.word::<Urgency>("urgency").unwrap_or_default(),
            subject: self.word::<SubjectKind>("subject_kind").unwrap_or_default(),
            place: self.text("place").unwrap_or_default().to_owned(),
            note: self.text("note").unwrap_or_default().to_owned(),
            position: self.position(),
            contact: self.contact(),
        })
    }

    fn position(&self) -> Option<Position> {
        Some(Position {
            lon: self.real("lon")?,
            lat: self.real("lat")?,
            accuracy: self.real("accuracy")?,
            source: self.word::<PositionSource>("position_source")?,
            at: Timestamp(self.int("position_at")?),
        })
    }

    fn contact(&self) -> Option<ContactRef> {
        let disclosure = self.parsed("disclosure_ref").map(ContactRef::Disclosure);
        disclosure.or_else(|| self.parsed("contact_ref").map(ContactRef::Contact))
    }

    fn conflicts(&self) -> BTreeMap<String, Vec<LogValue>> {
        self.0
            .iter()
            .filter(|(_, versions)| versions.len() > 1)
            .map(|(name, versions)| (name.clone(), versions.iter().map(log_value).collect()))
            .collect()
    }

    fn winner(&self, name: &str) -> Option<&FieldValue> {
        self.0.get(name)?.first().map(|version| &version.value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.winner(name)?.as_text()
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.winner(name)?.as_int()
    }

    fn real(&self, name: &str) -> Option<f64> {
        self.winner(name)?.as_real()
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    fn word<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(serde_json::Value::String(self.text(name)?.to_owned())).ok()
    }
}

fn log_value(version: &Version) -> LogValue {
    let value = match &version.value {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Int(number) => number.to_string(),
        FieldValue::Real(number) => number.to_string(),
        FieldValue::Flag(flag) => flag.to_string(),
    };
    LogValue {
        value,
        actor: version.actor,
    }
}

#[cfg(test)]
mod tests;
