//! Photos by hash: a folder of files whose names are the SHA-256 of their bytes.
//!
//! A file is put once, whole and synced, and never changed. No name that a client chose reaches
//! the file system.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use linli_model::BlobHash;
use sha2::{Digest as _, Sha256};

use crate::files;

pub mod check;
mod keep;

pub use keep::{NotKept, allowed};

/// The folder.
#[derive(Debug, Clone)]
pub struct Photos {
    folder: PathBuf,
}

/// Why a photo was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The bytes are not those that the hash names.
    #[error("the bytes have the hash {0}")]
    OtherBytes(BlobHash),
    /// The file system refused.
    #[error("storing a photo failed: {0}")]
    Io(#[from] io::Error),
}

impl Photos {
    /// Opens or makes the folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        files::make_private_dir(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where a photo lies: two folders by the first digits, then the whole hash.
    pub fn path(&self, hash: &BlobHash) -> PathBuf {
        let name = hash.to_string();
        let (first, second) = (name.get(..2), name.get(2..4));
        self.folder
            .join(first.unwrap_or_default())
            .join(second.unwrap_or_default())
            .join(name)
    }

    /// Gives a whole file on the same disk its place, after its bytes were hashed again. The file
    /// itself stays where it is until the caller removes it: a crash in between loses nothing.
    /// A photo that is there already stays as it is.
    pub fn put(&self, source: &Path, hash: &BlobHash) -> Result<u64, PutError> {
        let (found, size) = hash_file(source)?;
        if found != *hash {
            return Err(PutError::OtherBytes(found));
        }
        let target = self.path(hash);
        let folder = target.parent().unwrap_or(&self.folder);
        files::make_private_dir(folder)?;
        File::open(source)?.sync_all()?;
        match fs::hard_link(source, &target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Bytes that went bad on the disk are put anew.
                if hash_file(&target)?.0 != *hash {
                    fs::rename(source, &target)?;
                }
            }
            // A file system without hard links.
            Err(_) => fs::rename(source, &target)?,
        }
        self.sync_up(folder)?;
        Ok(size)
    }

    /// Opens a photo.
    pub fn open_photo(&self, hash: &BlobHash) -> io::Result<(File, u64)> {
        let file = File::open(self.path(hash))?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    /// Whether the stored bytes still have their hash; an error when there are none.
    pub fn is_sound(&self, hash: &BlobHash) -> io::Result<bool> {
        Ok(hash_file(&self.path(hash))?.0 == *hash)
    }

    /// Every photo that lies here, in no order.
    pub fn all(&self) -> io::Result<Vec<BlobHash>> {
        let mut hashes = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(&folder)? {
                let path = item?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.file_name().and_then(|name| name.to_str());
                    hashes.extend(name.and_then(|name| name.parse::<BlobHash>().ok()));
                }
            }
        }
        Ok(hashes)
    }

    /// Removes a photo that nothing names any more.
    pub fn remove(&self, hash: &BlobHash) -> io::Result<()> {
        match fs::remove_file(self.path(hash)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn sync_up(&self, folder: &Path) -> io::Result<()> {
        folder
            .ancestors()
            .take_while(|at| at.starts_with(&self.folder))
            .try_for_each(files::sync_dir)
    }
}

/// SHA-256 and length of a file.
pub fn hash_file(path: &Path) -> io::Result<(BlobHash, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0u8; 64 * 1024];
    let mut size = 0u64;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((BlobHash(hasher.finalize().into()), size));
        }
        hasher.update(piece.get(..read).unwrap_or_default());
        size = size.saturating_add(u64::try_from(read).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_put_once_checked_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let photos = Photos::open(&folder.path().join("photos")).unwrap();
        let source = folder.path().join("photos/staged");
        fs::write(&source, b"picture").unwrap();
        let (hash, _) = hash_file(&source).unwrap();
        let wrong = photos.put(&source, &BlobHash([0; 32])).unwrap_err();
        assert!(matches!(wrong, PutError::OtherBytes(found) if found == hash));
        assert_eq!(photos.put(&source, &hash).unwrap(), 7);
        assert_eq!(photos.put(&source, &hash).unwrap(), 7);
        assert!(source.exists(), "the caller removes the source");
        assert!(photos.is_sound(&hash).unwrap());
        fs::remove_file(&source).unwrap();
        fs::write(photos.path(&hash), b"pictur3").unwrap();
        assert!(!photos.is_sound(&hash).unwrap());
        fs::write(&source, b"picture").unwrap();
        photos.put(&source, &hash).unwrap();
        assert!(photos.is_sound(&hash).unwrap());
        photos.remove(&hash).unwrap();
        photos.remove(&hash).unwrap();
        assert!(photos.open_photo(&hash).is_err());
    }
}
