//! A handheld that has nothing: by packs, by the feed, and what it holds in memory meanwhile.

use std::collections::BTreeMap;

use linli_model::{RecordId, Scope};
use linli_records::Document;
use linli_store::{PackDocument, StoreError};
use linli_sync::pack::{PackEvent, PackReader};

use crate::automerge_sync::{Pair, Said};
use crate::figure::{Figure, Table};
use crate::grid::Year;
use crate::handheld::{Handheld, Moved, Place};
use crate::meter::{self, MIB};
use crate::rows;
use crate::town::Town;

/// All bars of memory are this many mebibytes.
const HEAP_BAR: f64 = 8.0;

pub(super) fn measure(year: &mut Year, table: &mut Table) -> BTreeMap<RecordId, Pair> {
    let (rows, pairs) = baselines(year);
    let mut said = Said::default();
    let pairs: BTreeMap<RecordId, Pair> = pairs
        .into_iter()
        .map(|(record, mut pair)| {
            pair.meet(&mut said);
            (record, pair)
        })
        .collect();

    by_packs(year, rows, table);
    by_feed(year, rows, table);
    table.add(
        Figure::new(
            "first sync with automerge's protocol, bytes / JSON rows zstd-3",
            said.bytes as f64,
            "B",
        )
        .against(rows as f64),
    );
    table.add(
        Figure::new(
            "the same as one zstd-3 stream / JSON rows zstd-3",
            said.packed() as f64,
            "B",
        )
        .against(rows as f64),
    );
    table.add(Figure::new(
        "first sync with automerge's protocol, messages",
        said.messages as f64,
        "",
    ));
    pairs
}

/// Every document of the grid: as rows, packed, and as sessions of automerge.
fn baselines(year: &Year) -> (usize, Vec<(RecordId, Pair)>) {
    let mut rows = Vec::new();
    let mut pairs = Vec::new();
    for scope in year.first.engine.scopes() {
        for record in records(&year.town, &scope) {
            let read = year
                .town
                .server
                .ledger()
                .read(|reader| reader.load_document(&record));
            let document: Document = read.map_err(|error: StoreError| error).unwrap().unwrap();
            rows.extend(rows::row(record, &document).into_bytes());
            pairs.push((record, Pair::from_snapshot(&document.snapshot())));
        }
    }
    (rows::packed(&rows), pairs)
}

fn records(town: &Town, scope: &Scope) -> Vec<RecordId> {
    let read = town.server.ledger().read(|reader| {
        let mut all = Vec::new();
        loop {
            let page = reader.records_in(scope, None, all.last(), 1_000)?;
            if page.is_empty() {
                return Ok::<_, StoreError>(all);
            }
            all.extend(page);
        }
    });
    read.unwrap()
}

fn by_packs(year: &mut Year, rows: usize, table: &mut Table) {
    let fresh = year.town.enrol(3, Place::Memory);
    let installed = install_packs(year, &fresh);
    table.add(
        Figure::new(
            "first sync by packs, bytes / JSON rows zstd-3",
            installed.bytes as f64,
            "B",
        )
        .against(rows as f64)
        .bar(1.4),
    );
    table.add(heap(
        "heap of the server while it makes packs",
        installed.making,
    ));
    table.add(heap(
        "heap of the handheld while it installs packs",
        installed.installing,
    ));
}

/// What packs weigh and what was in use at the worst moments.
pub(crate) struct Installed {
    bytes: usize,
    making: usize,
    installing: usize,
}

/// Has the server make the packs of a grid and installs them.
pub(crate) fn install_packs(year: &mut Year, fresh: &Handheld) -> Installed {
    let mut installed = Installed {
        bytes: 0,
        making: 0,
        installing: 0,
    };
    for scope in fresh.engine.scopes() {
        if records(&year.town, &scope).is_empty() {
            continue;
        }
        let town = &mut year.town;
        let make = || town.call(|calls, now| calls.pack(now, &fresh.key, &scope, None));
        let (pack, grown) = meter::growth(make);
        installed.making = installed.making.max(grown);
        let file = std::fs::read(&pack.path).unwrap();
        assert_eq!(file.len() as u64, pack.size);
        installed.bytes += file.len();
        let ((), grown) = meter::growth(|| install(fresh, &scope, &file, year));
        installed.installing = installed.installing.max(grown);
    }
    installed
}

/// Frame by frame, a transaction for each.
fn install(fresh: &Handheld, scope: &Scope, file: &[u8], year: &Year) {
    let mut reader = PackReader::new();
    for mut piece in file.chunks(16 * 1024) {
        while let Some(event) = reader.next(&mut piece).unwrap() {
            let PackEvent::Frame { records, .. } = event else {
                continue;
            };
            let done = fresh.engine.ledger().write_relaxed(|tx| {
                for record in records {
                    let record = record.whole().unwrap();
                    let document = PackDocument {
                        record: record.record,
                        kind: record.kind,
                        home: record.home,
                        heads: record.heads,
                        snapshot: record.snapshot,
                    };
                    tx.install_document(scope, &document, year.town.now)?;
                }
                Ok::<_, StoreError>(())
            });
            done.unwrap();
        }
    }
    reader.finish().unwrap();
}

fn by_feed(year: &mut Year, rows: usize, table: &mut Table) {
    let fresh = year.town.enrol(4, Place::Memory);
    let moved: Moved = fresh.sync(&mut year.town);
    table.add(
        Figure::new(
            "first sync by the feed, bytes / JSON rows zstd-3",
            moved.bytes() as f64,
            "B",
        )
        .against(rows as f64),
    );
    table.add(Figure::new(
        "first sync by the feed, requests",
        f64::from(moved.requests),
        "",
    ));
    table.add(heap(
        "heap of the handheld while it syncs a grid by the feed",
        moved.heap,
    ));
    table.add(heap(
        "heap of the server while it answers",
        moved.server_heap,
    ));
}

fn heap(what: &str, grown: usize) -> Figure {
    Figure::new(what, grown as f64 / MIB, "MiB").bar(HEAP_BAR)
}
