//! Looking after the file: checkpoints of the log, backups, the check of everything.

use std::path::Path;
use std::sync::atomic::Ordering;

use linli_model::RecordId;
use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::key::DbKey;
use crate::ledger::{Ledger, connection, lock};
use crate::tombstone::COMPACT_DUE;
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

/// Moves the log into the database and cuts it. Answers whether nobody was in the way.
fn checkpoint(conn: &Connection) -> Result<bool> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

impl Ledger {
    /// Moves the log into the database and cuts it, when no reader is in the way. To be called
    /// while nothing else happens.
    pub fn checkpoint(&self) -> Result<()> {
        if checkpoint(&lock(self.writer()).conn)? {
            Ok(())
        } else {
            Err(StoreError::Busy)
        }
    }

    /// Writes the file anew when something was erased since the last time: cells that moved between
    /// pages have left copies in gaps, which overwriting what is deleted does not reach. Answers
    /// whether it was due. Nobody writes meanwhile, and a copy of the whole is in memory; to be called
    /// while nothing else happens.
    pub fn compact(&self) -> Result<bool> {
        if self.read(|rd| rd.meta_number(COMPACT_DUE))? == 0 {
            return Ok(false);
        }
        lock(self.writer()).conn.execute_batch("VACUUM")?;
        self.log_due.store(true, Ordering::Relaxed);
        self.write(|tx| tx.remove_meta(COMPACT_DUE))?;
        Ok(true)
    }

    /// Whether an erasure waits for [`Ledger::compact`], and how many bytes that would copy.
    pub fn compact_due(&self) -> Result<Option<u64>> {
        if self.read(|rd| rd.meta_number(COMPACT_DUE))? == 0 {
            return Ok(None);
        }
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        Ok(Some(self.path().map_or(0, size)))
    }

    /// Cuts the log after an erasure: it holds pages as they were before. When a reader is in the way
    /// it is tried again after the next commit.
    pub(crate) fn cut_log(&self, conn: &Connection) {
        match checkpoint(conn) {
            Ok(is_cut) => self.log_due.store(!is_cut, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the log was not cut; it is tried again"),
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
