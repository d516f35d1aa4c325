//! What a pack of a grid's register and cases weighs against the same data as JSON rows, and which
//! level is worth its time (docs/sync.md: at most 1.4 times the rows compressed at level 3).
//!
//! The people are invented.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    clippy::match_same_arms,
    clippy::trivially_copy_pass_by_ref,
    clippy::doc_markdown,
    clippy::print_stdout,
    clippy::single_match_else,
    clippy::single_match,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    clippy::similar_names,
    clippy::cast_lossless,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    unreachable_pub,
    missing_docs,
    reason = "tests may fail by panicking, print their figures and be as long as their story"
)]

use std::collections::BTreeMap;

use linli_model::{ActorId, ChangeHash, KeyId, RecordId, RecordKind, Timestamp};
use linli_records::{
    Basis, ChangeNote, Document, EntryMap, FieldValue, NewContent, NewRecord, create, write,
};
use linli_sync::pack::{LEVEL, PackEncoder, PackEvent, PackReader, PackRecord};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

const GRID: &str = "110101001001G03";
const START: i64 = 1_735_689_600_000;
const DAY: i64 = 86_400_000;
/// Households; every one has two contacts.
const HOUSEHOLDS: usize = 700;
const CASES: usize = 350;

struct Grid {
    rng: ChaCha8Rng,
    rows: Vec<String>,
    records: Vec<PackRecord>,
}

impl Grid {
    fn below(&mut self, limit: usize) -> usize {
        self.rng.next_u32() as usize % limit
    }

    fn pick(&mut self, words: &[&str]) -> String {
        words[self.below(words.len())].to_owned()
    }

    fn at(&mut self) -> Timestamp {
        let days = i64::try_from(self.below(365)).unwrap();
        let second = i64::from(self.rng.next_u32() % 36_000);
        Timestamp(START + days * DAY + second * 1_000)
    }

