//! What must hold when things go wrong: keys, full disks, locks, damage, restores.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::path::{Path, PathBuf};

use linli_model::{RecordKind, Timestamp};
use linli_store::testing::{As, Author, World, device_key, record};
use linli_store::{Class, ControlItem, DbKey, Ledger, Profile, StoreError, verify_backup};
use tempfile::TempDir;

fn key() -> DbKey {
    DbKey::new([0x51; 32])
}

struct Fixture {
    folder: TempDir,
    world: World,
    ledger: Ledger,
    author: Author,
}

impl Fixture {
    fn new(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("grid.db"), &key(), profile).unwrap();
        let world = World::new().unwrap();
        world.settle_in(&ledger).unwrap();
        Self {
            folder,
            world,
            ledger,
            author: Author::device(1).unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("grid.db")
    }

    /// A device's save.
    fn save(&mut self, number: u16, text: &str) -> Result<(), StoreError> {
        let known = self.author.documents.contains_key(&record(number));
        let before = self.author.cloned();
        let written = if known {
            self.author.edit(number, text).unwrap()
        } else {
            self.author.create(number, RecordKind::Place, text).unwrap()
        };
        let by = self.author.authorship(&written.place);
        let (_, document) = &self.author.documents[&written.place.record];
        let saved = self
            .ledger
            .write(|tx| tx.save(&written.place, document, &written.change, &by));
        if saved.is_err() {
            self.author = before;
        }
        saved.map(drop)
    }
}

/// Every way in which a text could stand readable in a file.
fn appearances(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let mut all = vec![
        text.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    // Base64 of the text at each of the three places in a group of three bytes, without the
    // characters that neighbours would change.
    for lead in 0..3usize {
        let bytes = [vec![0; lead], text.as_bytes().to_vec()].concat();
        let whole = bytes.len() / 3 * 3;
        let coded = base64(&bytes[..whole]);
        all.push(coded.into_bytes().split_off(lead.div_ceil(1) * 4 / 3 + 1));
    }
    all
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::new();
    for group in bytes.chunks_exact(3) {
        let number = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        for shift in [18, 12, 6, 0] {
            let index = usize::try_from(number >> shift & 63).unwrap();
            coded.push(char::from(LETTERS[index]));
        }
    }
    coded
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// The files of a folder in which one of the texts stands readable.
fn leaks(folder: &Path, texts: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let needles = texts.iter().flat_map(|text| appearances(text));
        if needles.into_iter().any(|needle| contains(&bytes, &needle)) {
            found.push(path);
        }
    }
    found
}

const CANARY: &str = "金丝雀CanaryName0417";

#[test]
fn the_search_for_canaries_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    for (index, shape) in appearances(CANARY).into_iter().enumerate() {
        let path = folder.path().join("plain");
        let shifted = format!("{}{CANARY}!", "x".repeat(index));
        let mut content = base64(shifted.repeat(3).as_bytes()).into_bytes();
        content.extend_from_slice(b"\n...");
        content.extend_from_slice(&shape);
        std::fs::write(&path, content).unwrap();
        assert_eq!(leaks(folder.path(), &[CANARY]), vec![path], "shape {index}");
    }
    // And base64 alone, at each of the three places.
    for lead in 0..3 {
        let path = folder.path().join("plain");
        let text = format!("{}{CANARY}!!!!", "y".repeat(lead));
        std::fs::write(&path, base64(text.as_bytes())).unwrap();
        assert_eq!(
            leaks(folder.path(), &[CANARY]),
            vec![path],
            "base64 at {lead}"
        );
    }
}

#[test]
fn nothing_readable_lies_on_the_disk() {
    let mut at = Fixture::new(Profile::Device);
    for step in 0..40 {
        at.save(1, &format!("{CANARY} {step}")).unwrap();
    }
    let id = record(1);
    at.ledger
        .write(|tx| {
            let hash = tx.history(&id)?[0];
            tx.put_intent(&hash, &id, CANARY.as_bytes())?;
            tx.put_inbox(&at.author.key.id(), CANARY.as_bytes(), Timestamp(1))?;
            tx.append_audit(Timestamp(1), CANARY.as_bytes())?;
            tx.set_meta("setting", CANARY.as_bytes())
        })
        .unwrap();
    let files = std::fs::read_dir(at.folder.path()).unwrap().count();
    assert!(
        files >= 4,
        "database, log, index and tombstones are looked at"
    );
    assert_eq!(leaks(at.folder.path(), &[CANARY]), Vec::<PathBuf>::new());
    at.ledger.checkpoint().unwrap();
    assert_eq!(leaks(at.folder.path(), &[CANARY]), Vec::<PathBuf>::new());
}

