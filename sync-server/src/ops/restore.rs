//! Restores: a backup becomes a data folder, in a new generation (docs/sync.md).

use std::fs;
use std::path::Path;

use linli_model::BlobHash;

use super::backup::{self, DATABASE, Manifest, SALT};
use super::forgetting::TOMBSTONES;
use super::{DataFolder, OpsError, database};
use crate::clock;
use crate::config::{Config, KeySource};
use crate::door::{Door, DoorError};
use crate::files;
use crate::keys;
use crate::photos::Photos;
use crate::tls::authority::Authority;

/// Stands in the data folder from the moment the database is there until the new generation is
/// open: a start in between finishes the restore first.
const MARK: &str = "restore-unfinished";
/// Where the CA's files stand among the shell's values, so that they are in every backup.
const CA_KEY: &str = "tls/ca.key";
const CA_CERTIFICATE: &str = "tls/ca.pem";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup's manifest.
    pub manifest: Manifest,
    /// The generation that is open now.
    pub generation: u64,
    /// Photos that were put back.
    pub photos: u64,
    /// Photos that the pool lacks or that are damaged there: devices and neighbours are asked for
    /// them again.
    pub photos_missing: Vec<BlobHash>,
}

/// Checks that a restore may begin, before the lock is taken: makes the data folder and puts the
/// salt of a passphrase back.
pub fn prepare(config: &Config, folder: &Path) -> Result<Manifest, OpsError> {
    if config.database().exists() {
        return Err(OpsError::Refused(format!(
            "{} exists; a restore never overwrites: stop the server, move the data folder away and \
             try again. Nothing was changed",
            config.database().display()
        )));
    }
    let manifest = backup::read(folder)?;
    if manifest.orgs != config.hosts {
        let names = |orgs: &[linli_model::OrgId]| {
            let names: Vec<&str> = orgs.iter().map(linli_model::OrgId::as_str).collect();
            names.join(", ")
        };
        return Err(OpsError::Refused(format!(
            "the backup is of [{}], the configuration hosts [{}]. Nothing was changed",
            names(&manifest.orgs),
            names(&config.hosts)
        )));
    }
    files::make_private_dir(&config.data).map_err(|e| OpsError::file(&config.data, e))?;
    let salt = keys::salt_path(&config.keys());
    let by_passphrase = !matches!(config.key_source, KeySource::KeyFile(_));
    if by_passphrase && !salt.exists() {
        let source = folder.join(SALT);
        let text = fs::read(&source).map_err(|e| OpsError::file(&source, e))?;
        files::make_private_dir(&config.keys()).map_err(|e| OpsError::file(&salt, e))?;
        files::write_new_private(&salt, &text).map_err(|e| OpsError::file(&salt, e))?;
    }
    Ok(manifest)
}

/// Restores a backup that [`prepare`] has accepted.
pub fn run(data: &DataFolder, folder: &Path, manifest: Manifest) -> Result<Restored, OpsError> {
    let config = &data.config;
    let source = database::open(&folder.join(DATABASE), &data.key)?;
    if let Some(first) = database::check(&source)?.first() {
        return Err(OpsError::Refused(format!(
            "the database of the backup is damaged: {first}. Nothing was changed; try an older backup"
        )));
    }
    let (photos, photos_missing) = put_photos(config, folder)?;
    let part = config.data.join("linli.db.part");
    if part.exists() {
        fs::remove_file(&part).map_err(|e| OpsError::file(&part, e))?;
    }
    database::copy(&source, &part, &data.key)?;
    put_tombstones(data, folder)?;
    let mark = config.data.join(MARK);
    files::write_private(&mark, b"").map_err(|e| OpsError::file(&mark, e))?;
    fs::rename(&part, config.database()).map_err(|e| OpsError::file(&part, e))?;
    files::sync_dir(&config.data).map_err(|e| OpsError::file(&config.data, e))?;
    let mut door = data.open_at(&config.database())?;
    let generation = finish(config, door.as_mut())?.unwrap_or(manifest.generation);
    want_again(door.as_mut(), &photos_missing)?;
    Ok(Restored {
        manifest,
        generation,
        photos,
        photos_missing,
    })
}

