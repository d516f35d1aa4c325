//! A day without a line: two handhelds edit, a tenth of it the same records, then they meet the server.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::RecordId;
use linli_store::StoreError;

use super::framed;
use crate::automerge_sync::{Pair, Said};
use crate::figure::{Figure, Table};
use crate::grid::Year;
use crate::rows;

pub(super) fn measure(
    year: &mut Year,
    mut pairs: BTreeMap<RecordId, Pair>,
    is_quick: bool,
    table: &mut Table,
) {
    let edits = if is_quick { 20 } else { 200 };
    let shared: Vec<RecordId> = (0..edits / 10).map(|_| year.someone()).collect();
    let mut written: [BTreeMap<RecordId, Vec<Vec<u8>>>; 2] = Default::default();
    for (writer, changes) in written.iter_mut().enumerate() {
        for number in 0..edits {
            let record = shared
                .get(number)
                .copied()
                .unwrap_or_else(|| year.someone());
            let bytes = year.edit(writer, record);
            changes.entry(record).or_default().push(bytes);
        }
    }
    let all: Vec<Vec<u8>> = written
        .iter()
        .flat_map(BTreeMap::values)
        .flatten()
        .cloned()
        .collect();
    let before = year.first.sync(&mut year.town);
    let moved = year.second.sync(&mut year.town);
    let after = year.first.sync(&mut year.town);
    let raw = framed(&all);
    let bytes = moved.bytes() as f64;
    table.add(
        Figure::new(
            "offline day, bytes of the second handheld / raw framed changes",
            bytes,
            "B",
        )
        .against(raw as f64)
        .bar(0.5),
    );
    let rows = row_wise(year, &written);
    table.add(
        Figure::new("offline day, bytes / whole rows as JSON zstd-3", bytes, "B")
            .against(rows as f64),
    );
    let requests = [before, moved, after].map(|moved| moved.requests);
    table.add(
        Figure::new(
            "offline day, requests of the worst of three syncs",
            f64::from(requests.into_iter().max().unwrap_or(0)),
            "",
        )
        .bar(1.0),
    );

    let [theirs, ours] = &written;
    let mut said = Said::default();
    for (record, pair) in &mut pairs {
        if let Some(changes) = theirs.get(record) {
            Pair::write(&mut pair.theirs, changes);
        }
        if let Some(changes) = ours.get(record) {
            Pair::write(&mut pair.ours, changes);
        }
        pair.meet(&mut said);
    }
    table.add(
        Figure::new("offline day, bytes / automerge's protocol", bytes, "B")
            .against(said.bytes as f64),
    );
    table.add(
        Figure::new(
            "offline day, bytes / automerge's protocol as one zstd-3 stream",
            bytes,
            "B",
        )
        .against(said.packed() as f64),
    );
    table.add(
        Figure::new(
            "offline day, requests / messages of automerge's protocol",
            f64::from(moved.requests),
            "",
        )
        .against(said.messages as f64),
    );
}

/// What a table with one version for each row would send: the rows changed here up, those changed
/// there down.
fn row_wise(year: &Year, written: &[BTreeMap<RecordId, Vec<Vec<u8>>>; 2]) -> usize {
    written
        .iter()
        .map(|changes| {
            let records: BTreeSet<&RecordId> = changes.keys().collect();
            let ledger = year.second.engine.ledger();
            let rows = ledger.read(|reader| {
                let mut rows = String::new();
                for record in records {
                    let document = reader.load_document(record)?.expect("a record");
                    rows += &rows::row(*record, &document);
                }
                Ok::<_, StoreError>(rows)
            });
            rows::packed(rows.unwrap().as_bytes())
        })
        .sum()
}
