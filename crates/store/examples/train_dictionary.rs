//! Makes `assets/snapshot-1.zdict`, the dictionary that snapshots are packed with, from invented
//! documents: field names, codes and common words, and no person's data. A dictionary that was
//! trained on real documents would keep pieces of them after they were erased.
//!
//! A version is made once and never again: `cargo run -p linli-store --example train_dictionary -- <file>`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::similar_names,
    clippy::format_collect,
    reason = "a tool for developers speaks on standard output and stops when it cannot go on"
)]

use std::collections::BTreeMap;

use linli_model::{ActorId, GridCode, KeyId, RecordKind, StaffId, Timestamp};
use linli_records::{ChangeNote, FieldValue, NewContent, NewRecord, create, schema, write};

const SIZE: usize = 32 * 1024;
const WORDS: [&str; 24] = [
    "路灯不亮",
    "井盖松动",
    "垃圾满溢",
    "占道经营",
    "楼道堆物",
    "消防通道被占",
    "电动车充电",
    "漏水",
    "护栏损坏",
    "树枝折断",
    "噪音扰民",
    "上门核对",
    "已通知物业",
    "现场已处理",
    "等待配件",
    "无人在家",
    "东侧路口",
    "社区门口",
    "二单元",
    "地下车库入口",
    "小区北门",
    "健身器材",
    "公告栏",
    "配电箱",
];

/// Seeded numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn words(&mut self) -> String {
        let count = 1 + self.below(3);
        let words: Vec<_> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join("，")
    }

    fn actor(&mut self) -> ActorId {
        let seed = self.next().to_le_bytes();
        ActorId::new(&KeyId([seed, seed].concat().try_into().unwrap()), 1)
    }
}

/// A value that a field accepts, tried in turn.
fn value(dice: &mut Dice, field: &schema::Field) -> Option<FieldValue> {
    let hex: String = (0..2).map(|_| format!("{:016x}", dice.next())).collect();
    let tries = [
        FieldValue::from(dice.words().as_str()),
        FieldValue::from(116.3 + dice.below(100_000) as f64 / 1e6),
        FieldValue::from(39.8 + dice.below(100_000) as f64 / 1e6),
        FieldValue::Flag(dice.below(2) == 1),
        FieldValue::Int(1_790_000_000_000 + dice.below(1_000_000_000) as i64),
        FieldValue::Int(dice.below(90) as i64),
        FieldValue::Int(1_950 + dice.below(60) as i64),
        FieldValue::from(hex.as_str()),
        FieldValue::from("06052"),
        FieldValue::from("welfare_emergency"),
        FieldValue::from("register"),
    ];
    let order = dice.below(3);
    tries
        .into_iter()
        .cycle()
        .skip(order)
        .take(11)
        .find(|value| field.kind.accepts(value))
}

fn content(dice: &mut Dice, kind: RecordKind, is_first: bool) -> NewContent {
    let mut fields = BTreeMap::new();
    for field in schema::of(kind).fields {
        let is_own = ["kind", "v", "home", "deleted"].contains(&field.name);
        let is_needed = is_first && field.required;
        let share = if is_first { 60 } else { 12 };
        if is_own || (!is_first && field.immutable) || !(is_needed || dice.below(100) < share) {
            continue;
        }
        if let Some(value) = value(dice, field) {
            fields.insert(field.name.to_owned(), Some(value));
        }
    }
    NewContent {
        fields,
        ..NewContent::default()
    }
}

fn document(dice: &mut Dice, kind: RecordKind) -> Option<Vec<u8>> {
    let grid = format!(
        "1101010{:02}{:03}G{:02}",
        dice.below(17),
        dice.below(20),
        dice.below(12)
    );
    let staff = StaffId::new(format!("s{:04}", dice.below(10_000))).ok()?;
    let note = ChangeNote { staff, basis: None };
    // A record is written by one or two devices.
    let actors = [dice.actor(), dice.actor()];
    let mut at = 1_790_000_000_000 + dice.below(1_000_000_000) as i64;
    let first = NewRecord {
        kind,
        home: GridCode::new(grid).ok()?,
        actor: actors[0],
        note: note.clone(),
        at: Timestamp(at),
    };
    let (mut document, _) = create(&first, &content(dice, kind, true)).ok()?;
    for _ in 0..dice.below(6) {
        at += dice.below(100_000_000) as i64;
        let (actor, content) = (actors[dice.below(2)], content(dice, kind, false));
        write(&mut document, &actor, &content, &note, Timestamp(at)).ok()?;
    }
    Some(document.snapshot())
}

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mut dice = Dice(1);
    let mut samples = Vec::new();
    while samples.len() < 4_000 {
        let kind = RecordKind::ALL[dice.below(RecordKind::ALL.len())];
        samples.extend(document(&mut dice, kind));
    }
    let (train, check) = samples.split_at(3_000);
    let dictionary = zstd::dict::from_samples(train, SIZE).unwrap();
    let mut packer = zstd::bulk::Compressor::with_dictionary(9, &dictionary).unwrap();
    let plain: usize = check.iter().map(Vec::len).sum();
    let packed: usize = check
        .iter()
        .map(|one| packer.compress(one).unwrap().len())
        .sum();
    let bare: usize = check
        .iter()
        .map(|one| zstd::bulk::compress(one, 9).unwrap().len())
        .sum();
    println!(
        "{} bytes plain, {:.3} without, {:.3} with dictionary",
        plain,
        bare as f64 / plain as f64,
        packed as f64 / plain as f64
    );
    std::fs::write(path, dictionary).unwrap();
}
