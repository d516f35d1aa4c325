//! Whether a change keeps to the layout of its record kind, and what it does in the words of the
//! domain.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{EntryId, RecordKind, Timestamp};

use super::ChangeFacts;
use crate::known::{Known, Layout};
use crate::note::{ChangeNote, NoteError};
use crate::prescan::{Action, Key, ObjectType, Op, ScannedChange, Value};
use crate::read::RawEntry;
use crate::schema::{
    self, EntryMap, MapRule, Schema, accepts_file, accepts_map_value, accepts_text_key,
};
use crate::value::FieldValue;

/// Why a change does not keep to the layout of its record kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeRefusal {
    /// The message is not a note.
    #[error("{0}")]
    Note(#[from] NoteError),
    /// A second change without dependencies.
    #[error("the record already has a first change")]
    SecondRoot,
    /// The first change lacks something that it must set or make.
    #[error("the first change lacks {0:?}")]
    Incomplete(&'static str),
    /// The record says that it is of another kind than the batch.
    #[error("the record is of another kind than its batch says")]
    WrongKind,
    /// A name that the schema does not have.
    #[error("{0:?} is not declared")]
    Undeclared(String),
    /// A value that the field does not accept.
    #[error("{0:?} does not accept this value")]
    WrongValue(String),
    /// A field that only the first change may set.
    #[error("{0:?} cannot be changed")]
    Immutable(String),
    /// A required field is cleared.
    #[error("{0:?} is required")]
    Required(String),
    /// An append-only map is touched in another way than by adding the next key.
    #[error("{0:?} only grows, by the next key of its author")]
    AppendOnly(&'static str),
    /// An operation that no record uses.
    #[error("records have no {0}")]
    Unused(&'static str),
}

impl ShapeRefusal {
    /// The word for logs and quarantine rows.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Note(_) => "note",
            Self::SecondRoot => "second_root",
            Self::Incomplete(_) => "first_incomplete",
            Self::WrongKind => "wrong_kind",
            Self::Undeclared(_) => "undeclared",
            Self::WrongValue(_) => "wrong_value",
            Self::Immutable(_) => "immutable",
            Self::Required(_) => "required",
            Self::AppendOnly(_) => "append_only",
            Self::Unused(_) => "unused_operation",
        }
    }
}

/// Reads a change against the schema. The structure has been checked before.
pub(super) fn facts(
    known: &Known,
    kind: RecordKind,
    change: &ScannedChange<'_>,
) -> Result<ChangeFacts, ShapeRefusal> {
    let message = ChangeNote::from_message(change.message.unwrap_or_default())?;
    let creates = known.history.is_empty();
    if !creates && change.deps.is_empty() {
        return Err(ShapeRefusal::SecondRoot);
    }
    let mut layout = Layout::default();
    if creates {
        layout.remember_maps(change);
    }
    let mut reading = Reading {
        schema: schema::of(kind),
        layout: if creates { &layout } else { &known.layout },
        change,
        creates,
        next_counter: known.layout.entries_of(&change.actor()).saturating_add(1),
        made: BTreeSet::new(),
        facts: ChangeFacts {
            hash: change.hash,
            actor: change.actor(),
            seq: change.seq,
            at: Timestamp(change.time),
            creates,
            home: None,
            fields_set: Vec::new(),
            values: BTreeMap::new(),
            entries: Vec::new(),
            photos_added: Vec::new(),
            members: Vec::new(),
            message,
        },
    };
    for op in &change.ops {
        reading.read(op)?;
    }
    reading.finish()
}

struct Reading<'r, 'a> {
    schema: Schema,
    layout: &'r Layout,
    change: &'r ScannedChange<'a>,
    creates: bool,
    next_counter: u32,
    made: BTreeSet<&'static str>,
    facts: ChangeFacts,
}

impl Reading<'_, '_> {
    fn read(&mut self, op: &Op<'_>) -> Result<(), ShapeRefusal> {
        let Key::Name(name) = op.key else {
            return Err(ShapeRefusal::Unused("lists"));
        };
        let value = match op.action {
            Action::Increment => return Err(ShapeRefusal::Unused("counters")),
            Action::Make(made) => return self.make(op, name, made),
            Action::Put => Some(scalar(op.value).ok_or_else(|| wrong(name))?),
            Action::Delete => None,
        };
        let Some(object) = op.object else {
            return self.register(name, value);
        };
        let rule = self.layout.map_of(self.change, object);
        let rule = rule.ok_or_else(|| ShapeRefusal::Undeclared(name.to_owned()))?;
        let bare = self.change.preds(op).is_empty();
        match rule {
            MapRule::Entries(map) => self.entry(map, name, value, bare),
            MapRule::Photos => self.photo(name, value, bare),
            MapRule::Members(map) => self.member(map, name, value),
        }
    }

    fn make(&mut self, op: &Op<'_>, name: &str, made: ObjectType) -> Result<(), ShapeRefusal> {
        let declared = self.schema.map(name).filter(|_| op.object.is_none());
        let declared = declared.ok_or_else(|| ShapeRefusal::Undeclared(name.to_owned()))?;
        if made != ObjectType::Map {
            return Err(wrong(name));
        }
        if !self.creates {
            return Err(ShapeRefusal::Immutable(name.to_owned()));
        }
        self.made.insert(declared.name);
        Ok(())
    }

    fn register(&mut self, name: &str, value: Option<FieldValue>) -> Result<(), ShapeRefusal> {
        let field = self.schema.field(name);
        let field = field.ok_or_else(|| ShapeRefusal::Undeclared(name.to_owned()))?;
        if field.immutable && !self.creates {
            return Err(ShapeRefusal::Immutable(name.to_owned()));
        }
        match value {
            None if field.required => return Err(ShapeRefusal::Required(name.to_owned())),
            None => {}
            Some(value) => {
                if !field.kind.accepts(&value) {
                    let other_kind = field.name == "kind";
                    return Err(if other_kind {
                        ShapeRefusal::WrongKind
                    } else {
                        wrong(name)
                    });
                }
                if field.name == "home" {
                    self.facts.home = value.as_text().and_then(|text| text.parse().ok());
                }
                self.facts.values.insert(name.to_owned(), value);
            }
        }
        self.facts.fields_set.push(name.to_owned());
        Ok(())
    }

    fn entry(
        &mut self,
        map: EntryMap,
        name: &str,
        value: Option<FieldValue>,
        bare: bool,
    ) -> Result<(), ShapeRefusal> {
        let next = EntryId {
            actor: self.facts.actor,
            counter: self.next_counter,
        };
        let (Some(value), true, true) = (value, bare, name.parse() == Ok(next)) else {
            return Err(ShapeRefusal::AppendOnly(map.name()));
        };
        let json = map_value(MapRule::Entries(map), map.name(), value)?;
        self.next_counter = self.next_counter.saturating_add(1);
        self.facts.entries.push(RawEntry {
            map,
            id: next,
            json,
        });
        Ok(())
    }

    fn photo(
        &mut self,
        name: &str,
        value: Option<FieldValue>,
        bare: bool,
    ) -> Result<(), ShapeRefusal> {
        let (Some(value), true) = (value, bare) else {
            return Err(ShapeRefusal::AppendOnly(schema::PHOTOS));
        };
        let json = map_value(MapRule::Photos, schema::PHOTOS, value)?;
        if !accepts_file(self.schema.kind, &json) {
            return Err(wrong(schema::PHOTOS));
        }
        let hash = name.parse().map_err(|_| wrong(schema::PHOTOS))?;
        self.facts.photos_added.push(hash);
        Ok(())
    }

    fn member(
        &mut self,
        map: schema::MemberMap,
        name: &str,
        value: Option<FieldValue>,
    ) -> Result<(), ShapeRefusal> {
        let rule = MapRule::Members(map);
        if !accepts_text_key(rule, name) {
            return Err(wrong(map.name()));
        }
        let added = value.is_some();
        if let Some(value) = value {
            map_value(rule, map.name(), value)?;
        }
        self.facts.members.push((map, name.to_owned(), added));
        Ok(())
    }

    fn finish(mut self) -> Result<ChangeFacts, ShapeRefusal> {
        if self.creates {
            let unset = |field: &&schema::Field| {
                field.required && !self.facts.values.contains_key(field.name)
            };
            if let Some(field) = self.schema.fields.iter().find(unset) {
                return Err(ShapeRefusal::Incomplete(field.name));
            }
            let unmade = |map: &&schema::MapField| !self.made.contains(map.name);
            if let Some(map) = self.schema.maps.iter().find(unmade) {
                return Err(ShapeRefusal::Incomplete(map.name));
            }
        }
        self.facts.fields_set.sort_unstable();
        Ok(self.facts)
    }
}

/// The text of a map's value, once it fits the map.
fn map_value(rule: MapRule, map: &str, value: FieldValue) -> Result<String, ShapeRefusal> {
    match value {
        FieldValue::Text(text) if accepts_map_value(rule, &text) => Ok(text),
        FieldValue::Text(_) | FieldValue::Flag(_) | FieldValue::Int(_) | FieldValue::Real(_) => {
            Err(wrong(map))
        }
    }
}

fn wrong(name: &str) -> ShapeRefusal {
    ShapeRefusal::WrongValue(name.to_owned())
}

/// The scalars that records hold.
fn scalar(value: Value<'_>) -> Option<FieldValue> {
    match value {
        Value::Flag(flag) => Some(FieldValue::Flag(flag)),
        Value::Int(number) => Some(FieldValue::Int(number)),
        Value::Real(number) => Some(FieldValue::Real(number)),
        Value::Text(text) => Some(FieldValue::Text(text.to_owned())),
        Value::Null | Value::Uint(_) | Value::Bytes(_) | Value::Counter(_) | Value::Time(_) => None,
    }
}
