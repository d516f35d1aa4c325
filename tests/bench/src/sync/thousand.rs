//! A thousand changes each way.

use super::framed;
use crate::figure::{Figure, Table};
use crate::grid::Year;

/// One request more is allowed for so many bytes on the line.
const PAGE: usize = 256 * 1024;

pub(super) fn measure(year: &mut Year, is_quick: bool, table: &mut Table) {
    year.all_sync();
    let count = if is_quick { 50 } else { 1_000 };
    let mut changes = Vec::new();
    for writer in [1, 0] {
        for _ in 0..count {
            let record = year.someone();
            changes.push(year.edit(writer, record));
        }
    }
    year.second.sync(&mut year.town);
    let moved = year.first.sync(&mut year.town);
    table.add(
        Figure::new(
            "1,000 changes each way, requests (bar: 1, and 1 for each 256 KiB)",
            f64::from(moved.requests),
            "",
        )
        .bar((1 + moved.bytes() / PAGE) as f64),
    );
    table.add(
        Figure::new(
            "1,000 changes each way, bytes / raw framed changes",
            moved.bytes() as f64,
            "B",
        )
        .against(framed(&changes) as f64)
        .bar(0.5),
    );
}
