//! The types of registers and of map keys.

use linli_model::case::Photo;
use linli_model::{BlobHash, CategoryCode, ChangeHash, GridCode, RecordId, RecordKind};

use super::{MAX_ENTRY_BYTES, MapRule, MemberMap};
use crate::value::FieldValue;

/// What a register accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldType {
    /// Text of at most so many bytes, not empty.
    Text(usize),
    /// A short code: 1 to 32 ASCII letters, digits, `.`, `_` or `-`.
    Code,
    /// The code of a grid.
    Grid,
    /// A code of the catalogue.
    Category,
    /// The id of another record.
    Record,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number within these bounds.
    Int(i64, i64),
    /// A finite number within these bounds.
    Real(f64, f64),
    /// True or false.
    Flag,
    /// A JSON list of change hashes, ascending.
    Heads,
}

impl FieldType {
    /// Whether a value may stand in a register of this type.
    pub fn accepts(&self, value: &FieldValue) -> bool {
        match (self, value) {
            (Self::Int(low, high), FieldValue::Int(number)) => (low..=high).contains(&number),
            (Self::Real(low, high), FieldValue::Real(number)) => {
                number.is_finite() && (low..=high).contains(&number)
            }
            (Self::Flag, FieldValue::Flag(_)) => true,
            (Self::Text(max), FieldValue::Text(text)) => !text.is_empty() && text.len() <= *max,
            (Self::Code, FieldValue::Text(text)) => linli_model::OrgId::new(text.as_str()).is_ok(),
            (Self::Grid, FieldValue::Text(text)) => GridCode::new(text.as_str()).is_ok(),
            (Self::Category, FieldValue::Text(text)) => CategoryCode::new(text.as_str()).is_ok(),
            (Self::Record, FieldValue::Text(text)) => text.parse::<RecordId>().is_ok(),
            (Self::Choice(words), FieldValue::Text(text)) => words.contains(&text.as_str()),
            (Self::Heads, FieldValue::Text(text)) => parse_heads(text).is_some(),
            (
                Self::Int(..)
                | Self::Real(..)
                | Self::Flag
                | Self::Text(_)
                | Self::Code
                | Self::Grid
                | Self::Category
                | Self::Record
                | Self::Choice(_)
                | Self::Heads,
                FieldValue::Flag(_)
                | FieldValue::Int(_)
                | FieldValue::Real(_)
                | FieldValue::Text(_),
            ) => false,
        }
    }
}

/// Reads the heads of a `deleted` register: strictly ascending, written compactly.
pub(crate) fn parse_heads(text: &str) -> Option<Vec<ChangeHash>> {
    let heads: Vec<ChangeHash> = serde_json::from_str(text).ok()?;
    (heads.is_sorted_by(|a, b| a < b) && write_heads(&heads) == text).then_some(heads)
}

/// The text of a `deleted` register.
pub(crate) fn write_heads(heads: &[ChangeHash]) -> String {
    let quoted: Vec<String> = heads.iter().map(|head| format!("\"{head}\"")).collect();
    format!("[{}]", quoted.join(","))
}

/// Whether a key may stand in a map, for maps whose keys do not name their author.
pub fn accepts_text_key(rule: MapRule, key: &str) -> bool {
    match rule {
        MapRule::Entries(_) => false,
        MapRule::Photos => key.parse::<BlobHash>().is_ok(),
        MapRule::Members(MemberMap::Refs) => key.parse::<RecordId>().is_ok(),
        MapRule::Members(MemberMap::Phones) => is_phone(key),
    }
}

/// A telephone number as it is dialled: 3 to 20 digits, a plus before them allowed.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (3..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text may be the value of a map's key.
pub(crate) fn accepts_map_value(rule: MapRule, value: &str) -> bool {
    match rule {
        MapRule::Members(MemberMap::Refs) => matches!(value, "contact" | "enrolment" | "visit"),
        MapRule::Entries(_) | MapRule::Photos | MapRule::Members(MemberMap::Phones) => {
            is_json_object(value)
        }
    }
}

/// Whether a record of this kind may name such a file. A visit tells about a household: it may have a voice
/// note and no picture. A voice note is within its caps wherever it stands; of a photo the file itself
/// is judged.
pub(crate) fn accepts_file(kind: RecordKind, json: &str) -> bool {
    let file: Option<Photo> = serde_json::from_str(json).ok();
    let is_voice = file.as_ref().is_some_and(Photo::is_voice);
    let is_within = file.is_none_or(|file| file.is_within_caps());
    match kind {
        RecordKind::Visit => is_voice && is_within,
        RecordKind::Case => is_within,
        RecordKind::Household
        | RecordKind::Contact
        | RecordKind::Enrolment
        | RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Dwelling
        | RecordKind::Place
        | RecordKind::Component
        | RecordKind::Disclosure => !is_voice,
    }
}

/// Whether a text is one JSON object and nothing else, not too long.
fn is_json_object(text: &str) -> bool {
    text.len() <= MAX_ENTRY_BYTES
        && text.starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
