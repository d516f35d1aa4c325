//! What finding a household costs, beside a scan of the same rows. Everybody is invented.

use std::collections::BTreeMap;

use linli_device::By;
use linli_device::dto::building::PageQuery;
use linli_device::dto::household::HouseholdQuery;
use linli_model::{RecordId, RecordKind, Role};
use linli_records::schema::MemberMap;
use linli_records::{FieldValue, NewContent};
use linli_store::StoreError;
use linli_store::rusqlite::params;

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::grid::{Dice, FAMILY, GIVEN};
use crate::handheld::{Handheld, Place};
use crate::meter::{median, micros, percentile, timed, worked};
use crate::town::{self, Town};

/// People of the bar.
const PEOPLE: usize = 10_000;
/// People for each household.
const TOGETHER: usize = 3;
/// Rows that a screen asks for.
const ROWS: u32 = 20;
const DAY: i64 = 86_400_000;

/// Kinds of keys as they stand in `find_keys`, and how much of one is typed.
const ASKED: [(&str, u8, usize); 7] = [
    ("one initial", 1, 1),
    ("two initials", 1, 2),
    ("spelling", 2, 6),
    ("name", 0, 2),
    ("whole door", 3, usize::MAX),
    ("end of a door", 4, usize::MAX),
    ("four digits", 5, 4),
];

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let people = if setting.is_quick { 300 } else { PEOPLE };
    let questions = if setting.is_quick { 70 } else { 2_000 };
    let folder = tempfile::tempdir_in(&setting.folder).unwrap();
    let mut town = Town::start(folder.path(), false);
    let file = folder.path().join("grid.db");
    let handheld = town.enrol(1, Place::File(&file));
    // A lease: without one nothing about households is shown.
    handheld.sync(&mut town);
    let mut dice = Dice::new(11);
    fill(&handheld, &mut town, &mut dice, people);
    let ((), deriving) = timed(|| handheld.engine.rebuild_rows().unwrap());
    table.add(Figure::new("people", people as f64, ""));
    table.add(Figure::new(
        "all rows derived anew",
        deriving.as_secs_f64(),
        "s",
    ));
    ask(&handheld, &town, &mut dice, questions, table);
    two_characters(&handheld, &town, table);
}

/// Every kind of question, each beside a scan with the same text.
fn ask(handheld: &Handheld, town: &Town, dice: &mut Dice, questions: usize, table: &mut Table) {
    let (mut all, mut all_scans) = (Vec::new(), Vec::new());
    for (what, kind, typed) in ASKED {
        let keys = keys(handheld, kind);
        let (mut finds, mut scans) = (Vec::new(), Vec::new());
        for _ in 0..questions.div_ceil(ASKED.len()) {
            let key: Vec<char> = dice.pick(&keys).chars().take(typed).collect();
            // Numbers stand backwards in their keys.
            let text: String = if kind == 5 {
                key.iter().rev().collect()
            } else {
                key.iter().collect()
            };
            finds.push(micros(worked(|| {
                std::hint::black_box(page(handheld, town, &text, ROWS, 0));
            })));
            scans.push(micros(worked(|| scan(handheld, &text))));
        }
        table.add(
            Figure::new(
                format!("found by {what}, median / LIKE, median"),
                median(&mut finds),
                "us",
            )
            .against(median(&mut scans)),
        );
        all.extend(finds);
        all_scans.extend(scans);
    }
    table.add(
        Figure::new(
            "found, median of all / LIKE, median",
            median(&mut all),
            "us",
        )
        .against(median(&mut all_scans))
        .bar(0.2),
    );
    let slowest = percentile(&mut all, 99) / 1e3;
    table.add(Figure::new("found, 99th percentile of all", slowest, "ms").bar(5.0));
}

