//! Derived rows: written with the change, dropped and rebuilt to the same rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic_in_result_fn,
    reason = "a test that cannot go on should stop"
)]

use std::path::Path;

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::read;
use linli_store::rusqlite::{Connection, params};
use linli_store::testing::{As, Author, World, device_key, record};
use linli_store::{ControlItem, DbKey, Ledger, Options, Profile, Projected, Projector, StoreError};

/// One row per record: its note, in the version's own way.
struct Notes {
    version: u32,
}

impl Projector for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn create(&self, conn: &Connection) -> Result<(), StoreError> {
        Ok(conn.execute_batch(
            "CREATE TABLE notes (record BLOB PRIMARY KEY, home TEXT, note TEXT) STRICT",
        )?)
    }

    fn remove(&self, conn: &Connection) -> Result<(), StoreError> {
        Ok(conn.execute_batch("DROP TABLE IF EXISTS notes")?)
    }

    fn project(&self, conn: &Connection, projected: &Projected<'_>) -> Result<(), StoreError> {
        let note = read::winner(projected.document, "note");
        let note = note.and_then(|value| value.as_text().map(str::to_owned));
        let note = format!("v{}: {}", self.version, note.unwrap_or_default());
        conn.execute(
            "INSERT INTO notes (record, home, note) VALUES (?1, ?2, ?3)
             ON CONFLICT (record) DO UPDATE SET note = excluded.note",
            params![projected.record.0, projected.home.as_str(), note],
        )?;
        Ok(())
    }

    fn forget(&self, conn: &Connection, record: &RecordId) -> Result<(), StoreError> {
        conn.execute("DELETE FROM notes WHERE record = ?1", [record.0])?;
        Ok(())
    }
}

fn open(path: &Path, version: u32) -> Ledger {
    let options = Options {
        projectors: vec![Box::new(Notes { version })],
        ..Options::default()
    };
    Ledger::open_with(path, &DbKey::new([4; 32]), Profile::Server, options).unwrap()
}

fn rows(ledger: &Ledger) -> Vec<(Vec<u8>, String, String)> {
    ledger
        .read(|rd| {
            let mut list = rd
                .sql()
                .prepare("SELECT record, home, note FROM notes ORDER BY record")?;
            let found = list.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok::<_, StoreError>(found.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

#[test]
fn rows_follow_changes_and_can_be_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.db");
    let ledger = open(&path, 1);
    let world = World::new().unwrap();
    world.settle_in(&ledger).unwrap();
    let (mut one, mut two) = (Author::device(1).unwrap(), Author::device(2).unwrap());
    let how = As::push_of(&device_key(1));
    // More documents than a page of the rebuild holds.
    let mut written = Vec::new();
    for number in 1..300 {
        written.push(
            one.create(number, RecordKind::Place, &format!("第{number}处"))
                .unwrap(),
        );
    }
    two.learn(&[&written[6]]).unwrap();
    let parcel = one.seal(&written).unwrap();
    let edit = one.edit(7, "左").unwrap();
    let left = one.seal(&[edit]).unwrap();
    let edit = two.edit(7, "右").unwrap();
    let right = two.seal(&[edit]).unwrap();
    for (author, parcel) in [(1, parcel), (1, left), (2, right)] {
        let how = As {
            origin: Some(device_key(author).id()),
            ..how
        };
        ledger
            .write(|tx| world.ingest(tx, &how, &[parcel]))
            .unwrap();
    }
    let steps = rows(&ledger);
    assert_eq!(steps.len(), 299);
    ledger.rebuild_projections().unwrap();
    assert_eq!(rows(&ledger), steps, "rebuilt to equal rows");

    let item = ControlItem::Tombstone(world.tombstone(9, RecordKind::Place).unwrap());
    ledger
        .write(|tx| tx.put_control(&item, Timestamp(9)))
        .unwrap();
    assert_eq!(rows(&ledger).len(), 298, "an erased record has no row");
    drop(ledger);

    let ledger = open(&path, 1);
    assert_eq!(rows(&ledger).len(), 298, "the same version is left alone");
    drop(ledger);
    let ledger = open(&path, 2);
    let newer = rows(&ledger);
    assert_eq!(newer.len(), 298);
    assert!(
        newer.iter().all(|(_, _, note)| note.starts_with("v2: ")),
        "derived anew"
    );
}

#[test]
fn a_change_stored_by_hand_gets_its_row_before_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&folder.path().join("grid.db"), 1);
    let mut author = Author::device(1).unwrap();
    let written = author.create(1, RecordKind::Place, "手写").unwrap();
    let stored =
        ledger.write(|tx| tx.put_change(&written.place, &written.change, None, Timestamp(1)));
    stored.unwrap();
    let found = rows(&ledger);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].2, "v1: 手写");
    assert_eq!(found[0].0, record(1).0.to_vec());
}

/// A projector that fails takes the whole save with it: no change without its row.
struct Broken;

impl Projector for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn version(&self) -> u32 {
        1
    }
    fn create(&self, _: &Connection) -> Result<(), StoreError> {
        Ok(())
    }
    fn remove(&self, _: &Connection) -> Result<(), StoreError> {
        Ok(())
    }
    fn project(&self, _: &Connection, _: &Projected<'_>) -> Result<(), StoreError> {
        Err(StoreError::Bug("on purpose".to_owned()))
    }
    fn forget(&self, _: &Connection, _: &RecordId) -> Result<(), StoreError> {
        Ok(())
    }
}

#[test]
fn no_change_without_its_row() {
    let options = Options {
        projectors: vec![Box::new(Broken)],
        ..Options::default()
    };
    let ledger = Ledger::open_in_memory(Profile::Device, options).unwrap();
    let mut author = Author::device(1).unwrap();
    let written = author.create(1, RecordKind::Place, "x").unwrap();
    let by = author.authorship(&written.place);
    let document = &author.documents.get(&record(1)).unwrap().1;
    let saved = ledger.write(|tx| tx.save(&written.place, document, &written.change, &by));
    assert!(saved.is_err());
    assert!(ledger.read(|rd| rd.records(None, 9)).unwrap().is_empty());
}
