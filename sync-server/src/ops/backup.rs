//! Backups: a consistent copy of the encrypted database, every photo once in a pool that all
//! backups share, and a manifest that names everything with its hash.
//!
//! ```text
//! <backups>/photos/ab/cd/<hash>        the pool
//! <backups>/20261122-181500Z/linli.db  the copy, under the server's own key
//! <backups>/20261122-181500Z/photos.txt
//! <backups>/20261122-181500Z/manifest.json   written last: a folder without it is no backup
//! ```
//! The key of the database is not in a backup. It has to be kept elsewhere.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use linli_model::{BlobHash, OrgId, Timestamp};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{OpsError, database};
use crate::config::Config;
use crate::door::{Calls, DoorResult};
use crate::files;
use crate::keys::{self, DatabaseKey};
use crate::photos::{Photos, hash_file};

/// The version of the layout above. Since 1 (first release).
pub const VERSION: u32 = 1;
/// The file that makes a folder a backup.
pub const MANIFEST: &str = "manifest.json";
/// The copy of the database.
pub const DATABASE: &str = "linli.db";
/// The list of photos: hash and size, one a line.
pub const PHOTO_LIST: &str = "photos.txt";
/// The salt of a passphrase: no secret, and without it the passphrase is of no use.
pub const SALT: &str = "store.salt";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout.
    pub version: u32,
    /// The program that made it.
    pub program: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The organisations of the server.
    pub orgs: Vec<OrgId>,
    /// The generation of the store.
    pub generation: u64,
    /// SHA-256 of the copy of the database.
    pub database: BlobHash,
    /// Its length in bytes.
    pub database_bytes: u64,
    /// SHA-256 of the list of photos.
    pub photo_list: BlobHash,
    /// How many photos the list names.
    pub photos: u64,
    /// Photos that the ledger names as stored and whose bytes were missing or damaged.
    pub photos_missing: Vec<BlobHash>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The folder of the backup.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Photos that were not in the pool yet.
    pub photos_new: u64,
}

/// Every photo that the ledger says is stored, and the generation. The list is read after the
/// database was copied, so it names every photo that the copy names, and perhaps some more.
pub struct Listed {
    /// Hashes and sizes, in order of hash.
    pub photos: Vec<(BlobHash, u64)>,
    /// The generation of the store.
    pub generation: u64,
}

/// A backup whose database is copied.
pub struct Begun {
    folder: PathBuf,
    made_at: Timestamp,
    database: BlobHash,
    database_bytes: u64,
}

/// Reads what a backup needs to know from the engine.
pub fn list(calls: &mut dyn Calls, now: Timestamp) -> DoorResult<Listed> {
    let generation = calls.status(now)?.generation;
    let mut photos = Vec::new();
    let mut after = None;
    loop {
        let page = calls.blobs_stored(after.as_ref())?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        photos.extend(page);
    }
    Ok(Listed { photos, generation })
}

/// Begins a backup: copies the database while the server works, and checks the copy.
pub fn begin(config: &Config, key: &DatabaseKey, now: Timestamp) -> Result<Begun, OpsError> {
    let folder = new_folder(&config.backups, now)?;
    let source = database::open(&config.database(), key)?;
    let copy = folder.join(DATABASE);
    database::copy(&source, &copy, key)?;
    let found = database::check(&database::open(&copy, key)?)?;
    if let Some(first) = found.first() {
        return Err(OpsError::Refused(format!(
            "the copy in {} is damaged ({first}); it is not a backup; check the disk and run \
             linli-server verify",
            folder.display()
        )));
    }
    let (database, database_bytes) = hash_file(&copy).map_err(|e| OpsError::file(&copy, e))?;
    let salt = keys::salt_path(&config.keys());
    if let Ok(text) = fs::read(&salt) {
        let target = folder.join(SALT);
        files::write_private(&target, &text).map_err(|e| OpsError::file(&target, e))?;
    }
    Ok(Begun {
        folder,
        made_at: now,
        database,
        database_bytes,
    })
}

/// Ends a backup: puts the photos into the pool and writes the manifest.
pub fn end(config: &Config, begun: Begun, listed: &Listed) -> Result<Made, OpsError> {
    let Begun {
        folder,
        made_at,
        database,
        database_bytes,
    } = begun;
    let pooled = pool(config, listed)?;
    let list_path = folder.join(PHOTO_LIST);
    files::write_private(&list_path, pooled.list.as_bytes())
        .map_err(|e| OpsError::file(&list_path, e))?;
    let (photo_list, _) = hash_file(&list_path).map_err(|e| OpsError::file(&list_path, e))?;
    let manifest = Manifest {
        version: VERSION,
        program: concat!("linli-server ", env!("CARGO_PKG_VERSION")).into(),
        made_at,
        orgs: config.hosts.clone(),
        generation: listed.generation,
        database,
        database_bytes,
        photo_list,
        photos: pooled.photos,
        photos_missing: pooled.missing,
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| OpsError::Refused(error.to_string()))?;
    let path = folder.join(MANIFEST);
    files::write_private(&path, text.as_bytes()).map_err(|e| OpsError::file(&path, e))?;
    Ok(Made {
        folder,
        manifest,
        photos_new: pooled.new,
    })
}

