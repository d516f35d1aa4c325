//! Drafts: what a person typed and did not save yet. Encrypted with everything else.

use std::cell::RefCell;

use linli_model::{StaffId, Timestamp};
use linli_store::Tx;
use linli_store::rusqlite::{OptionalExtension, params};

use super::Engine;
use crate::dto::draft::DraftRow;
use crate::error::{DeviceError, Result};

/// The longest name of a form, in bytes.
const NAME_BYTES: usize = 64;
/// The longest draft, in bytes.
const CONTENT_BYTES: usize = 256 * 1024;

thread_local! {
    /// The draft that the save on this thread finishes. A save runs on one thread from its beginning to
    /// its commit, and each passes the place where [`finish`] is called.
    static FINISHING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a save that finishes a draft: what was typed is either a draft or saved, never both and never
/// neither, whenever the process dies. A save that fails leaves the draft.
pub fn finishing<T>(draft: Option<String>, save: impl FnOnce() -> T) -> T {
    struct Forget;
    impl Drop for Forget {
        fn drop(&mut self) {
            FINISHING.set(None);
        }
    }
    FINISHING.set(draft);
    let _forget = Forget;
    save()
}

/// Removes the draft that this save finishes, in its transaction.
pub(super) fn finish(tx: &Tx<'_>, staff: &StaffId) -> Result<()> {
    FINISHING.with_borrow(|draft| match draft {
        Some(name) => remove(tx, staff, name),
        None => Ok(()),
    })
}

fn remove(tx: &Tx<'_>, staff: &StaffId, name: &str) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM drafts WHERE staff = ?1 AND name = ?2")?
        .execute(params![staff.as_str(), name])?;
    Ok(())
}

/// Whether a form may have this name.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.len() > NAME_BYTES {
        return Err(DeviceError::InputInvalid("note"));
    }
    Ok(())
}

impl Engine {
    /// The content of a draft.
    pub fn load_draft(&self, staff: &StaffId, name: &str) -> Result<Option<String>> {
        self.read(|reader| {
            let mut find = reader
                .sql()
                .prepare_cached("SELECT content FROM drafts WHERE staff = ?1 AND name = ?2")?;
            let found = find.query_row(params![staff.as_str(), name], |row| row.get("content"));
            Ok(found.optional()?)
        })
    }

    /// The drafts of a person, the newest first.
    pub fn list_drafts(&self, staff: &StaffId) -> Result<Vec<DraftRow>> {
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT name, updated_at FROM drafts WHERE staff = ?1
                 ORDER BY updated_at DESC, name",
            )?;
            let found = list.query_map([staff.as_str()], |row| {
                Ok(DraftRow {
                    name: row.get("name")?,
                    at: row.get("updated_at")?,
                })
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps a draft.
    pub fn save_draft(
        &self,
        staff: &StaffId,
        name: &str,
        content: &str,
        now: Timestamp,
    ) -> Result<()> {
        check_name(name)?;
        if content.len() > CONTENT_BYTES {
            return Err(DeviceError::InputInvalid("note"));
        }
        self.write(|tx| {
            tx.sql()
                .prepare_cached(
                    "INSERT INTO drafts (staff, name, content, updated_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (staff, name) DO UPDATE SET content = excluded.content,
                       updated_at = excluded.updated_at",
                )?
                .execute(params![staff.as_str(), name, content, now.0])?;
            Ok(())
        })
    }

    /// Forgets a draft.
    pub fn delete_draft(&self, staff: &StaffId, name: &str) -> Result<()> {
        self.write(|tx| remove(tx, staff, name))
    }
}
