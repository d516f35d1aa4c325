//! What it costs to judge and to merge a change, in signature checks. Both through the gate alone and
//! through the server with everything that it stores.

use std::time::Duration;

use linli_model::{RecordId, RecordKind, Role};
use linli_records::admit::admit;
use linli_records::{Document, Incoming, Knowledge, Outcome, prescan};
use linli_store::StoreError;
use linli_trust::{BatchDraft, EntryRef, Parcel, SealedBatch, SigningKey};

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::grid::{Size, Year};
use crate::meter::{median, micros, timed, worked};
use crate::town;

/// The most signature checks that a change may cost.
const BAR: f64 = 6.0;

/// A change that arrives, with the record as the server has it.
struct Arriving {
    record: RecordId,
    kind: RecordKind,
    before: Option<Stored>,
    bytes: Vec<u8>,
}

/// A record as the server's database holds it.
struct Stored {
    kind: RecordKind,
    snapshot: Option<Vec<u8>>,
    /// The changes after the snapshot.
    tail: Vec<Vec<u8>>,
    /// All changes.
    changes: Vec<Vec<u8>>,
}

impl Stored {
    /// Loads it the way the server does before it judges.
    fn load(&self) -> Document {
        let document = Document::load(self.snapshot.as_deref(), &slices(&self.tail)).unwrap();
        document.with_knowledge(Knowledge::of_changes(&slices(&self.changes)).unwrap())
    }
}

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let folder = tempfile::tempdir_in(&setting.folder).unwrap();
    let mut year = Year::live(folder.path(), Size::of(setting.is_quick), true);
    let count = if setting.is_quick { 20 } else { 200 };

    let edits = edits(&mut year, count);
    let verify = verify(&year, &edits);
    table.add(Figure::new("one Ed25519 check of a batch", verify, "us"));
    let changes = |list: &[Arriving]| {
        let each = list
            .iter()
            .map(|one| one.before.as_ref().map_or(0, |b| b.changes.len()));
        let mut each: Vec<f64> = each.map(|count| count as f64).collect();
        median(&mut each)
    };
    let register = changes(&edits);
    table.add(Figure::new(
        "changes of a record of the register, median",
        register,
        "",
    ));
    let mut add = |what: &str, cost: f64| {
        let what = format!("merge and validate, per change: {what} / one Ed25519 check");
        table.add(Figure::new(what, cost, "us").against(verify).bar(BAR));
    };
    add("lone pushes to the register", lone(&year, &edits));
    add("a batch over as many records", batch(&year, &edits));
    let several = several(&mut year, count);
    add(
        "a batch of 10 changes for each of its records",
        batch(&year, &several),
    );
    let events = case_events(&mut year, count);
    let of_cases = changes(&events);
    add(
        "lone pushes to cases with a long history",
        lone(&year, &events),
    );
    add(
        "a batch of new records",
        batch(&year, &created(&year, count)),
    );
    table.add(Figure::new("changes of a case, median", of_cases, ""));
    year.all_sync();
    requests(&mut year, count, verify, table);
}

fn slices(list: &[Vec<u8>]) -> Vec<&[u8]> {
    list.iter().map(Vec::as_slice).collect()
}

/// The record as the server has it.
fn stored(year: &Year, record: &RecordId) -> Stored {
    let read = year.town.server.ledger().read(|reader| {
        let info = reader.document_info(record)?.expect("a known record");
        let mut changes = Vec::new();
        for hash in reader.history(record)? {
            changes.push(
                reader
                    .change_body(&hash)?
                    .expect("a server keeps all bytes"),
            );
        }
        Ok::<_, StoreError>((info, changes))
    });
    let (info, changes) = read.unwrap();
    let (folded, tail) = changes.split_at(changes.len() - info.tail_count as usize);
    let snapshot = Document::load(None, &slices(folded)).unwrap().snapshot();
    Stored {
        kind: info.kind,
        snapshot: (!folded.is_empty()).then_some(snapshot),
        tail: tail.to_vec(),
        changes,
    }
}