#[test]
fn only_the_key_opens() {
    let at = Fixture::new(Profile::Device);
    let path = at.path();
    drop(at.ledger);
    let wrong = Ledger::open(&path, &DbKey::new([0x52; 32]), Profile::Device);
    let error = wrong.err().unwrap();
    assert!(matches!(error, StoreError::WrongKey), "{error}");
    assert_eq!(error.class(), Class::Permanent);
    Ledger::open(&path, &key(), Profile::Device).unwrap();
    let plain = at.folder.path().join("plain.db");
    std::fs::write(&plain, b"not a database at all".repeat(400)).unwrap();
    let refused = Ledger::open(&plain, &key(), Profile::Device);
    assert!(matches!(refused.err().unwrap(), StoreError::WrongKey));
}

#[test]
fn a_full_disk_loses_nothing_that_was_saved() {
    let mut at = Fixture::new(Profile::Device);
    at.save(1, "before").unwrap();
    let limit = |pages: i64| {
        at.ledger.write(|tx| {
            let set = format!("PRAGMA max_page_count = {pages}");
            tx.sql().query_row(&set, [], |row| row.get::<_, i64>(0))?;
            Ok::<_, StoreError>(())
        })
    };
    limit(1).unwrap();
    let mut saved = 1;
    let error = loop {
        match at.save(2, &format!("{saved} {}", "满".repeat(600))) {
            Ok(()) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < 10_000, "the limit does not count");
    };
    assert!(matches!(error, StoreError::Full), "{error}");
    assert_eq!(error.class(), Class::Transient);
    let held = at.ledger.read(|rd| rd.history(&record(2))).unwrap().len();
    assert_eq!(
        held,
        saved - 1,
        "each save is there as a whole or not at all"
    );
    assert!(at.ledger.integrity().unwrap().is_sound());
    let free = |pages: i64| {
        at.ledger.write(|tx| {
            let set = format!("PRAGMA max_page_count = {pages}");
            tx.sql().query_row(&set, [], |row| row.get::<_, i64>(0))?;
            Ok::<_, StoreError>(())
        })
    };
    free(1_000_000).unwrap();
    at.save(2, "there is room again").unwrap();
    assert_eq!(
        at.ledger.read(|rd| rd.history(&record(2))).unwrap().len(),
        saved
    );
    assert!(at.ledger.integrity().unwrap().is_sound());
}

#[test]
fn another_writer_makes_it_busy_and_nothing_else() {
    let mut at = Fixture::new(Profile::Server);
    at.save(1, "一").unwrap();
    // The wait of five seconds is for people; a test does not wait.
    at.ledger
        .write(|tx| {
            tx.sql()
                .busy_timeout(std::time::Duration::ZERO)
                .map_err(StoreError::from)
        })
        .unwrap();
    let other = Ledger::open(&at.path(), &key(), Profile::Server).unwrap();
    other
        .write(|tx| {
            tx.set_meta("held", b"1")?;
            let error = at.save(1, "二").unwrap_err();
            assert!(matches!(error, StoreError::Busy), "{error}");
            assert_eq!(error.class(), Class::Transient);
            let seen = at.ledger.read(|rd| rd.history(&record(1)))?;
            assert_eq!(seen.len(), 1, "reading goes on");
            Ok::<_, StoreError>(())
        })
        .unwrap();
    at.save(1, "二").unwrap();
    assert!(at.ledger.integrity().unwrap().is_sound());
}

#[test]
fn a_long_reader_holds_the_checkpoint_but_no_writer() {
    let mut at = Fixture::new(Profile::Server);
    let log = at.folder.path().join("grid.db-wal");
    at.ledger
        .write(|tx| {
            tx.sql()
                .busy_timeout(std::time::Duration::ZERO)
                .map_err(StoreError::from)
        })
        .unwrap();
    at.save(1, "一").unwrap();
    let reading = Ledger::open(&at.path(), &key(), Profile::Server).unwrap();
    reading
        .read(|rd| {
            assert_eq!(rd.history(&record(1))?.len(), 1);
            at.save(1, "二").unwrap();
            assert!(matches!(at.ledger.checkpoint(), Err(StoreError::Busy)));
            assert_eq!(rd.history(&record(1))?.len(), 1, "one state until the end");
            Ok::<_, StoreError>(())
        })
        .unwrap();
    at.ledger.checkpoint().unwrap();
    assert_eq!(std::fs::metadata(log).unwrap().len(), 0, "the log is cut");
}

