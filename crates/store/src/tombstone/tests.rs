use std::path::Path;

use linli_model::{RecordKind, Timestamp};
use rusqlite::Connection;

use crate::control::ControlItem;
use crate::error::StoreError;
use crate::ledger::{Ledger, Options, Profile, connection};
use crate::testing::{Author, World, record};

const CANARY: &str = "金丝雀CanaryName0417";

/// How often the canary stands in the files of a folder.
fn sightings(folder: &Path) -> usize {
    let needle = CANARY.as_bytes();
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        found += bytes.windows(needle.len()).filter(|w| w == &needle).count();
    }
    found
}

/// A ledger without encryption, so that the test can look into its pages.
fn readable(path: &Path) -> Ledger {
    let conn = Connection::open(path).unwrap();
    connection::prepare(&conn).unwrap();
    let mode: String = conn
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    Ledger::assemble(conn, Profile::Server, Options::default(), None).unwrap()
}

#[test]
fn erasing_overwrites_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new().unwrap();
    let ledger = readable(&folder.path().join("grid.db"));
    let mut author = Author::device(1).unwrap();
    // Records around it, so that the erased one shares its pages.
    for number in 1..20 {
        let text = if number == 7 { CANARY } else { "别人的" };
        let written = author.create(number, RecordKind::Place, text).unwrap();
        let by = author.authorship(&written.place);
        let (_, document) = author.documents.get(&record(number)).unwrap();
        ledger
            .write(|tx| {
                tx.save(&written.place, document, &written.change, &by)?;
                tx.put_intent(&written.change.hash, &record(number), text.as_bytes())
            })
            .unwrap();
    }
    ledger.checkpoint().unwrap();
    assert!(sightings(folder.path()) >= 2, "the search can find it");
    let item = ControlItem::Tombstone(world.tombstone(7, RecordKind::Place).unwrap());
    ledger
        .write(|tx| tx.put_control(&item, Timestamp(9)))
        .unwrap();
    ledger.checkpoint().unwrap();
    assert_eq!(
        sightings(folder.path()),
        0,
        "overwritten, not only unlinked"
    );
    let left = ledger.read(|rd| rd.records(None, 100)).unwrap();
    assert_eq!(left.len(), 18, "nobody else is gone");
    ledger
        .read(|rd| {
            for scope in rd.scopes()? {
                assert_eq!(rd.digest(&scope)?, rd.recompute_digest(&scope)?);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// Cells that move between pages leave copies in the gaps of the old ones, which `secure_delete` does
/// not see. Only a file that is written anew is free of them.
#[test]
fn nothing_is_left_in_the_gaps_of_pages() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new().unwrap();
    let ledger = readable(&folder.path().join("grid.db"));
    let mut author = Author::device(1).unwrap();
    let written = author.create(1, RecordKind::Place, "一处").unwrap();
    let by = author.authorship(&written.place);
    let (_, document) = author.documents.get(&record(1)).unwrap();
    ledger
        .write(|tx| tx.save(&written.place, document, &written.change, &by))
        .unwrap();
    assert!(!ledger.compact().unwrap(), "nothing was erased yet");
    let shuffled = |number: u32| number.wrapping_mul(2_654_435_761).rotate_left(11);
    ledger
        .write(|tx| {
            tx.sql().execute_batch(
                "CREATE TABLE rows_of_a_caller (key INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT",
            )?;
            for number in 0..6_000u32 {
                let text = if number % 7 == 3 { CANARY } else { "别人的" };
                let text = format!("{text}{}", "x".repeat(shuffled(number) as usize % 300));
                tx.sql()
                    .prepare_cached("INSERT INTO rows_of_a_caller VALUES (?1, ?2)")?
                    .execute((shuffled(number), text))?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let item = ControlItem::Tombstone(world.tombstone(1, RecordKind::Place).unwrap());
    ledger
        .write(|tx| {
            let gone = format!("{CANARY}%");
            tx.sql()
                .execute("DELETE FROM rows_of_a_caller WHERE value LIKE ?1", [gone])?;
            tx.put_control(&item, Timestamp(9))
        })
        .unwrap();
    assert!(sightings(folder.path()) > 0, "copies in gaps");
    assert!(ledger.compact().unwrap());
    assert_eq!(sightings(folder.path()), 0);
    assert!(!ledger.compact().unwrap(), "once is enough");
}
