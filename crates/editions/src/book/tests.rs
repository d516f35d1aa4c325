#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use linli_model::edition::{LimitName, LimitUnit, Module, PersonalData};
use linli_model::{Level, Name, OrgKind};

use super::*;

fn city() -> City {
    let org = |id: &str, parent: Option<&str>, kind, level| Org {
        id: id.parse().unwrap(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        kind,
        level,
        name: Name {
            zh: format!("机构{id}"),
            en: String::new(),
        },
    };
    City {
        district: "990101".parse().unwrap(),
        orgs: vec![
            org("990101", None, OrgKind::DistrictCentre, Level::District),
            org(
                "unit",
                Some("990101"),
                OrgKind::HandlingUnit,
                Level::District,
            ),
        ],
        grids: Vec::new(),
        staff: Vec::new(),
    }
}

fn read(files: &[(&str, &str)]) -> Result<Book, BookError> {
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    Book::read(|name| files.get(name).cloned())
}

/// Every mistake of these files, also such as show only in a city.
fn mistakes(files: &[(&str, &str)]) -> Vec<String> {
    let found = read(files).and_then(|book| book.edition(1, city()));
    let found = found.err().map(|BookError(found)| found);
    found.iter().flatten().map(ToString::to_string).collect()
}

#[test]
fn the_standard_book_fits_a_city_and_has_seven_major_and_thirty_two_minor_classes() {
    let book = Book::standard().unwrap();
    let edition = book.edition(1, city()).unwrap();
    let depth = |class: &Class| class.code.as_str().len();
    let of_depth = |wanted| {
        let all = edition.directory.iter();
        all.filter(move |one| depth(one) == wanted)
    };
    assert_eq!((of_depth(1).count(), of_depth(3).count()), (7, 32));
    let sensitive = |one: &&Class| one.data == PersonalData::Sensitive;
    assert!(edition.directory.iter().filter(sensitive).count() >= 5);
    for category in &edition.catalogue {
        assert_eq!(category.standards.len(), 1, "{}", category.code);
        assert!(!category.name.en.is_empty(), "{}", category.code);
    }
    assert_eq!(book.calendar.working_ms_per_day(), 8 * 60 * 60 * 1000);
    let works = |day: &str| book.calendar.is_working_day(day.parse().unwrap());
    assert!(works("2026-02-14"), "a Saturday that is worked");
    assert!(!works("2026-02-16") && !works("2026-02-21"));
    for name in LimitName::ALL {
        assert_eq!(book.limits.get(name), name.default_limit(), "{name:?}");
    }
    assert_eq!(book.settings, Settings::default());
    assert_eq!(book.copy_rules, CopyRule::defaults());
}

#[test]
fn all_four_units_of_limits_are_used_by_the_standard_book() {
    let book = Book::standard().unwrap();
    let of_standards = book.catalogue.iter().flat_map(|row| &row.standards);
    let mut units: Vec<LimitUnit> = of_standards.map(|row| row.limit.unit).collect();
    units.extend(LimitName::ALL.map(|name| book.limits.get(name).unit));
    for unit in [
        LimitUnit::UrgentHour,
        LimitUnit::WorkHour,
        LimitUnit::WorkDay,
        LimitUnit::NaturalDay,
    ] {
        assert!(units.contains(&unit), "{unit:?}");
    }
}

#[test]
fn every_mistake_is_named_with_its_file_line_and_column() {
    let catalogue = "code,class,zh,en,severity,photo,retired\n\
        06010,M01,暴露垃圾,Litter,small,yes,no\n\
        \n\
        06 10,M01,\"大件,废弃\",Bulky,minor,perhaps,no\n\
        06011,M01,甲,A,minor,yes,no,extra\n";
    assert_eq!(
        mistakes(&[
            ("catalogue.csv", catalogue),
            ("standards.csv", "category,code,condition_zh,condition_en,closing_zh,closing_en,amount,unit\n06011,01,,,,,three,work_day\n"),
            ("limits.csv", "step,amount,unit\ncheck,2,hour\n"),
            ("calendar.csv", "what,value,note\nhours,8-12,\nholiday,2026-02-30,\nfeast,2026-01-01,\n"),
            ("copy_rules.csv", "when,to\nseverity:huge,level:district\n"),
            ("settings.csv", "name,value,note\nlease_day,7,\nunit_review,true,\nlease_days,7,\nlease_days,8,\n"),
        ])
        .into_iter()
        .map(|text| text.chars().take(78).collect::<String>())
        .collect::<Vec<_>>(),
        [
            "catalogue.csv line 5: 8 cells under 7 columns; a text with a comma needs quote",
            "standards.csv line 2, amount: \"three\": invalid digit found in string",
            "catalogue.csv line 2, severity: unknown variant `small`, expected one of `mino",
            "catalogue.csv line 4, code: \"06 10\" is not a CategoryCode: only ASCII letters,",
            "catalogue.csv line 4, photo: \"perhaps\" is not yes or no",
            "limits.csv line 1: the column note is missing",
            "limits.csv line 2, unit: unknown variant `hour`, expected one of `minute`, `ur",
            "calendar.csv line 2, value: \"8-12\" is not like 08:00-12:00",
            "calendar.csv line 3, value: \"2026-02-30\" is not a day like 2026-09-01",
            "calendar.csv line 4, what: \"feast\" is not one of utc_offset, hours, rest_day, ",
            "copy_rules.csv line 2, when: is not board, danger or severity:minor|ordinary|p",
            "settings.csv line 2, name: unknown setting \"lease_day\"; known are auto_dispatc",
            "settings.csv line 3, value: \"true\" is not yes or no",
            "settings.csv line 5, name: is here a second time",
        ]
    );
}

#[test]
fn what_does_not_fit_the_city_is_named_with_the_line_that_says_so() {
    let rows = "category,area,lead,co_units\n\
        06010,990101,unit,\n\
        06010,990101,unit,\n\
        99999,990101,unit,\n\
        06012,990101,990101,nobody\n";
    assert_eq!(
        mistakes(&[("responsibility.csv", rows)]),
        [
            "responsibility.csv line 3: 06010 in 990101 is already responsibility[0]",
            "responsibility.csv line 4, category: 99999 is not in the catalogue",
            "responsibility.csv line 5: 990101 is not a handling unit",
            "responsibility.csv line 5: nobody is not in orgs",
        ]
    );
}

#[test]
fn a_standard_without_its_category_and_a_wrong_one_are_named() {
    let rows = "category,code,condition_zh,condition_en,closing_zh,closing_en,amount,unit\n\
        06010,1,,,,,2,work_hour\n\
        00000,01,,,,,2,work_hour\n";
    let catalogue = standard_text("catalogue.csv").unwrap();
    let with = |rows| mistakes(&[("standards.csv", rows), ("catalogue.csv", catalogue)]);
    assert_eq!(
        mistakes(&[("standards.csv", rows)])[0],
        "catalogue.csv and standards.csv: belong together: give both or none"
    );
    assert_eq!(
        with(rows),
        ["standards.csv line 3, category: 00000 is not in catalogue.csv"]
    );
    let rows = rows.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(
        with(&rows),
        ["standards.csv line 2, code: needs two digits"]
    );
}

#[test]
fn the_directory_refuses_what_must_not_be_asked_and_sensitive_classes_that_are_on() {
    let head = "code,parent,kind,zh,en,data,module\nR,,base,人,People,none,on\n";
    let cases = [
        ("R01,R,base,宗教信仰,Faith,none,on", "religion"),
        ("R01,R,base,民族,Ethnic group,none,on", "ethnicity"),
        ("R01,R,base,政治面貌,Politics,none,on", "politics"),
        ("R01,R,base,信访,Petition,none,on", "petition"),
        ("R01,R,base,指纹,Fingerprint,none,on", "biometrics"),
        ("R01,R,base,病史,Medical history,none,on", "health"),
        (
            "R01,R,base,计划生育,Family planning,none,on",
            "family planning",
        ),
        ("R01,R,base,社区矫正,Probation,none,on", "criminal status"),
        ("R01,R,base,信用,Credit,none,on", "credit"),
        ("R01,R,base,性取向,Sexual life,none,on", "sexual life"),
        ("R01,R,base,身份证号,ID number,none,on", "identity number"),
        (
            "R01,R,base,为老服务,Elders,sensitive,on",
            "opt_in or off, never on",
        ),
        (
            "R01,X,base,甲,A,none,on",
            "X of R01 is not in the directory",
        ),
        ("R01,R01,base,甲,A,none,on", "R01 is a part of itself"),
        ("R01,R,matter,甲,A,none,on", "R01 is of another kind than R"),
    ];
    for (row, said) in cases {
        let text = format!("{head}{row}\n");
        let empty = "code,class,zh,en,severity,photo,retired\n";
        let none = "category,code,condition_zh,condition_en,closing_zh,closing_en,amount,unit\n";
        let found = mistakes(&[
            ("directory.csv", &text),
            ("catalogue.csv", empty),
            ("standards.csv", none),
        ]);
        assert!(!found.is_empty(), "{row} passes");
        for mistake in &found {
            assert!(mistake.starts_with("directory.csv line 3"), "{mistake}");
            assert!(mistake.contains(said), "{mistake}");
        }
    }
    let catalogue = "code,class,zh,en,severity,photo,retired\n\
        09997,M01,可疑人员民族登记,Register,minor,no,no\n";
    let found = mistakes(&[
        ("catalogue.csv", catalogue),
        (
            "standards.csv",
            "category,code,condition_zh,condition_en,closing_zh,closing_en,amount,unit\n",
        ),
    ]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("catalogue.csv line 2, name.zh"),
        "{found:?}"
    );
}

#[test]
fn over_an_edition_only_what_a_file_says_changes() {
    let edition = Book::standard().unwrap().edition(1, city()).unwrap();
    let limits = "step,amount,unit,note\ncheck,4,urgent_hour,\n";
    let text = |file: &str| (file == "limits.csv").then(|| limits.to_owned());
    let mut current = edition.clone();
    current.settings.lease_days = 3;
    current.catalogue.truncate(5);
    let book = Book::read_over(&current, text).unwrap();
    assert_eq!(book.settings.lease_days, 3);
    assert_eq!(book.catalogue.len(), 5);
    assert_eq!(book.limits.get(LimitName::Check).amount, 4);
    assert_eq!(
        book.limits.get(LimitName::Close),
        edition.limits.get(LimitName::Close)
    );
}

#[test]
fn a_directory_of_four_levels_and_thousands_of_rows_is_read_and_searched() {
    let mut text = String::from("code,parent,kind,zh,en,data,module\n");
    let counts = [10, 79, 439, 3_452];
    let code = |level: usize, index: usize| format!("L{level}-{index}");
    for (level, count) in counts.into_iter().enumerate() {
        for index in 0..count {
            let parent = match level {
                0 => String::new(),
                _ => code(level - 1, index % counts[level - 1]),
            };
            let own = code(level, index);
            writeln!(
                text,
                "{own},{parent},base,类目{index},Class {index},none,on"
            )
            .unwrap();
        }
    }
    let catalogue = "code,class,zh,en,severity,photo,retired\n";
    let none = "category,code,condition_zh,condition_en,closing_zh,closing_en,amount,unit\n";
    let book = read(&[
        ("directory.csv", &text),
        ("catalogue.csv", catalogue),
        ("standards.csv", none),
    ]);
    let edition = book.unwrap().edition(1, city()).unwrap();
    assert_eq!(edition.directory.len(), counts.iter().sum::<usize>());
    let found = |text: &str| {
        let hits = edition.directory.iter().filter(|one| one.answers_to(text));
        hits.map(|one| one.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("l3-3451"), ["L3-3451"]);
    assert_eq!(found("类目3451"), ["L3-3451"]);
    assert_eq!(found("class 3451"), ["L3-3451"]);
    assert!(found(" ").is_empty());
    assert_eq!(edition.directory[0].module, Module::On);
}
