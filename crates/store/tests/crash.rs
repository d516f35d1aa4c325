//! Kills: a child process works on a ledger and dies at every flush, at every write and inside transactions; the parent
//! opens what is left. Nothing that was acknowledged is lost, nothing is half there, and doing the
//! rest gives the same ledger as never having died.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop; the child speaks to its parent on standard output"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use linli_model::{OrgId, RecordKind, Scope, Timestamp};
use linli_store::rusqlite::Connection;
use linli_store::testing::{As, Author, World, device_key, record};
use linli_store::{
    Answer, DbKey, Ledger, Options, PageRequest, Profile, Projected, Projector, SealAs, StoreError,
};

const FOLDER: &str = "LINLI_CRASH_FOLDER";
const DIE_AT: &str = "LINLI_CRASH_AT";
const STEPS: usize = 24;

fn key() -> DbKey {
    DbKey::new([0x33; 32])
}

fn open(folder: &Path) -> Ledger {
    Ledger::open(&folder.join("grid.db"), &key(), Profile::Device).unwrap()
}

fn open_with(folder: &Path, projectors: Vec<Box<dyn Projector>>) -> Ledger {
    let options = Options {
        projectors,
        ..Options::default()
    };
    Ledger::open_with(&folder.join("grid.db"), &key(), Profile::Device, options).unwrap()
}

fn killer(at: &str) -> Killer {
    Killer {
        at: at.parse().unwrap(),
        calls: AtomicU64::new(0),
    }
}

/// One step of the child's work, each one transaction. Step numbers decide what is done, so a
/// second child goes on where the first one died.
fn step(ledger: &Ledger, world: &World, number: usize) {
    let record_number = u16::try_from(number % 5).unwrap();
    let own = ledger
        .read(|rd| rd.load_document(&record(record_number)))
        .unwrap();
    let mut author = Author::device(1).unwrap();
    let scope = Scope::Places(linli_model::GridCode::new("g1").unwrap());
    if number % 4 == 3 {
        seal_and_answer(ledger, number);
    } else if number % 7 == 5 {
        let mut other = Author::device(2).unwrap();
        other.epoch = u64::try_from(number).unwrap();
        let far = 100 + u16::try_from(number).unwrap();
        let written = other.create(far, RecordKind::Place, "别人").unwrap();
        let parcel = other.seal(&[written]).unwrap();
        ledger
            .write_relaxed(|tx| {
                let how = As::push_of(&device_key(2));
                let done = world.ingest(tx, &how, &[parcel])?;
                let stored: Vec<_> = done.stored.iter().map(|one| one.facts.hash).collect();
                tx.list(&scope, &stored)?;
                tx.advance_pulled(&device_key(2).id(), &scope, 1, number as u64)?;
                tx.set_meta_number("step", number as u64 + 1)
            })
            .unwrap();
        return;
    } else {
        save(ledger, &mut author, record_number, own, number);
        return;
    }
    ledger
        .write(|tx| tx.set_meta_number("step", number as u64 + 1))
        .unwrap();
}

fn save(
    ledger: &Ledger,
    author: &mut Author,
    record_number: u16,
    own: Option<linli_records::Document>,
    number: usize,
) {
    let text = format!("第{number}步{}", "字".repeat(200));
    let written = if let Some(document) = own {
        let place = linli_store::Place {
            record: record(record_number),
            kind: RecordKind::Place,
            home: linli_model::GridCode::new("g1").unwrap(),
        };
        author.documents.insert(place.record, (place, document));
        author.edit(record_number, &text).unwrap()
    } else {
        author
            .create(record_number, RecordKind::Place, &text)
            .unwrap()
    };
    let by = author.authorship(&written.place);
    let (_, document) = author.documents.get(&written.place.record).unwrap();
    ledger
        .write(|tx| {
            tx.save(&written.place, document, &written.change, &by)?;
            tx.put_intent(&written.change.hash, &written.place.record, text.as_bytes())?;
            tx.set_meta_number("step", number as u64 + 1)
        })
        .unwrap();
}

