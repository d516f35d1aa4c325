//! What a save costs on the device, and what documents take on the disk.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use linli_device::Device;
use linli_device::dto::case::UrgencyDto;
use linli_device::dto::report::ReportInput;
use linli_records::{FieldValue, NewContent};
use linli_store::StoreError;

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::grid::{Size, Year};
use crate::handheld::Place;
use crate::meter::{median, percentile, timed};
use crate::process::Stand;
use crate::sync::install_packs;

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    saves(setting, table);
    crate::import::measure(setting, table);
    let folder = tempfile::tempdir_in(&setting.folder).unwrap();
    let mut year = Year::live(folder.path(), Size::of(setting.is_quick), false);
    let file = folder.path().join("grid.db");
    let fresh = year.town.enrol(3, Place::File(&file));
    install_packs(&mut year, &fresh);
    let read = fresh.engine.ledger().read(|reader| {
        let sizes = "SELECT total(length(snapshot)), total(snapshot_size), count(*) FROM documents
                     WHERE snapshot IS NOT NULL";
        let row =
            |row: &linli_store::rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok::<(f64, f64, f64), StoreError>(reader.sql().query_row(sizes, [], row)?)
    });
    let (packed, plain, count) = read.unwrap();
    table.add(
        Figure::new("stored snapshots / as they are", packed, "B")
            .against(plain)
            .bar(0.35),
    );
    table.add(Figure::new("documents of the grid", count, ""));
    let size = std::fs::metadata(&file).unwrap().len();
    table.add(Figure::new(
        "a grid's file on the handheld",
        size as f64 / crate::meter::MIB,
        "MiB",
    ));
    edits(&year, &fresh, setting.is_quick, table);
}

/// Reports on the device, each beside a flush of the same disk.
fn saves(setting: &Setting, table: &mut Table) {
    let count = if setting.is_quick { 20 } else { 400 };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut reports, mut flushes) = runtime.block_on(async {
        let stand = Stand::start(setting).await;
        stand.device.sync_once().await.unwrap();
        let mut samples = (Vec::new(), Vec::new());
        for number in 0..count {
            samples.0.push(report(&stand.device, number));
            samples.1.push(flush(&setting.folder));
        }
        stand.stop().await;
        samples
    });
    for (what, percent) in [("median", 50), ("99th percentile", 99)] {
        let flush = percentile(&mut flushes, percent);
        let report = percentile(&mut reports, percent);
        let what = format!("a report saved on the device, {what} / one flush, {what}");
        table.add(Figure::new(what, report, "ms").against(flush).bar(3.0));
    }
}

/// The milliseconds until a report is safe.
fn report(device: &Device, number: usize) -> f64 {
    let input = ReportInput {
        category: "10001".into(),
        urgency: UrgencyDto::Ordinary,
        position: None,
        place: Some(format!("东外大街{}号楼", number % 60 + 1)),
        note: Some("居民反映楼道灯不亮".into()),
        photos: Vec::new(),
        voice: None,
        no_photo_reason: None,
    };
    timed(|| device.report(&input).unwrap()).1.as_secs_f64() * 1e3
}

/// The milliseconds until four kilobytes more are on the disk.
fn flush(folder: &Path) -> f64 {
    let path = folder.join("flush.bin");
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap();
    let write = || {
        file.write_all(&[0x5a; 4096]).unwrap();
        file.sync_data().unwrap();
    };
    timed(write).1.as_secs_f64() * 1e3
}

/// Opening, editing and encoding a record, beside the transaction that stores it.
fn edits(year: &Year, fresh: &crate::handheld::Handheld, is_quick: bool, table: &mut Table) {
    let count = if is_quick { 20 } else { 200 };
    let (mut writing, mut storing) = (Vec::new(), Vec::new());
    for (number, record) in year.residents.iter().take(count).enumerate() {
        let mut content = NewContent::default();
        let value = FieldValue::from(format!("周{}上午", number % 5 + 1).as_str());
        content.fields.insert("hours".into(), Some(value));
        let (encode, store) = fresh.edit_timed(*record, &content, year.town.now);
        writing.push(encode);
        storing.push(store);
    }
    table.add(
        Figure::new(
            "open, edit and encode a record / the transaction without a flush",
            median(&mut writing),
            "us",
        )
        .against(median(&mut storing))
        .bar(0.5),
    );
}
