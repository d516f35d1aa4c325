//! The file of tombstones outside backups.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use linli_model::{RecordId, RecordKind, Timestamp};
use rusqlite::{Connection, params};

use crate::error::{Result, StoreError};
use crate::key::DbKey;
use crate::ledger::connection;
use crate::tombstone::Erased;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS tombstones (
  record BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- reference: the record that is gone for ever
  kind   INTEGER NOT NULL,                                      -- reference: number of the record kind
  bytes  BLOB NOT NULL,                                         -- reference: the signed tombstone
  at     INTEGER NOT NULL                                       -- local: when it was stored, ms
) STRICT, WITHOUT ROWID";

/// The open file.
pub(crate) struct Mirror {
    conn: Connection,
}

/// Where the tombstones of a ledger lie: beside it, with `.tombstones` added to its name.
pub(crate) fn path_of(ledger: &Path) -> PathBuf {
    let mut name = OsString::from(ledger.as_os_str());
    name.push(".tombstones");
    PathBuf::from(name)
}

impl Mirror {
    pub(crate) fn open(ledger: &Path, key: &DbKey) -> Result<Self> {
        let conn = connection::open_file(&path_of(ledger), key, true)?;
        conn.execute_batch(TABLE)?;
        Ok(Self { conn })
    }

    /// Keeps a tombstone for ever; twice is once.
    pub(crate) fn keep(&self, erased: &Erased) -> Result<()> {
        self.conn.execute(
            "INSERT OR IGNORE INTO tombstones (record, kind, bytes, at) VALUES (?1, ?2, ?3, ?4)",
            params![
                erased.record.0,
                erased.kind.number(),
                erased.bytes,
                erased.at.0
            ],
        )?;
        Ok(())
    }

    pub(crate) fn all(&self) -> Result<Vec<Erased>> {
        let mut list = self
            .conn
            .prepare("SELECT record, kind, bytes, at FROM tombstones ORDER BY record")?;
        let found = list.query_map([], |row| {
            Ok((
                row.get::<_, [u8; 16]>("record")?,
                row.get::<_, u8>("kind")?,
                row.get::<_, Vec<u8>>("bytes")?,
                row.get::<_, i64>("at")?,
            ))
        })?;
        let mut all = Vec::new();
        for row in found {
            let (record, kind, bytes, at) = row?;
            let kind = RecordKind::from_number(kind)
                .ok_or_else(|| StoreError::Damaged(format!("tombstone of kind {kind}")))?;
            all.push(Erased {
                record: RecordId(record),
                kind,
                bytes,
                at: Timestamp(at),
            });
        }
        Ok(all)
    }
}