fn seal_and_answer(ledger: &Ledger, number: usize) {
    let org = OrgId::new("d-c1").unwrap();
    let with = SealAs {
        key: &device_key(1),
        org: &org,
        app: "test",
        at: Timestamp(1_000 + i64::try_from(number).unwrap()),
    };
    ledger
        .write(|tx| {
            tx.seal_outbox(&with)?;
            for parcel in tx.outbox_parcels(None, u64::MAX)? {
                let entries = parcel.batch.entries.iter();
                let answers: Vec<_> = entries
                    .map(|entry| (entry.hash, Answer::Stored(number as u64)))
                    .collect();
                tx.record_answers(&answers, with.at)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// The child of the other tests of this file: opens the ledger and does what is left to do, saying so
/// step by step. Without a folder there is nothing to do.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let world = World::new().unwrap();
    let ledger = match std::env::var(DIE_AT) {
        Ok(at) => open_with(Path::new(&folder), vec![Box::new(killer(&at))]),
        Err(_) => open(Path::new(&folder)),
    };
    if ledger
        .read(|rd| rd.control_seq().map(|seq| seq == 0))
        .unwrap()
    {
        world.settle_in(&ledger).unwrap();
    }
    let done = ledger.read(|rd| rd.meta_number("step")).unwrap();
    for number in usize::try_from(done).unwrap()..STEPS {
        step(&ledger, &world, number);
        println!("done {number}");
        std::io::stdout().flush().unwrap();
    }
    println!("all done");
}

/// Ends the process without a word in the middle of the n-th transaction that touches a document,
/// after its rows were written and before its commit.
struct Killer {
    at: u64,
    calls: AtomicU64,
}

impl Projector for Killer {
    fn name(&self) -> &'static str {
        "killer"
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
        if self.calls.fetch_add(1, Ordering::Relaxed) + 1 == self.at {
            std::process::abort();
        }
        Ok(())
    }

    fn forget(&self, _: &Connection, _: &linli_model::RecordId) -> Result<(), StoreError> {
        Ok(())
    }
}

fn child_command(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder);
    command
}

fn strace_command(folder: &Path, inject: &str) -> Command {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg("trace=fdatasync,fsync,pwrite64,ftruncate,unlink")
        .args(["-e", inject])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder);
    command
}

/// The highest step that the child has acknowledged, and whether it came to the end.
fn acknowledged(output: &Output) -> (Option<u64>, bool) {
    let text = String::from_utf8_lossy(&output.stdout);
    // The first line begins with what the test runner says.
    let steps = text
        .lines()
        .filter_map(|line| Some(line.split_once("done ")?.1));
    let last = steps.filter_map(|step| step.parse().ok()).max();
    (last, text.contains("all done"))
}

/// What a whole run leaves: digests, records, chain, outbox.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    records: Vec<linli_model::RecordId>,
    heads: Vec<Vec<linli_model::ChangeHash>>,
    digest: [u8; 32],
    chain: Option<linli_store::ChainLink>,
    waiting: u64,
    listed: (u64, usize),
    pulled: u64,
}

fn left(folder: &Path) -> Left {
    let ledger = open(folder);
    let found = ledger.integrity().unwrap();
    assert!(found.is_sound(), "{found:?}");
    let scope = Scope::Places(linli_model::GridCode::new("g1").unwrap());
    ledger
        .read(|rd| {
            let records = rd.records(None, 1_000)?;
            let mut heads = Vec::new();
            for record in &records {
                heads.push(rd.document_info(record)?.unwrap().heads);
            }
            let request = PageRequest {
                since: 0,
                max_bytes: u64::MAX,
                skip_origin: None,
                skip_actor: None,
            };
            let page = rd.page(&scope, &request)?;
            Ok::<_, StoreError>(Left {
                records,
                heads,
                digest: rd.digest(&scope)?,
                chain: rd.last_batch(&device_key(1).id(), 1, &scope)?,
                waiting: rd.outbox_len()?,
                listed: (page.to, page.parcels.len()),
                pulled: rd.cursor(&device_key(2).id(), &scope)?.pulled,
            })
        })
        .unwrap()
}

/// Opens what a killed child left, checks it against what the child had acknowledged, lets another
/// child finish, and compares with a run that was never killed.
fn check_after_death(folder: &Path, output: &Output, whole: &Left) {
    let (last, _) = acknowledged(output);
    let ledger = open(folder);
    let found = ledger.integrity().unwrap();
    assert!(found.is_sound(), "{found:?}");
    let reached = ledger.read(|rd| rd.meta_number("step")).unwrap();
    let acknowledged = last.map_or(0, |step| step + 1);
    assert!(
        reached >= acknowledged,
        "step {acknowledged} was lost, {reached} is there"
    );
    assert!(
        reached <= acknowledged + 1,
        "only one step can be done but not yet said"
    );
    drop(ledger);
    let rest = child_command(folder).output().unwrap();
    assert!(acknowledged_all(&rest), "{rest:?}");
    assert_eq!(&left(folder), whole);
}

