//! Small bytes that claim to be large, at the gate of records and at the reader of requests.

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests of the gate"
)]
#[path = "../../../crates/records/tests/support/craft.rs"]
mod craft;

use std::io::Write as _;

use linli_model::{ActorId, ChangeHash, GridCode, KeyId, RecordKind, StaffId, Timestamp};
use linli_records::admit::admit;
use linli_records::{
    ChangeNote, Document, Incoming, NewContent, NewRecord, Outcome, create, prescan,
};
use linli_sync::limits;
use linli_sync::server::RequestReader;

use crate::figure::{Figure, Table};
use crate::meter::{MIB, growth, percentile, timed};
use craft::{Craft, chunk, hash, sleb, uleb};

const MEBIBYTE: usize = 1024 * 1024;
const ROUNDS: usize = 50;
const TIME_BAR: f64 = 5.0;
const HEAP_BAR: f64 = 2.0;

pub(crate) fn measure(table: &mut Table) {
    let (doc, _) = document();
    let changes = [
        ("111 bytes of inserts", inserts(1_500_000, 1, 0)),
        ("2 kB of nested texts", inserts(2_000_000, 4, 1_967)),
        (
            "1 MiB that inflates to 1 GiB",
            chunk(2, &deflated(1024 * MEBIBYTE)),
        ),
        (
            "60 KiB that inflates to 60 MiB",
            chunk(2, &deflated(60 * MEBIBYTE)),
        ),
    ];
    for (what, bomb) in &changes {
        let named = hash(bomb);
        let refuse = || {
            assert!(prescan::scan(bomb).is_err());
            let one = Incoming {
                hash: named,
                bytes: bomb,
                actor_key: KeyId([2; 16]),
                epoch: 1,
            };
            let admission = admit(Some(&doc), RecordKind::Place, &[one], &mut |_| Ok(()));
            assert!(matches!(admission.outcomes[0], Outcome::Refused(_)));
        };
        add(
            table,
            &format!("change of {} bytes, {what}", bomb.len()),
            refuse,
        );
    }
    let streams = [
        ("1 GiB of empty frames", stream(&[0])),
        (
            "1 GiB of unknown frames",
            stream(&[&[200, 0, 0, 4, 0][..], &[7; 1024]].concat()),
        ),
    ];
    for (what, wire) in &streams {
        let refuse = || {
            let mut reader = RequestReader::new().unwrap();
            let mut piece = wire.as_slice();
            let refused = loop {
                match reader.next(&mut piece) {
                    Ok(Some(_)) => {}
                    Ok(None) => break reader.finish().is_err(),
                    Err(_) => break true,
                }
            };
            assert!(refused);
        };
        add(
            table,
            &format!("request of {} bytes, {what}", wire.len()),
            refuse,
        );
    }
}

/// Time and memory of a refusal, at worst.
fn add(table: &mut Table, what: &str, refuse: impl Fn()) {
    let ((), grown) = growth(&refuse);
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| timed(&refuse).1.as_secs_f64() * 1e3)
        .collect();
    let time = percentile(&mut times, 90);
    table.add(Figure::new(format!("{what}: refused in"), time, "ms").bar(TIME_BAR));
    table.add(Figure::new(format!("{what}: heap"), grown as f64 / MIB, "MiB").bar(HEAP_BAR));
}

fn document() -> (Document, linli_records::RawChange) {
    let record = NewRecord {
        kind: RecordKind::Place,
        home: GridCode::new("110101001001G03").unwrap(),
        actor: ActorId::new(&KeyId([1; 16]), 1),
        note: ChangeNote {
            staff: StaffId::new("s0417").unwrap(),
            basis: None,
        },
        at: Timestamp(1_764_000_000_000),
    };
    create(&record, &NewContent::default()).unwrap()
}

/// So many inserts at the head of one list in a hundred bytes, and as many bytes of values.
fn inserts(count: i64, action: u8, values: usize) -> Vec<u8> {
    let run = |value: &[u8]| [sleb(count), value.to_vec()].concat();
    let many = uleb(u64::try_from(count).unwrap());
    let mut columns = vec![
        (1, run(&[0])),
        (2, run(&[1])),
        (19, run(&[0])),
        (52, [vec![0], many].concat()),
        (66, run(&[action])),
        (86, run(&[0])),
        (112, run(&[0])),
    ];
    if values > 0 {
        columns.insert(6, (87, vec![0; values]));
    }
    let actor = ActorId::new(&KeyId([2; 16]), 1);
    Craft::new(actor, 1, 20, &[ChangeHash([7; 32])]).bytes_with(&columns)
}

/// So many zeros, deflated.
fn deflated(size: usize) -> Vec<u8> {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; MEBIBYTE];
    for _ in 0..size / MEBIBYTE {
        deflate.write_all(&block).unwrap();
    }
    deflate.finish().unwrap()
}

/// A gibibyte of a pattern as a compressed request.
fn stream(pattern: &[u8]) -> Vec<u8> {
    let mut deflate = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    deflate.window_log(limits::WINDOW_LOG).unwrap();
    let block = pattern.repeat(MEBIBYTE / pattern.len() + 1);
    for _ in 0..1024 * MEBIBYTE / block.len() {
        deflate.write_all(&block).unwrap();
    }
    deflate.finish().unwrap()
}
