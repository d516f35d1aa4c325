//! Unfinished uploads: staged files that grow by checked pieces and survive a kill at any moment.
//!
//! An upload is named by the device and the hash of the whole file, so creating it again finds it
//! again. Its offset is the length of its file: a piece is written after its checksum was verified,
//! so whatever part of it a crash leaves behind is right, and the hash of the whole decides.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linli_model::{BlobHash, KeyId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::files;

/// How much all devices, and one of them, may stage.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all unfinished uploads, counted at their full length.
    pub total: u64,
    /// Unfinished uploads of one device.
    pub per_device: usize,
    /// Photos that one device may create in a day.
    pub per_device_day: u32,
    /// How long an unfinished upload is kept after its last piece, in milliseconds.
    pub ttl_ms: i64,
}

/// Names an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId {
    /// The device that sends it.
    pub peer: KeyId,
    /// SHA-256 of the whole file.
    pub hash: BlobHash,
}

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub offset: u64,
    /// Bytes of the whole file.
    pub length: u64,
    /// When it is thrown away if nothing more comes.
    pub expires_at: Timestamp,
}

impl Progress {
    /// Whether every byte is here.
    pub fn is_whole(&self) -> bool {
        self.offset == self.length
    }
}

/// Why an upload was not created or continued. What was staged before stays.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The file is longer than allowed, or empty.
    #[error("{0} bytes are not between 1 and the largest photo")]
    Length(u64),
    /// A quota is used up.
    #[error("{0}")]
    Quota(&'static str),
    /// There is no such upload: never created, expired or finished.
    #[error("no such upload")]
    Unknown,
    /// It was created with another length.
    #[error("created with {0} bytes")]
    OtherLength(u64),
    /// The piece does not begin where the file ends.
    #[error("the next byte is {0}")]
    Offset(u64),
    /// The piece reaches beyond the end.
    #[error("the piece reaches beyond the end")]
    Beyond,
    /// Another request works on it right now.
    #[error("in use by another request")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file system refused.
    #[error("staging failed: {0}")]
    Io(io::Error),
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        if files::is_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

/// The unfinished uploads of a folder.
#[derive(Debug)]
pub struct Uploads {
    folder: PathBuf,
    quota: Quota,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    open: BTreeMap<UploadId, Arc<Mutex<Entry>>>,
    reserved: u64,
    /// Photos created by each device on the day in `day`.
    created: BTreeMap<KeyId, u32>,
    day: i64,
}

#[derive(Debug)]
struct Entry {
    length: u64,
    offset: u64,
    touched_at: Timestamp,
    gone: bool,
}

/// What stands beside the staged bytes.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    length: u64,
    created_at: Timestamp,
}

impl Uploads {
    /// Opens the folder and finds what an earlier process left there. Files that belong to no
    /// upload are removed.
    pub fn open(folder: &Path, quota: Quota, now: Timestamp) -> io::Result<Self> {
        files::make_private_dir(folder)?;
        let uploads = Self {
            folder: folder.to_owned(),
            quota,
            table: Mutex::default(),
        };
        let mut strangers = Vec::new();
        let mut table = uploads.table();
        for item in fs::read_dir(folder)? {
            let path = item?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            let Some(id) = name.strip_suffix(".part").and_then(parse_name) else {
                let is_note = name.strip_suffix(".json").and_then(parse_name).is_some();
                if !is_note || !path.with_extension("part").exists() {
                    strangers.push(path);
                }
                continue;
            };
            match uploads.find(&id) {
                Ok(entry) => {
                    table.reserved = table.reserved.saturating_add(entry.length);
                    table.open.insert(id, Arc::new(Mutex::new(entry)));
                }
                Err(_) => strangers.extend([path.with_extension("json"), path]),
            }
        }
        drop(table);
        for path in strangers {
            tracing::warn!("removing a file that belongs to no upload");
            let _ = fs::remove_file(path);
        }
        uploads.expire(now)?;
        Ok(uploads)
    }

