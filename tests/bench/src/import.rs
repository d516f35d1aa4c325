//! What an import costs: a file of doors through reader, server and disk.

use std::fmt::Write as _;
use std::io::Cursor;
use std::ops::ControlFlow;

use linli_intake::{BaseRow, Item, Kind, Row, Settings, intake};
use linli_sync_server::door::{ImportRows, RowOutcome};

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::meter::timed;
use crate::town::{Town, assistant, grid};

/// Rows that share a transaction, as on the command line.
const CHUNK: usize = 1_000;
/// 5,000 rows a second.
const BAR_MS: f64 = 200.0;

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let count = if setting.is_quick { 500 } else { 20_000 };
    let folder = tempfile::tempdir_in(&setting.folder).unwrap();
    let mut town = Town::start(folder.path(), true);
    let mut file = "网格编码,楼栋编码,名称,地址,层数\n".to_owned();
    for number in 0..count {
        let code = grid();
        writeln!(
            file,
            "{code},B{number:06},示例小区{number}号楼,示例路{number}号,6"
        )
        .unwrap();
    }
    for (what, is_new) in [("new rows", true), ("the same rows again", false)] {
        let (done, time) = timed(|| import(&mut town, &file));
        let is_fine = |outcome: &RowOutcome| match outcome {
            RowOutcome::New { .. } => is_new,
            RowOutcome::Same => !is_new,
            RowOutcome::Changed { .. } | RowOutcome::Refused(_) => false,
        };
        assert!(done.len() == count && done.iter().all(is_fine), "{what}");
        let ms = time.as_secs_f64() * 1e6 / count as f64;
        let name = format!("import on the server's disk, {what}, for each 1,000");
        table.add(Figure::new(name, ms, "ms").bar(BAR_MS));
    }
}

/// The whole way of a file: read, checked, compared, written, on the disk.
fn import(town: &mut Town, file: &str) -> Vec<RowOutcome> {
    let mut waiting: Vec<BaseRow> = Vec::new();
    let mut outcomes = Vec::new();
    let mut source = Cursor::new(file.as_bytes());
    let facts = intake(
        Kind::Buildings,
        &mut source,
        &Settings::default(),
        &mut |item| {
            let Item::Row(row) = item else {
                panic!("{item:?}")
            };
            if let Row::Base(row) = *row {
                waiting.push(row);
            }
            if waiting.len() == CHUNK {
                outcomes.extend(send(town, std::mem::take(&mut waiting)));
            }
            ControlFlow::Continue(())
        },
    );
    facts.unwrap();
    outcomes.extend(send(town, waiting));
    outcomes
}

fn send(town: &mut Town, rows: Vec<BaseRow>) -> Vec<RowOutcome> {
    let ask = ImportRows {
        staff: assistant(),
        confirm: true,
        rows,
    };
    town.call(|calls, now| calls.import_rows(now, &ask))
}