#[test]
fn a_large_write_leaves_no_large_log() {
    const MIB: u64 = 1 << 20;
    let mut at = Fixture::new(Profile::Device);
    let log = at.folder.path().join("grid.db-wal");
    let size = || std::fs::metadata(&log).unwrap().len();
    let large = vec![7; 1 << 20];
    at.ledger
        .write(|tx| (0..24).try_for_each(|number| tx.set_meta(&format!("large/{number}"), &large)))
        .unwrap();
    assert!(size() > 24 * MIB, "{}", size());
    // All of it is in the database now: the log begins anew.
    at.save(1, "一").unwrap();
    assert!(size() <= 8 * MIB, "{}", size());
    assert_eq!(
        at.ledger.read(|rd| rd.history(&record(1))).unwrap().len(),
        1
    );
    assert!(at.ledger.integrity().unwrap().is_sound());
}

#[test]
fn flipped_bits_are_noticed() {
    let mut at = Fixture::new(Profile::Device);
    for number in 1..60 {
        at.save(number, &format!("第{number}处")).unwrap();
    }
    at.ledger.checkpoint().unwrap();
    let path = at.path();
    drop(at.ledger);
    let good = std::fs::read(&path).unwrap();
    for page in [2, 5, 9, 20] {
        let mut bent = good.clone();
        bent[page * 4096 + 700] ^= 0x10;
        std::fs::write(&path, bent).unwrap();
        let noticed = match Ledger::open(&path, &key(), Profile::Device) {
            Err(error) => error.class() == Class::Permanent,
            Ok(ledger) => match ledger.integrity() {
                Err(error) => error.class() == Class::Permanent,
                Ok(found) => !found.is_sound(),
            },
        };
        assert!(noticed, "page {page}");
    }
}

#[test]
fn a_backup_is_whole_and_a_restore_does_not_bring_the_erased_back() {
    let mut at = Fixture::new(Profile::Server);
    at.save(1, "留下").unwrap();
    at.save(2, CANARY).unwrap();
    let backup = at.folder.path().join("backup.db");
    at.ledger.backup_to(&backup, &key()).unwrap();
    let twice = at.ledger.backup_to(&backup, &key());
    assert!(
        matches!(twice, Err(StoreError::Refused(_))),
        "never over another"
    );
    assert_eq!(
        verify_backup(&backup, &key()).unwrap(),
        Vec::<String>::new()
    );
    assert!(matches!(
        verify_backup(&backup, &DbKey::new([1; 32])),
        Err(StoreError::WrongKey)
    ));
    let tombstone = at.world.tombstone(2, RecordKind::Place).unwrap();
    let item = ControlItem::Tombstone(tombstone);
    at.ledger
        .write(|tx| tx.put_control(&item, Timestamp(9)))
        .unwrap();
    at.save(3, "备份以后").unwrap();
    let path = at.path();
    drop(at.ledger);
    // The restore: the old file comes back, the file of tombstones stays.
    for name in ["grid.db", "grid.db-wal", "grid.db-shm"] {
        let _ = std::fs::remove_file(at.folder.path().join(name));
    }
    std::fs::copy(&backup, &path).unwrap();
    let restored = Ledger::open(&path, &key(), Profile::Server).unwrap();
    restored
        .read(|rd| {
            assert!(rd.document_info(&record(1))?.is_some());
            assert!(rd.document_info(&record(2))?.is_none(), "stays erased");
            assert!(rd.is_erased(&record(2))?);
            assert!(
                rd.document_info(&record(3))?.is_none(),
                "came after the backup"
            );
            let page = rd.control_page(0, u64::MAX)?;
            assert!(
                page.entries.iter().any(|entry| entry.item == item),
                "passed on again"
            );
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(restored.integrity().unwrap().is_sound());
}

#[test]
fn a_part_that_fails_does_not_undo_its_neighbours() {
    let at = Fixture::new(Profile::Server);
    let mut parcels = Vec::new();
    for number in 1..4 {
        let mut author = Author::device(number).unwrap();
        let written = author
            .create(u16::from(number), RecordKind::Place, "组")
            .unwrap();
        parcels.push((author.key.clone(), author.seal(&[written]).unwrap()));
    }
    at.ledger
        .write(|tx| {
            for (index, (key, parcel)) in parcels.iter().enumerate() {
                let part: Result<(), StoreError> = tx.savepoint(|tx| {
                    let how = As::push_of(key);
                    at.world.ingest(tx, &how, std::slice::from_ref(parcel))?;
                    if index == 1 {
                        return Err(StoreError::Refused("on purpose".to_owned()));
                    }
                    Ok(())
                });
                assert_eq!(part.is_err(), index == 1);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let held = at.ledger.read(|rd| rd.records(None, 9)).unwrap();
    assert_eq!(held, vec![record(1), record(3)]);
    assert!(at.ledger.integrity().unwrap().is_sound());
    let _ = device_key(1);
}
