//! Erasure: a record that was dropped is gone for ever, on this ledger and in every backup of it.
//!
//! A tombstone stands in two places. The table in the ledger is what every check reads. The file
//! beside the ledger (`<ledger>.tombstones`, encrypted with the same key) is what survives when the
//! ledger is put back to an older backup: it is no part of a backup and a restore must not replace
//! it. When a ledger is opened, each of the two learns what only the other knows, and records that a
//! restored ledger still holds are erased before anything reads them. Two files cannot commit
//! together, but a union of permanent facts does not need that: the ledger commits first, the file
//! follows, and what a crash left undone is done at the next opening.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_trust::Tombstone;
use rusqlite::{Connection, OptionalExtension, params};

use crate::control::ControlItem;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sql;
use crate::tx::{Reader, Tx};

pub(crate) mod mirror;

/// Set from an erasure until the file was written anew.
pub(crate) const COMPACT_DUE: &str = "compact_due";

/// Where the tombstones of a ledger lie outside backups: beside it, with `.tombstones` added to its
/// name.
pub fn file_of(ledger: &std::path::Path) -> std::path::PathBuf {
    mirror::path_of(ledger)
}

/// A tombstone as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The record that is gone.
    pub record: RecordId,
    /// What it was.
    pub kind: RecordKind,
    /// The signed tombstone.
    pub bytes: Vec<u8>,
    /// When it was stored here.
    pub at: Timestamp,
}

impl Reader<'_> {
    /// Whether a record is erased for ever.
    pub fn is_erased(&self, record: &RecordId) -> Result<bool> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT 1 FROM tombstones WHERE record = ?1")?;
        Ok(find.exists([record.0])?)
    }

    /// Whether copies in gaps of pages wait until the file is written anew.
    pub fn is_compaction_due(&self) -> Result<bool> {
        Ok(self.meta_number(COMPACT_DUE)? > 0)
    }

    /// The tombstone of a record.
    pub fn erased(&self, record: &RecordId) -> Result<Option<Erased>> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT record, kind, bytes, at FROM tombstones WHERE record = ?1")?;
        let found = find.query_row([record.0], |row| {
            Ok(Erased {
                record: sql::record(row, "record")?,
                kind: sql::kind(row, "kind")?,
                bytes: row.get("bytes")?,
                at: Timestamp(row.get("at")?),
            })
        });
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// Erases a record: everything that holds its content, here and now, with the bytes overwritten
    /// where they lie. Copies that moving cells left in gaps of pages go with [`Ledger::compact`].
    /// Hashes stay in signed batches. Answers whether it was new.
    ///
    /// The caller has verified the tombstone.
    pub(crate) fn erase(&mut self, erased: &Erased) -> Result<bool> {
        let added = self.sql().execute(
            "INSERT OR IGNORE INTO tombstones (record, kind, bytes, at) VALUES (?1, ?2, ?3, ?4)",
            params![
                erased.record.0,
                erased.kind.number(),
                erased.bytes,
                erased.at.0
            ],
        )?;
        if added == 0 {
            return Ok(false);
        }
        if let Some(document) = self.document_row(&erased.record)? {
            // A pack holds the record as it was: none of its scopes is served from one any more.
            self.sql()
                .prepare_cached(
                    "DELETE FROM packs WHERE scope IN (SELECT scope FROM memberships WHERE document = ?1)",
                )?
                .execute([document.row])?;
            self.remove_document(&document)?;
        }
        for sql in [
            "DELETE FROM outbox WHERE record = ?1",
            "DELETE FROM intents WHERE record = ?1",
            "DELETE FROM quarantine WHERE record = ?1",
            "DELETE FROM parked WHERE record = ?1",
            "DELETE FROM blob_links WHERE record = ?1",
        ] {
            self.sql().prepare_cached(sql)?.execute([erased.record.0])?;
        }
        self.forget_rows(&erased.record)?;
        self.mark_clean(&erased.record);
        self.mark_erased();
        self.set_meta_number(COMPACT_DUE, 1)?;
        Ok(true)
    }
}

impl Ledger {
    /// Lets the ledger and the file outside backups learn from each other. Runs at opening.
    pub(crate) fn reconcile_tombstones(&self) -> Result<()> {
        let Some(file) = self.mirror_file() else {
            return Ok(());
        };
        let kept = file.all()?;
        let known = self.read(|rd| all_in_ledger(rd.sql()))?;
        for erased in &known {
            if !kept.iter().any(|other| other.record == erased.record) {
                file.keep(erased)?;
            }
        }
        // The write below may want the file again.
        drop(file);
        self.write(|tx| {
            for erased in &kept {
                // The control log of a restored ledger has lost it too: pass it on again.
                if let Ok(tombstone) = Tombstone::decode(&erased.bytes) {
                    tx.put_control(&ControlItem::Tombstone(tombstone), erased.at)?;
                }
                tx.erase(erased)?;
            }
            tx.sql()
                .execute("UPDATE tombstones SET mirrored = 1 WHERE mirrored = 0", [])?;
            Ok(())
        })
    }

    /// Copies new tombstones to the file outside backups. A failure is logged and made good at the
    /// next erasure or opening; the erasure itself is committed already.
    pub(crate) fn mirror_tombstones(&self, conn: &Connection) {
        if let Err(error) = self.try_mirror(conn) {
            tracing::error!(%error, "a tombstone is not yet in the file outside backups");
        }
    }

    fn try_mirror(&self, conn: &Connection) -> Result<()> {
        let Some(file) = self.mirror_file() else {
            return Ok(());
        };
        for erased in unmirrored(conn)? {
            file.keep(&erased)?;
            conn.execute(
                "UPDATE tombstones SET mirrored = 1 WHERE record = ?1",
                [erased.record.0],
            )?;
        }
        Ok(())
    }
}

fn all_in_ledger(conn: &Connection) -> Result<Vec<Erased>> {
    list(conn, "SELECT record, kind, bytes, at FROM tombstones")
}

fn unmirrored(conn: &Connection) -> Result<Vec<Erased>> {
    list(
        conn,
        "SELECT record, kind, bytes, at FROM tombstones WHERE mirrored = 0",
    )
}

fn list(conn: &Connection, sql: &str) -> Result<Vec<Erased>> {
    let mut list = conn.prepare_cached(sql)?;
    let found = list.query_map([], |row| {
        Ok(Erased {
            record: sql::record(row, "record")?,
            kind: sql::kind(row, "kind")?,
            bytes: row.get("bytes")?,
            at: Timestamp(row.get("at")?),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