/// Reads a manifest and checks that every file beside it is the one it names.
pub fn read(folder: &Path) -> Result<Manifest, OpsError> {
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(|e| OpsError::file(&path, e))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| {
        OpsError::Refused(format!("{} is not a manifest: {error}", path.display()))
    })?;
    if manifest.version != VERSION {
        return Err(OpsError::Refused(format!(
            "the backup has layout {}, this program knows {VERSION}; use the program that made it: {}",
            manifest.version, manifest.program
        )));
    }
    let named = [
        (DATABASE, manifest.database),
        (PHOTO_LIST, manifest.photo_list),
    ];
    for (name, wanted) in named {
        let path = folder.join(name);
        let (found, _) = hash_file(&path).map_err(|e| OpsError::file(&path, e))?;
        if found != wanted {
            return Err(OpsError::Refused(format!(
                "{} is not the file that the manifest names: it was changed or damaged",
                path.display()
            )));
        }
    }
    Ok(manifest)
}

/// The photos of a backup, in order.
pub fn photo_list(folder: &Path) -> Result<Vec<(BlobHash, u64)>, OpsError> {
    let path = folder.join(PHOTO_LIST);
    let text = fs::read_to_string(&path).map_err(|e| OpsError::file(&path, e))?;
    let line = |line: &str| {
        let (hash, size) = line.split_once(' ')?;
        Some((hash.parse().ok()?, size.parse().ok()?))
    };
    let odd = || OpsError::Refused(format!("{} has an odd line", path.display()));
    text.lines()
        .map(|text| line(text).ok_or_else(odd))
        .collect()
}

/// The pool that backups share.
pub fn pool_of(backups: &Path) -> Result<Photos, OpsError> {
    let folder = backups.join("photos");
    Photos::open(&folder).map_err(|e| OpsError::file(&folder, e))
}

struct Pooled {
    list: String,
    photos: u64,
    new: u64,
    missing: Vec<BlobHash>,
}

/// Copies what the pool lacks. A damaged photo is named, not copied.
fn pool(config: &Config, listed: &Listed) -> Result<Pooled, OpsError> {
    let pool = pool_of(&config.backups)?;
    let photos = Photos::open(&config.photos).map_err(|e| OpsError::file(&config.photos, e))?;
    let mut pooled = Pooled {
        list: String::new(),
        photos: 0,
        new: 0,
        missing: Vec::new(),
    };
    for (hash, size) in &listed.photos {
        if !pool.path(hash).exists() {
            if !photos.is_sound(hash).unwrap_or(false) {
                pooled.missing.push(*hash);
                continue;
            }
            copy_photo(&photos.path(hash), &pool, hash)?;
            pooled.new += 1;
        }
        let _ = writeln!(pooled.list, "{hash} {size}");
        pooled.photos += 1;
    }
    Ok(pooled)
}

/// Copies a file into a folder of photos on another disk.
pub(super) fn copy_photo(source: &Path, into: &Photos, hash: &BlobHash) -> Result<(), OpsError> {
    let target = into.path(hash);
    let folder = target.parent().unwrap_or(Path::new("."));
    files::make_private_dir(folder).map_err(|e| OpsError::file(folder, e))?;
    let part = target.with_extension("part");
    fs::copy(source, &part).map_err(|e| OpsError::file(source, e))?;
    let put = into.put(&part, hash);
    let _ = fs::remove_file(&part);
    match put {
        Ok(_) => Ok(()),
        Err(error) => Err(OpsError::Refused(format!("photo {hash}: {error}"))),
    }
}

fn new_folder(backups: &Path, now: Timestamp) -> Result<PathBuf, OpsError> {
    files::make_private_dir(backups).map_err(|e| OpsError::file(backups, e))?;
    let folder = backups.join(name_of(now));
    if folder.exists() {
        return Err(OpsError::Refused(format!(
            "{} exists already; wait a second and try again",
            folder.display()
        )));
    }
    files::make_private_dir(&folder).map_err(|e| OpsError::file(&folder, e))?;
    Ok(folder)
}

/// Every folder of a backup, also of one that was not finished.
pub fn folders(backups: &Path) -> Result<Vec<PathBuf>, OpsError> {
    let found = match fs::read_dir(backups) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(OpsError::file(backups, error)),
    };
    let mut folders = Vec::new();
    for item in found {
        let path = item.map_err(|e| OpsError::file(backups, e))?.path();
        if path.is_dir() && time_of(&path).is_some() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// When a backup was made: its manifest says it, else its name.
pub fn made_at(folder: &Path) -> Result<Timestamp, OpsError> {
    /// What is read of a manifest of any version.
    #[derive(Deserialize)]
    struct Made {
        made_at: Timestamp,
    }
    let path = folder.join(MANIFEST);
    let told = match fs::read(&path) {
        Ok(text) => serde_json::from_slice::<Made>(&text).ok(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(OpsError::file(&path, error)),
    };
    let odd = || OpsError::Refused(format!("{} is no backup", folder.display()));
    told.map(|made| made.made_at)
        .or_else(|| time_of(folder))
        .ok_or_else(odd)
}

/// The time in the name of a backup's folder, or of what was left beside it.
fn time_of(folder: &Path) -> Option<Timestamp> {
    let name = folder.file_name()?.to_str()?;
    let (day, rest) = name.split_once('-')?;
    let clock = rest.get(..7)?.strip_suffix('Z')?;
    let part = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<u8>().ok();
    let month = time::Month::try_from(part(day, 4, 6)?).ok()?;
    let date = time::Date::from_calendar_date(day.get(..4)?.parse().ok()?, month, part(day, 6, 8)?);
    let time = time::Time::from_hms(part(clock, 0, 2)?, part(clock, 2, 4)?, part(clock, 4, 6)?);
    let at = date.ok()?.with_time(time.ok()?).assume_utc();
    Some(Timestamp(at.unix_timestamp().saturating_mul(1_000)))
}

pub(super) fn name_of(now: Timestamp) -> String {
    let date = OffsetDateTime::from_unix_timestamp(now.0.div_euclid(1_000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        date.hour(),
        date.minute(),
        date.second()
    )
}
