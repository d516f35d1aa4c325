//! What operators do about forgetting: erasure on request, the job's report, who holds something,
//! backups whose term is over, and the bytes of photos that nothing shows any more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use linli_model::{BlobHash, GridCode, KeyId, RecordId, Timestamp};
use serde::{Deserialize, Serialize};

use super::admin::Host;
use super::{OpsError, backup, database};
use crate::clock;
use crate::config::Config;
use crate::door::{
    Calls, DoorResult, EraseRequest, Erasure, Forgetting, Holder, HolderKind, Holders,
};
use crate::files;
use crate::keys::DatabaseKey;
use crate::photos::Photos;
use crate::writer::Writer;

/// The copy of the tombstones beside the backups, with which a restore into an empty folder begins.
pub const TOMBSTONES: &str = "tombstones.db";

/// A command about forgetting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum ForgetCommand {
    /// Shows or does an erasure on request.
    Erase(EraseRequest),
    /// The retention job's report.
    Report,
    /// Who holds a record's data.
    Holders {
        /// A household, or another record of the register.
        record: RecordId,
    },
    /// Asks a handheld to give back a grid.
    Withdraw {
        /// The handheld's key.
        device: KeyId,
        /// The grid.
        grid: GridCode,
    },
    /// The backups and their terms.
    Backups {
        /// Deletes those whose term is over.
        prune: bool,
    },
}

/// The answer to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum ForgetAnswer {
    /// What an erasure takes, or took.
    Erasure(Erasure),
    /// The retention job's report.
    Report(Forgetting),
    /// Who holds a record's data.
    Holders(Holders),
    /// The handheld is asked at its next contact.
    Withdrawn,
    /// The backups.
    Backups {
        /// Oldest first.
        rows: Vec<BackupRow>,
    },
}

/// A backup and its term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRow {
    /// The name of its folder.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When its term is over.
    pub until: Timestamp,
    /// Whether it was deleted now.
    pub is_deleted: bool,
}

/// Runs a command.
pub(super) async fn run(host: &Host, command: ForgetCommand) -> Result<ForgetAnswer, OpsError> {
    let writer = &host.writer;
    let now = clock::now();
    Ok(match command {
        ForgetCommand::Erase(ask) => {
            let is_confirmed = ask.confirm;
            let erasure = writer.call(move |calls| calls.erase(now, &ask)).await?;
            if is_confirmed {
                remove_photos(writer, &host.config, |_| {}).await?;
                writer.with_door(|door| door.compact()).await?;
                keep_tombstones(&host.config, &host.key)?;
            }
            ForgetAnswer::Erasure(erasure)
        }
        ForgetCommand::Report => {
            ForgetAnswer::Report(writer.call(|calls| calls.forgetting()).await?)
        }
        ForgetCommand::Holders { record } => {
            let mut found = writer
                .call(move |calls| calls.holders(now, &record))
                .await?;
            let rows = backups(&host.config, now, false)?;
            // A backup holds what had come before it was made.
            let may_hold = |row: &&BackupRow| row.made_at >= found.since || found.is_erased;
            let held = rows.iter().filter(may_hold).map(|row| of_backup(row, now));
            let held: Vec<Holder> = held.collect();
            found.holders.extend(held);
            ForgetAnswer::Holders(found)
        }
        ForgetCommand::Withdraw { device, grid } => {
            let asked = move |calls: &mut dyn Calls| calls.withdraw_grid(now, &device, &grid);
            writer.call(asked).await?;
            ForgetAnswer::Withdrawn
        }
        ForgetCommand::Backups { prune } => ForgetAnswer::Backups {
            rows: backups(&host.config, now, prune)?,
        },
    })
}

fn of_backup(row: &BackupRow, now: Timestamp) -> Holder {
    let state = if row.until <= now {
        "past_term"
    } else {
        "in_term"
    };
    Holder {
        kind: HolderKind::Backup,
        name: row.name.clone(),
        key: None,
        org: None,
        staff: Vec::new(),
        since: row.made_at,
        exchanged_at: None,
        has_confirmed: false,
        confirmed: None,
        state: state.into(),
        until: Some(row.until),
    }
}