    /// A UUID of version 7.
    fn id(&mut self) -> RecordId {
        let at = self.at().0.to_be_bytes();
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        id[..6].copy_from_slice(&at[2..]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        RecordId(id)
    }

    fn actor(&mut self) -> ActorId {
        ActorId::new(&KeyId([u8::try_from(self.below(3)).unwrap() + 1; 16]), 1)
    }

    fn note(&mut self) -> ChangeNote {
        let basis = [Basis::DoorVisit, Basis::Phone, Basis::Sight][self.below(3)];
        ChangeNote {
            staff: format!("990{:02}", self.below(4)).parse().unwrap(),
            basis: Some(basis),
        }
    }

    /// Writes a record with its edits, and keeps it as a document and as a row.
    fn add(&mut self, kind: RecordKind, first: &NewContent, later: &[NewContent]) -> RecordId {
        let new = NewRecord {
            kind,
            home: GRID.parse().unwrap(),
            actor: self.actor(),
            note: self.note(),
            at: self.at(),
        };
        let (mut doc, _) = create(&new, first).unwrap();
        for edit in later {
            let (actor, note, at) = (self.actor(), self.note(), self.at());
            write(&mut doc, &actor, edit, &note, at).unwrap();
        }
        let record = self.id();
        self.rows.push(row(record, &doc));
        self.records.push(PackRecord {
            record,
            kind,
            home: GRID.parse().unwrap(),
            heads: doc.heads(),
            snapshot: doc.snapshot(),
        });
        record
    }

    fn name(&mut self) -> String {
        let family = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗";
        let given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国文华玉兰红梅";
        let one = |grid: &mut Self, pool: &str| {
            let at = grid.below(pool.chars().count());
            pool.chars().nth(at).unwrap()
        };
        let (a, b, c) = (one(self, family), one(self, given), one(self, given));
        format!("{a}{b}{c}")
    }
}

/// The current values as one JSON object, keys in order.
fn row(record: RecordId, doc: &Document) -> String {
    let mut row = BTreeMap::new();
    row.insert("id".to_owned(), serde_json::json!(record.to_string()));
    for (name, versions) in linli_records::read_fields(doc) {
        row.insert(name, serde_json::to_value(&versions[0].value).unwrap());
    }
    for map in [EntryMap::Events, EntryMap::Admits, EntryMap::Receipts] {
        for entry in linli_records::read_entries(doc, map) {
            let json = serde_json::from_str(&entry.json).unwrap();
            row.insert(entry.id.to_string(), json);
        }
    }
    serde_json::to_string(&row).unwrap()
}

fn text(value: impl Into<String>) -> Option<FieldValue> {
    Some(FieldValue::Text(value.into()))
}

fn fields<const N: usize>(fields: [(&str, Option<FieldValue>); N]) -> NewContent {
    NewContent {
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
        ..NewContent::default()
    }
}

/// A year of a grid: everything created, a third of it edited, cases with their events.
fn grid() -> Grid {
    let mut grid = Grid {
        rng: ChaCha8Rng::seed_from_u64(7),
        rows: Vec::new(),
        records: Vec::new(),
    };
    for number in 0..HOUSEHOLDS {
        household(&mut grid, number);
    }
    for number in 0..CASES {
        case(&mut grid, number);
    }
    // As a scope is read: by kind, then by id.
    grid.records
        .sort_by_key(|record| (record.kind, record.record));
    grid
}

fn household(grid: &mut Grid, number: usize) {
    let dwelling = grid.id();
    let people = i64::try_from(grid.below(6)).unwrap() + 1;
    let first = fields([
        ("dwelling", text(dwelling.to_string())),
        (
            "address_form",
            text(format!(
                "东花市北里{}号楼{}单元{}室",
                number / 60 + 1,
                number / 12 % 5 + 1,
                number % 12 + 101
            )),
        ),
        ("people_count", Some(FieldValue::Int(people))),
        ("last_visit_at", Some(FieldValue::Int(grid.at().0))),
    ]);
    let edits = (0..grid.below(3))
        .map(|_| fields([("last_visit_at", Some(FieldValue::Int(grid.at().0)))]))
        .collect::<Vec<_>>();
    let household = grid.add(RecordKind::Household, &first, &edits);
    for _ in 0..2 {
        let mut first = fields([
            ("purpose", text("register")),
            ("legal_basis", text("consent")),
            (
                "consent_id",
                text(format!("99{:08}", grid.rng.next_u32() % 100_000_000)),
            ),
            ("expires_at", Some(FieldValue::Int(grid.at().0 + 700 * DAY))),
            ("household", text(household.to_string())),
            ("name", text(grid.name())),
            ("language", text("zh")),
            (
                "hours",
                text(grid.pick(&[
                    "工作日18点后",
                    "周末全天",
                    "每天9点到11点",
                    "请先发短信，不要打电话",
                ])),
            ),
            (
                "birth_year",
                Some(FieldValue::Int(
                    1_940 + i64::try_from(grid.below(70)).unwrap(),
                )),
            ),
        ]);
        let phone = format!("139{:08}", grid.rng.next_u32() % 100_000_000);
        first.members = [(
            (linli_records::schema::MemberMap::Phones, phone),
            Some("{\"label\":\"手机\"}".to_owned()),
        )]
        .into();
        let edits = (0..usize::from(grid.below(3) == 0))
            .map(|_| fields([("hours", text(grid.pick(&["晚上8点前", "随时", "周三下午"])))]))
            .collect::<Vec<_>>();
        grid.add(RecordKind::Contact, &first, &edits);
    }
}

fn case(grid: &mut Grid, number: usize) {
    let what = grid.pick(&[
        "楼道堆放杂物",
        "电动车进楼充电",
        "路面井盖破损",
        "墙皮脱落",
        "下水道堵塞冒水",
        "消防通道被占用",
    ]);
    let place = grid.pick(&["门口", "三层楼道", "地下车库入口", "楼后绿地", "东侧胡同"]);
    let mut first = fields([
        ("edition", Some(FieldValue::Int(3))),
        (
            "category",
            text(format!(
                "0{}0{}{}",
                grid.below(7),
                grid.below(9),
                grid.below(9)
            )),
        ),
        ("urgency", text(grid.pick(&["normal", "urgent", "danger"]))),
        (
            "place",
            text(format!("东花市北里{}号楼{place}", number % 24 + 1)),
        ),
        (
            "note",
            text(format!(
                "{what}，已存在{}天，居民多次反映，需要尽快处理",
                number % 17 + 1
            )),
        ),
        ("subject_kind", text("place")),
        (
            "lon",
            Some(FieldValue::Real(
                116.42 + f64::from(grid.rng.next_u32() % 100_000) / 1e7,
            )),
        ),
        (
            "lat",
            Some(FieldValue::Real(
                39.89 + f64::from(grid.rng.next_u32() % 100_000) / 1e7,
            )),
        ),
        (
            "accuracy",
            Some(FieldValue::Real(
                f64::from(grid.rng.next_u32() % 300) / 10.0,
            )),
        ),
    ]);
    let hash = |grid: &mut Grid| {
        let mut bytes = [0; 32];
        grid.rng.fill_bytes(&mut bytes);
        ChangeHash(bytes)
    };
    let event = |grid: &mut Grid, what: &str| {
        let (at, cause) = (grid.at().0, hash(grid));
        let text = grid.pick(&[
            "已到现场",
            "已联系物业",
            "正在处理",
            "处理完毕，请核查",
            "材料不全，退回补充",
        ]);
        format!("{{\"type\":\"{what}\",\"at\":{at},\"cause\":\"{cause}\",\"text\":\"{text}\"}}")
    };
    first.entries = vec![(EntryMap::Events, event(grid, "report"))];
    let later = (0..3 + grid.below(5))
        .map(|step| {
            let map = [EntryMap::Admits, EntryMap::Events, EntryMap::Receipts][step % 3];
            let what = [
                "file",
                "dispatch",
                "acknowledge",
                "result",
                "check",
                "close",
            ][step % 6];
            NewContent {
                entries: vec![(map, event(grid, what))],
                ..NewContent::default()
            }
        })
        .collect::<Vec<_>>();
    grid.add(RecordKind::Case, &first, &later);
}

/// The whole file at a level.
fn file(grid: &Grid, level: i32) -> Vec<u8> {
    let scope = format!("register/{GRID}").parse().unwrap();
    let mut encoder = PackEncoder::with_level(scope, 900, 1, level);
    let mut frames = Vec::new();
    for record in &grid.records {
        frames.extend(encoder.push(record.clone()).unwrap().unwrap_or_default());
    }
    let (last, header) = encoder.finish().unwrap();
    frames.extend(last.unwrap_or_default());
    [header.encode().unwrap(), frames].concat()
}

#[test]
fn a_pack_weighs_at_most_1_4_times_the_rows() {
    let grid = grid();
    let rows = grid.rows.join("\n");
    let rows = zstd::bulk::compress(rows.as_bytes(), 3).unwrap().len();
    let bytes = file(&grid, LEVEL);
    println!("{} records, rows at level 3: {rows}", grid.records.len());
    if std::env::var_os("LINLI_SOAK").is_some() {
        for level in [3, 9, 12, 15, 17, 19] {
            println!("level {level}: {}", file(&grid, level).len());
        }
    }
    assert!(
        bytes.len() * 10 <= rows * 14,
        "pack {} rows {rows}",
        bytes.len()
    );

    let mut reader = PackReader::new();
    let mut read = Vec::new();
    for mut piece in bytes.chunks(1_000) {
        while let Some(event) = reader.next(&mut piece).unwrap() {
            if let PackEvent::Frame { records, .. } = event {
                read.extend(records.into_iter().map(|record| record.whole().unwrap()));
            }
        }
    }
    reader.finish().unwrap();
    assert_eq!(read, grid.records);
    for record in read.iter().step_by(97) {
        let doc = Document::load(Some(&record.snapshot), &[]).unwrap();
        assert_eq!(doc.heads(), record.heads);
    }
}
