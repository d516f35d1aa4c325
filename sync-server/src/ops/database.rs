//! The encrypted database as a file: opened beside the engine, copied, checked.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::OpsError;
use crate::files;
use crate::keys::DatabaseKey;

/// Opens an existing database to read it. Another process or connection may write meanwhile.
pub fn open(path: &Path, key: &DatabaseKey) -> Result<Connection, OpsError> {
    if !path.exists() {
        return Err(OpsError::Refused(format!(
            "{} does not exist",
            path.display()
        )));
    }
    connect(path, key)
}

/// Copies a database into a new file with the same key, in one step and so in one consistent
/// state; writers do not wait for it. On return the copy is on the disk.
pub fn copy(source: &Connection, target: &Path, key: &DatabaseKey) -> Result<(), OpsError> {
    if target.exists() {
        return Err(OpsError::Refused(format!(
            "{} exists already",
            target.display()
        )));
    }
    let mut copy = connect(target, key)?;
    let backup = Backup::new(source, &mut copy)?;
    match backup.step(-1)? {
        StepResult::Done => {}
        StepResult::More | StepResult::Busy | StepResult::Locked => {
            return Err(OpsError::Refused(
                "the database is locked by another process; nothing was changed, try again".into(),
            ));
        }
        _ => return Err(OpsError::Refused("the copy was not finished".into())),
    }
    drop(backup);
    // The copy stands alone: no log beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    copy.close().map_err(|(_, error)| error)?;
    let file = std::fs::File::open(target).map_err(|e| OpsError::file(target, e))?;
    file.sync_all().map_err(|e| OpsError::file(target, e))?;
    let folder = target.parent().unwrap_or(Path::new("."));
    files::sync_dir(folder).map_err(|e| OpsError::file(folder, e))
}

/// What SQLite and SQLCipher find wrong in the pages and indexes: nothing when all is well.
pub fn check(conn: &Connection) -> Result<Vec<String>, OpsError> {
    let mut found = Vec::new();
    for (question, fine) in [
        ("PRAGMA cipher_integrity_check", None),
        ("PRAGMA integrity_check", Some("ok")),
    ] {
        let mut rows = conn.prepare(question)?;
        let lines = rows.query_map([], |row| row.get::<_, String>(0))?;
        for line in lines {
            let line = line?;
            if Some(line.as_str()) != fine {
                found.push(line);
            }
        }
    }
    Ok(found)
}

fn connect(path: &Path, key: &DatabaseKey) -> Result<Connection, OpsError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    let literal = Zeroizing::new(format!("x'{}'", files::hex(key.as_ref())));
    conn.pragma_update(None, "key", literal.as_str())?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    // The first read proves the key.
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => OpsError::Refused(format!(
                "the key does not open {}; is it the key file of this server?",
                path.display()
            )),
            Some(_) | None => error.into(),
        })?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_consistent_encrypted_and_opens_with_the_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("a.db"), Zeroizing::new([3; 32]));
        let conn = connect(&path, &key).unwrap();
        conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .unwrap();
        conn.execute_batch("CREATE TABLE t (v TEXT) STRICT; INSERT INTO t VALUES ('canary-1')")
            .unwrap();
        let writer = connect(&path, &key).unwrap();
        writer
            .execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES ('not yet')")
            .unwrap();
        let target = folder.path().join("b.db");
        copy(&conn, &target, &key).unwrap();
        writer.execute_batch("COMMIT").unwrap();
        let opened = open(&target, &key).unwrap();
        let count: i64 = opened
            .query_row("SELECT count(*) FROM t", [], |r| r.get(0))
            .unwrap();
        assert_eq!(count, 1);
        assert_eq!(check(&opened).unwrap(), Vec::<String>::new());
        let bytes = std::fs::read(&target).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"canary-1"));
        let wrong = open(&target, &Zeroizing::new([4; 32])).unwrap_err();
        assert!(wrong.to_string().contains("key does not open"), "{wrong}");
        assert!(
            copy(&conn, &target, &key).is_err(),
            "never over an existing file"
        );
    }

    #[test]
    fn a_flipped_bit_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("a.db"), Zeroizing::new([3; 32]));
        let conn = connect(&path, &key).unwrap();
        conn.execute_batch(
            "CREATE TABLE t (v BLOB) STRICT; INSERT INTO t VALUES (randomblob(60000))",
        )
        .unwrap();
        drop(conn);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let found = open(&path, &key).and_then(|conn| check(&conn));
        assert!(found.is_err() || !found.unwrap().is_empty());
    }
}
