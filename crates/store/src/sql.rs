//! Small conversions between SQL values and ours.

use linli_model::{ActorId, BatchId, BlobHash, ChangeHash, KeyId, RecordId, RecordKind, Scope};
use rusqlite::Row;
use rusqlite::types::Type;

use crate::error::{Result, StoreError};

/// A count or number as SQLite keeps it. Numbers above 2^63 do not exist in this ledger.
pub(crate) fn int(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| StoreError::Refused(format!("number {value} is too large")))
}

/// A length as SQLite keeps it.
pub(crate) fn len(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads a number that is never negative.
pub(crate) fn uint(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| wrong(column, Type::Integer, "negative"))
}

/// Reads a number that may be absent.
pub(crate) fn uint_opt(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(column)?;
    value
        .map(|v| u64::try_from(v).map_err(|_| wrong(column, Type::Integer, "negative")))
        .transpose()
}

macro_rules! id_columns {
    ($($(#[$doc:meta])* $name:ident -> $id:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(row: &Row<'_>, column: &str) -> rusqlite::Result<$id> {
            Ok($id(row.get(column)?))
        }
    )*};
}

id_columns! {
    /// Reads a record id.
    record -> RecordId;
    /// Reads a change hash.
    change -> ChangeHash;
    /// Reads a batch id.
    batch -> BatchId;
    /// Reads a key id.
    key -> KeyId;
    /// Reads an actor id.
    actor -> ActorId;
    /// Reads a blob hash.
    blob -> BlobHash;
}

/// Reads the number of a record kind.
pub(crate) fn kind(row: &Row<'_>, column: &str) -> rusqlite::Result<RecordKind> {
    let number: u8 = row.get(column)?;
    RecordKind::from_number(number).ok_or_else(|| wrong(column, Type::Integer, "no such kind"))
}

/// Reads a scope from its text.
pub(crate) fn scope(row: &Row<'_>, column: &str) -> rusqlite::Result<Scope> {
    text(row, column)
}

/// Reads anything that is written as text.
pub(crate) fn text<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let value: String = row.get(column)?;
    value
        .parse()
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e)))
}

/// Reads a list of 32-byte hashes that are packed one after another.
pub(crate) fn hashes(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<ChangeHash>> {
    let packed: Vec<u8> = row.get(column)?;
    let (all, rest) = packed.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(wrong(column, Type::Blob, "not whole hashes"));
    }
    Ok(all.iter().copied().map(ChangeHash).collect())
}

/// Packs hashes one after another.
pub(crate) fn pack_hashes(hashes: &[ChangeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// A stored value that no code of ours can have written.
pub(crate) fn wrong(column: &str, kind: Type, why: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, format!("column {column}: {why}").into())
}
