//! One process for each data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

/// The lock of a data folder; given back when dropped, and by the system when the process dies.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why the folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("the data folder is in use by process {0}")]
    Taken(String),
    /// The file system refused.
    #[error("cannot lock the data folder: {0}")]
    Io(#[from] io::Error),
}

impl DataLock {
    /// Takes the lock, or says who has it. The folder has to exist.
    pub fn take(data: &Path) -> Result<Self, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(data.join("lock"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.take(16).read_to_string(&mut owner);
                return Err(LockError::Taken(owner.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataLock::take(folder.path()).unwrap();
        let second = DataLock::take(folder.path()).unwrap_err();
        let me = std::process::id().to_string();
        assert!(
            matches!(&second, LockError::Taken(owner) if *owner == me),
            "{second}"
        );
        drop(first);
        DataLock::take(folder.path()).unwrap();
    }
}
