//! Whole files that came from outside: checked, then stored.

use std::io;
use std::path::Path;

use linli_model::BlobHash;

use super::check::{self, Allowed, NotAPhoto};
use super::{Photos, PutError, hash_file};
use crate::config::Config;

/// Why a whole file was not kept.
pub enum NotKept {
    /// It is no photo as this server takes them.
    Photo(NotAPhoto),
    /// It is not what its hash names, or the folder of photos refused.
    Put(PutError),
    /// It cannot be read.
    Read(io::Error),
}

impl NotKept {
    /// Whether the staged file is not there any more.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Read(error) | Self::Put(PutError::Io(error)) => {
                error.kind() == io::ErrorKind::NotFound
            }
            Self::Photo(_) | Self::Put(PutError::OtherBytes(_)) => false,
        }
    }

    /// Whether sending the same bytes again cannot help.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Photo(_) | Self::Put(PutError::OtherBytes(_)) => true,
            Self::Put(PutError::Io(_)) | Self::Read(_) => false,
        }
    }
}

/// What a photo may be by these settings.
pub fn allowed(config: &Config) -> Allowed {
    Allowed {
        bytes: config.limits.photo,
        pixels: config.limits.photo_pixels,
    }
}

impl Photos {
    /// Checks a staged file and gives it its place. The file itself stays.
    pub fn keep(&self, path: &Path, hash: &BlobHash, allowed: Allowed) -> Result<(), NotKept> {
        let (found, _) = hash_file(path).map_err(NotKept::Read)?;
        if found != *hash {
            return Err(NotKept::Put(PutError::OtherBytes(found)));
        }
        let bytes = std::fs::read(path).map_err(NotKept::Read)?;
        check::check(&bytes, allowed).map_err(NotKept::Photo)?;
        self.put(path, hash).map_err(NotKept::Put)?;
        Ok(())
    }
}
