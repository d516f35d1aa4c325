//! Looking for a text wherever it could lie.

use std::path::{Path, PathBuf};

use linli_store::rusqlite::types::ValueRef;
use linli_store::rusqlite::{Connection, OpenFlags};
use linli_store::{DbKey, Ledger, Profile, StoreError};
use linli_sync::pack::{PackEvent, PackReader};

use crate::pages;

/// A database with its key.
pub(crate) struct Database {
    pub(crate) path: PathBuf,
    pub(crate) key: [u8; 32],
}

/// Every place below a folder where a text lies, as `file: how`.
pub(crate) fn sightings(folder: &Path, databases: &[Database], text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut see = |path: &Path, how: &str, bytes: &[u8]| {
        if has(bytes, text) {
            let name = path.strip_prefix(folder).unwrap_or(path).display();
            found.push(format!("{name}: {how}"));
        }
    };
    for path in files(folder) {
        let bytes = std::fs::read(&path).unwrap();
        see(&path, "as it lies there", &bytes);
        see(&path, "its name", path.as_os_str().as_encoded_bytes());
        if path.extension().is_some_and(|is| is == "pack") {
            see(&path, "unpacked", &unpacked(&bytes));
        }
    }
    for database in databases {
        let path = &database.path;
        let pages = pages::decrypted(path, &database.key);
        assert!(
            has(&pages, "CREATE TABLE"),
            "{}: its pages are not open",
            path.display()
        );
        see(path, "pages", &pages);
        let copy = copy_of(path);
        let copied = copy.path().join("copy.db");
        see(path, "cells", &cells(&copied, &database.key));
        see(path, "documents", &documents(&copied, &database.key));
    }
    found.sort();
    found
}

fn has(bytes: &[u8], text: &str) -> bool {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let backwards: String = text.chars().rev().collect();
    [text.as_bytes(), utf16.as_slice(), backwards.as_bytes()]
        .into_iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == form))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// A database with its log and its tombstones, as a thief takes it.
fn copy_of(path: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal", ".tombstones", ".tombstones-wal"] {
        let name = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        if name(path).exists() {
            std::fs::copy(name(path), name(&folder.path().join("copy.db"))).unwrap();
        }
    }
    folder
}

/// Every cell of every table, those behind indexes of words included.
fn cells(path: &Path, key: &[u8; 32]) -> Vec<u8> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let literal = linli_sync_server::files::hex(key);
    conn.pragma_update(None, "key", format!("x'{literal}'"))
        .unwrap();
    let mut list = conn
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let names = list.query_map([], |row| row.get(0)).unwrap();
    let names: Vec<String> = names.collect::<Result<_, _>>().unwrap();
    assert!(names.len() > 20, "{names:?}");
    let mut all = Vec::new();
    for name in names {
        let mut rows = conn.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).unwrap()
                {
                    all.extend_from_slice(bytes);
                    all.push(0);
                }
            }
        }
    }
    all
}

/// Every change of every document, as the merge engine has it in memory.
fn documents(path: &Path, key: &[u8; 32]) -> Vec<u8> {
    let ledger = Ledger::open(path, &DbKey::new(*key), Profile::Device).unwrap();
    let read = ledger.read(|reader| {
        let mut all = Vec::new();
        for record in reader.records(None, 100_000)? {
            let document = reader.load_document(&record)?.unwrap();
            for change in document.changes() {
                all.extend_from_slice(&change.bytes);
                all.push(0);
            }
        }
        Ok::<_, StoreError>(all)
    });
    read.unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut reader = PackReader::new();
    let mut input = bytes;
    let mut all = Vec::new();
    while let Some(event) = reader.next(&mut input).unwrap() {
        let PackEvent::Frame { records, .. } = event else {
            continue;
        };
        for record in records {
            let record = record.whole().unwrap();
            let document = linli_records::Document::load(Some(&record.snapshot), &[]).unwrap();
            for change in document.changes() {
                all.extend_from_slice(&change.bytes);
                all.push(0);
            }
        }
    }
    all
}
