//! Opening one connection: key, pragmas, the checks that must hold before anything is read.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::key::DbKey;
use crate::ledger::Profile;

/// How long a statement waits for another process before it answers [`StoreError::Busy`].
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The oldest SQLite without the WAL-reset fault (docs/storage.md).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Pages that a writer keeps in memory, in KiB: a request of a thousand rows touches more than the usual
/// 2 MiB, and a page that is read again is decrypted and checked again.
const SERVER_CACHE_KIB: i64 = 32 * 1024;
/// The same on a device, for the frames of a pack.
const DEVICE_CACHE_KIB: i64 = 8 * 1024;

/// Bytes that the log keeps once its pages are in the database: a large transaction leaves no large file. Small
/// enough for a device, and more than a thousand pages, after which the log begins anew.
const LOG_BYTES: i64 = 8 * 1024 * 1024;

/// How a commit meets the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// The commit is on the disk when the call returns: user saves, batch forming, a server's acks.
    Full,
    /// The commit may be lost with the power, never torn: pages that can be pulled again.
    Normal,
}

/// Opens a file with its key, ready to use; creates it when it is missing.
pub(crate) fn open_file(path: &Path, key: &DbKey, writable: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // SQLCipher would write to standard error; what it has to say comes back as an error here.
    conn.pragma_update(None, "cipher_log_level", "NONE")?;
    conn.pragma_update(None, "key", key.literal().as_str())?;
    // The first read proves the key: SQLCipher says "not a database" to a wrong one.
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    prepare(&conn)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::bug(format!("journal mode is {mode}, not wal")));
    }
    if !writable {
        conn.pragma_update(None, "query_only", true)?;
    }
    Ok(conn)
}

/// Gives a writer room for its pages in memory, and for its log on the disk.
pub(crate) fn give_room(conn: &Connection, profile: Profile) -> Result<()> {
    let kib = match profile {
        Profile::Server => SERVER_CACHE_KIB,
        Profile::Device => DEVICE_CACHE_KIB,
    };
    conn.pragma_update(None, "cache_size", -kib)?;
    conn.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(())
}

/// Opens a database that lives in memory only.
pub(crate) fn open_memory() -> Result<Connection> {
    let conn = Connection::open_in_memory()?;
    prepare(&conn)?;
    Ok(conn)
}

/// Runs before the first transaction of every connection.
pub(crate) fn prepare(conn: &Connection) -> Result<()> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(256);
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    set_flush(conn, Flush::Full)
}

/// Sets how the following commits meet the disk. Only outside a transaction.
pub(crate) fn set_flush(conn: &Connection, flush: Flush) -> Result<()> {
    let mode = match flush {
        Flush::Full => "FULL",
        Flush::Normal => "NORMAL",
    };
    conn.pragma_update(None, "synchronous", mode)?;
    Ok(())
}