fn acknowledged_all(output: &Output) -> bool {
    acknowledged(output).1
}

fn undisturbed() -> Left {
    let folder = tempfile::tempdir().unwrap();
    let output = child_command(folder.path()).output().unwrap();
    assert!(acknowledged_all(&output), "{output:?}");
    left(folder.path())
}

/// Whether strace may trace here.
fn has_strace() -> bool {
    let tried = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    tried.is_ok_and(|status| status.success())
}

/// `LINLI_SOAK` set: every single place; otherwise a spread of them.
fn stride(sampled: usize) -> usize {
    if std::env::var_os("LINLI_SOAK").is_some() {
        1
    } else {
        sampled
    }
}

#[test]
fn killed_inside_transactions() {
    let whole = undisturbed();
    let mut deaths = 0;
    for at in (1..).step_by(stride(2)) {
        let folder = tempfile::tempdir().unwrap();
        let output = child_command(folder.path())
            .env(DIE_AT, at.to_string())
            .output()
            .unwrap();
        if acknowledged_all(&output) {
            break;
        }
        deaths += 1;
        check_after_death(folder.path(), &output, &whole);
    }
    assert!(deaths > 5, "only {deaths} deaths");
}

#[test]
fn killed_at_flushes_and_writes() {
    if !has_strace() {
        println!("skipped: strace cannot trace here; killed_inside_transactions covers a part");
        return;
    }
    let whole = undisturbed();
    for (call, sampled, fewest) in [("fsync,fdatasync", 4, 5), ("pwrite64", 23, 5)] {
        let mut deaths = 0;
        for when in (1..).step_by(stride(sampled)) {
            let folder = tempfile::tempdir().unwrap();
            let inject = format!("inject={call}:signal=KILL:when={when}");
            let output = strace_command(folder.path(), &inject).output().unwrap();
            if acknowledged_all(&output) {
                break;
            }
            deaths += 1;
            check_after_death(folder.path(), &output, &whole);
        }
        assert!(deaths >= fewest, "only {deaths} deaths at {call}");
    }
}

#[test]
fn errors_of_the_disk_lose_nothing_either() {
    if !has_strace() {
        println!("skipped: strace cannot trace here");
        return;
    }
    let whole = undisturbed();
    for inject in [
        "inject=fsync,fdatasync:error=EIO:when=9+3",
        "inject=pwrite64:error=ENOSPC:when=60+7",
        "inject=pwrite64:error=EIO:when=45+11",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = strace_command(folder.path(), inject).output().unwrap();
        assert!(!acknowledged_all(&output), "{inject} hit nothing");
        check_after_death(folder.path(), &output, &whole);
    }
}

/// One flush for each save: the log's own. (The log is moved into the database now and then.)
#[test]
fn a_save_is_one_flush() {
    if !has_strace() {
        println!("skipped: strace cannot trace here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("flushes");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fdatasync,fsync,write", "-o"])
        .arg(&log)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(acknowledged_all(&output));
    let log = std::fs::read_to_string(&log).unwrap();
    let mut flushes = 0u32;
    let mut after_first = Vec::new();
    for line in log.lines() {
        if line.contains("fdatasync(") || line.contains("fsync(") {
            flushes += 1;
        } else if let Some((_, rest)) = line.split_once("write(1, \"done ") {
            let number: usize = rest.split(['\\', '"']).next().unwrap().parse().unwrap();
            // Saves only: sealing steps are two transactions, pulls are not flushed at all.
            let is_pull = number % 4 != 3 && number % 7 == 5;
            if number > 0 && number % 4 != 3 {
                after_first.push((is_pull, flushes));
            }
            flushes = 0;
        }
    }
    let saves: Vec<u32> = after_first
        .iter()
        .filter(|(pull, _)| !pull)
        .map(|(_, n)| *n)
        .collect();
    assert!(saves.len() >= 10, "{after_first:?}");
    assert!(saves.iter().all(|flushes| *flushes == 1), "{saves:?}");
    let pulls: Vec<u32> = after_first
        .iter()
        .filter(|(pull, _)| *pull)
        .map(|(_, n)| *n)
        .collect();
    assert!(
        !pulls.is_empty() && pulls.iter().all(|flushes| *flushes == 0),
        "{pulls:?}"
    );
}