    /// Creates an upload, or finds it when the device created it before.
    pub fn create(
        &self,
        now: Timestamp,
        id: UploadId,
        length: u64,
    ) -> Result<Progress, UploadError> {
        if length == 0 || length > self.quota.file {
            return Err(UploadError::Length(length));
        }
        let mut table = self.table();
        if let Some(entry) = table.open.get(&id) {
            let entry = Arc::clone(entry);
            drop(table);
            let entry = lock(&entry);
            return if entry.length == length {
                Ok(self.progress(&entry))
            } else {
                Err(UploadError::OtherLength(entry.length))
            };
        }
        self.check_quota(&mut table, now, &id.peer, length)?;
        let note = serde_json::to_vec(&Note {
            length,
            created_at: now,
        })
        .map_err(|error| UploadError::Io(io::Error::other(error)))?;
        files::write_private(&self.note_path(&id), &note)?;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.part_path(&id))
            .and_then(|_| files::sync_dir(&self.folder));
        if let Err(error) = made {
            self.remove_files(&id);
            return Err(error.into());
        }
        let entry = Entry {
            length,
            offset: 0,
            touched_at: now,
            gone: false,
        };
        let progress = self.progress(&entry);
        table.reserved = table.reserved.saturating_add(length);
        *table.created.entry(id.peer).or_default() += 1;
        table.open.insert(id, Arc::new(Mutex::new(entry)));
        Ok(progress)
    }

    /// Where an upload stands.
    pub fn progress_of(&self, id: &UploadId) -> Result<Progress, UploadError> {
        let entry = self.entry(id)?;
        let entry = lock(&entry);
        Ok(self.progress(&entry))
    }

    /// Appends a piece whose checksum was verified. On return it is on the disk.
    ///
    /// When the disk is full the upload stays as it was before the piece.
    pub fn append(
        &self,
        now: Timestamp,
        id: &UploadId,
        offset: u64,
        piece: &[u8],
    ) -> Result<Progress, UploadError> {
        let entry = self.entry(id)?;
        let mut entry = entry.try_lock().map_err(|_| UploadError::Busy)?;
        if entry.gone {
            return Err(UploadError::Unknown);
        }
        if offset != entry.offset {
            return Err(UploadError::Offset(entry.offset));
        }
        let end = u64::try_from(piece.len())
            .ok()
            .and_then(|len| offset.checked_add(len))
            .filter(|end| *end <= entry.length)
            .ok_or(UploadError::Beyond)?;
        let mut file = OpenOptions::new().append(true).open(self.part_path(id))?;
        let written = file.write_all(piece).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // Back to the last whole piece; if that fails too, the next start reads the length.
            let _ = file.set_len(offset);
            return Err(error.into());
        }
        entry.offset = end;
        entry.touched_at = now;
        Ok(self.progress(&entry))
    }

    /// The staged file of an upload.
    pub fn part_path(&self, id: &UploadId) -> PathBuf {
        self.folder.join(format!("{}-{}.part", id.peer, id.hash))
    }

    /// Forgets an upload and removes its bytes: it is finished, or not what it claimed to be.
    pub fn remove(&self, id: &UploadId) {
        let removed = self.table().open.remove(id);
        if let Some(entry) = removed {
            let mut entry = lock(&entry);
            entry.gone = true;
            self.remove_files(id);
            let mut table = self.table();
            table.reserved = table.reserved.saturating_sub(entry.length);
        }
    }

    /// Removes every upload of a file that nothing shows any more.
    pub fn remove_file(&self, hash: &BlobHash) {
        let ids: Vec<UploadId> = self.table().open.keys().copied().collect();
        for id in ids.iter().filter(|id| id.hash == *hash) {
            self.remove(id);
        }
    }

    /// Removes what nobody continued in time; says how many.
    pub fn expire(&self, now: Timestamp) -> io::Result<usize> {
        let entries: Vec<_> = self
            .table()
            .open
            .iter()
            .map(|(id, entry)| (*id, Arc::clone(entry)))
            .collect();
        let due = |entry: &Mutex<Entry>| {
            entry
                .try_lock()
                .is_ok_and(|entry| entry.touched_at.plus_ms(self.quota.ttl_ms) <= now)
        };
        let old: Vec<_> = entries.iter().filter(|(_, entry)| due(entry)).collect();
        for (id, _) in &old {
            self.remove(id);
        }
        files::sync_dir(&self.folder)?;
        Ok(old.len())
    }

    fn check_quota(
        &self,
        table: &mut Table,
        now: Timestamp,
        peer: &KeyId,
        length: u64,
    ) -> Result<(), UploadError> {
        let day = now.0.div_euclid(86_400_000);
        if table.day != day {
            table.day = day;
            table.created.clear();
        }
        let open = table.open.keys().filter(|id| id.peer == *peer).count();
        if open >= self.quota.per_device {
            return Err(UploadError::Quota(
                "too many unfinished uploads of this device",
            ));
        }
        if table.created.get(peer).copied().unwrap_or(0) >= self.quota.per_device_day {
            return Err(UploadError::Quota(
                "this device has sent its photos for today",
            ));
        }
        if table.reserved.saturating_add(length) > self.quota.total {
            return Err(UploadError::Quota(
                "too many unfinished uploads on this server",
            ));
        }
        Ok(())
    }

    fn find(&self, id: &UploadId) -> io::Result<Entry> {
        let note: Note = serde_json::from_slice(&fs::read(self.note_path(id))?)?;
        let part = fs::metadata(self.part_path(id))?;
        let offset = part.len();
        if offset > note.length {
            return Err(io::Error::other("longer than its length"));
        }
        let touched = part.modified()?.duration_since(std::time::UNIX_EPOCH);
        let touched_ms = touched.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0));
        Ok(Entry {
            length: note.length,
            offset,
            touched_at: Timestamp(touched_ms).max(note.created_at),
            gone: false,
        })
    }

    fn entry(&self, id: &UploadId) -> Result<Arc<Mutex<Entry>>, UploadError> {
        let table = self.table();
        table.open.get(id).cloned().ok_or(UploadError::Unknown)
    }

    fn progress(&self, entry: &Entry) -> Progress {
        Progress {
            offset: entry.offset,
            length: entry.length,
            expires_at: entry.touched_at.plus_ms(self.quota.ttl_ms),
        }
    }

    fn note_path(&self, id: &UploadId) -> PathBuf {
        self.part_path(id).with_extension("json")
    }

    fn remove_files(&self, id: &UploadId) {
        let _ = fs::remove_file(self.part_path(id));
        let _ = fs::remove_file(self.note_path(id));
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock(entry: &Mutex<Entry>) -> MutexGuard<'_, Entry> {
    entry.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parse_name(name: &str) -> Option<UploadId> {
    let (peer, hash) = name.split_once('-')?;
    Some(UploadId {
        peer: peer.parse().ok()?,
        hash: hash.parse().ok()?,
    })
}

#[cfg(test)]
mod tests;