/// Opens the new generation of a restored database, if there is one to open, and puts the CA back.
/// Says which generation it opened.
pub fn finish(config: &Config, door: &mut dyn Door) -> Result<Option<u64>, OpsError> {
    let mark = config.data.join(MARK);
    if !mark.exists() {
        return Ok(None);
    }
    let now = clock::now();
    let mut generation = None;
    let mut ca = (None, None);
    door.group(&mut |group| {
        let done = group.part(&mut |calls| {
            generation = Some(calls.restored(now)?);
            ca = (calls.note(CA_KEY)?, calls.note(CA_CERTIFICATE)?);
            Ok(())
        });
        if let Err(error) = done {
            tracing::error!(%error, "the new generation was not opened");
            generation = None;
        }
    })?;
    let Some(generation) = generation else {
        return Err(DoorError::Bug("the new generation was not opened".into()).into());
    };
    if let (Some(key), Some(certificate)) = ca {
        let keys = config.keys();
        files::make_private_dir(&keys).map_err(|e| OpsError::file(&keys, e))?;
        let files = [
            (Authority::key_path(&keys), key),
            (Authority::certificate_path(&keys), certificate),
        ];
        for (path, bytes) in files {
            files::write_private(&path, &bytes).map_err(|e| OpsError::file(&path, e))?;
        }
    }
    fs::remove_file(&mark).map_err(|e| OpsError::file(&mark, e))?;
    files::sync_dir(&config.data).map_err(|e| OpsError::file(&config.data, e))?;
    Ok(Some(generation))
}

/// Keeps the CA's files in the encrypted database, where every backup has them.
pub fn keep_ca(config: &Config, door: &mut dyn Door) -> Result<(), OpsError> {
    let keys = config.keys();
    let read = |path: &Path| fs::read(path).map_err(|e| OpsError::file(path, e));
    let key = read(&Authority::key_path(&keys))?;
    let certificate = read(&Authority::certificate_path(&keys))?;
    let mut result = Ok(());
    door.group(&mut |group| {
        result = group.part(&mut |calls| {
            if calls.note(CA_KEY)?.as_ref() != Some(&key) {
                calls.set_note(CA_KEY, Some(&key))?;
                calls.set_note(CA_CERTIFICATE, Some(&certificate))?;
            }
            Ok(())
        });
    })?;
    Ok(result?)
}

/// Photos that are not there any more are asked for again.
fn want_again(door: &mut dyn Door, missing: &[BlobHash]) -> Result<(), OpsError> {
    let now = clock::now();
    let mut result = Ok(());
    door.group(&mut |group| {
        for hash in missing {
            let lost = group.part(&mut |calls| calls.blob_lost(now, hash));
            if let Err(error) = lost {
                result = Err(error);
            }
        }
    })?;
    Ok(result?)
}

/// What was erased after the backup must not come back: the engine applies the tombstones beside its
/// database when it opens it. In an empty data folder they come from the copy beside the backups.
fn put_tombstones(data: &DataFolder, folder: &Path) -> Result<(), OpsError> {
    let target = data.config.tombstones();
    let backups = folder.parent().unwrap_or(Path::new("."));
    let kept = backups.join(TOMBSTONES);
    if target.exists() || !kept.exists() {
        return Ok(());
    }
    database::copy(&database::open(&kept, &data.key)?, &target, &data.key)
}

fn put_photos(config: &Config, folder: &Path) -> Result<(u64, Vec<BlobHash>), OpsError> {
    let backups = folder.parent().unwrap_or(Path::new("."));
    let pool = backup::pool_of(backups)?;
    let photos = Photos::open(&config.photos).map_err(|e| OpsError::file(&config.photos, e))?;
    let (mut count, mut missing) = (0, Vec::new());
    for (hash, _) in backup::photo_list(folder)? {
        if photos.is_sound(&hash).unwrap_or(false) {
            count += 1;
        } else if pool.is_sound(&hash).unwrap_or(false) {
            backup::copy_photo(&pool.path(&hash), &photos, &hash)?;
            count += 1;
        } else {
            missing.push(hash);
        }
    }
    Ok((count, missing))
}