fn arriving(year: &Year, record: RecordId, bytes: Vec<u8>) -> Arriving {
    let before = stored(year, &record);
    Arriving {
        record,
        kind: before.kind,
        before: Some(before),
        bytes,
    }
}

/// One edit in each of some records of the register.
fn edits(year: &mut Year, count: usize) -> Vec<Arriving> {
    let records: Vec<RecordId> = year
        .residents
        .iter()
        .copied()
        .step_by(3)
        .take(count)
        .collect();
    records
        .into_iter()
        .map(|record| {
            let bytes = year.edit(0, record);
            arriving(year, record, bytes)
        })
        .collect()
}

/// Ten edits in each of fewer records.
fn several(year: &mut Year, count: usize) -> Vec<Arriving> {
    let records: Vec<RecordId> = year
        .residents
        .iter()
        .copied()
        .skip(1)
        .step_by(3)
        .take(count / 10)
        .collect();
    let mut all = Vec::new();
    for record in records {
        for _ in 0..10 {
            let bytes = year.edit(0, record);
            all.push(arriving(year, record, bytes));
        }
    }
    all
}

/// A further event in each of some cases that went the whole way.
fn case_events(year: &mut Year, count: usize) -> Vec<Arriving> {
    let cases: Vec<RecordId> = year.cases.iter().copied().take(count).collect();
    cases
        .into_iter()
        .map(|case| {
            let bytes = year.note(0, case);
            arriving(year, case, bytes)
        })
        .collect()
}

/// The first changes of some records, as if they were new here.
fn created(year: &Year, count: usize) -> Vec<Arriving> {
    let first = |record: &RecordId| {
        let read = year.town.server.ledger().read(|reader| {
            let document = reader.load_document(record)?.expect("a known record");
            let changes = document.changes();
            let root = changes.into_iter().find(|change| change.deps.is_empty());
            Ok::<_, StoreError>((
                document.kind().expect("a kind"),
                root.expect("a first change"),
            ))
        });
        let (kind, change) = read.unwrap();
        // Only those of the first handheld: the batch is in its name.
        (change.actor.0 == actor(year)).then_some(Arriving {
            record: *record,
            kind,
            before: None,
            bytes: change.bytes,
        })
    };
    year.residents
        .iter()
        .filter_map(first)
        .take(count)
        .collect()
}

fn actor(year: &Year) -> [u8; 16] {
    let actor = year
        .first
        .engine
        .ledger()
        .read(|reader| reader.actor(&year.first.key));
    actor.unwrap().0
}

/// The key of the first handheld.
fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn seal(year: &Year, changes: &[&Arriving]) -> Parcel {
    let kind = changes[0].kind;
    let draft = BatchDraft {
        epoch: year.first.engine.epoch().unwrap(),
        scope: kind.grid_scope(town::grid()),
        number: 1,
        prev: None,
        org: town::org(linli_fleet::world::COMMUNITY),
        staff: town::assistant(),
        role: Role::GridAssistant,
        edition: 1,
        app: "bench".into(),
        at: year.town.now,
        session: None,
    };
    let entries = changes
        .iter()
        .map(|change| EntryRef {
            record: change.record,
            kind: change.kind,
            hash: prescan::scan(&change.bytes).unwrap().hash,
        })
        .collect();
    let bodies = changes
        .iter()
        .map(|change| Some(change.bytes.clone()))
        .collect();
    Parcel::new(SealedBatch::seal(draft, entries, &key()).unwrap(), bodies).unwrap()
}

fn verify(year: &Year, changes: &[Arriving]) -> f64 {
    let parcel = seal(year, &[&changes[0]]);
    let key = key().public();
    let once = || micros(worked(|| parcel.batch.verify(&key).unwrap()));
    let mut times: Vec<f64> = (0..2_000).map(|_| once()).collect();
    median(&mut times)
}

