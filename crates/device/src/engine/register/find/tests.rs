use linli_model::{RecordId, Timestamp};
use linli_store::rusqlite::params;
use linli_store::{Ledger, Profile};

use super::answer::Found;
use super::*;
use crate::engine::register::rows::{self, Stale};
use crate::error::DeviceError;

/// Surnames with every reading that a person may type for them, from the dictionary of names and from
/// what the character is elsewhere.
const SURNAMES: &[(&str, &[&[&str]])] = &[
    ("单", &[&["shan", "dan", "chan"]]),
    ("曾", &[&["zeng", "ceng"]]),
    ("仇", &[&["qiu", "chou"]]),
    ("解", &[&["xie", "jie"]]),
    ("查", &[&["zha", "cha"]]),
    ("区", &[&["ou", "qu"]]),
    ("朴", &[&["piao", "pu"]]),
    ("盖", &[&["ge", "gai"]]),
    ("翟", &[&["zhai", "di"]]),
    ("覃", &[&["qin", "tan"]]),
    ("乐", &[&["yue", "le"]]),
    ("种", &[&["chong", "zhong"]]),
    ("任", &[&["ren"]]),
    ("缪", &[&["miao", "mou"]]),
    ("长", &[&["zhang", "chang"]]),
    ("张", &[&["zhang"]]),
    ("吕", &[&["lv", "lu"]]),
    ("欧阳", &[&["ou"], &["yang"]]),
    ("尉迟", &[&["yu", "wei"], &["chi"]]),
    ("万俟", &[&["mo", "wan"], &["qi", "si"]]),
    ("单于", &[&["chan", "dan"], &["yu"]]),
    ("澹台", &[&["tan"], &["tai"]]),
];

const GIVEN: &[(&str, &[&str])] = &[
    ("伟", &["wei"]),
    ("芳", &["fang"]),
    ("强", &["qiang", "jiang"]),
    ("乐", &["le", "yue"]),
    ("行", &["xing", "hang"]),
    ("朝", &["chao", "zhao"]),
    ("刚", &["gang"]),
    ("娜", &["na", "nuo"]),
    ("宁", &["ning"]),
    ("绿", &["lv"]),
];

fn ledger() -> Ledger {
    Ledger::open_in_memory(Profile::Device, crate::engine::options(0)).unwrap()
}

/// A household with one person, as the rows of their documents.
struct Home<'h> {
    form: &'h str,
    name: &'h str,
    phone: &'h str,
    expires_at: i64,
}

fn home<'h>(form: &'h str, name: &'h str, phone: &'h str) -> Home<'h> {
    Home {
        form,
        name,
        phone,
        expires_at: 1_000,
    }
}

fn fill(ledger: &Ledger, homes: &[Home<'_>]) {
    let id = |number: usize, mark: u8| {
        let mut id = [mark; 16];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        RecordId(id)
    };
    ledger
        .write(|tx| {
            let mut stale = Stale::new();
            for (number, home) in homes.iter().enumerate() {
                let (household, contact) = (id(number, 1), id(number, 2));
                tx.sql().execute(
                    "INSERT INTO household_rows (record, address_form, door, door_order, is_revived)
                     VALUES (?1, ?2, '', '', 0)",
                    params![household.0, home.form],
                )?;
                tx.sql().execute(
                    "INSERT INTO contact_rows (record, household, name, purpose, legal_basis, consent,
                       expires_at, phones, is_revived)
                     VALUES (?1, ?2, ?3, 'register', 'consent', 'c', ?4, ?5, 0)",
                    params![
                        contact.0,
                        household.0,
                        home.name,
                        home.expires_at,
                        format!("[{{\"id\":\"x\",\"number\":\"{}\"}}]", home.phone)
                    ],
                )?;
                stale.insert(household);
            }
            rows::renew(tx, &stale)
        })
        .unwrap();
}

/// The names that a question finds, the best first; the form of address where no person fits.
fn ask(ledger: &Ledger, text: &str) -> Vec<String> {
    let now = Timestamp(500);
    ledger
        .read(|reader| {
            let mut names = Vec::new();
            for Found { household, contact } in search(reader, text, None, now)? {
                let (sql, record) = match contact {
                    Some(contact) => ("SELECT name FROM contact_rows WHERE record = ?1", contact),
                    None => (
                        "SELECT address_form FROM household_rows WHERE record = ?1",
                        household,
                    ),
                };
                names.push(reader.sql().query_row(sql, [record.0], |row| row.get(0))?);
            }
            Ok::<Vec<String>, DeviceError>(names)
        })
        .unwrap()
}

