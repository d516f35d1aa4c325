//! Looking after the file: checkpoints of the log, backups, the check of everything.

use std::path::Path;

use linli_model::RecordId;
use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::key::DbKey;
use crate::ledger::{Ledger, connection, lock};
use crate::tombstone::mirror::Mirror;
use crate::tx::Reader;

/// What a check of the whole ledger found. Empty lists mean that it is sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Integrity {
    /// What SQLite and SQLCipher say about pages, indexes and rows.
    pub database: Vec<String>,
    /// Records whose stored bytes do not make the document that their rows name.
    pub documents: Vec<RecordId>,
    /// Scopes whose kept digest is not the one of their documents, as text.
    pub scopes: Vec<String>,
}

impl Integrity {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.database.is_empty() && self.documents.is_empty() && self.scopes.is_empty()
    }
}

impl Ledger {
    /// Moves the log into the database and cuts it, when no reader is in the way. To be called
    /// while nothing else happens.
    pub fn checkpoint(&self) -> Result<()> {
        let writer = lock(self.writer());
        let (busy, _, _): (i64, i64, i64) =
            writer
                .conn
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
        if busy == 0 {
            Ok(())
        } else {
            Err(StoreError::Busy)
        }
    }

    /// Writes a copy of the ledger to a new file with the same key, while work goes on. The file of
    /// tombstones is no part of it, and a restore must leave that file alone.
    ///
    /// The copy is complete and on the disk when the call returns.
    pub fn backup_to(&self, path: &Path, key: &DbKey) -> Result<()> {
        let refuse = |why: String| Err(StoreError::Refused(why));
        let Some(own) = self.path() else {
            return refuse("a ledger in memory has no backup".to_owned());
        };
        if path.exists() {
            return refuse(format!("{} exists already", path.display()));
        }
        let Some(to) = path.to_str() else {
            return refuse("the path is not text".to_owned());
        };
        // A connection of its own: neither writers nor readers wait for a long copy.
        let conn = connection::open_file(own, key, true)?;
        conn.execute(
            "ATTACH DATABASE ?1 AS copy KEY ?2",
            [to, key.literal().as_str()],
        )?;
        conn.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(()))?;
        conn.execute("DETACH DATABASE copy", [])?;
        Ok(())
    }

    /// Checks everything that can be checked: pages with their checksums, indexes, that every
    /// document loads to its heads, and that digests are right. Takes minutes on a large ledger.
    pub fn integrity(&self) -> Result<Integrity> {
        self.read(|rd| {
            let mut found = Integrity {
                database: check_database(rd.sql())?,
                ..Integrity::default()
            };
            check_documents(rd, &mut found)?;
            for scope in rd.scopes()? {
                if rd.digest(&scope)? != rd.recompute_digest(&scope)? {
                    found.scopes.push(scope.to_string());
                }
            }
            Ok(found)
        })
    }

    pub(crate) fn mirror_file(&self) -> Option<std::sync::MutexGuard<'_, Mirror>> {
        self.mirror.as_ref().map(lock)
    }
}

/// Opens a backup with its key and checks that its pages are sound, without changing it.
pub fn verify_backup(path: &Path, key: &DbKey) -> Result<Vec<String>> {
    if !path.exists() {
        return Err(StoreError::unknown("backup", &path.display()));
    }
    check_database(&connection::open_file(path, key, false)?)
}

fn check_database(conn: &Connection) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (check, fine) in [
        ("PRAGMA cipher_integrity_check", ""),
        ("PRAGMA integrity_check", "ok"),
    ] {
        let mut rows = conn.prepare(check)?;
        let lines = rows.query_map([], |row| row.get::<_, String>(0))?;
        for line in lines {
            let line = line?;
            if line != fine {
                found.push(line);
            }
        }
    }
    let mut rows = conn.prepare("PRAGMA foreign_key_check")?;
    let broken = rows.query_map([], |row| row.get::<_, String>(0))?;
    for table in broken {
        found.push(format!("a row of {} refers to nothing", table?));
    }
    Ok(found)
}

fn check_documents(rd: &Reader<'_>, found: &mut Integrity) -> Result<()> {
    let mut after = None;
    loop {
        let page = rd.records(after.as_ref(), 256)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(*last);
        for record in page {
            match rd.load_document(&record) {
                Ok(_) => {}
                Err(StoreError::Damaged(_)) => found.documents.push(record),
                Err(other) => return Err(other),
            }
        }
    }
}
