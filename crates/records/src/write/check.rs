//! Whether a save fits the schema and the caps, before and after it is made.

use super::{NewContent, WriteError};
use crate::change::RawChange;
use crate::schema::{
    EntryMap, Field, MapRule, PHOTOS, Schema, accepts_file, accepts_map_value, accepts_text_key,
    kind_name,
};
use crate::value::FieldValue;

/// The most operations of one change.
const MAX_OPS: u64 = 500;

/// The most bytes of one change.
const MAX_BYTES: usize = 64 * 1024;

/// Registers that [`super::create`] sets by itself.
const OURS: [&str; 3] = ["kind", "v", "home"];

/// Which change of a record is being made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    First,
    Later,
}

/// Whether everything in a save is declared and fits its type.
pub(super) fn content(schema: &Schema, content: &NewContent, when: When) -> Result<(), WriteError> {
    for (name, value) in &content.fields {
        let field = schema.field(name).ok_or_else(|| undeclared(schema, name))?;
        register(field, value.as_ref(), when)?;
    }
    if when == When::First {
        let missing = |field: &&Field| {
            field.required
                && !OURS.contains(&field.name)
                && content.fields.get(field.name).is_none_or(Option::is_none)
        };
        if let Some(field) = schema.fields.iter().find(missing) {
            return Err(WriteError::Required {
                name: field.name.to_owned(),
            });
        }
    }
    for (map, json) in &content.entries {
        entry(schema, *map, json)?;
    }
    for (hash, json) in &content.photos {
        member(schema, PHOTOS, &hash.to_string(), Some(json))?;
        if !accepts_file(schema.kind, json) {
            let name = PHOTOS.to_owned();
            return Err(WriteError::WrongValue { name });
        }
    }
    for ((map, key), value) in &content.members {
        member(schema, map.name(), key, value.as_deref())?;
    }
    Ok(())
}

/// Whether the change that was made is within the caps that every receiver enforces.
pub(super) fn size(change: &RawChange) -> Result<(), WriteError> {
    let ops = (change.max_op + 1).saturating_sub(change.start_op);
    let bytes = change.bytes.len();
    if ops <= MAX_OPS && bytes <= MAX_BYTES {
        Ok(())
    } else {
        Err(WriteError::TooLarge { ops, bytes })
    }
}

fn register(field: &Field, value: Option<&FieldValue>, when: When) -> Result<(), WriteError> {
    let name = || field.name.to_owned();
    if OURS.contains(&field.name) || (field.immutable && when == When::Later) {
        return Err(WriteError::Immutable { name: name() });
    }
    match value {
        None if field.required => Err(WriteError::Required { name: name() }),
        None => Ok(()),
        Some(value) if field.kind.accepts(value) => Ok(()),
        Some(_) => Err(WriteError::WrongValue { name: name() }),
    }
}

fn entry(schema: &Schema, map: EntryMap, json: &str) -> Result<(), WriteError> {
    let declared = schema
        .map(map.name())
        .ok_or_else(|| undeclared(schema, map.name()))?;
    if accepts_map_value(declared.rule, json) {
        Ok(())
    } else {
        Err(WriteError::WrongValue {
            name: map.name().to_owned(),
        })
    }
}

fn member(schema: &Schema, map: &str, key: &str, value: Option<&str>) -> Result<(), WriteError> {
    let declared = schema.map(map).ok_or_else(|| undeclared(schema, map))?;
    let fits = accepts_text_key(declared.rule, key)
        && value.map_or(allows_removal(declared.rule), |value| {
            accepts_map_value(declared.rule, value)
        });
    if fits {
        Ok(())
    } else {
        Err(WriteError::WrongValue {
            name: map.to_owned(),
        })
    }
}

fn allows_removal(rule: MapRule) -> bool {
    !rule.is_append_only()
}

fn undeclared(schema: &Schema, name: &str) -> WriteError {
    WriteError::Undeclared {
        kind: kind_name(schema.kind),
        name: name.to_owned(),
    }
}