/// Every way to read a name, syllable by syllable.
fn readings(parts: &[&[&str]]) -> Vec<Vec<String>> {
    parts.iter().fold(vec![Vec::new()], |all, part| {
        let longer = |before: &Vec<String>| {
            part.iter()
                .map(|syllable| [before.clone(), vec![(*syllable).to_owned()]].concat())
                .collect::<Vec<_>>()
        };
        all.iter().flat_map(longer).collect()
    })
}

#[test]
fn every_name_is_found_by_initials_and_spelling_in_every_reading() {
    let ledger = ledger();
    let mut people = Vec::new();
    for (surname, syllables) in SURNAMES {
        for (given, more) in GIVEN {
            let parts: Vec<&[&str]> = syllables.iter().copied().chain([*more]).collect();
            people.push((format!("{surname}{given}"), readings(&parts)));
        }
    }
    let homes: Vec<Home<'_>> = people
        .iter()
        .map(|(name, _)| home("某家", name, "99012340000"))
        .collect();
    fill(&ledger, &homes);
    let mut asked = 0;
    for (name, all) in &people {
        for syllables in all {
            let initials: String = syllables
                .iter()
                .filter_map(|one| one.chars().next())
                .collect();
            let spelling = syllables.concat();
            for question in [initials, spelling, name.clone()] {
                let found = ask(&ledger, &question);
                assert!(
                    found.contains(name),
                    "{question} does not find {name}: {found:?}"
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
}

#[test]
fn a_door_is_found_by_its_numbers_and_only_by_whole_ones() {
    let ledger = ledger();
    fill(
        &ledger,
        &[
            home("30号楼1单元101 张先生家", "张伟", "99011112222"),
            home("30号楼2单元1012 王阿姨家", "王芳", "99011113333"),
            home("305号楼1单元101 李师傅家", "李强", "99011114444"),
            home("春秀路3号楼1单元101 赵老师家", "赵宁", "99011115555"),
            home("B座1203 周女士家", "周娜", "99011116666"),
        ],
    );
    let first = |text: &str| ask(&ledger, text).into_iter().next().unwrap_or_default();
    assert!(first("30-1-101").starts_with("30号楼1单元101"));
    assert!(first("30号楼1单元101").starts_with("30号楼1单元101"));
    assert!(
        first("３０－１－１０１").starts_with("30号楼1单元101"),
        "full width"
    );
    let building = ask(&ledger, "30号楼");
    assert_eq!(building.len(), 2, "{building:?}");
    assert!(building.iter().all(|form| form.starts_with("30号楼")));
    assert_eq!(ask(&ledger, "30号楼1单元").len(), 1);
    let unit = ask(&ledger, "101");
    assert_eq!(unit.len(), 4, "{unit:?}");
    assert!(
        unit[3].contains("1012"),
        "a whole number comes first: {unit:?}"
    );
    assert_eq!(ask(&ledger, "b座1203").len(), 1);
    assert_eq!(ask(&ledger, "春秀路3号楼").len(), 1);
    assert_eq!(ask(&ledger, "9号楼"), Vec::<String>::new());
}

#[test]
fn a_door_is_found_without_its_hyphens() {
    let ledger = ledger();
    fill(
        &ledger,
        &[
            home("1号楼3单元501 张先生家", "张伟", "99011112222"),
            home("3号楼501 王阿姨家", "王芳", "99011113333"),
            home("13号楼1单元1201 李师傅家", "李强", "99011114444"),
            home("35号楼1单元201 赵老师家", "赵宁", "99011113501"),
        ],
    );
    let together = ["1号楼3单元501 张先生家", "赵宁"];
    assert_eq!(
        ask(&ledger, "13501"),
        together,
        "a door, the end of a number"
    );
    assert_eq!(ask(&ledger, "1311201"), ["13号楼1单元1201 李师傅家"]);
    assert_eq!(
        ask(&ledger, "3501"),
        ["1号楼3单元501 张先生家", "3号楼501 王阿姨家", "赵宁"]
    );
    assert_eq!(ask(&ledger, "zw 3501"), ["张伟"]);
    assert_eq!(ask(&ledger, "2501"), Vec::<String>::new());
}

#[test]
fn a_telephone_is_found_by_four_digits_of_its_end_or_more() {
    let ledger = ledger();
    fill(
        &ledger,
        &[
            home("张先生家", "张伟", "99035271846"),
            home("王阿姨家", "王芳", "+8699035271846"),
            home("李师傅家", "李强", "99018460000"),
        ],
    );
    assert_eq!(ask(&ledger, "1846"), ["张伟", "王芳"]);
    assert_eq!(ask(&ledger, "99035271846"), ["张伟", "王芳"]);
    assert_eq!(ask(&ledger, "846"), Vec::<String>::new());
    assert_eq!(ask(&ledger, "0000"), ["李强"]);
}

#[test]
fn what_is_typed_whole_comes_first_and_several_words_narrow_it_down() {
    let ledger = ledger();
    fill(
        &ledger,
        &[
            home("1号楼1单元101 甲家", "张刚强", "99000000001"),
            home("2号楼1单元101 乙家", "张刚", "99000000002"),
            home("3号楼1单元101 丙家", "周刚", "99000000003"),
        ],
    );
    assert_eq!(ask(&ledger, "zg"), ["张刚", "周刚", "张刚强"]);
    assert_eq!(ask(&ledger, "zhangg"), ["张刚强", "张刚"], "then by door");
    assert_eq!(ask(&ledger, "zg 3号楼"), ["周刚"]);
    assert_eq!(ask(&ledger, "3号楼 zg"), ["周刚"]);
    assert_eq!(ask(&ledger, "zg 0003"), ["周刚"]);
    assert_eq!(ask(&ledger, "刚强"), ["张刚强"]);
    assert_eq!(ask(&ledger, ""), Vec::<String>::new());
    assert_eq!(ask(&ledger, "%_'--"), Vec::<String>::new());
}

#[test]
fn the_nearest_of_equal_answers_comes_first() {
    let ledger = ledger();
    fill(
        &ledger,
        &[
            home("甲家", "张刚", "99000000001"),
            home("乙家", "周刚", "99000000002"),
        ],
    );
    let place = |number: u8, lon: f64| {
        let (building, dwelling) = ([number; 16], [number + 100; 16]);
        let home = ledger
            .read(|reader| {
                let sql = "SELECT record FROM household_rows ORDER BY record LIMIT 1 OFFSET ?1";
                Ok::<[u8; 16], DeviceError>(
                    reader.sql().query_row(sql, [number], |row| row.get(0))?,
                )
            })
            .unwrap();
        ledger
            .write(|tx| {
                tx.sql().execute(
                    "INSERT INTO place_rows (record, kind, name, lon, lat) VALUES (?1, 6, 'x', ?2, 39.9)",
                    params![building, lon],
                )?;
                tx.sql().execute(
                    "INSERT INTO dwelling_rows (record, building, unit, door, door_order)
                     VALUES (?1, ?2, '1', '', '')",
                    params![dwelling, building],
                )?;
                tx.sql().execute(
                    "UPDATE household_rows SET dwelling = ?2 WHERE record = ?1",
                    params![home, dwelling],
                )?;
                Ok::<_, DeviceError>(())
            })
            .unwrap();
    };
    place(0, 116.40);
    place(1, 116.42);
    let order = |lon: f64| {
        let found = ledger.read(|reader| search(reader, "zg", Some((lon, 39.9)), Timestamp(1)));
        let first = found.unwrap().into_iter().next().unwrap();
        first.household
    };
    assert_ne!(order(116.40), order(116.42));
}

#[test]
fn whoever_is_to_be_forgotten_is_not_found() {
    let ledger = ledger();
    let gone = Home {
        expires_at: 500,
        ..home("甲家", "张刚", "99000000001")
    };
    fill(&ledger, &[gone, home("乙家", "周刚", "99000000002")]);
    assert_eq!(ask(&ledger, "zg"), ["周刚"]);
    assert_eq!(ask(&ledger, "0001"), Vec::<String>::new());
    ledger.write(|tx| rows::expire(tx, Timestamp(500))).unwrap();
    let keys: i64 = ledger
        .read(|reader| {
            let sql = "SELECT count(*) FROM find_keys WHERE length(contact) > 0";
            Ok::<_, DeviceError>(reader.sql().query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    let of_one = i64::try_from(name_keys("周刚").len()).unwrap() + 1;
    assert_eq!(keys, of_one, "its keys are gone too");
}

#[test]
fn doors_sort_by_their_numbers() {
    let mut doors = ["10号楼1单元101", "2号楼10单元1", "2号楼9单元2", "没有门牌"];
    doors.sort_by_key(|door| door_order(door));
    assert_eq!(
        doors,
        ["2号楼9单元2", "2号楼10单元1", "10号楼1单元101", "没有门牌"]
    );
}
