//! What operators do with a data folder: open it, back it up, restore it, verify it, and the
//! commands of `linli-server admin`.

use std::io;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::door::{Door, DoorError, DoorResult, Opening};
use crate::files;
use crate::keys::{self, DatabaseKey, KeyError};
use crate::lock::{DataLock, LockError};
use crate::tls::TlsError;

pub mod admin;
pub mod backup;
pub mod base_data;
pub mod carry;
pub mod control;
pub mod database;
pub mod forgetting;
pub mod restore;
pub mod verify;

/// Opens the engine; the program brings the one there is, tests bring their own.
pub type OpenEngine = fn(&Opening) -> DoorResult<Box<dyn Door>>;

/// Why an operator's command did not work.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// Another process has the data folder.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The key of the database.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] DoorError),
    /// The database itself.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// A rule says no; the text says which and what to do.
    #[error("{0}")]
    Refused(String),
}

impl OpsError {
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

/// A data folder that is ours, with its key.
pub struct DataFolder {
    /// The settings.
    pub config: Config,
    /// The key of the database.
    pub key: DatabaseKey,
    open_engine: OpenEngine,
    lock: Option<DataLock>,
}

impl DataFolder {
    /// Takes the lock and reads the key. The folder has to exist.
    pub fn take(
        config: Config,
        passphrase: Option<&str>,
        open_engine: OpenEngine,
    ) -> Result<Self, OpsError> {
        if !config.data.is_dir() {
            return Err(OpsError::Refused(format!(
                "{} does not exist; run: linli-server init",
                config.data.display()
            )));
        }
        let lock = DataLock::take(&config.data)?;
        let mut data = Self::beside(config, passphrase, open_engine)?;
        data.lock = Some(lock);
        Ok(data)
    }

    /// Reads the key only: for work on copies beside a running server.
    pub fn beside(
        config: Config,
        passphrase: Option<&str>,
        open_engine: OpenEngine,
    ) -> Result<Self, OpsError> {
        let key = keys::load(&config.key_source, &config.keys(), passphrase)?;
        Ok(Self {
            config,
            key,
            open_engine,
            lock: None,
        })
    }

    /// Opens the engine on the data. A restore that was not finished is finished first.
    pub fn open(&self) -> Result<Box<dyn Door>, OpsError> {
        self.need_lock()?;
        let database = self.config.database();
        if !database.exists() {
            return Err(OpsError::Refused(format!(
                "there is no database {}; run: linli-server init (or restore)",
                database.display()
            )));
        }
        let mut door = self.open_at(&database)?;
        restore::finish(&self.config, door.as_mut())?;
        Ok(door)
    }

    /// Makes the engine's database; fails when there is one.
    pub fn create(&self) -> Result<Box<dyn Door>, OpsError> {
        self.need_lock()?;
        let database = self.config.database();
        if database.exists() {
            return Err(OpsError::Refused(format!(
                "{} exists already; nothing was changed",
                database.display()
            )));
        }
        self.open_at(&database)
    }

    fn need_lock(&self) -> Result<(), OpsError> {
        let unlocked = || OpsError::Refused("the data folder is not locked (a bug)".into());
        self.lock.as_ref().map(drop).ok_or_else(unlocked)
    }

    /// Opens the engine on another database of the same key: a copy to be checked.
    pub(crate) fn open_at(&self, database: &Path) -> Result<Box<dyn Door>, OpsError> {
        let packs = self.config.packs();
        files::make_private_dir(&packs).map_err(|e| OpsError::file(&packs, e))?;
        let retention = self.config.pack_retention.as_millis();
        let opening = Opening {
            database: database.to_owned(),
            database_key: self.key.clone(),
            packs,
            orgs: self.config.hosts.clone(),
            level: self.config.level,
            pack_retention_ms: i64::try_from(retention).unwrap_or(i64::MAX),
        };
        Ok((self.open_engine)(&opening)?)
    }
}