/// Everybody whose name has two characters, by every pair of initials that stands for it.
fn two_characters(handheld: &Handheld, town: &Town, table: &mut Table) {
    let rows: Vec<(Vec<u8>, String)> = handheld
        .engine
        .ledger()
        .read(|reader| {
            let mut list = reader.sql().prepare(
                "SELECT k.contact, k.key FROM find_keys k JOIN contact_rows c ON c.record = k.contact
                 WHERE k.kind = 1 AND length(c.name) = 2",
            )?;
            let found = list.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok::<_, StoreError>(found.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let mut by_initials: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (contact, initials) in rows {
        let contact = RecordId(contact.try_into().unwrap()).to_string();
        by_initials.entry(initials).or_default().push(contact);
    }
    let (mut asked, mut missed) = (0usize, 0usize);
    for (initials, people) in by_initials {
        let mut found_people = Vec::new();
        let mut offset = 0;
        loop {
            let page = page(handheld, town, &initials, 200, offset);
            found_people.extend(page.rows.into_iter().filter_map(|row| row.contact));
            offset += 200;
            if offset >= page.total_count {
                break;
            }
        }
        asked += people.len();
        missed += people
            .iter()
            .filter(|one| !found_people.contains(one))
            .count();
    }
    table.add(Figure::new(
        "people with names of two characters, asked for",
        asked as f64,
        "",
    ));
    table.add(Figure::new("of them not found by their initials", missed as f64, "").bar(0.0));
}

fn page(
    handheld: &Handheld,
    town: &Town,
    text: &str,
    limit: u32,
    offset: u32,
) -> linli_device::dto::household::HouseholdList {
    let by = By {
        staff: town::assistant(),
        role: Role::GridAssistant,
    };
    let query = HouseholdQuery {
        text: Some(text.to_owned()),
        page: PageQuery { offset, limit },
        ..HouseholdQuery::default()
    };
    handheld.engine.households(&by, &query, town.now).unwrap()
}

/// What one would write without keys.
fn scan(handheld: &Handheld, text: &str) {
    let read = |reader: &linli_store::Reader<'_>| {
        let mut list = reader.sql().prepare_cached(
            "SELECT h.record, c.record, c.name, c.phones, h.address_form
             FROM household_rows h JOIN contact_rows c ON c.household = h.record
             WHERE c.name LIKE '%' || ?1 || '%' OR c.phones LIKE '%' || ?1 || '%'
               OR h.address_form LIKE '%' || ?1 || '%'
             ORDER BY h.door_order LIMIT ?2",
        )?;
        let rows = list.query_map(params![text, ROWS], |row| row.get::<_, Vec<u8>>(0))?;
        Ok::<_, StoreError>(rows.collect::<Result<Vec<_>, _>>()?)
    };
    handheld.engine.ledger().read(read).unwrap();
}

fn keys(handheld: &Handheld, kind: u8) -> Vec<String> {
    let read = |reader: &linli_store::Reader<'_>| {
        let mut list = reader
            .sql()
            .prepare("SELECT key FROM find_keys WHERE kind = ?1 ORDER BY key, household")?;
        let rows = list.query_map([kind], |row| row.get(0))?;
        Ok::<_, StoreError>(rows.collect::<Result<Vec<String>, _>>()?)
    };
    handheld.engine.ledger().read(read).unwrap()
}

/// Households with their people, half of whom have names of two characters.
fn fill(handheld: &Handheld, town: &mut Town, dice: &mut Dice, people: usize) {
    let one = |dice: &mut Dice, pool: &str| {
        let at = dice.below(pool.chars().count());
        pool.chars().nth(at).unwrap()
    };
    let mut records = Vec::new();
    let mut settled = 0;
    let mut number = 0;
    while settled < people {
        let at = town.pass();
        let household = dice.record(at);
        let mut home = content([(
            "address_form",
            format!(
                "{}号楼{}单元{}{:02}",
                1 + number / 240,
                1 + number / 48 % 5,
                1 + number / 2 % 24,
                1 + number % 2
            )
            .into(),
        )]);
        for _ in 0..TOGETHER.min(people - settled) {
            let id = dice.record(at);
            let mut name = String::from(one(dice, FAMILY));
            name.push(one(dice, GIVEN));
            if settled % 2 == 0 {
                name.push(one(dice, GIVEN));
            }
            let mut person = content([
                ("purpose", "register".into()),
                ("legal_basis", "consent".into()),
                ("consent_id", "c-1".into()),
                ("expires_at", FieldValue::Int(at.0 + 300 * DAY)),
                ("household", household.to_string().into()),
                ("name", name.into()),
            ]);
            let phone = format!("990{:08}", dice.below(100_000_000));
            person
                .members
                .insert((MemberMap::Phones, phone), Some("{}".to_owned()));
            home.members.insert(
                (MemberMap::Refs, id.to_string()),
                Some("contact".to_owned()),
            );
            records.push((id, RecordKind::Contact, person));
            settled += 1;
        }
        records.push((household, RecordKind::Household, home));
        number += 1;
    }
    let at = town.pass();
    for part in records.chunks(500) {
        handheld.create_all(part, at);
    }
}

fn content<const N: usize>(fields: [(&str, FieldValue); N]) -> NewContent {
    NewContent {
        fields: fields
            .map(|(name, value)| (name.to_owned(), Some(value)))
            .into(),
        ..NewContent::default()
    }
}
