//! Where a server's data lie while they are made: in memory where there is a folder for that, because a
//! played year commits some hundred thousand times and a crash costs nothing but the time.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

const MEMORY: &str = "/dev/shm";

/// The data folder of a server, or a copy of it in memory.
pub(crate) struct Workshop {
    home: PathBuf,
    copy: Option<TempDir>,
}

impl Workshop {
    /// Copies what lies in the folder.
    pub(crate) fn open(home: &Path) -> Result<Self> {
        let copy = if Path::new(MEMORY).is_dir() {
            let copy = tempfile::tempdir_in(MEMORY)?;
            copy_all(home, copy.path())?;
            Some(copy)
        } else {
            None
        };
        Ok(Self {
            home: home.to_owned(),
            copy,
        })
    }

    /// Where to work.
    pub(crate) fn folder(&self) -> &Path {
        self.copy.as_ref().map_or(&self.home, TempDir::path)
    }

    /// Where the result will lie.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Puts the result where it belongs. Nobody may have a file open.
    pub(crate) fn carry_home(self) -> Result<()> {
        match &self.copy {
            Some(copy) => copy_all(copy.path(), &self.home),
            None => Ok(()),
        }
    }
}

/// Copies every file of a folder with its permissions, over what lies there.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let about = || format!("{} to {}", from.display(), to.display());
    fs::create_dir_all(to).with_context(about)?;
    for entry in fs::read_dir(from).with_context(about)? {
        let entry = entry.with_context(about)?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type().with_context(about)?;
        if kind.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target).with_context(about)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from).with_context(about)?.permissions())
        .with_context(about)?;
    Ok(())
}