/// Signature, load, scan, structure, schema, merge, save, load again: what stands between bytes from
/// outside and a document that may be stored.
fn judge(year: &Year, parcel: &Parcel, changes: &[&Arriving]) -> Duration {
    let key = key().public();
    let epoch = parcel.batch.header.epoch;
    let work = || {
        parcel.check().unwrap();
        parcel.batch.verify(&key).unwrap();
        let mut rest = changes;
        let mut entries = parcel.batch.entries.as_slice();
        while let Some(first) = rest.first() {
            let same = rest
                .iter()
                .take_while(|one| one.record == first.record)
                .count();
            let (group, later) = rest.split_at(same);
            let (named, unnamed) = entries.split_at(same);
            (rest, entries) = (later, unnamed);
            let document = first.before.as_ref().map(Stored::load);
            let incoming: Vec<Incoming<'_>> = group
                .iter()
                .zip(named)
                .map(|(one, entry)| Incoming {
                    hash: entry.hash,
                    bytes: &one.bytes,
                    actor_key: parcel.batch.header.signer,
                    epoch,
                })
                .collect();
            let admission = admit(document.as_ref(), first.kind, &incoming, &mut |_| Ok(()));
            let applied = |outcome: &Outcome| matches!(outcome, Outcome::Applied(_));
            assert!(
                admission.outcomes.iter().all(applied),
                "{:?}",
                admission.outcomes
            );
        }
    };
    assert_eq!(year.first.key, parcel.batch.header.signer);
    worked(work)
}

/// Each change in a batch of its own; the middle of three rounds over all.
fn lone(year: &Year, changes: &[Arriving]) -> f64 {
    let parcels: Vec<Parcel> = changes.iter().map(|one| seal(year, &[one])).collect();
    let mut times = Vec::new();
    for _ in 0..3 {
        for (one, parcel) in changes.iter().zip(&parcels) {
            times.push(micros(judge(year, parcel, &[one])));
        }
    }
    median(&mut times)
}

/// All changes in one batch; the middle of nine rounds.
fn batch(year: &Year, changes: &[Arriving]) -> f64 {
    let all: Vec<&Arriving> = changes.iter().collect();
    let parcel = seal(year, &all);
    let once = || micros(judge(year, &parcel, &all)) / changes.len() as f64;
    let mut times: Vec<f64> = (0..9).map(|_| once()).collect();
    median(&mut times)
}

/// The same through the server: the whole request with feeds, rows, receipts and its flush.
fn requests(year: &mut Year, count: usize, verify: f64, table: &mut Table) {
    let lone = lone_requests(year, count);
    let mut batches: Vec<f64> = (0..5)
        .map(|_| {
            for _ in 0..count {
                let record = year.someone();
                year.edit(0, record);
            }
            micros(request(year)) / count as f64
        })
        .collect();
    let mut add = |what: &str, cost: f64| {
        let what =
            format!("whole request on the server with storing and flush, per change: {what}");
        table.add(Figure::new(what, cost, "us").against(verify));
    };
    add("lone pushes", lone);
    add("a batch", median(&mut batches));
}

fn lone_requests(year: &mut Year, count: usize) -> f64 {
    let mut times: Vec<f64> = (0..count)
        .map(|_| {
            let record = year.someone();
            year.edit(0, record);
            micros(request(year))
        })
        .collect();
    median(&mut times)
}

/// The time in which the server answers what the first handheld has to say.
fn request(year: &mut Year) -> Duration {
    let now = year.town.pass();
    let mut exchange = year.first.engine.begin_sync(now).unwrap();
    let body = std::mem::take(&mut exchange.body);
    let key = year.first.key;
    let (answer, time) = timed(|| {
        year.town
            .call(|calls, now| calls.exchange(now, &key, &body))
    });
    year.first
        .engine
        .apply_sync(&mut exchange, &answer, now)
        .unwrap();
    assert!(
        !year
            .first
            .engine
            .end_sync(exchange, now)
            .unwrap()
            .has_refusals
    );
    time
}
