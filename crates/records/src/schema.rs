//! What a record may hold: every field of every kind, by name and type.
//!
//! A document holds registers (one scalar at the root) and maps (at the root, made by the first
//! change). A name that is not declared here is refused in our own writing and in every foreign
//! change. The words of [`deny`] can never become a field.

mod kinds;
mod types;

use linli_model::RecordKind;
pub use linli_model::deny;

pub use kinds::of;
pub use types::{FieldType, accepts_text_key};
pub(crate) use types::{accepts_file, accepts_map_value, parse_heads, write_heads};

/// The layout described here; the register `v` of every document. Since 2026-11: the first layout.
pub const SCHEMA_VERSION: i64 = 1;

/// The longest JSON text of an entry, photo or member, in bytes.
pub const MAX_ENTRY_BYTES: usize = 16 * 1024;

/// Everything that a record of one kind may hold.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The kind.
    pub kind: RecordKind,
    /// Its registers, with those that every kind has.
    pub fields: &'static [Field],
    /// Its maps.
    pub maps: &'static [MapField],
}

/// A register: one scalar at the root, all concurrent values kept.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the document.
    pub name: &'static str,
    /// What it accepts.
    pub kind: FieldType,
    /// Whether only the first change may set it.
    pub immutable: bool,
    /// Whether the first change must set it; such a register can never be cleared.
    pub required: bool,
}

/// A map at the root.
#[derive(Debug, Clone, Copy)]
pub struct MapField {
    /// Its name in the document.
    pub name: &'static str,
    /// How its keys come and go.
    pub rule: MapRule,
}

/// How the keys of a map come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapRule {
    /// Append-only: key `<actor>:<counter>` of the writing actor, JSON as value, never touched again.
    Entries(EntryMap),
    /// Append-only: key is the hash of a photo's or voice note's bytes, JSON as value.
    Photos,
    /// A set: members come and go; the key is the member. Two concurrent values of one key are both kept.
    Members(MemberMap),
}

/// The append-only maps of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryMap {
    /// What happened, as its author says.
    Events,
    /// The holder's verdicts about events.
    Admits,
    /// What a level above has durably taken.
    Receipts,
}

/// The sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberMap {
    /// A household's contacts and enrolments: key is the record's id, value its kind.
    Refs,
    /// A person's telephone numbers: key is the number, value JSON with its label and, after a
    /// correction, the number that it took the place of.
    Phones,
}

impl EntryMap {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Events, Self::Admits, Self::Receipts];

    /// The name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Admits => "admits",
            Self::Receipts => "receipts",
        }
    }
}

impl MemberMap {
    /// The name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refs => "refs",
            Self::Phones => "phones",
        }
    }
}

impl MapRule {
    /// Whether keys of such a map, once written, stay as they are.
    pub fn is_append_only(self) -> bool {
        match self {
            Self::Entries(_) | Self::Photos => true,
            Self::Members(_) => false,
        }
    }
}

/// The name of the photo map.
pub const PHOTOS: &str = "photos";

/// The register that says that a record is deleted, as JSON of the heads that the author saw.
pub const DELETED: &str = "deleted";

impl Schema {
    /// The register with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The map with this name.
    pub fn map(&self, name: &str) -> Option<&'static MapField> {
        self.maps.iter().find(|map| map.name == name)
    }
}

/// The word that names a kind in the register `kind`.
pub fn kind_name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Case => "case",
        RecordKind::Household => "household",
        RecordKind::Contact => "contact",
        RecordKind::Enrolment => "enrolment",
        RecordKind::Visit => "visit",
        RecordKind::Building => "building",
        RecordKind::Entrance => "entrance",
        RecordKind::Dwelling => "dwelling",
        RecordKind::Place => "place",
        RecordKind::Component => "component",
        RecordKind::Disclosure => "disclosure",
    }
}

#[cfg(test)]
mod tests;
