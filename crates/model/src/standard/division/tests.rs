use super::*;

fn code(text: &str) -> DivisionCode {
    text.parse().unwrap()
}

fn day(year: i32, month: u32) -> Option<Day> {
    Day::from_ymd(year, month, 1)
}

fn division(text: &str, name: &str, from: Option<Day>, to: Option<Day>) -> Division {
    Division {
        code: code(text),
        name: name.to_owned(),
        validity: Validity {
            valid_from: from,
            valid_to: to,
        },
    }
}

#[test]
fn the_length_says_the_level_and_the_beginning_what_is_above() {
    let community = code("110101001001");
    assert_eq!(community.level(), DivisionLevel::Community);
    assert_eq!(community.parent(), Some(code("110101001")));
    assert_eq!(code("110101001").level(), DivisionLevel::Subdistrict);
    assert_eq!(code("110101001").parent(), Some(code("110101")));
    assert_eq!(code("110101").level(), DivisionLevel::District);
    assert_eq!(code("110101").parent(), None);
    assert_eq!(community.district(), code("110101"));
    assert!(code("110101").contains(&community));
    assert!(!code("110102").contains(&community));
    assert!(code("110101001498").is_virtual());
    assert!(!community.is_virtual());
}

#[test]
fn what_no_standard_gives_is_refused() {
    for text in [
        "",
        "11010",
        "1101010",
        "010101",
        "11010A",
        "110101000",
        "110101600",
        "110101001000",
        "110101001600",
        "１１０１０１",
        "1101010010011",
    ] {
        assert!(text.parse::<DivisionCode>().is_err(), "{text}");
    }
    assert!(serde_json::from_str::<DivisionCode>("\"110101000\"").is_err());
}

#[test]
fn a_code_means_what_it_meant_on_that_day() {
    let table = DivisionTable::new(vec![
        division("990101", "甲区", None, None),
        division("990101001", "旧街道", None, day(2025, 6)),
        division("990101001", "新街道", day(2025, 6), None),
    ])
    .unwrap();
    let name = |day: Option<Day>| {
        table
            .at(&code("990101001"), day.unwrap())
            .unwrap()
            .name
            .clone()
    };
    assert_eq!(name(day(2025, 5)), "旧街道");
    assert_eq!(name(day(2025, 6)), "新街道");
    assert_eq!(table.on(day(2025, 6).unwrap()).count(), 2);
    assert!(
        table
            .at(&code("990101002"), day(2025, 6).unwrap())
            .is_none()
    );
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    let district = || division("990101", "甲区", None, None);
    let twice = vec![
        district(),
        division("990101001", "一", None, day(2025, 7)),
        division("990101001", "二", day(2025, 6), None),
    ];
    assert_eq!(
        DivisionTable::new(twice),
        Err(DivisionError::Twice(code("990101001")))
    );
    assert_eq!(
        DivisionTable::new(vec![district(), division("990102001", "一", None, None)]),
        Err(DivisionError::NoParent(code("990102001"), code("990102")))
    );
    let backwards = division("990101", "甲区", day(2025, 7), day(2025, 6));
    assert_eq!(
        DivisionTable::new(vec![backwards]),
        Err(DivisionError::Backwards(code("990101")))
    );
}