/// Every backup with its term, oldest first; those whose term is over are deleted when that is
/// wanted, also the last one, and with them the photos that no other backup names.
pub fn backups(config: &Config, now: Timestamp, prune: bool) -> Result<Vec<BackupRow>, OpsError> {
    let term = i64::try_from(config.backup_term.as_millis()).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    for folder in backup::folders(&config.backups)? {
        let made_at = backup::made_at(&folder)?;
        let until = made_at.plus_ms(term);
        let is_deleted = prune && until <= now;
        if is_deleted {
            remove_folder(&folder)?;
        }
        let name = folder.file_name().unwrap_or_default();
        rows.push(BackupRow {
            name: name.to_string_lossy().into_owned(),
            made_at,
            until,
            is_deleted,
        });
    }
    rows.sort_by_key(|row| row.made_at);
    if rows.iter().any(|row| row.is_deleted) {
        prune_pool(config)?;
        if rows.iter().all(|row| row.is_deleted) {
            tracing::error!("the last backup was past its term; there is no backup now");
        }
    }
    Ok(rows)
}

/// The manifest goes first: what is left of a folder after a crash is no backup and goes next time.
fn remove_folder(folder: &Path) -> Result<(), OpsError> {
    let manifest = folder.join(backup::MANIFEST);
    match fs::remove_file(&manifest) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(OpsError::file(&manifest, error));
        }
        Ok(()) | Err(_) => {}
    }
    fs::remove_dir_all(folder).map_err(|e| OpsError::file(folder, e))
}

fn prune_pool(config: &Config) -> Result<(), OpsError> {
    let mut named: BTreeSet<BlobHash> = BTreeSet::new();
    for folder in backup::folders(&config.backups)? {
        if folder.join(backup::MANIFEST).exists() {
            named.extend(
                backup::photo_list(&folder)?
                    .into_iter()
                    .map(|(hash, _)| hash),
            );
        }
    }
    let pool = backup::pool_of(&config.backups)?;
    for hash in pool.all().map_err(|e| OpsError::file(&config.backups, e))? {
        if !named.contains(&hash) {
            pool.remove(&hash)
                .map_err(|e| OpsError::file(&pool.path(&hash), e))?;
        }
    }
    Ok(())
}

/// Removes the bytes of photos that no record shows any more; `staged` removes what of them is on its
/// way. The bytes go first: a crash in between only leaves a row that goes next time. Says how many.
pub async fn remove_photos(
    writer: &Writer,
    config: &Config,
    staged: impl Fn(&BlobHash) + Send + Sync,
) -> Result<usize, OpsError> {
    let now = clock::now();
    let photos = Photos::open(&config.photos).map_err(|e| OpsError::file(&config.photos, e))?;
    let mut count = 0;
    loop {
        let orphans = writer.call(move |calls| calls.blobs_orphaned(now)).await?;
        if orphans.is_empty() {
            return Ok(count);
        }
        for hash in &orphans {
            staged(hash);
            photos
                .remove(hash)
                .map_err(|e| OpsError::file(&photos.path(hash), e))?;
        }
        count += orphans.len();
        let forget = move |calls: &mut dyn crate::door::Calls| -> DoorResult<()> {
            orphans
                .iter()
                .try_for_each(|hash| calls.blob_removed(now, hash))
        };
        writer.call(forget).await?;
    }
}

/// Copies the tombstones to beside the backups, where a lost data folder does not take them along.
pub fn keep_tombstones(config: &Config, key: &DatabaseKey) -> Result<(), OpsError> {
    let source = config.tombstones();
    if !source.exists() {
        return Ok(());
    }
    files::make_private_dir(&config.backups).map_err(|e| OpsError::file(&config.backups, e))?;
    let part = config.backups.join("tombstones.part");
    let _ = fs::remove_file(&part);
    database::copy(&database::open(&source, key)?, &part, key)?;
    let target = config.backups.join(TOMBSTONES);
    fs::rename(&part, &target).map_err(|e| OpsError::file(&target, e))?;
    files::sync_dir(&config.backups).map_err(|e| OpsError::file(&config.backups, e))
}

#[cfg(test)]
mod tests;
