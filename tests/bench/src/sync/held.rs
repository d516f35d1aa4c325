//! What a handheld holds in memory when it has nothing to do.

use linli_store::StoreError;

use crate::figure::{Figure, Table};
use crate::grid::Year;
use crate::handheld::Place;
use crate::meter;

/// Edits that it fetches beside what it has.
const EDITS: usize = 200;

/// A handheld that has the grid fetches some edited records. What its first sync has left behind once,
/// as prepared statements, is no document; what the second one leaves behind might be.
pub(super) fn measure(year: &mut Year, table: &mut Table) {
    let handheld = year.town.enrol(5, Place::Memory);
    handheld.sync(&mut year.town);
    for _ in 0..EDITS {
        year.edit_someone();
    }
    year.all_sync();
    let before = meter::in_use();
    handheld.sync(&mut year.town);
    let kept = meter::in_use().saturating_sub(before);
    let read = handheld.engine.ledger().read(|reader| {
        let record = year.residents.first().expect("a resident");
        Ok::<_, StoreError>(meter::growth(|| reader.load_document(record)).1)
    });
    let one = read.unwrap().max(1);
    table.add(Figure::new(
        "heap kept after fetching edits of 200 records",
        kept as f64 / 1024.0,
        "KiB",
    ));
    table.add(Figure::new(
        "heap of the smallest loaded document",
        one as f64 / 1024.0,
        "KiB",
    ));
    table.add(Figure::new("documents held when idle", (kept / one) as f64, "").bar(0.0));
}
