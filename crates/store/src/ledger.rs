//! The ledger: one encrypted file, one writer, one reader.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Result, StoreError};
use crate::ingest::known::KnownRecords;
use crate::key::DbKey;
use crate::project::Projector;
use crate::schema::{self, Module};
use crate::tombstone::mirror::Mirror;
use crate::tx::{Reader, Tx};

pub use connection::Flush;
pub use maintenance::{Integrity, verify_backup};

pub(crate) mod connection;
mod maintenance;

/// Which end of a link a ledger serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A handheld: drops the raw bytes of changes that a verified snapshot holds and that the
    /// server has acknowledged.
    Device,
    /// A server: keeps raw signed changes for ever, they are the truth (docs/storage.md).
    Server,
}

/// How a ledger is opened.
#[derive(Default)]
pub struct Options {
    /// Tables of the caller, brought up to date after the ledger's own.
    pub modules: Vec<Module>,
    /// Who derives rows from documents.
    pub projectors: Vec<Box<dyn Projector>>,
    /// Random at every opening on a device, which may have been cloned: its twins then leap to
    /// different epochs ([`Tx::open_epoch`](crate::Tx::open_epoch)). Zero where there are no twins:
    /// every epoch is the next one.
    pub leap: u64,
}

/// What all connections of one ledger share.
pub(crate) struct Shared {
    pub(crate) profile: Profile,
    pub(crate) projectors: Vec<Box<dyn Projector>>,
    pub(crate) known: KnownRecords,
    pub(crate) leap: u64,
}

/// The shared ledger of devices and servers. Safe to share between threads: one transaction writes
/// at a time, reads see the last commit and do not wait for the writer (except in memory, where
/// both use one connection).
pub struct Ledger {
    writer: Mutex<Writer>,
    reader: Option<Mutex<Connection>>,
    mirror: Option<Mutex<Mirror>>,
    shared: Shared,
    path: Option<PathBuf>,
    /// Whether the log may still show what was erased: it is cut after the next commit.
    log_due: AtomicBool,
}

pub(crate) struct Writer {
    conn: Connection,
    flush: Flush,
}

impl Ledger {
    /// Opens or creates the ledger in a file, with the key of that file.
    pub fn open(path: &Path, key: &DbKey, profile: Profile) -> Result<Self> {
        Self::open_with(path, key, profile, Options::default())
    }

    /// Opens or creates the ledger with the caller's own tables and projectors.
    ///
    /// Brings the schema up to date, applies tombstones that a restored file does not know, and
    /// rebuilds derived rows whose projector has a new version.
    pub fn open_with(path: &Path, key: &DbKey, profile: Profile, options: Options) -> Result<Self> {
        let conn = connection::open_file(path, key, true)?;
        connection::give_room(&conn, profile)?;
        let mirror = Mirror::open(path, key)?;
        let mut ledger = Self::assemble(conn, profile, options, Some(mirror))?;
        ledger.reader = Some(Mutex::new(connection::open_file(path, key, false)?));
        ledger.path = Some(path.to_owned());
        Ok(ledger)
    }

    /// Opens an empty ledger that lives in memory and is gone with it.
    pub fn open_in_memory(profile: Profile, options: Options) -> Result<Self> {
        Self::assemble(connection::open_memory()?, profile, options, None)
    }

    pub(crate) fn assemble(
        conn: Connection,
        profile: Profile,
        options: Options,
        mirror: Option<Mirror>,
    ) -> Result<Self> {
        let ledger = Self {
            writer: Mutex::new(Writer {
                conn,
                flush: Flush::Full,
            }),
            reader: None,
            mirror: mirror.map(Mutex::new),
            shared: Shared {
                profile,
                projectors: options.projectors,
                known: KnownRecords::default(),
                leap: options.leap,
            },
            path: None,
            // A process that was killed may have left it so.
            log_due: AtomicBool::new(true),
        };
        ledger.write(|tx| {
            schema::migrate(tx.sql(), &schema::LEDGER)?;
            for module in &options.modules {
                schema::migrate(tx.sql(), module)?;
            }
            Ok::<_, StoreError>(())
        })?;
        ledger.reconcile_tombstones()?;
        ledger.refresh_projections()?;
        Ok(ledger)
    }

    /// Which end of a link this ledger serves.
    pub fn profile(&self) -> Profile {
        self.shared.profile
    }

    /// The file, unless the ledger lives in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// One transaction whose commit is on the disk when the call returns. Everything happens or
    /// nothing: an error of the closure rolls everything back and is handed on.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_flushed(Flush::Full, work)
    }

    /// One transaction that may be lost with the power, for what can be pulled again.
    pub fn write_relaxed<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_flushed(Flush::Normal, work)
    }

    fn write_flushed<T, E: From<StoreError>>(
        &self,
        flush: Flush,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = lock(&self.writer);
        if writer.flush != flush {
            connection::set_flush(&writer.conn, flush)?;
            writer.flush = flush;
        }
        let begun = Transaction::new_unchecked(&writer.conn, TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let mut tx = Tx::new(Reader::new(&begun, &self.shared));
        let answer = work(&mut tx)?;
        tx.finish()?;
        let mirror_due = tx.has_erased();
        drop(tx);
        begun.commit().map_err(StoreError::from)?;
        if mirror_due {
            self.mirror_tombstones(&writer.conn);
            self.log_due.store(true, Ordering::Relaxed);
        }
        if self.log_due.load(Ordering::Relaxed) {
            self.cut_log(&writer.conn);
        }
        Ok(answer)
    }

    /// Reads one consistent state.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.reader {
            Some(reader) => self.read_from(&lock(reader), work),
            None => self.read_from(&lock(&self.writer).conn, work),
        }
    }

    fn writer(&self) -> &Mutex<Writer> {
        &self.writer
    }

    fn read_from<T, E: From<StoreError>>(
        &self,
        conn: &Connection,
        work: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)
            .map_err(StoreError::from)?;
        let answer = work(&Reader::new(&begun, &self.shared))?;
        begun.commit().map_err(StoreError::from)?;
        Ok(answer)
    }
}

/// A panic while a connection was held leaves no open transaction (its guard rolls back), so the
/// connection stays usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
